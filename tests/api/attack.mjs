// What walls.mjs does not walk: an officer of one ward who mixes the addresses of two cases, asks with every
// parameter the program reads, in every format, by HEAD and as JSON, sends lists of another ward's ids; a citizen
// with the PIN of another case; agencies that have no part in a case. None is told anything, none changes
// anything. node tests/api/attack.mjs [DATABASE]
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { filing } from "./filing.mjs";
import { Person } from "./person.mjs";
import { Town, failures, verdict } from "./town.mjs";

const town = new Town(process.argv[2]);
const desk = "tiepnhan.hoaphat", leader = "chutich.hoaphat";
const secrets = ["Quách", "Xuân Kỳ", "Nghiễm", "0987111222", "079012345678", "giay-rieng"];
const CLOCK = "2015-01-26T09:00:00+07:00";
const sources = readdirSync("src", { recursive: true }).filter((f) => f.endsWith(".c") && !f.endsWith("_test.c"))
	.map((f) => readFileSync(`src/${f}`, "utf8")).join("\n");
const named = (call) => [...new Set([...sources.matchAll(new RegExp(`${call}\\([^;"]*"([\\w-]+)"`, "g"))].map((m) => m[1]))];

// A linked birth with four files, and certified copies with a receipt: of `ward`, told apart by `name`.
async function casesOf(ward, person) {
	const at = `tiepnhan.${ward.replaceAll("-", "")}`;
	const data = filing(person.given);
	data.child.family_name = person.family;
	Object.assign(data.declarant, person.declarant);
	data.residence.ward = ward;
	const files = new FormData();
	for (const f of ["files.birth_notice", "files.marriage", "files.household", "files.identity"])
		files.append(f, new Blob([`%PDF-1.4\n%${person.file}${f}\n%%EOF\n`], { type: "application/pdf" }), `${person.file}.pdf`);
	const draft = (await town.call(at, "POST", "/drafts", { procedure: "lien-thong-khai-sinh", organisation: ward })).body.id;
	await town.call(at, "PATCH", `/drafts/${draft}`, { data });
	await town.call(at, "POST", `/drafts/${draft}/files`, files);
	const birth = (await town.call(at, "POST", `/drafts/${draft}/submit`, {})).body;
	await town.call(at, "POST", `/cases/${birth.code}/accept`, {});
	const copies = JSON.parse(execFileSync(process.env.MOTCUA_PROGRAM, ["sample", "packs/cam-le", "chung-thuc-ban-sao", "apply",
		JSON.stringify({ applicant: person.declarant, declarant: person.declarant }), "--seed", "3", "--clock", CLOCK], { encoding: "utf8" })).data;
	const paid = (await town.call(at, "POST", "/cases", { procedure: "chung-thuc-ban-sao", organisation: ward, channel: "direct", data: copies })).body;
	const { payment } = (await town.call(at, "GET", `/cases/${paid.code}`)).body;
	const done = await town.call(at, "POST", `/cases/${paid.code}/payments`, { amount: payment.amount, method: "cash" });
	verdict(done.status === 200 || done.status === 201, `a fee of ${ward} is paid`, done.text);
	return { ward, at, code: birth.code, pin: birth.tracking_pin, paid: paid.code, draft };
}

// All addresses of these cases that the pages of their own officers link to.
async function addressesOf(own) {
	const found = new Set();
	for (const role of ["tiepnhan", "tuphap", "chutich"]) {
		const person = await new Person(town, `${role}.${own.ward.replaceAll("-", "")}`).signIn();
		const queue = [`/ban/${own.code}`, `/ban/${own.paid}`], seen = new Set(queue);
		while (queue.length) {
			const { status, text } = await person.ask("GET", queue.shift());
			if (status !== 200) continue;
			for (const [, raw] of text.matchAll(/(?:href|src|action|data|formaction)="([^"#]+)/g)) {
				const address = raw.replaceAll("&amp;", "&").replace(/^\/en\//, "/");
				if (!address.startsWith("/") || !(address.includes(own.code) || address.includes(own.paid))) continue;
				found.add(address);
				if (!seen.has(address) && seen.size < 150) { seen.add(address); queue.push(address); }
			}
		}
	}
	return [...found];
}

// The words of an answer: those inside a spreadsheet or a PDF too.
function words({ bytes, text, type, to }) {
	if (/pdf|spreadsheet|zip/.test(type)) {
		const file = join(tmpdir(), `motcua-attack-${process.pid}`);
		writeFileSync(file, bytes);
		try {
			return execFileSync(...(/pdf/.test(type) ? ["pdftotext", [file, "-"]] : ["unzip", ["-p", file]]), { encoding: "utf8" });
		} catch {
			return "";
		}
	}
	return text + to;
}

let asked = 0;
const theirs = {};
// Nothing of the other ward may be told; `refuse`: and it must be refused.
function look(what, sent, answer, refuse) {
	asked++;
	const told = words(answer), seen = [...secrets, ...theirs.codes].filter((s) => told.includes(s) && !decodeURIComponent(sent).includes(s));
	if (seen.length) verdict(false, `${what} tells nothing of the other ward's case`, `${seen} in ${answer.status}`);
	// So does a page that asks for code and PIN; 405: only a form goes there, which is tried too.
	const refused = [401, 403, 404, 405].includes(answer.status) || /^\/(en\/)?(tra-cuu|dang-nhap|nop)(\/|\?|$)/.test(answer.to) ||
		answer.status === 200 && /name="pin"|"name":"pin"/.test(answer.text);
	if (refuse && !refused) verdict(false, `${what} is refused`, `${answer.status} ${answer.to} ${answer.text.slice(0, 200)}`);
}

const isId = (part) => /^[0-9a-f]{16,}(\.\w+)?$|^\d{5,}(-\d+)*$/.test(part);

async function byOfficer(login, own, other, addresses) {
	const person = await new Person(town, login).signIn();
	const ask = async (what, method, path, options = {}, refuse = false) =>
		look(`${login}: ${what} ${method} ${path}`, path + JSON.stringify(options.form ?? {}), await person.ask(method, path, options), refuse);
	// The other ward's addresses by HEAD and as JSON.
	for (const path of addresses) {
		const opens = path.startsWith("/ban/") && !/^\/ban\/(in|mo|nop)\b/.test(path);
		await ask("by HEAD", "HEAD", path, {}, opens);
		await ask("as JSON", "GET", path, { accept: "application/json" }, opens);
	}
	// Files, letters, receipts of theirs under a case of one's own.
	for (const path of addresses.filter((p) => p.split("?")[0].split("/").slice(3).some(isId)))
		for (const code of [own.code, own.paid])
			await ask("mixed", "GET", path.replace(other.code, code).replace(other.paid, code), {}, true);
	for (const [a, b] of [[own.code, other.code], [other.code, own.code]]) {
		await ask("compared", "GET", `/ban/${a}/trung/${b}`, {}, true);
		await ask("compared", "POST", `/ban/${a}/trung/${b}`, { form: { _csrf: person.token, verdict: "same", why: "x" } }, true);
	}
	// Every address without a case, with every parameter the program reads.
	const queries = named("request_query(?:_int)?");
	const offices = ["organisation", "co-quan", "don-vi", "ward", "phuong"];
	for (const path of lists)
		for (const value of [other.ward, other.code, "Quách", "079012345678", "0987111222"]) {
			const all = new URLSearchParams(queries.filter((q) => !offices.includes(q) || value === other.ward).map((q) => [q, value]));
			await ask("all parameters", "GET", `${path}?${all}`);
			for (const q of ["q", "so", "tim", "ma", "case", "code"].concat(value === other.ward ? offices : []))
				await ask("by parameter", "GET", `${path}?${q}=${encodeURIComponent(value)}&xem=tat-ca`);
		}
	for (const path of tables)
		for (const format of ["json", "csv", "xlsx", "pdf"])
			for (const office of offices.slice(0, 3))
				await ask(format, "GET", `${path}?${office}=${other.ward}&year=2015&from=2015-01-01&to=2015-12-31&format=${format}`,
					{ token: path.startsWith("/api") });
	// Lists of their ids in the body, and what a scanner would type.
	const { csrf, tasks, letters, receipts } = { csrf: person.token, ...theirs };
	const form = (fields) => ({ form: [["_csrf", csrf], ...fields] });
	for (const [path, fields] of [
		...["giao", "duyet", "tra", "nhan", "xong"].map((act) => ["/ban/hang-loat",
			[["act", act], ...tasks.map((t) => ["viec", t]), ["nguoi-nhan", login], ["ly-do", "x"]]]),
		...["giao", "duyet", "tra", "nhan", "xong"].map((act) => ["/ban/hang-loat/lam",
			[["act", act], ...tasks.map((t) => ["viec", t]), ["nguoi-nhan", login], ["ly-do", "x"]]]),
		["/ban/hang-loat/lay-lai", [["cua", desk], ["nguoi-nhan", login], ["luc", "0"], ...tasks.map((t) => ["viec", t])]],
		["/ban/in", [...letters.map((l) => ["giay", l]), ...letters.map((l) => ["chon", l]), ...theirs.codes.map((c) => ["ma", c])]],
		["/ban/sap-tre", [["code", other.code], ["do", "confirm"], ["new_date", "2015-03-02"], ["reason", "x"]]],
		["/ban/phan-cong", [["officer", desk], ["cua", desk], ["deputy", login], ["tu", "2015-01-27"], ["den", "2015-01-30"]]],
		["/ban/bao-viec", [["code", other.code]]],
		...["", "/mo"].map((tail) => [`/ban/le-phi/quy${tail}`, [["don-vi", other.ward], ["sheet", "1"], ["giver", "x"], ["taker", "x"]]]),
		["/ban/le-phi/quyen", [["don-vi", other.ward], ["series", "XX"], ["first", "1"], ["last", "9"]]],
		["/ban/le-phi/ngan-hang/ghep", [["don-vi", other.ward], ["line", "1"], ["ghep", other.paid]]],
		["/ban/le-phi/ngan-hang/ghep", [["line", "1"], ["ghep", other.paid]]],
		...["goi", "mo", "dong"].map((act) => [`/ban/quay/${other.ward}/1`, [["act", act]]]),
		...["huy", "duyet-huy", "hoan"].flatMap((act) => receipts.map((r) =>
			[`/ban/${own.paid}/le-phi/${act}/${r}`, [["reason", "x"], ["amount", "1000"], ["answer", "yes"]]])),
		...[other.code, other.paid, "079012345678", "079012345678|201234567|Quách Xuân Kỳ|01011980|Nam|Hòa Phát|01012021", ...receipts]
			.map((ma) => ["/ban/mo", [["ma", ma]]]),
	]) {
		let answer = await person.ask("POST", path, form(fields));
		look(`${login}: POST ${path} ${fields.slice(0, 2)}`, JSON.stringify(fields), answer);
		for (let hop = 0; hop < 2 && answer.to.startsWith("/"); hop++) {
			answer = await person.ask("GET", answer.to);
			look(`${login}: after POST ${path} ${fields.slice(0, 2)}`, JSON.stringify(fields), answer);
		}
	}
	for (const path of [`/ban/quay/${other.ward}/1`, `/ban/quay/${other.ward}/2`]) await ask("their counter", "GET", path, {}, true);
	await ask("their appointments", "GET", `/api/v1/halls/${other.ward}/appointments`, { token: true }, true);
}

async function byCitizen(who, person, own, other, addresses) {
	const ask = async (method, path, options = {}, refuse = true) =>
		look(`${who}: ${method} ${path}`, path, await person.ask(method, path, options), refuse);
	for (const path of addresses.map((a) => a.replace("/ban/", "/tra-cuu/"))) {
		await ask("GET", path);
		await ask("GET", path, { accept: "application/json" });
		if (path.split("?")[0].split("/").slice(3).some(isId) && own)
			await ask("GET", path.replace(other.code, own.code).replace(other.paid, own.code));
	}
	for (const code of theirs.codes) {
		for (const tail of ["", "/bo-sung", "/giay/tiep-nhan", "/giay/tiep-nhan.pdf"]) await ask("GET", `/tra-cuu/${code}${tail}`);
		await ask("GET", `/nop/da-gui/${code}`);
		for (const tail of ["rut", "bo-sung", "tin-bao"])
			await ask("POST", `/tra-cuu/${code}/${tail}`, { form: { _csrf: person.token ?? "", reason: "x", text: "x", mail: "1" } });
		await ask("GET", `/danh-gia/${code}?ma=000000000000`);
		await ask("GET", `/api/v1/tracking?code=${code}&pin=${own?.pin ?? "000000"}`);
	}
	await ask("GET", `/nop/lien-thong-khai-sinh/${other.draft}/1`);
	await ask("POST", `/nop/lien-thong-khai-sinh/${other.draft}/gui`, { form: { _csrf: person.token ?? "" } });
}

let lists, tables;
async function main() {
	await town.serve(CLOCK);
	const b = await casesOf("hoa-phat", { family: "Quách", given: "Nghiễm", file: "giay-rieng",
		declarant: { name: "Quách Xuân Kỳ", phone: "0987111222", id_number: "079012345678" } });
	const a = await casesOf("hoa-an", { family: "Trần", given: "An", file: "cua-minh", declarant: {} });
	const addresses = await addressesOf(b);
	const state = (await town.call(leader, "GET", `/cases/${b.code}`)).body;
	const receipts = [...new Set(addresses.flatMap((p) => p.match(/bien-lai\/(\d+)/)?.[1] ?? []))];
	verdict(addresses.length > 20 && receipts.length > 0, `${addresses.length} addresses of the other ward are known, ${receipts.length} receipts`, addresses);
	Object.assign(theirs, { codes: [b.code, b.paid], receipts, letters: addresses.flatMap((p) => p.match(/giay\/([^/?]+)/)?.[1] ?? []),
		tasks: state.tasks.flatMap((t) => [t.id, `${b.code}~${t.id.split("-").at(-1)}`, `${b.code}~1`]) });
	const routes = execFileSync(process.env.MOTCUA_PROGRAM, ["routes"], { encoding: "utf8" }).trim().split("\n").map((l) => l.split("\t"));
	lists = routes.filter(([method, path, permission]) => method === "GET" && !path.includes("{") && Number(permission) > 0).map(([, path]) => path);
	tables = [...readdirSync("packs/cam-le/registers").flatMap((f) => [`/ban/so/${f.replace(".json", "")}`, `/api/v1/registers/${f.replace(".json", "")}`]),
		...readdirSync("packs/cam-le/reports").flatMap((f) => [`/ban/bao-cao/${f.replace(".json", "")}`, `/api/v1/reports/${f.replace(".json", "")}`])];
	verdict(lists.length > 15 && tables.length > 15 && named("request_query").length > 15,
		`${lists.length} lists, ${tables.length} registers and reports, ${named("request_query").length} parameters`);
	const acts = async () => JSON.stringify(await Promise.all(theirs.codes.map(async (code) =>
		(await town.call(desk, "GET", `/cases/${code}/events`)).body.events.filter((e) => e.kind !== "letter.made").map((e) => e.id))));
	const before = await acts();
	for (const login of ["tiepnhan.hoaan", "chutich.hoaan"]) await byOfficer(login, a, b, addresses);
	const citizen = new Person(town);
	const tracked = await citizen.track(a.code, a.pin);
	verdict(tracked.status === 303, "a citizen opens their own case with its PIN", tracked.status);
	await byCitizen("with another PIN", citizen, a, b, addresses);
	await byCitizen("with nothing", new Person(town), null, b, addresses);
	// Agencies without a part in the certified copies; the police of the other ward in the birth.
	for (const [login, code] of [["congan.hoaphat", b.paid], ["baohiem.camle", b.paid], ["congan.hoaan", b.code], ["laodong.hoaan", b.code]]) {
		const person = await new Person(town, login).signIn();
		for (const path of addresses.filter((p) => p.includes(code) && p.startsWith(`/ban/${code}`)))
			look(`${login}: GET ${path}`, path, await person.ask("GET", path), true);
		for (const path of ["", "/events"])
			look(`${login}: GET /api/v1/cases/${code}${path}`, code, await person.ask("GET", `/api/v1/cases/${code}${path}`, { token: true }), true);
	}
	verdict(asked > 1000, `${asked} requests were tried`, asked);
	verdict((await acts()) === before, "and nothing of the other ward's cases has changed");
	const own = await new Person(town, desk).signIn();
	const mine = await own.ask("GET", `/ban/${b.paid}/bien-lai/${receipts[0]}`);
	verdict(mine.status === 200, "its own officer opens the receipt", mine.status);
	await town.stop();
	town.remove();
	process.exit(failures() ? 1 : 0);
}
main().catch((e) => { verdict(false, "the attack comes to its end", e.stack); town.server?.kill(); process.exit(1); });
