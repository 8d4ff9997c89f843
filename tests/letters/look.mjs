// Every letter of the packs over short and long data, by the program itself, judged on paper: all that
// was filled in can be read and copied, in composed Vietnamese; nothing leaves the paper or lies over
// something else; fonts travel along. node tests/letters/look.mjs [FOLDER for the pictures]
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync, existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

const program = process.env.MOTCUA_PROGRAM;
const folder = mkdtempSync(join(tmpdir(), "motcua-letters-"));
const pictures = process.argv[2];
let failed = 0;
const run = (tool, ...words) => execFileSync(tool, words, { encoding: "utf8", maxBuffer: 1 << 26 });

const texts = {
	short: { name: "Lê An", text: "Có", place: "Hòa Phát", n: 1 },
	long: { name: "Nguyễn Phúc Công Tằng Tôn Nữ Huyền Trang Diễm My Phương Thảo",
		text: "Quyền sử dụng đất số 45B tại khu dân cư Bình An, do bà mẹ đứng tên, đã đối chiếu bản chính",
		place: "K123/45/67 đường Nguyễn Hữu Thọ nối dài, tổ 45B khu dân cư Bình An 2, phường Hòa Thọ Đông, quận Cẩm Lệ, thành phố Đà Nẵng", n: 12 },
};
const at = "2015-01-26T09:00:00+07:00";
const many = (n, make) => Array.from({ length: n }, (_, i) => make(i + 1));

function set(map, path, value) {
	const keys = path.split(".");
	for (const key of keys.slice(0, -1)) map = map[key] ??= {};
	if (typeof map === "object") map[keys.at(-1)] ??= value;
}

// A value for a variable of the case's data, by the filter it is written with and its name.
function sample(path, filter, t) {
	if (filter?.startsWith("date") || filter === "time") return path.includes("date") && filter === "date" ? "2015-01-20" : at;
	if (filter === "number" || filter === "money") return 123456789;
	if (/name|signer$|registrar|partner|person$/.test(path)) return t.name;
	if (/address|residence|place|hometown/.test(path)) return t.place;
	if (/number|code|count|amount|year|area/.test(path)) return "201234567";
	return t.text;
}

// Lists of the data are told by what stands inside their section: names without the data's path.
function fill(view, html, t) {
	for (const [, list, inside] of html.matchAll(/\{\{#((?:data|entry)\.[\w.]+)\}\}([^]*?)\{\{\/\1\}\}/g)) {
		const inner = [...inside.matchAll(/\{\{(\w+)(?: \| (\w+))?\}\}/g)];
		if (inner.length) set(view, list, many(t.n, () => Object.fromEntries(inner.map(([, key, filter]) => [key, sample(key, filter, t)]))));
	}
	for (const [, path, filter] of html.matchAll(/\{\{[#^]?((?:data|text|entry)\.[\w.]+)(?: \| (\w+))?\}\}/g))
		set(view, path, sample(path, filter, t));
	return view;
}

function viewOf(html, t) {
	const person = { name: t.name, title: "" };
	return fill({
		date: at, data: {}, text: {}, entry: {},
		case: { code: "000.02.15.H17-150126-0001", title: "Liên thông đăng ký khai sinh, đăng ký cư trú và cấp thẻ bảo hiểm y tế cho trẻ em dưới 6 tuổi",
			subject: t.name, channel_text: "Trực tuyến", received_at: at, due_at: "2015-02-05T17:00:00+07:00",
			limit_text: "8 ngày làm việc", due_reason: "Nhận lúc 09:00 ngày 26/01; ngày thứ 1 là 27/01; ngày thứ 8 là 05/02", sets: 1, by_post: t.n > 1, post_to: t.place },
		organisation: { name: "Ủy ban nhân dân phường Hòa Thọ Đông", heading: ["UBND quận Cẩm Lệ", "Ủy ban nhân dân", "phường Hòa Thọ Đông"],
			place: "Hòa Thọ Đông", address: t.place, phone: "0236 300 0202", email: "hoathodong@example.vn",
			area: "quận Cẩm Lệ, thành phố Đà Nẵng", desk: "Bộ phận Tiếp nhận và trả kết quả phường Hòa Thọ Đông" },
		applicant: { name: t.name, id_number: "201234567", phone: "0905123456", email: t.n > 1 ? "nguyen.phuc.cong.tang.ton.nu.huyen.trang@example.com.vn" : "", address: t.place },
		representative: t.n > 1 ? { name: t.name, id_number: "201534670002", paper: "số 45/2015, phường Hòa Thọ Đông chứng thực" } : null,
		papers: many(t.n, (n) => ({ n, title: `${t.text} ${n}`, original: 1, copies: "", state: "bản chính", note: "" })),
		officer: person, leader: person,
		letter: { number: "123/PBS-2015", version: 0, reason: `${t.text}. `.repeat(t.n > 1 ? 4 : 1), old_at: at, new_at: "2015-02-09T17:00:00+07:00",
			contact: "0236 300 0202", items: many(t.n > 1 ? 6 : 1, (n) => ({ n, text: `${t.text} ${n}` })) },
		steps: many(t.n, (n) => ({ n, from: "Ủy ban nhân dân phường Hòa Phát", to: "Công an phường Hòa Phát", at, giver: t.name, taker: t.name, due_at: at,
			done_at: at, state: "Trước hạn", note: t.n > 1 ? `thay cho ${t.name}; yêu cầu bổ sung ngày 26/01/2015; bổ sung xong ngày 28/01/2015` : "" })),
		tracking: { url: "https://camle.danang.gov.vn/tra-cuu?ma=000.02.15.H17-150126-0001&pin=12345678", pin: "12345678", code: "000.02.15.H17-150126-0001" },
		check: { url: "https://camle.danang.gov.vn/kiem-tra/VZ2MJBMCDE", where: "camle.danang.gov.vn/kiem-tra", code: "VZ2MJBMCDE" },
		signing: { name: "Ủy ban nhân dân phường Hòa Thọ Đông", at },
		ledger: { index: 123456, size: 123999, root: "a6f66793a5bb9fb6cc26d660ed126490daa54daabea133c2b9adbc4a077c2e65", at },
	}, html, t);
}

// Every word of the data the letter names.
function expected(html, view) {
	const words = new Set();
	const shown = html.replace(/\{\{\^([\w.]+)\}\}[^]*?\{\{\/\1\}\}/g, ""); // what stands where data is missing
	for (const [, path, filter] of shown.matchAll(/\{\{((?:data|applicant|officer|leader|organisation|letter)\.[\w.]+)(?: \| (\w+))?\}\}/g)) {
		const value = path.split(".").reduce((v, key) => v?.[key], view);
		if (typeof value === "string" && !filter) for (const word of value.split(/\s+/)) if (word) words.add(word);
	}
	return words;
}

function boxes(pdf) {
	const pages = [];
	for (const [, width, height, body] of run("pdftotext", "-bbox", pdf, "-").matchAll(/<page width="([\d.]+)" height="([\d.]+)">([^]*?)<\/page>/g))
		pages.push({ width: +width, height: +height, words: [...body.matchAll(/xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)">([^<]*)</g)]
			.map(([, x, y, right, bottom, word]) => ({ x: +x, y: +y, right: +right, bottom: +bottom, word })) });
	return pages;
}

function over(a, b) {
	const width = Math.min(a.right, b.right) - Math.max(a.x, b.x), height = Math.min(a.bottom, b.bottom) - Math.max(a.y, b.y);
	return width > 2 && height > 0.5 * Math.min(a.bottom - a.y, b.bottom - b.y);
}

function judge(pdf, html, view, kind) {
	const wrong = [];
	const text = run("pdftotext", "-raw", pdf, "-");
	if (text !== text.normalize("NFC")) wrong.push("its text is not composed (NFC)");
	const bare = text.replace(/\s+/g, "").toLocaleUpperCase("vi");
	for (const word of expected(html, view))
		if (!bare.includes(word.toLocaleUpperCase("vi"))) wrong.push(`“${word}” cannot be copied out`);
	const fonts = run("pdffonts", pdf).trim().split("\n").slice(2);
	if (!fonts.length || fonts.some((line) => !/ yes yes yes /.test(line))) wrong.push("a font is not embedded as a subset with its letters' meaning");
	const pages = boxes(pdf);
	for (const [i, page] of pages.entries()) {
		for (const w of page.words)
			if (w.x < 0 || w.y < 0 || w.right > page.width || w.bottom > page.height) wrong.push(`“${w.word}” leaves page ${i + 1}`);
		for (const [n, a] of page.words.entries())
			for (const b of page.words.slice(n + 1)) if (over(a, b)) wrong.push(`“${a.word}” lies over “${b.word}” on page ${i + 1}`);
	}
	if (pages.length > (kind === "long" ? 3 : html.includes('data-page="A5') ? 1 : 2)) wrong.push(`${pages.length} pages`);
	return [pages.length, [...new Set(wrong)]];
}

function letters() {
	const found = [];
	for (const pack of readdirSync("packs")) {
		const folders = [`packs/${pack}/letters`, ...(existsSync(`packs/${pack}/procedures`) ? readdirSync(`packs/${pack}/procedures`).map((p) => `packs/${pack}/procedures/${p}/letters`) : [])];
		for (const f of folders) if (existsSync(f)) found.push(...readdirSync(f).filter((n) => n.endsWith(".html")).map((n) => join(f, n)));
	}
	return found;
}

const partials = readdirSync("templates/letters").map((f) => readFileSync(join("templates/letters", f), "utf8")).join("");
for (const file of letters())
	for (const kind of ["short", "long"]) {
		const html = readFileSync(file, "utf8"), view = viewOf(html + partials, texts[kind]);
		const name = file.replaceAll("/", "_").replace(/\.html$/, `-${kind}`), pdf = join(folder, `${name}.pdf`);
		writeFileSync(join(folder, "view.json"), JSON.stringify(view));
		let verdict = [0, []];
		try {
			writeFileSync(pdf, execFileSync(program, ["letter", file, join(folder, "view.json")], { stdio: ["ignore", "pipe", "pipe"] }));
			verdict = judge(pdf, html, view, kind);
			if (pictures) run("pdftoppm", "-r", "80", "-png", pdf, join(pictures, name));
		} catch (error) {
			verdict = [0, [String(error.stderr ?? error.message).slice(0, 300)]];
		}
		const [pages, wrong] = verdict;
		if (wrong.length) failed++;
		console.log(`${wrong.length ? "not ok" : "ok"} - ${file} with ${kind} data: ${pages} page${pages === 1 ? "" : "s"}${wrong.length ? ` # ${wrong.slice(0, 6).join("; ")}` : ""}`);
	}
rmSync(folder, { recursive: true, force: true });
process.exit(failed ? 1 : 0);
