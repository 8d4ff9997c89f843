// Regardless of boundary: a birth taken in at one ward and decided by another, in whose books it
// stands. node tests/api/boundary.mjs [DATABASE]
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { Town, failures, verdict } from "./town.mjs";

const pack = "packs/commune-2026", clock = "2026-11-23T09:00:00+07:00";
const town = new Town(process.argv[2], pack);
let seed = 7;

function sample(form, given, procedure = "lien-thong-khai-sinh") {
	const text = execFileSync(process.env.MOTCUA_PROGRAM, ["sample", pack, procedure, form,
		JSON.stringify(given), "--seed", String(++seed), "--clock", clock], { encoding: "utf8" });
	return JSON.parse(text).data;
}
const file = (ward) => town.call("tiepnhan.camle", "POST", "/cases", { procedure: "lien-thong-khai-sinh",
	organisation: "cam-le", channel: "direct", data: sample("apply", { residence: { ward } }) });
const open = async (code, login) => (await town.call(login, "GET", `/cases/${code}`)).body;

// [name, path of the deciding office] of what any centre takes in.
function anywhere() {
	const folder = `${pack}/procedures`;
	return readdirSync(folder).filter((name) => existsSync(`${folder}/${name}/procedure.json`))
		.map((name) => [name, JSON.parse(readFileSync(`${folder}/${name}/procedure.json`)).competence])
		.filter(([, competence]) => competence.anywhere).map(([name, competence]) => [name, competence.path]);
}

async function takenInElsewhere(procedure, path) {
	const [group, key] = path.split(".");
	const filed = await town.call("tiepnhan.camle", "POST", "/cases", { procedure, organisation: "cam-le",
		channel: "direct", data: sample("apply", { [group]: { [key]: "hoa-xuan" } }, procedure) });
	await town.call("tiepnhan.camle", "POST", `/cases/${filed.body.code}/accept`, {});
	const { tasks = [] } = await open(filed.body.code, "tiepnhan.camle");
	const agencies = tasks.filter((t) => t.open).map((t) => t.agency);
	verdict(agencies.length > 0 && agencies.every((a) => a.endsWith("hoa-xuan")),
		`${procedure}: taken in at Cẩm Lệ, worked on at Hòa Xuân`, filed.status + " " + filed.text + agencies);
}

try {
	await town.serve(clock);
	const procedures = anywhere();
	verdict(procedures.length >= 15, `${procedures.length} procedures are taken in regardless of boundary`);
	for (const [name, path] of procedures)
		await takenInElsewhere(name, path);
	const own = await file("cam-le");
	verdict(own.status === 201 && own.body.competent_name === null, "at home the receiving office decides", own.text);
	const filed = await file("hoa-xuan"), { code } = filed.body;
	verdict(filed.status === 201 && /Hòa Xuân/.test(filed.body.competent_name ?? ""),
		"the office the data name decides", filed.text);
	const early = await town.call("tuphap.hoaxuan", "GET", `/cases/${code}`);
	await town.call("tiepnhan.camle", "POST", `/cases/${code}/accept`, {});
	const state = await open(code, "tuphap.hoaxuan");
	const task = state.tasks?.find((t) => t.open);
	verdict(task?.agency === "hoa-xuan" && task.role === "justice",
		"its officer of justice has the work", JSON.stringify(state.tasks ?? early.text));
	const home = (await town.call("tuphap.camle", "GET", "/tasks")).body.tasks;
	verdict(!home.some((t) => t.case === code), "the officer where it was taken in has not");
	await town.call("tuphap.hoaxuan", "POST", `/tasks/${task.id}/claim`);
	const done = await town.call("tuphap.hoaxuan", "POST", `/tasks/${task.id}/complete`, { data: sample("register", {}) });
	verdict(done.status === 200, "who decides completes the step", done.text);
	const year = "year=2026&format=json";
	const rows = async (login, office) => (await town.call(login, "GET",
		`/registers/so-dang-ky-khai-sinh?${year}&organisation=${office}`)).text;
	verdict((await rows("chutich.hoaxuan", "hoa-xuan")).includes(code), "the birth stands in the deciding office's book");
	verdict(!(await rows("chutich.camle", "cam-le")).includes(code), "and not in the receiving office's");
	await town.stop();
	const sound = town.run("verify");
	verdict(/agree/.test(sound), "database, files and ledger agree", sound);
} catch (fault) {
	verdict(false, "the boundary walk ends", fault.stack);
	town.server?.kill();
}
town.remove();
process.exit(failures() ? 1 : 0);
