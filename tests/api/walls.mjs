// An officer of one ward and the case of another: every address of the program (motcua routes) with the
// real codes, ids and hashes of that case, by session and by token, must answer 403 or 404 and tell
// nothing of it. Addresses that others add later are walked too; one that forgets to load what it is
// about is named. node tests/api/walls.mjs [DATABASE]
import { execFileSync } from "node:child_process";
import { filing } from "./filing.mjs";
import { Person } from "./person.mjs";
import { Town, failures, verdict } from "./town.mjs";

const town = new Town(process.argv[2]);
const desk = "tiepnhan.hoaphat", justice = "tuphap.hoaphat";
const officers = ["tiepnhan.hoaan", "tuphap.hoaan", "chutich.hoaan", "congan.hoaan"];
// Parameters that name no case: what is asked for with them needs no loader. A source_code is a number
// of the sender, found among what that sender sent.
const harmless = /^\{(procedure|source_code|site|slug|theme|service|year|period|report|book)\}$/;

const routes = execFileSync(process.env.MOTCUA_PROGRAM, ["routes"], { encoding: "utf8" }).trim().split("\n")
	.map((line) => line.split("\t")).map(([method, path, permission, object]) =>
		({ method, path, permission: Number(permission), object: object === "object" }));

async function caseOfTheOthers() {
	const data = filing("Nghiễm");
	data.child.family_name = "Quách";
	data.declarant = { ...data.declarant, name: "Quách Xuân Kỳ", phone: "0987111222", id_number: "079012345678" };
	const pdf = () => {
		const form = new FormData();
		for (const f of ["files.birth_notice", "files.marriage", "files.household", "files.identity"])
			form.append(f, new Blob([`%PDF-1.4\n%${f}\n%%EOF\n`], { type: "application/pdf" }), "giay-rieng.pdf");
		return form;
	};
	const draft = (await town.call(desk, "POST", "/drafts", { procedure: "2.000986", organisation: "hoa-phat" })).body.id;
	await town.call(desk, "PATCH", `/drafts/${draft}`, { data });
	await town.call(desk, "POST", `/drafts/${draft}/files`, pdf());
	const sent = (await town.call(desk, "POST", `/drafts/${draft}/submit`, {})).body;
	await town.call(desk, "POST", `/cases/${sent.code}/accept`, {});
	await town.call(justice, "POST", `/cases/${sent.code}/notes`, { text: "Quách Xuân Kỳ đã gọi điện" });
	const open = (await town.call(desk, "POST", "/drafts", { procedure: "2.000986", organisation: "hoa-phat" })).body.id;
	await town.call(desk, "PATCH", `/drafts/${open}`, { data });
	const tasks = (await town.call(justice, "GET", `/cases/${sent.code}`)).body.tasks;
	return { code: sent.code, pin: sent.tracking_pin, draft: open, spent: draft, tasks: tasks.map((t) => t.id) };
}

// Every address of the case that its own officers' pages link to.
async function addressesOf(code) {
	const found = new Set();
	for (const login of [desk, justice, "chutich.hoaphat"]) {
		const own = new Person(town, login);
		await own.signIn();
		const queue = [`/ban/${code}`], seen = new Set(queue);
		while (queue.length) {
			const { status, text } = await own.ask("GET", queue.shift());
			if (status !== 200) continue;
			for (const [, raw] of text.matchAll(/(?:href|src|action|data|formaction)="([^"#]+)/g)) {
				const address = raw.replaceAll("&amp;", "&").replace(/^\/en\//, "/");
				if (!address.includes(code) || !address.startsWith("/")) continue;
				found.add(address.split("?")[0]);
				if (!seen.has(address) && seen.size < 200) { seen.add(address); queue.push(address); }
			}
		}
	}
	return [...found];
}

// What can stand for each {…} of the route: the real parts of addresses that fit it, else every id.
function fillings(path, addresses, ids) {
	const names = path.match(/\{[^}]+\}/g) ?? [];
	if (!names.length) return [path];
	const pattern = new RegExp("^" + path.replace(/\{[^}]+\*\}/g, ".+").replace(/\{[^}]+\}/g, "[^/]+") + "$");
	const real = addresses.filter((a) => pattern.test(a));
	if (real.length) return real.slice(0, 6);
	let made = [path];
	for (const name of names) {
		const words = name === "{code}" ? [ids.code] : name === "{draft}" ? [ids.draft]
			: name === "{node}" ? [ids.tasks[0].split("-").at(-1), "1"] : [ids.tasks[0], ids.code, ids.draft, "1"];
		made = made.flatMap((m) => words.map((w) => m.replace(name, w)));
	}
	return made.slice(0, 16);
}

const secrets = ["Quách", "Xuân Kỳ", "Nghiễm", "0987111222", "079012345678", "giay-rieng"];

async function main() {
	await town.serve("2015-01-26T09:00:00+07:00");
	const ids = await caseOfTheOthers(), addresses = await addressesOf(ids.code);
	verdict(addresses.length >= 12, `${addresses.length} addresses of the case are known from its pages`, addresses);
	// What administrators set up belongs to no ward: there the walk itself is the judge.
	for (const r of routes.filter((x) => x.permission > 0 && !x.object && !x.path.startsWith("/quan-tri/"))) {
		const named = (r.path.match(/\{[^}]+\}/g) ?? []).filter((n) => !harmless.test(n));
		if (named.length) verdict(false, `${r.method} ${r.path} loads what it is about before permission is asked`);
	}
	// The program itself makes the PDF of the receipt a few seconds after acceptance.
	const acts = async () => JSON.stringify((await town.call(desk, "GET", `/cases/${ids.code}/events`)).body.events
		.filter((e) => e.kind !== "letter.made").map((e) => e.id));
	const before = await acts();
	const words = ["quach", "quach xuan ky", "nghiem", ids.code, "0987111222"];
	let asked = 0, walls = 0;
	const look = (what, sent, answer, mustRefuse) => {
		asked++;
		const told = secrets.filter((s) => answer.text.includes(s) && !sent.includes(s));
		if (!sent.includes(ids.code) && (answer.text + answer.to).includes(ids.code)) told.push(ids.code);
		if (told.length) verdict(false, `${what} tells nothing of the case`, told);
		if (!mustRefuse) return;
		walls++;
		if (answer.status !== 403 && answer.status !== 404) verdict(false, `${what} is refused`, answer.status);
	};
	for (const login of officers) {
		const person = new Person(town, login);
		await person.signIn();
		for (const r of routes.filter((x) => x.path !== "/dang-xuat" && x.path !== "/dang-nhap"))
			for (const path of fillings(r.path, addresses, ids)) {
				const known = [ids.code, ids.draft, ...ids.tasks].some((id) => path.includes(id));
				const must = r.permission > 0 && known;
				const rest = { code: ids.code, case: ids.code, id: ids.tasks[0], viec: `${ids.code}~1`, text: "x", reason: "x", body: "x",
					node: "1", login, data: {}, items: [{ text: "x" }], new_date: "2015-03-01" };
				const what = `${login}: ${r.method} ${r.path}`;
				if (r.method === "GET") {
					for (const token of [false, true])
						look(what + (token ? " by token" : ""), path, await person.ask("GET", path, { token }), must);
					if (!r.path.startsWith("/api")) look(`${what} in English`, path, await person.ask("GET", "/en" + path), must);
					if (path === r.path)
						for (const q of words) {
							const query = new URLSearchParams({ q, code: q, case: q, "ma-ho-so": q, xem: "tat-ca" });
							look(`${what}?q`, `${path}?${query}`, await person.ask("GET", `${path}?${query}`, { token: r.path.startsWith("/api") }), false);
						}
					continue;
				}
				const form = { ...rest, data: "", items: "x", _csrf: person.token };
				look(what, path + JSON.stringify(form), await person.ask(r.method, path, r.path.startsWith("/api")
					? { json: rest, token: true } : { form }), must);
				if (!r.path.startsWith("/api"))
					look(`${what} by token`, path + JSON.stringify(form), await person.ask(r.method, path, { form, token: true }), must);
			}
	}
	verdict(walls > 200, `${walls} of ${asked} requests named the case of the other ward and were refused`, walls);
	const own = new Person(town, desk);
	await own.signIn();
	const mine = (await Promise.all(addresses.map((a) => own.ask("GET", a)))).filter((a) => a.status === 200);
	verdict(mine.length >= 5 && mine.some((a) => a.text.includes("Quách")), `its own officer opens ${mine.length} of the same addresses`);
	verdict((await acts()) === before, "and nothing of the case has changed");
	await town.stop();
	town.remove();
	process.exit(failures() ? 1 : 0);
}
main().catch((e) => { verdict(false, "the walk comes to its end", e.stack); process.exit(1); });
