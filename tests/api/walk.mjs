// The API from outside: a linked case from draft to return by the officers it needs, what others
// may not do, and what happens when things are sent twice. node tests/api/walk.mjs [DATABASE]
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { filing } from "./filing.mjs";
import { Town, failures, verdict } from "./town.mjs";

const town = new Town(process.argv[2]);
const desk = "tiepnhan.hoaphat", justice = "tuphap.hoaphat", leader = "chutich.hoaphat";
const police = "congan.hoaphat", insurance = "baohiem.camle", stranger = "tiepnhan.hoaan";
const linked = (more = {}) => ({ procedure: "lien-thong-khai-sinh", organisation: "hoa-phat",
	channel: "direct", data: filing(), ...more });
const is = (answer, status, text) => verdict(answer.status === status, text,
	`${answer.status} instead of ${status}: ${JSON.stringify(answer.body)}`);
const key = (name) => ({ "idempotency-key": name });

function pdf(fields) {
	const form = new FormData();
	for (const field of fields)
		form.append(field, new Blob(["%PDF-1.4\n%%EOF\n"], { type: "application/pdf" }), `${field}.pdf`);
	return form;
}

async function dueDate(clock, due) {
	await town.serve(clock);
	const filed = await town.call(desk, "POST", "/cases", linked());
	verdict(filed.status === 201 && filed.body.due_at?.startsWith(due),
		`a case received ${clock} is due ${due}`, filed.text);
	await town.stop();
}

async function step(code, element, login, body) {
	const tasks = (await town.call(login, "GET", "/tasks")).body.tasks ?? [];
	const task = tasks.find((t) => t.case === code && t.element === element);
	if (!task) return verdict(false, `${login} finds ${element}`, JSON.stringify(tasks));
	is(await town.call(login, "POST", `/tasks/${task.id}/claim`), 200, `${login} claims ${element}`);
	const done = await town.call(login, "POST", `/tasks/${task.id}/complete`, body, key(`${code}-${element}`));
	is(done, 200, `${login} completes ${element}`);
	const again = await town.call(login, "POST", `/tasks/${task.id}/complete`, body, key(`${code}-${element}`));
	verdict(again.text === done.text, `${element} sent again is answered alike and not done again`, again.text);
	return done;
}

async function wholeLife() {
	const begun = await town.call(desk, "POST", "/drafts", { procedure: "2.000986", organisation: "hoa-phat" });
	is(begun, 201, "a draft is begun");
	const at = `/drafts/${begun.body.id}`;
	is(await town.call(desk, "POST", `${at}/submit`, {}), 422, "an empty draft is not submitted");
	const filled = await town.call(desk, "PATCH", at, { data: filing("Đức") });
	verdict(Object.keys(filled.body.missing).every((k) => k.startsWith("files.")) &&
		"files.birth_notice" in filled.body.missing, "only the papers are missing now", filled.text);
	is(await town.call(desk, "POST", `${at}/files`, pdf(["files.nowhere"])), 422, "a paper no form asks for is refused");
	const whole = await town.call(desk, "POST", `${at}/files`,
		pdf(["files.birth_notice", "files.marriage", "files.household", "files.identity"]));
	verdict(whole.status === 200 && Object.keys(whole.body.missing).length === 0, "with the papers nothing is missing", whole.text);
	is(await town.call(stranger, "GET", at), 403, "another ward does not read the draft");
	const sent = await town.call(desk, "POST", `${at}/submit`, {}, key("submit"));
	is(sent, 201, "the draft is submitted");
	const twice = await town.call(desk, "POST", `${at}/submit`, {}, key("submit"));
	verdict(twice.text === sent.text, "submitted again under its key it is the same case", twice.text);
	is(await town.call(desk, "POST", `${at}/submit`, {}), 409, "without the key it was submitted already");
	const { code, tracking_pin: pin } = sent.body;

	const taken = await town.call(desk, "POST", `/cases/${code}/accept`, {});
	verdict(taken.body.status === "accepted" && taken.body.due_at.startsWith("2015-02-05") && taken.body.register_number > 0,
		"accepted on 2015-01-26 it is due 2015-02-05 and has its number", taken.text);
	is(await town.call(desk, "POST", `/cases/${code}/accept`, {}), 409, "it is not accepted twice");
	is(await town.call(desk, "POST", `/cases/${code}/files`, pdf(["files.identity"])), 200, "a paper comes later");

	const registration = { kind: "on-time", birth_date_words: "Ngày hai mươi tháng một năm hai nghìn không trăm mười lăm",
		registrar: "Phạm Thị Lan", signer: "Nguyễn Văn An", signer_title: "Chủ tịch", compared: true };
	const tasks = (await town.call(justice, "GET", "/tasks?claimable=true")).body.tasks;
	const register = tasks.find((t) => t.case === code);
	const wrong = await town.call(justice, "POST", `/tasks/${register.id}/complete`, { data: { registration: { kind: "never" } } });
	verdict(wrong.status === 422 && "registration.registrar" in wrong.body.errors, "a step's data is held to its form, by field", wrong.text);
	is(await town.call(police, "GET", `/cases/${code}`), 403, "the police do not see it before their leg");
	await step(code, "Task_register", justice, { data: { registration } });
	await step(code, "Task_sign", leader, { outcome: "approve" });
	is(await town.call(police, "GET", `/cases/${code}`), 200, "the police see it now");
	await step(code, "Task_residence", police, { data: { residence_result: { state: "registered", date: "2015-01-26", book_number: "480012345" } } });
	await step(code, "Task_insurance", insurance, { data: { insurance_result: { state: "issued", number: "TE1480012345678", valid_from: "2015-01-26" } } });
	await step(code, "Task_check", desk, { data: { check: { received: ["birth", "residence", "insurance"], informed: true } } });
	const end = await step(code, "Task_return", desk, { data: { returned: { name: "Trần Văn Bình", id_number: "201234567", how: "desk" } } });
	verdict(end?.body.status === "returned", "the case is returned", end?.text);
	const events = await town.call(desk, "GET", `/cases/${code}/events`);
	verdict(events.body.events.filter((e) => e.kind === "case.papers_added").length === 1 &&
		events.body.events.filter((e) => e.kind === "case.submitted").length === 1, "its timeline tells each act once", events.text);
	const tracked = await town.call(null, "GET", `/tracking?code=${code}&pin=${pin}`);
	verdict(tracked.body.status === "returned" && !tracked.text.includes("201234567"), "its PIN opens the tracking, without the ID number", tracked.text);
	const found = await town.call(desk, "GET", "/cases?q=tran%20minh%20duc&status=returned");
	verdict(found.body.cases?.some((c) => c.code === code), "it is found by its name without tone marks", found.text);
	return { code, pin };
}

async function proof({ code, pin }) {
	const folder = join(town.data, "tmp");
	let act;
	for (let i = 0; i < 40; i++) {
		act = await town.call(null, "GET", `/ledger/act?case=${code}&pin=${pin}`);
		if (act.status === 200) break;
		await new Promise((done) => setTimeout(done, 500));
	}
	const ledgerKey = (await town.call(null, "GET", "/ledger/key")).body.trim();
	writeFileSync(join(folder, "act"), act.body);
	const check = (file) => {
		try {
			return execFileSync(process.env.MOTCUA_VERIFY, ["proof", join(folder, file), ledgerKey], { encoding: "utf8" });
		} catch {
			return null;
		}
	};
	verdict(check("act") !== null, "motcua-verify believes the proof", act.text);
	const letters = [...act.body], half = letters.findIndex((c, i) => i > 200 && /[a-y]/.test(c));
	letters[half] = String.fromCharCode(letters[half].charCodeAt(0) + 1);
	writeFileSync(join(folder, "forged"), letters.join(""));
	verdict(check("forged") === null, "and not a forged one");
	is(await town.call(null, "GET", `/ledger/proof?case=${code}`), 200, "the proof as JSON");
	is(await town.call(null, "GET", "/ledger/checkpoint"), 200, "the checkpoint");
}

async function twice() {
	const count = async () => (await town.call(desk, "GET", "/cases?q=tran%20minh%20nhan")).body.cases.length;
	const body = linked({ data: filing("Nhân") });
	const many = await Promise.all(Array.from({ length: 8 }, () => town.call(desk, "POST", "/cases", body, key("at-once"))));
	verdict(many.every((a) => a.status === 201 && a.text === many[0].text), "eight at once under one key get one answer",
		[...new Set(many.map((a) => a.text))].join(" | "));
	verdict(await count() === 1, "and make one case", await count());
	is(await town.call(desk, "POST", "/cases", linked({ data: filing("Khác") }), key("at-once")), 422, "the key with another body is refused");
	const bad = await town.call(desk, "POST", "/cases", linked({ data: { ...filing(), child: {} } }));
	verdict(bad.status === 422 && bad.type === "application/problem+json" && "child.family_name" in bad.body.errors, "wrong data: a problem that names the fields", bad.text);
	is(await town.call(desk, "POST", "/cases", linked({ channel: "pigeon" })), 422, "an unknown channel is refused");
	is(await town.call(desk, "GET", "/cases?status=nowhere"), 400, "an unknown status is refused");
}

async function sideways() {
	const file = async () => (await town.call(desk, "POST", "/cases", linked())).body.code;
	const state = async (code) => (await town.call(desk, "GET", `/cases/${code}`)).body;
	const [asked, refused, withdrawn] = [await file(), await file(), await file()];
	is(await town.call(justice, "POST", `/cases/${asked}/supplement`, { items: [] }), 422, "a supplement must say what");
	const waiting = await town.call(justice, "POST", `/cases/${asked}/supplement`, { items: [{ text: "Giấy kết hôn" }] }, key("ask"));
	verdict(waiting.body.status === "supplement" && waiting.body.due_at === null, "a supplement stops the clock", waiting.text);
	const going = await town.call(desk, "POST", `/cases/${asked}/supplement/answer`, { text: "Đã nộp" });
	verdict(going.body.status === "accepted" && going.body.due_at, "its answer starts it again", going.text);
	is(await town.call(justice, "POST", `/cases/${asked}/notes`, { text: "Đã gọi điện" }), 200, "a note is kept");
	const later = await town.call(leader, "POST", `/cases/${asked}/apology`, { reason: "Chờ xác minh", new_date: "2015-02-27" });
	verdict(later.body.due_at?.startsWith("2015-02-27"), "an apology sets the new date", later.text);
	const no = await town.call(justice, "POST", `/cases/${refused}/refuse`, { reason: "Không đúng thẩm quyền" });
	verdict(no.body.status === "stopped", "a refusal ends it", no.text);
	const back = await town.call(desk, "POST", `/cases/${withdrawn}/withdraw`, { reason: "Đổi ý" }, key("back"));
	verdict(back.body.status === "withdrawn", "a withdrawal ends it", back.text);
	verdict((await state(withdrawn)).status === "withdrawn", "and it stays so");
}

// Every route of the description, asked by an officer of another ward, by nobody, by a wrong token.
async function strangers() {
	const { code } = (await town.call(desk, "POST", "/cases", linked())).body;
	const draft = (await town.call(desk, "POST", "/drafts", { procedure: "lien-thong-khai-sinh", organisation: "hoa-phat" })).body.id;
	const before = await town.call(desk, "GET", `/cases/${code}`), events = await town.call(desk, "GET", `/cases/${code}/events`);
	const task = before.body.tasks.find((t) => t.open).id;
	let asked = 0;
	for (const [path, methods] of Object.entries(town.document.paths))
		for (const method of Object.keys(methods)) {
			const named = path.startsWith("/tasks") ? task : draft;
			const real = path.replace("{code}", path.startsWith("/procedures") ? "khai-sinh" : code).replace("{id}", named);
			const body = method === "get" ? undefined : path.endsWith("/files") ? pdf(["files.identity"])
				: { reason: "x", text: "x", items: [{ text: "x" }], data: {}, new_date: "2015-03-01" };
			const open = methods[method].security?.length === 0;
			for (const who of open ? [] : [null, `mc_${"x".repeat(43)}`]) {
				const copy = body instanceof FormData ? pdf(["files.identity"]) : body;
				const a = await town.call(who, method.toUpperCase(), real, copy);
				if (![401, 403, 404].includes(a.status)) verdict(false, `${who ? "a wrong token" : "nobody"}: ${method} ${path}`, a.status);
				asked++;
			}
			if (!path.includes("{") || path.startsWith("/procedures")) continue;
			const a = await town.call(stranger, method.toUpperCase(), real, body);
			if (![403, 404].includes(a.status)) verdict(false, `another ward: ${method} ${path}`, a.status);
			asked++;
		}
	verdict(asked > 40, `${asked} requests of strangers got 401, 403 or 404`);
	is(await town.call(stranger, "POST", "/cases", linked()), 403, "a desk does not file for another ward");
	is(await town.call(stranger, "POST", "/drafts", { procedure: "khai-sinh", organisation: "hoa-phat" }), 403, "nor begin a draft there");
	const list = await town.call(stranger, "GET", "/cases?q=tran");
	verdict(list.body.cases.length === 0, "another ward's list is empty", list.text);
	const after = await town.call(desk, "GET", `/cases/${code}`), told = await town.call(desk, "GET", `/cases/${code}/events`);
	verdict(before.text === after.text && events.text === told.text, "and nothing has changed");
}

async function pages({ code, pin }) {
	const post = (path, headers = {}) => fetch(town.base + path, { method: "POST", redirect: "manual",
		headers: { "content-type": "application/x-www-form-urlencoded", accept: "text/html", ...headers }, body: "login=quantri&password=motcua-demo" });
	for (const path of ["/dang-nhap", "/nop/khai-sinh", `/tra-cuu/${code}/rut`])
		verdict([403, 404].includes((await post(path)).status), `a form without its token is refused: ${path.replace(code, "CODE")}`);
	const from = (address, p) => town.call(null, "GET", `/tracking?code=${code}&pin=${p}`, undefined, { "x-forwarded-for": address });
	const wrong = pin === "00000000" ? "11111111" : "00000000", tries = [];
	for (let i = 0; i < 7; i++) tries.push((await from("192.0.2.7", wrong)).status);
	verdict(tries.slice(0, 5).every((s) => s === 404) && [429, 503].includes(tries[6]), "five wrong PINs, then wait", tries);
	verdict([429, 503].includes((await from("192.0.2.7", pin)).status), "the right PIN waits there too");
	is(await from("192.0.2.8", pin), 200, "and opens from another address");
}

// What the wall board shows anybody may read; who is expected is for the officers of that hall.
async function hall() {
	const service = (await town.call(null, "GET", "/halls/hoa-phat")).body.services[0];
	verdict(service.waiting === 0 && service.minutes === null, "nobody waits in the morning", JSON.stringify(service));
	const taken = await fetch(`${town.base}/quay/hoa-phat`, { method: "POST", redirect: "manual",
		headers: { authorization: `Bearer ${town.token(desk)}`, "content-type": "application/json" },
		body: JSON.stringify({ "dich-vu": service.code }) });
	verdict(taken.status === 303, "a number is taken", taken.status);
	const now = await town.call(null, "GET", "/halls/hoa-phat");
	verdict(now.body.services[0].waiting === 1 && now.body.services[0].minutes > 0 &&
		now.body.tickets.map((t) => t.state).join() === "waiting", "it waits in its service, with an estimate", now.text);
	verdict(now.body.counters.length > 0 && now.body.counters.every((c) => !c.open), "no counter is open yet", now.text);
	is(await town.call(null, "GET", "/halls/nowhere"), 404, "there is no such hall");
	is(await town.call(desk, "GET", "/halls/hoa-phat/appointments?day=2015-01-27"), 200, "the desk reads who is expected");
	is(await town.call(desk, "GET", "/halls/hoa-phat/appointments?day=never"), 400, "a day that is none is refused");
	is(await town.call(null, "GET", "/halls/hoa-phat/appointments"), 401, "nobody else does");
	is(await town.call(stranger, "GET", "/halls/hoa-phat/appointments"), 403, "nor does another ward");
}

try {
	await town.serve("2015-01-26T09:00:00+07:00");
	const life = await wholeLife();
	await proof(life);
	await twice();
	await sideways();
	await strangers();
	await pages(life);
	await hall();
	await town.stop();
	await dueDate("2015-02-10T15:30:00+07:00", "2015-03-02");
	const sound = town.run("verify");
	verdict(!/differ|not sound/.test(sound), "motcua verify finds everything sound", sound);
} catch (fault) {
	verdict(false, "the walk ends", fault.stack);
	town.server?.kill();
}
town.remove();
process.exit(failures() ? 1 : 0);
