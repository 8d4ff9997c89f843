// A letter's life on the running program: issued with its act, made and signed after it, given to the
// citizen, checked by anybody, printed with others. node tests/letters/issue.mjs [DATABASE]
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { filing } from "../api/filing.mjs";
import { Town, failures, verdict } from "../api/town.mjs";

const town = new Town(process.argv[2]);
const desk = "tiepnhan.hoaphat", justice = "tuphap.hoaphat", stranger = "tiepnhan.hoaan";
await town.serve("2015-01-26T09:00:00+07:00");

async function get(path, login) {
	const headers = login ? { authorization: `Bearer ${town.token(login)}` } : {};
	const r = await fetch(town.base + path, { headers, redirect: "manual" });
	return { status: r.status, bytes: Buffer.from(await r.arrayBuffer()), headers: r.headers };
}
async function post(path, login, form) {
	const headers = login ? { authorization: `Bearer ${town.token(login)}` } : {};
	const r = await fetch(town.base + path, { method: "POST", headers, body: form, redirect: "manual" });
	return { status: r.status, bytes: Buffer.from(await r.arrayBuffer()) };
}
// As a visitor who opened the page: its cookie, its token.
async function visit(path, fill) {
	const page = await fetch(town.base + path);
	const cookie = page.headers.getSetCookie().map((c) => c.split(";")[0]).join("; ");
	const token = (await page.text()).match(/name="_csrf" value="([^"]+)"/)[1];
	const form = new FormData();
	form.append("_csrf", token);
	fill(form);
	const r = await fetch(town.base + path, { method: "POST", headers: { cookie }, body: form });
	return { status: r.status, text: await r.text() };
}
const judge = (bytes, name) => {
	const file = join(town.data, name);
	writeFileSync(file, bytes);
	return execFileSync("sh", ["-c", `pdfsig -nocert "${file}" 2>&1; pdftotext -raw "${file}" - 2>/dev/null`], { encoding: "utf8" }).replace(/\s+/g, " ");
};
const pageCount = (bytes) => {
	writeFileSync(join(town.data, "many.pdf"), bytes);
	return Number(execFileSync("pdfinfo", [join(town.data, "many.pdf")], { encoding: "utf8" }).match(/Pages:\s+(\d+)/)[1]);
};
async function filed(name) {
	const answer = await town.call(desk, "POST", "/cases", { procedure: "lien-thong-khai-sinh", organisation: "hoa-phat", channel: "direct", data: filing(name) });
	return answer.body;
}
async function signed(code, kind) {
	for (let i = 0; i < 40; i++) {
		const answer = await get(`/ban/${code}/giay/${kind}.pdf`, desk);
		if (answer.bytes.includes("ETSI.CAdES.detached")) return answer.bytes;
		await new Promise((done) => setTimeout(done, 500));
	}
	return null;
}

const first = await filed("Đức"), second = await filed("An");
const receipt = await signed(first.code, "receipt");
verdict(receipt !== null, "the receipt's PDF is made and signed within seconds");
const said = judge(receipt, "receipt.pdf");
verdict(/Signature is Valid/.test(said) && /Total document signed/.test(said), "pdfsig accepts it, the whole document", said);
verdict(said.includes("Ủy ban nhân dân phường Hòa Phát") && said.includes("DEMONSTRATION"), "the demonstration key says whose and what it is", said);
verdict(/Số: 01\/2015/.test(said) && said.includes("8 ngày làm việc") && !said.includes("working days"), "it bears its number and is in Vietnamese though nobody asked for it", said);
verdict(/Sổ cái điện tử: mục \d+/.test(said), "it carries its place in the ledger", said);
verdict((await signed(first.code, "receipt")).equals(receipt), "asked again it is the same file");
const changed = Buffer.from(receipt);
changed[receipt.indexOf("stream\n") + 30] ^= 1;
verdict(!/Signature is Valid/.test(judge(changed, "changed.pdf")), "a changed byte is reported by pdfsig");
verdict((await get(`/ban/${first.code}/giay/receipt.pdf`, stranger)).status >= 403, "another ward does not get it");

// Anybody with the code.
const code = said.match(/\b[2-9A-HJ-NP-Z]{10}\b/)[0];
const check = await get(`/kiem-tra/${code}`);
const told = check.bytes.toString();
verdict(check.status === 200 && told.includes("01/2015") && told.includes("còn giá trị"), "its code tells anybody that it was issued and holds", told.slice(0, 300));
verdict(told.includes("Trần M. Đ.") && !told.includes("Minh Đức") && !told.includes("201234567") && !told.includes("Trần Văn Bình"), "of the person it tells a shortened name and nothing else");
verdict((await get(`/kiem-tra/${code.slice(0, 5).toLowerCase()}-${code.slice(5)}`)).status === 200, "small letters and dashes are forgiven");
verdict((await get("/kiem-tra/ZZZZZZZZZZ")).status === 422, "a code nobody gave out is told so");
const file = (bytes, ma) => visit("/kiem-tra", (form) => {
	form.append("ma", ma);
	form.append("tep", new Blob([bytes], { type: "application/pdf" }), "giay.pdf");
});
verdict((await file(receipt, code)).text.includes('id="file-same"'), "the file itself is known to the last byte");
verdict((await file(receipt, "")).text.includes("01/2015"), "it is found by the file alone");
verdict((await file(changed, code)).text.includes('id="file-different"'), "a changed file is told to be another");
verdict((await file(changed, "")).status === 422, "a changed file alone is not known");
verdict((await visit("/kiem-tra", () => {})).status === 422, "asking for nothing is told so");

// A number for each, in one book.
for (const [c, number] of [[first.code, "01/PBS-2015"], [second.code, "02/PBS-2015"]]) {
	await town.call(justice, "POST", `/cases/${c}/supplement`, { items: [{ text: "Bản sao giấy chứng nhận kết hôn" }] });
	const slip = judge(await signed(c, "supplement"), "slip.pdf");
	verdict(slip.includes(`Số: ${number}`) && /Signature is Valid/.test(slip), `the request for supplements bears ${number} and is signed`, slip);
}

// Many at once.
const chooser = (await get(`/ban/in?ma=${first.code},${second.code}`, desk)).bytes.toString();
const codes = [...chooser.matchAll(/name="letter" value="([^"]+)" checked/g)].map((m) => m[1]);
verdict(codes.length === 4, "of two cases four letters may be chosen", codes.length);
const many = await post("/ban/in", desk, new URLSearchParams(codes.map((c) => ["letter", c])));
verdict(many.status === 200 && pageCount(many.bytes) === 4, "they come in one file, each on its own page", many.status);
verdict((await post("/ban/in", desk, new URLSearchParams([["case", first.code], ["case", second.code]]))).bytes.toString().includes(codes[3]), "a list posts the codes of its cases");
verdict((await post("/ban/in", desk, new URLSearchParams([["viec", `${first.code}~3`], ["viec", `${first.code}~4`]]))).bytes.toString().match(/name="letter"/g).length === 2, "a worklist posts steps; a case is meant once");
verdict((await post("/ban/in", desk, new URLSearchParams())).status === 422, "nothing ticked is told so");
verdict((await post("/ban/in", stranger, new URLSearchParams([["letter", codes[0]]]))).status === 404, "another ward does not print them");
verdict((await get(`/ban/in?ma=${first.code}`, stranger)).status === 404, "nor choose among them");

let throttled = false;
for (let i = 0; i < 40 && !throttled; i++) throttled = (await get("/kiem-tra/ZZZZZZZZZY")).status === 503;
verdict(throttled, "who guesses codes must wait");
await town.stop();
verdict(/no faults|sound|agree/i.test(town.run("verify")), "motcua verify agrees with all letters");
town.remove();
process.exit(failures() ? 1 : 0);
