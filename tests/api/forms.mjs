// The pages' own forms under two hands: the same form pressed twice does its act once; of two officers who
// opened the same page one wins, the other is told who and what. node tests/api/forms.mjs [DATABASE]
import { execFileSync } from "node:child_process";
import { filing } from "./filing.mjs";
import { Person } from "./person.mjs";
import { Town, failures, verdict } from "./town.mjs";

const town = new Town(process.argv[2]);
const CLOCK = "2015-01-26T09:00:00+07:00";
const desk = "tiepnhan.hoaphat", justice = "tuphap.hoaphat", leader = "chutich.hoaphat", deputy = "phochutich.hoaphat";
const names = { [desk]: "Nguyễn Thị Thu Hà", [justice]: "Lê Quang Vinh", [leader]: "Phạm Đình Khôi", [deputy]: "Trần Thị Mỹ Dung" };
const api = (login, method, path, body) => town.call(login, method, path, body);
const acts = async (code) => (await api(leader, "GET", `/cases/${code}/events`)).body.events
	.filter((e) => e.kind !== "letter.made").map((e) => e.kind);

const people = {};
async function person(login) {
	people[login] ??= await new Person(town, login).signIn();
	return people[login];
}

const unescape = (text) => text.replaceAll("&quot;", '"').replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&#39;", "'").replaceAll("&amp;", "&");
const attribute = (tag, name) => { const m = tag.match(new RegExp(`\\s${name}="([^"]*)"`)); return m && unescape(m[1]); };

// The form of the page whose action fits, with what it holds: as a browser would send it.
function formOf(html, fits) {
	for (const [, head, body] of html.matchAll(/<form([^>]*)>([\s\S]*?)<\/form>/g)) {
		const action = attribute(head, "action");
		if (!fits.test(action ?? "")) continue;
		const fields = [];
		for (const [tag] of body.matchAll(/<input[^>]*>/g)) {
			const type = attribute(tag, "type");
			if (attribute(tag, "name") && type !== "file" && (!/checkbox|radio/.test(type ?? "") || / checked/.test(tag)))
				fields.push([attribute(tag, "name"), attribute(tag, "value") ?? ""]);
		}
		for (const [, tag, text] of body.matchAll(/<textarea([^>]*)>([\s\S]*?)<\/textarea>/g)) fields.push([attribute(tag, "name"), unescape(text)]);
		for (const [, tag, options] of body.matchAll(/<select([^>]*)>([\s\S]*?)<\/select>/g)) {
			const chosen = options.match(/<option value="([^"]+)"[^>]* selected/) ?? options.match(/<option value="([^"]+)"/);
			fields.push([attribute(tag, "name"), chosen ? unescape(chosen[1]) : ""]);
		}
		return { action, fields };
	}
	return null;
}

const sample = (procedure, given) => JSON.parse(execFileSync(process.env.MOTCUA_PROGRAM, ["sample", "packs/cam-le", procedure, "apply",
	JSON.stringify(given), "--seed", "5", "--clock", CLOCK], { encoding: "utf8" })).data;
const birth = async () => (await api(desk, "POST", "/cases", { procedure: "lien-thong-khai-sinh", organisation: "hoa-phat",
	channel: "direct", data: filing() })).body.code;
const taken = (procedure) => async () => (await api(desk, "POST", "/cases", { procedure, organisation: "hoa-phat",
	channel: "direct", data: sample(procedure, {}) })).body.code;
const copies = taken("chung-thuc-ban-sao"), single = taken("xac-nhan-tinh-trang-hon-nhan");
async function online() {
	const id = (await api(desk, "POST", "/drafts", { procedure: "lien-thong-khai-sinh", organisation: "hoa-phat" })).body.id;
	await api(desk, "PATCH", `/drafts/${id}`, { data: filing() });
	const files = new FormData();
	for (const f of ["files.birth_notice", "files.marriage", "files.household", "files.identity"])
		files.append(f, new Blob(["%PDF-1.4\n%%EOF\n"], { type: "application/pdf" }), "a.pdf");
	await api(desk, "POST", `/drafts/${id}/files`, files);
	return (await api(desk, "POST", `/drafts/${id}/submit`, {})).body.code;
}
const done = (answer) => { if (answer.status >= 300) throw new Error(answer.text); return answer.body; };
async function paid() {
	const code = await copies(), { payment } = (await api(desk, "GET", `/cases/${code}`)).body;
	done(await api(desk, "POST", `/cases/${code}/payments`, { amount: payment.amount, method: "cash" }));
	return code;
}
async function corrected() {
	const code = await birth();
	const form = new FormData();
	for (const [name, value] of [["target", "receipt"], ["requester", "Trần Văn Bình"], ["reason", "Sai họ"],
		["data", JSON.stringify({ declarant: { ...filing().declarant, name: "Trần Văn Bính" } })]]) form.append(name, value);
	form.append("evidence", new Blob(["%PDF-1.4\n%%EOF\n"], { type: "application/pdf" }), "giay.pdf");
	done(await api(desk, "POST", `/cases/${code}/corrections`, form));
	return code;
}
async function cancelling() {
	const code = await paid(), who = await person(desk);
	const { text } = await who.ask("GET", `/ban/${code}/le-phi`);
	const { action, fields } = formOf(text, /\/huy\//);
	await who.ask("POST", action, { form: set(fields, { reason: "Ghi nhầm số tiền" }) });
	return code;
}
const set = (fields, values) => [...fields.filter(([name]) => !(name in values)), ...Object.entries(values)];

const table = [
	{ name: "accepting", begin: online, by: [desk, desk], page: "", form: /\/nhan$/, values: {} },
	{ name: "asking for a supplement", begin: birth, by: [justice, leader], page: "/bo-sung", form: /\/bo-sung$/, values: { items: "Giấy kết hôn" } },
	{ name: "refusing", begin: birth, by: [justice, leader], page: "", form: /\/tu-choi$/, values: { refusal: "Không đúng thẩm quyền", reason: "Không đúng thẩm quyền" } },
	{ name: "apologising", begin: birth, by: [leader, deputy], page: "", form: /\/xin-loi$/, values: { reason: "Chờ xác minh", apology: "Chờ xác minh", new_date: "2015-02-27" } },
	{ name: "withdrawing", begin: birth, by: [desk, desk], page: "", form: /\/rut$/, values: { withdrawal: "Đổi ý", reason: "Đổi ý" } },
	{ name: "stopping", begin: birth, by: [leader, deputy], page: "/ket-qua", form: /\/dung$/, values: { stop: "Người nộp đề nghị" } },
	{ name: "giving a step to an officer", begin: birth, by: [leader, deputy], page: "", form: /\/giao$/, values: { login: justice }, second: { login: "" } },
	{ name: "taking a fee", begin: copies, by: [desk, desk], page: "/le-phi", form: /\/thu$/, values: { method: "cash" } },
	{ name: "waiving a fee", begin: single, by: [desk, desk], page: "/le-phi", form: /\/mien$/,
		values: { evidence: "Giấy chứng nhận hộ nghèo số 12", reason: "Hộ nghèo" } },
	{ name: "asking to cancel a receipt", begin: paid, by: [desk, desk], page: "/le-phi", form: /\/huy\//, values: { reason: "Ghi nhầm" } },
	{ name: "agreeing to cancel a receipt", begin: cancelling, by: [leader, deputy], page: "/le-phi", form: /\/duyet-huy\//, values: { decision: "approve" } },
	{ name: "paying back", begin: paid, by: [leader, deputy], page: "/le-phi", form: /\/hoan\//, values: { reason: "Thu nhầm" } },
	{ name: "approving a correction", begin: corrected, by: [leader, deputy], page: "/ket-qua", form: /\/dinh-chinh\/\d+$/, values: { answer: "yes" } },
];

// Opens the page and returns how to send its form; null: it is not there.
async function opened(login, code, entry, again = {}) {
	const who = await person(login), page = await who.ask("GET", `/ban/${code}${entry.page}`);
	const form = formOf(page.text, entry.form);
	if (!form) return null;
	const values = { ...entry.values, ...again };
	return async () => {
		const answer = await who.ask("POST", form.action, { form: set(form.fields, values) });
		const shown = answer.to ? (await who.ask("GET", answer.to)).text : answer.text;
		return { status: answer.status, text: shown.replace(/<head>[\s\S]*?<\/head>|<header[\s\S]*?<\/header>/g, "").replace(/<[^>]+>/g, " ").replace(/\s+/g, " ") };
	};
}

async function twice(entry) {
	const code = await entry.begin(), send = await opened(entry.by[0], code, entry), before = await acts(code);
	if (!send) return verdict(false, `${entry.name}: its page has the form`);
	const answers = await Promise.all([send(), send()]), after = await acts(code);
	const again = await send(), later = await acts(code);
	verdict(after.length - before.length === 1 && later.length === after.length && ![...answers, again].some((a) => a.status >= 500),
		`${entry.name}: its form pressed twice, and once more later, does it once`,
		`${later.slice(before.length)}; ${answers.map((a) => `${a.status} ${a.text.slice(0, 200)}`)}`);
}

async function together(entry) {
	const code = await entry.begin();
	const [one, two] = [await opened(entry.by[0], code, entry), await opened(entry.by[1], code, entry, entry.second)];
	if (!one || !two) return verdict(false, `${entry.name}: both officers have the form`);
	const before = await acts(code), first = await one(), second = await two(), done = (await acts(code)).slice(before.length);
	verdict(done.length === 1 && first.status < 400, `${entry.name}: on a page that is out of date it is not done again`,
		`${done}; ${first.status} ${first.text.slice(0, 300)}; ${second.status}`);
	const who = names[entry.by[0]];
	verdict(second.status === 409 ? second.text.includes(who) || entry.by[0] === entry.by[1] && /anh\/chị/i.test(second.text)
		: second.status < 500 && second.text.includes(who), `${entry.name}: who comes second is told of the first`,
		`${second.status} ${second.text.slice(0, 500)}`);
}

// One number waits, two counters call at once: one has it, the other is told that nobody waits.
async function oneNumberTwoCounters() {
	const visitor = new Person(town), first = await person(desk), second = await person(justice);
	const kiosk = "/quay/hoa-phat", _csrf = await visitor.csrf(kiosk);
	const seats = [[first, 1], [second, 2]];
	for (const [who, n] of seats) await who.ask("POST", `/ban/quay/hoa-phat/${n}`, { form: { _csrf: who.token, act: "mo" } });
	const lan = (await visitor.ask("GET", kiosk)).text.match(/name="lan" value="([^"]*)"/)[1];
	const slips = await Promise.all([0, 1].map(() => visitor.ask("POST", kiosk, { form: { _csrf, lan, "dich-vu": "ho-tich" } })));
	verdict(slips.every((s) => s.status === 303) && slips[0].to === slips[1].to, "a touch on the kiosk felt twice gives one number",
		slips.map((s) => `${s.status} ${s.to}`));
	await Promise.all(seats.map(([who, n]) => who.ask("POST", `/ban/quay/hoa-phat/${n}`, { form: { _csrf: who.token, act: "goi" } })));
	const pages = await Promise.all(seats.map(([who, n]) => who.ask("GET", `/ban/quay/hoa-phat/${n}`)));
	verdict(pages.filter((p) => /<strong>A001<\/strong>/.test(p.text)).length === 1, "a number called at two counters comes to one");
}

// Slots of one place each: of many who want one at once no more get it than it has places.
async function oneSlotManyWanted() {
	const at = "/dat-lich/tro-cap-xa-hoi?co-quan=hoa-phat&ngay=2015-01-27";
	const want = async (i) => {
		const who = new Person(town), { text } = await who.ask("GET", at), form = formOf(text, /dat-lich/);
		const gio = text.match(/name="gio"[^>]*value="([^"]*)"|value="([^"]*)"[^>]*name="gio"/);
		return () => who.ask("POST", form.action, { form: set(form.fields, { gio: gio[1] ?? gio[2], ten: `Nguyễn Văn ${i}`, "dien-thoai": `090511122${i}` }) });
	};
	const sends = await Promise.all([1, 2, 3, 4].map(want));
	const answers = await Promise.all(sends.map((send) => send()));
	verdict(answers.filter((a) => a.status === 303).length === 1 && answers.every((a) => a.status < 500),
		"a slot with one place goes to one of four", answers.map((a) => `${a.status} ${a.to}`));
}

try {
	await town.serve(CLOCK);
	for (const entry of table) {
		await twice(entry);
		await together(entry);
	}
	await oneNumberTwoCounters();
	await oneSlotManyWanted();
	await new Promise((wait) => setTimeout(wait, 2000)); // letters under way
	await town.stop();
	const sound = town.run("verify");
	verdict(!/differ|not sound/.test(sound), "motcua verify finds everything sound", sound);
} catch (fault) {
	verdict(false, "the forms end", fault.stack);
	town.server?.kill();
}
town.remove();
process.exit(failures() ? 1 : 0);
