// Two who act on one case at the same moment: one wins, the other is told who and what; pressed twice
// is done once. Every act of an officer on a case, by itself. node tests/api/races.mjs [DATABASE]
import { filing } from "./filing.mjs";
import { Town, failures, verdict } from "./town.mjs";

const town = new Town(process.argv[2]);
const desk = "tiepnhan.hoaphat", justice = "tuphap.hoaphat", leader = "chutich.hoaphat", deputy = "phochutich.hoaphat";
const names = { [justice]: "Lê Quang Vinh", [leader]: "Phạm Đình Khôi", [deputy]: "Trần Thị Mỹ Dung" };
const registration = { kind: "on-time", birth_date_words: "Ngày hai mươi tháng một năm hai nghìn không trăm mười lăm",
	registrar: "Phạm Thị Lan", signer: "Nguyễn Văn An", signer_title: "Chủ tịch", compared: true };

const post = (login, path, body, key) => town.call(login, "POST", path, body, key ? { "idempotency-key": key } : {});
const look = async (code) => (await town.call(desk, "GET", `/cases/${code}`)).body;
// Letters are made by the system afterwards: they are no act of an officer.
const acts = async (code) => (await town.call(desk, "GET", `/cases/${code}/events`)).body.events
	.filter((e) => e.kind !== "letter.made");
const task = async (code, element) => (await look(code)).tasks.find((t) => t.open && t.element === element)?.id;

async function begun(from) {
	const code = (await post(desk, "/cases", { procedure: "lien-thong-khai-sinh", organisation: "hoa-phat",
		channel: "direct", data: filing() })).body.code;
	for (const act of from) {
		const answer = await post(act.by[0], await act.path(code), act.body);
		if (answer.status !== 200) throw new Error(`${act.name}: ${answer.status} ${answer.text}`);
	}
	return code;
}

const on = (what) => async (code) => `/cases/${code}/${what}`;
const step = (element, what) => async (code) => `/tasks/${await task(code, element)}/${what}`;
const accept = { name: "accepting", by: [desk, desk], path: on("accept"), body: {} };
const ask = { name: "asking for a supplement", by: [justice, leader], path: on("supplement"), body: { items: [{ text: "Giấy kết hôn" }] } };
const register = { name: "finishing a step", by: [justice, justice], path: step("Task_register", "complete"), body: { data: { registration } } };
const refuse = { name: "refusing", by: [justice, leader], path: on("refuse"), body: { reason: "Không đúng thẩm quyền" } };
const table = [
	{ act: refuse, from: [] },
	{ act: { name: "withdrawing", by: [desk, desk], path: on("withdraw"), body: { reason: "Đổi ý" } }, from: [] },
	{ act: ask, from: [] },
	{ act: { name: "taking in the answer", by: [desk, desk], path: on("supplement/answer"), body: { text: "Đã nộp" } }, from: [ask] },
	{ act: register, from: [] },
	{ act: { name: "signing", by: [leader, deputy], path: step("Task_sign", "complete"), body: { outcome: "approve" } }, from: [register] },
	{ act: { name: "taking a step", by: [leader, deputy], path: step("Task_sign", "claim"), body: {} }, from: [register] },
	{ act: { name: "stopping", by: [leader, deputy], path: on("stop"), body: { reason: "Người yêu cầu đề nghị", legal_basis: "Luật Hộ tịch" } }, from: [] },
	{ act: { name: "apologising with a new date", by: [leader, deputy], path: on("apology"),
		body: { reason: "Chờ xác minh", new_date: "2015-02-27" } }, from: [] },
	{ act: { name: "opening again", by: [leader, deputy], path: on("reopen"), body: { reason: "Ghi nhầm" } }, from: [refuse] },
];

// Both at once under one key: one answer, one act.
async function pressedTwice({ act, from }) {
	const code = await begun(from), path = await act.path(code), before = (await acts(code)).length;
	const [one, two] = await Promise.all([0, 1].map(() => post(act.by[0], path, act.body, `race-${code}`)));
	const done = (await acts(code)).length - before;
	verdict(one.status === 200 && one.text === two.text && done === 1, `${act.name} pressed twice is done once`,
		`${done} acts: ${one.text} | ${two.text}`);
}

// Two at once, each their own request: one act, and the second is told of the first.
async function together({ act, from }) {
	const code = await begun(from), path = await act.path(code), before = (await acts(code)).length;
	const answers = await Promise.all(act.by.map((who) => post(who, path, act.body)));
	const done = (await acts(code)).length - before, lost = answers.findIndex((a) => a.status === 409);
	verdict(lost >= 0 && answers[1 - lost].status === 200 && done === 1, `${act.name}: of two at once one wins`,
		`${done} acts: ${answers.map((a) => a.text).join(" | ")}`);
	if (lost < 0) return;
	const told = answers[lost].body.detail ?? answers[lost].body.title;
	const winner = act.by[0] === act.by[1] ? "nh/chị" : names[act.by[1 - lost]];
	verdict(told.includes(winner), `${act.name}: who comes second is told of the first`, `${told} (${winner})`);
}

try {
	await town.serve("2015-01-26T09:00:00+07:00");
	for (const entry of table) {
		await pressedTwice(entry);
		await together(entry);
	}
	await town.stop();
	const sound = town.run("verify");
	verdict(!/differ|not sound/.test(sound), "motcua verify finds everything sound", sound);
} catch (fault) {
	verdict(false, "the races end", fault.stack);
	town.server?.kill();
}
town.remove();
process.exit(failures() ? 1 : 0);
