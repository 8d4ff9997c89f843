// Every procedure of the pack from filing to return, by every branch of its flow: each outcome of each
// step, and each way a gateway takes by what was filed. Forms are filled in by `motcua sample`; every
// letter is made as PDF. node tests/api/procedures.mjs PACK CLOCK [DATABASE]; MOTCUA_LETTERS=DIR keeps
// the letters.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { Town, failures, verdict } from "./town.mjs";

const [pack, clock, database] = process.argv.slice(2);
const read = (path, from = pack) => readFileSync(`${from}/${path}`, "utf8");
// The pack and those it builds on.
const packs = [];
for (let at = pack; at; at = packs.at(-1).below)
	packs.push({ at, below: (({ builds_on: b }) => b && `${at}/../${b}`)(JSON.parse(read("pack.json", at))) });
const holder = (path) => packs.find((p) => existsSync(`${p.at}/${path}`))?.at;
const json = (path) => JSON.parse(read(path, holder(path)));
const { organisations } = json("organisations.json"), { people } = json("people.json");
const town = new Town(database, pack);
let seed = 0;

function within(code, top) {
	for (let at = code; at; at = organisations.find((o) => o.code === at)?.parent) if (at === top) return true;
	return false;
}
// Whoever has the role there; the nearest grant counts.
const officer = (role, agency) => people.find((p) => p.roles.some((r) => r.role === role && r.organisation === agency))
	?? people.find((p) => p.roles.some((r) => r.role === role && within(agency, r.organisation)));

function sample(procedure, form, given) {
	const text = execFileSync(process.env.MOTCUA_PROGRAM, ["sample", pack, procedure, form, JSON.stringify(given),
		"--seed", String(++seed), "--clock", clock], { encoding: "utf8" });
	const { data, errors } = JSON.parse(text);
	const wrong = errors.filter((e) => !e.path.startsWith("files."));
	if (wrong.length) verdict(false, `${procedure}/${form}.form can be filled in`, JSON.stringify(wrong));
	return data;
}

const attribute = (text, name) => text.match(new RegExp(`${name}="([^"]*)"`))?.[1];
const property = (text, name) => text.match(new RegExp(`name="motcua:${name}" value="([^"]*)"`))?.[1];

function outcomes(procedure, form) {
	const own = `procedures/${procedure}/${form}.form`;
	const schema = json(holder(own) ? own : `forms/${form}.form`);
	const find = (c) => c.key === "outcome" ? c.values.map((v) => v.value) : (c.components ?? []).flatMap(find);
	return find(schema);
}

function flowOf(procedure) {
	const path = `procedures/${procedure}/flow.bpmn`, xml = read(path, holder(path));
	const tasks = [...xml.matchAll(/<bpmn:userTask[\s\S]*?<\/bpmn:userTask>/g)].map(([text]) => ({
		id: attribute(text, "id"), form: attribute(text, "formId"), act: property(text, "act"),
		letter: property(text, "letter"), book: property(text, "book"),
		outcomes: attribute(text, "formId") ? outcomes(procedure, attribute(text, "formId")) : [] }));
	// Ways that ask what was filed: {path, value}.
	const filed = [...xml.matchAll(/<bpmn:conditionExpression[^>]*>=([\w.]+) = "([^"]+)"</g)]
		.filter(([, path]) => path !== "outcome").map(([, path, value]) => ({ path, value }));
	const flows = [...xml.matchAll(/<bpmn:sequenceFlow id="([^"]*)"/g)].map((m) => m[1]);
	return { tasks, filed, flows };
}

const nested = (path, value) => path.split(".").reduceRight((inner, key) => ({ [key]: inner }), value);

// The usual way; each other outcome once; each answer a gateway asks for, and one none asks for.
function variations(procedure, flow) {
	const all = [{ name: "the usual way", outcomes: {}, given: {} }];
	for (const task of flow.tasks)
		for (const outcome of task.outcomes.slice(1))
			all.push({ name: `${task.id} ends with ${outcome}`, outcomes: { [task.id]: outcome }, given: {} });
	for (const path of new Set(flow.filed.map((f) => f.path))) {
		const asked = flow.filed.filter((f) => f.path === path).map((f) => f.value);
		const offered = values(json(`procedures/${procedure}/apply.form`), path);
		for (const value of new Set([...asked, offered.find((v) => !asked.includes(v))]))
			all.push({ name: `${path} is ${value}`, outcomes: {}, given: nested(path, value) });
	}
	return all;
}
const values = (c, key) => c.key === key ? c.values.map((v) => v.value) : (c.components ?? []).flatMap((x) => values(x, key));

class Desk {
	jar = {};
	async ask(path, form) {
		const r = await fetch(town.base + path, { method: form ? "POST" : "GET", redirect: "manual",
			body: form && new URLSearchParams(form),
			headers: { accept: "text/html", cookie: Object.entries(this.jar).map((c) => c.join("=")).join("; ") } });
		for (const c of r.headers.getSetCookie()) this.jar[c.split("=")[0]] = c.split(";")[0].split("=")[1];
		return r;
	}
	async signIn(login) {
		const _csrf = (await (await this.ask("/dang-nhap")).text()).match(/name="_csrf" value="([^"]*)"/)[1];
		await this.ask("/dang-nhap", { _csrf, login, password: "motcua-demo", next: "/ban" });
	}
}

async function letter(desk, code, name, what) {
	const r = await desk.ask(`/ban/${code}/giay/${name}.pdf`);
	const bytes = Buffer.from(await r.arrayBuffer());
	if (r.status !== 200 || bytes.subarray(0, 5).toString() !== "%PDF-")
		return verdict(false, `${what}: the letter ${name} is made`, `${r.status} ${bytes.toString().slice(0, 400)}`);
	if (process.env.MOTCUA_LETTERS) writeFileSync(`${process.env.MOTCUA_LETTERS}/${name}-${code}.pdf`, bytes);
}

async function open(code, login) {
	return (await town.call(login, "GET", `/cases/${code}`)).body;
}

async function complete(procedure, flow, task, wanted) {
	const step = flow.tasks.find((t) => t.id === task.element);
	const login = officer(task.role, task.agency)?.login;
	if (!login) throw new Error(`nobody is ${task.role} at ${task.agency} for ${task.element}`);
	const body = {};
	if (step.form) {
		const outcome = wanted ?? step.outcomes[0];
		const filled = sample(procedure, step.form, outcome ? { outcome } : {});
		if (filled.outcome) body.outcome = filled.outcome;
		body.data = filled;
	}
	const due = step.act === "return" && (await open(task.case, login)).payment;
	if (due?.state === "due") {
		const paid = await town.call(login, "POST", `/cases/${task.case}/payments`, { amount: due.amount, method: "cash" });
		if (paid.status !== 200) throw new Error(`${login} takes ${due.amount}: ${paid.text}`);
	}
	await town.call(login, "POST", `/tasks/${task.id}/claim`);
	const done = await town.call(login, "POST", `/tasks/${task.id}/complete`, body);
	if (done.status !== 200) throw new Error(`${login} completes ${task.element}: ${done.text}`);
}

async function run(procedure, flow, way, desks, visited) {
	const { competence } = json(`procedures/${procedure}/procedure.json`);
	const organisation = organisations.findLast((o) => o.receives && competence.kinds[0] === o.kind).code;
	const login = officer("reception", organisation).login;
	const filed = await town.call(login, "POST", "/cases", { procedure, organisation, channel: "direct",
		data: sample(procedure, "apply", way.given) });
	if (filed.status !== 201) throw new Error(`it is filed: ${filed.text}`);
	const { code } = filed.body, wanted = { ...way.outcomes };
	let state = await open(code, login);
	if (state.status === "submitted" || state.tasks.some((t) => t.open && t.element === "Task_intake")) {
		const taken = await town.call(login, "POST", `/cases/${code}/accept`, {});
		if (taken.status !== 200) throw new Error(`it is accepted: ${taken.text}`);
		state = await open(code, login);
	}
	for (let steps = 0; state.status !== "returned" && steps < 40; steps++) {
		const task = state.tasks.find((t) => t.open);
		if (!task) throw new Error(`it stands still: ${state.status}`);
		await complete(procedure, flow, task, wanted[task.element]);
		delete wanted[task.element];
		visited.add(task.element);
		state = await open(code, login);
	}
	if (state.status !== "returned") throw new Error(`it is never returned: ${state.status}`);
	if (Object.keys(wanted).length) throw new Error(`${Object.keys(wanted)} was not met`);
	for (const step of flow.tasks.filter((t) => t.letter && state.tasks.some((x) => x.element === t.id)))
		await letter(desks[organisation], code, step.letter, `${procedure}, ${way.name}`);
}

async function whole(procedure, desks) {
	const flow = flowOf(procedure), visited = new Set(), before = failures();
	const ways = variations(procedure, flow);
	for (const way of ways) {
		try {
			await run(procedure, flow, way, desks, visited);
		} catch (fault) {
			verdict(false, `${procedure}, ${way.name}`, fault.message);
		}
	}
	const missed = flow.tasks.filter((t) => t.act !== "intake" && !visited.has(t.id)).map((t) => t.id);
	verdict(!missed.length && failures() === before, `${procedure}: ${ways.length} ways to the end`, missed.join(" "));
}

try {
	await town.serve(clock);
	const desks = {};
	for (const { code } of organisations.filter((o) => o.receives))
		await (desks[code] = new Desk()).signIn(officer("reception", code).login);
	for (const procedure of new Set(packs.flatMap((p) => readdirSync(`${p.at}/procedures`))))
		await whole(procedure, desks);
	await town.stop();
	const sound = town.run("verify");
	verdict(!/differ|not sound/.test(sound), "motcua verify finds everything sound", sound);
} catch (fault) {
	verdict(false, "the procedures end", fault.stack);
	town.server?.kill();
}
town.remove();
process.exit(failures() ? 1 : 0);
