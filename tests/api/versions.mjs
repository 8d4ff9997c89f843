// A newer pack: its procedures take effect by their dates, running cases stay what they were.
// node tests/api/versions.mjs [DATABASE]
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { filing } from "./filing.mjs";
import { Town, failures, verdict } from "./town.mjs";

const desk = "tiepnhan.hoaphat", name = "lien-thong-khai-sinh";
const town = new Town(process.argv[2]);
const folder = mkdtempSync(join(tmpdir(), "motcua-pack-")), pack = join(folder, "cam-le");
cpSync("packs/cam-le", pack, { recursive: true });
const file = (child) => town.call(desk, "POST", "/cases",
	{ procedure: name, organisation: "hoa-phat", channel: "direct", data: filing(child) });
const due = async (code) => (await town.call(desk, "GET", `/cases/${code}`)).body.due_at.slice(0, 10);
const apply = (clock) => town.run("pack", "apply", "--pack", pack, "--clock", clock);

try {
	await town.serve("2015-01-26T09:00:00+07:00");
	const first = (await file("Một")).body;
	verdict(first.due_at?.startsWith("2015-02-05"), "before: eight days", JSON.stringify(first));
	await town.stop();

	verdict(/Nothing is new/.test(apply("2015-01-26T10:00:00+07:00")), "the same pack again changes nothing");
	const path = join(pack, `procedures/${name}/procedure.json`);
	const procedure = JSON.parse(readFileSync(path, "utf8"));
	writeFileSync(path, JSON.stringify({ ...procedure, limit: { days: 5 }, valid_from: "2015-02-02" }));
	const said = apply("2015-01-26T11:00:00+07:00");
	verdict(said.includes(`${name}: version 2, in force from 2015-02-02`), "what differs is a new version", said);

	await town.serve("2015-01-27T09:00:00+07:00");
	verdict((await file("Hai")).body.due_at?.startsWith("2015-02-06"), "filed before its day: still eight days");
	await town.stop();
	await town.serve("2015-02-02T09:00:00+07:00");
	const late = (await file("Ba")).body;
	verdict(late.due_at?.startsWith("2015-02-09"), "filed from its day on: five days", JSON.stringify(late));
	verdict(await due(first.code) === "2015-02-05", "a running case keeps what it was promised");

	writeFileSync(path, JSON.stringify({ ...procedure, limit: { days: 3 }, valid_from: "2015-02-02" }));
	apply("2015-02-02T10:00:00+07:00");
	await new Promise((done) => setTimeout(done, 4000));
	const served = (await file("Bốn")).body;
	verdict(served.due_at?.startsWith("2015-02-05"), "a running server takes it over by itself", JSON.stringify(served));
	await town.stop();

	writeFileSync(path, JSON.stringify({ ...procedure, flow: "nowhere.bpmn" }));
	let refused = "";
	try { apply("2015-02-03T10:00:00+07:00"); } catch (fault) { refused = String(fault.stderr ?? fault); }
	verdict(refused.includes(name), "a broken pack changes nothing and is named", refused);
	verdict(/agree/.test(town.run("verify")), "database, files and ledger agree");
} catch (fault) {
	verdict(false, "the walk through versions ends", fault.stack);
	town.server?.kill();
}
town.remove();
rmSync(folder, { recursive: true });
process.exit(failures() ? 1 : 0);
