// node bench/million/ask.mjs MOTCUA FOLDER 10000 100000 1000000: each page of an officer, each report, the
// tracking and the filing of a case, of towns of these sizes side by side. The towns are asked in turn,
// round after round, so that whatever else the machine does falls upon all of them alike; told are the
// medians over the rounds of p50 and p99, and the processor time of the server for a request, which no
// neighbour disturbs.
import { spawn, execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import http from "node:http";

const [, , motcua, folder, ...sizes] = process.argv;
const ROUNDS = Number(process.env.MOTCUA_BENCH_ROUNDS ?? 7), REQUESTS = Number(process.env.MOTCUA_BENCH_REQUESTS ?? 150);
const first = Number(process.env.MOTCUA_BENCH_PORT ?? 18086);
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const ms = () => Number(process.hrtime.bigint()) / 1e6;

class Town {
	constructor(cases, port) {
		this.cases = cases;
		this.port = port;
		this.data = `${folder}/${cases}`;
		this.agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
		this.cookies = {};
	}

	ask(method, path, { who, body, headers } = {}) {
		return new Promise((done, failed) => {
			const began = ms();
			const asked = http.request({ port: this.port, host: "127.0.0.1", method, path, agent: this.agent,
				headers: { ...(this.cookies[who] ? { cookie: this.cookies[who] } : {}), ...headers } }, (answer) => {
				const parts = [];
				let took;
				answer.on("data", (part) => { took ??= ms() - began; parts.push(part); });
				answer.on("end", () => done({ status: answer.statusCode, took: took ?? ms() - began,
					text: Buffer.concat(parts).toString(), cookies: answer.headers["set-cookie"] ?? [] }));
			});
			asked.on("error", failed);
			asked.end(body);
		});
	}

	// Until the first page is there: milliseconds.
	async start() {
		const began = ms();
		this.server = spawn(motcua, ["serve", "--data", this.data, "--listen", `127.0.0.1:${this.port}`],
			{ stdio: "ignore" });
		for (;;) {
			try {
				await this.ask("GET", "/");
				return ms() - began;
			} catch { await pause(2); }
		}
	}

	stop() {
		return new Promise((done) => { this.server.on("exit", done); this.server.kill(); });
	}

	take(who, cookies) {
		const had = new Map((this.cookies[who] ?? "").split("; ").filter(Boolean).map((c) => c.split("=")));
		for (const cookie of cookies) {
			const [name, value] = cookie.split(";")[0].split("=");
			had.set(name, value);
		}
		this.cookies[who] = [...had].map(([name, value]) => `${name}=${value}`).join("; ");
	}

	// Fills in the one form of a page and sends it.
	async send(who, page, path, fields) {
		const asked = await this.ask("GET", page, { who });
		this.take(who, asked.cookies);
		const token = /name="_csrf" value="([^"]*)"/.exec(asked.text)?.[1] ?? "";
		const sent = await this.ask("POST", path, { who, body: new URLSearchParams({ _csrf: token, ...fields }).toString(),
			headers: { "content-type": "application/x-www-form-urlencoded" } });
		this.take(who, sent.cookies);
		return sent;
	}

	async sign_in(login) {
		const sent = await this.send(login, "/dang-nhap", "/dang-nhap", { login, password: "motcua-demo", next: "/ban" });
		if (sent.status !== 303) throw new Error(`${login} cannot sign in: ${sent.status}`);
	}

	// Nanoseconds of processor time of all threads.
	spent() {
		const tasks = `/proc/${this.server.pid}/task`;
		return readdirSync(tasks).reduce((sum, task) => {
			try { return sum + Number(readFileSync(`${tasks}/${task}/schedstat`, "utf8").split(" ")[0]); } catch { return sum; }
		}, 0);
	}
}

const { filing } = await import("../../tests/api/filing.mjs");
const run = Date.now();
let filed = 0;

// words, who, path of a town (or what asks once).
const office = "tuphap.hoaphat", head = "chutich.hoaphat";
const page = (path, who = office) => ({ run: (town) => town.ask("GET", typeof path === "string" ? path : path(town), { who }) });
const file_case = (town) => town.ask("POST", "/api/v1/cases", {
	headers: { authorization: `Bearer ${town.token}`, "content-type": "application/json", "idempotency-key": `${run}-${filed++}` },
	body: JSON.stringify({ procedure: "lien-thong-khai-sinh", organisation: "hoa-phat", channel: "direct", data: filing() }) });
const asked = {
	"worklist, to do": page("/ban"),
	"worklist, late": page("/ban?xem=tre"),
	"worklist, one step that nobody holds": page("/ban?thu-tuc=lien-thong-khai-sinh&buoc=Task_register&nguoi=-"),
	"the office's list, soon late": page("/ban?xem=don-vi&han=sap-tre", head),
	"all cases": page("/ban?xem=tat-ca"),
	"all cases of one state": page("/ban?xem=tat-ca&trang-thai=withdrawn"),
	"search: whole name without marks": page("/ban?xem=tat-ca&q=nguyen+thi+lan+an"),
	"search: whole name with marks": page(`/ban?xem=tat-ca&q=${encodeURIComponent("Nguyễn Thị Lan An")}`),
	"search: beginning of a name": page("/ban?xem=tat-ca&q=nguyen+thi"),
	"search: words in the middle": page("/ban?xem=tat-ca&q=khanh+linh"),
	"search: words in another order": page("/ban?xem=tat-ca&q=linh+nguyen"),
	"search: nobody of that name": page("/ban?xem=tat-ca&q=khong+co+ai"),
	"search: a code": page((town) => `/ban?xem=tat-ca&q=${town.code}`),
	"one case": page((town) => `/ban/${town.code}`),
	"tracking, with its PIN": page((town) => `/tra-cuu/${town.filed.code}`, "citizen"),
	"register, first page of a year": page("/ban/so/so-theo-doi-ho-so?ky=2014", head),
	"register, a later page": page((town) => town.later, head),
	"II.06a, a month": page("/ban/bao-cao/ii-06a?ky=2014-05", head),
	"II.06a, a year": page("/ban/bao-cao/ii-06a?ky=2014", head),
	"a case filed by a program": { run: file_case, few: 30, good: 201 },
};

const towns = sizes.map((cases, i) => new Town(cases, first + i));
process.on("exit", () => towns.forEach((town) => town.server?.kill()));
for (const town of towns) {
	town.token = execFileSync(motcua, ["token", "--user", "tiepnhan.hoaphat", "--data", town.data]).toString().trim();
	const starts = [], spent = [];
	for (let i = 0; i < 5; i++) {
		starts.push(await town.start());
		spent.push(town.spent() / 1e6);
		if (i < 4) await town.stop();
	}
	console.log(`${town.cases} cases: start to first page ${starts.map((t) => t.toFixed(0)).join(", ")} ms;` +
		` processor time ${spent.map((t) => t.toFixed(0)).join(", ")} ms`);
	await town.sign_in(office);
	await town.sign_in(head);
	const list = JSON.parse((await town.ask("GET", "/ban?xem=tat-ca", { who: office, headers: { accept: "application/json" } })).text);
	town.code = JSON.stringify(list).match(/"code":"([^"]*)"/)[1];
	const sent = await file_case(town);
	if (sent.status !== 201) throw new Error(sent.text);
	const body = JSON.parse(sent.text);
	town.filed = { code: body.code, pin: body.tracking_pin };
	const tracked = await town.send("citizen", "/tra-cuu", "/tra-cuu", { ma: town.filed.code, pin: town.filed.pin });
	if (tracked.status !== 303) throw new Error(`the PIN opens nothing: ${tracked.status}`);
	let at = "/ban/so/so-theo-doi-ho-so?ky=2014";
	for (let i = 0; i < 5; i++) {
		const next = (await town.ask("GET", at, { who: head })).text.match(/href="([^"]*[?&;]sau=[^"]*)"/);
		if (next) at = next[1].replaceAll("&amp;", "&");
	}
	town.later = at;
}

const only = process.env.MOTCUA_BENCH_ONLY;
console.log(`\n${"".padEnd(38)}${sizes.map((s) => `${s} p50 / p99 ms, CPU ms`.padStart(34)).join("")}   growth of p50, p99, CPU`);
for (const [words, what] of Object.entries(asked)) {
	if (only && !words.includes(only)) continue;
	const seen = towns.map(() => ({ p50: [], p99: [], cpu: [] }));
	const n = what.few ?? REQUESTS;
	for (let round = 0; round < ROUNDS; round++)
		for (const [i, town] of towns.entries()) {
			const times = [];
			await what.run(town);
			const before = town.spent();
			for (let k = 0; k < n; k++) {
				const got = await what.run(town);
				if (got.status !== (what.good ?? 200)) throw new Error(`${words}: ${got.status} ${got.text.slice(0, 300)}`);
				times.push(got.took);
			}
			seen[i].cpu.push((town.spent() - before) / n / 1e6);
			times.sort((a, b) => a - b);
			seen[i].p50.push(times[Math.floor(n / 2)]);
			seen[i].p99.push(times[Math.floor(n * 0.99)]);
		}
	const told = seen.map((s) => ({ p50: median(s.p50), p99: median(s.p99), cpu: median(s.cpu) }));
	const growth = told.slice(1).map((t, i) => ["p50", "p99", "cpu"].map((k) => (t[k] / told[i][k]).toFixed(2)).join(" "));
	console.log(words.padEnd(38) + told.map((t) => `${t.p50.toFixed(2)} / ${t.p99.toFixed(2)}, ${t.cpu.toFixed(2)}`.padStart(34)).join("") +
		`   ${growth.join(" | ")}`);
}

// P10: the report of an office, and one pass over all cases.
if (!only) console.log("\nII.06a beside one pass of SQL over the same rows");
for (const town of only ? [] : towns) {
	const pass = (condition) => {
		const times = [];
		for (let i = 0; i < 3; i++) {
			const began = ms();
			execFileSync("sqlite3", ["-readonly", `${town.data}/motcua.db`, `SELECT procedure, channel, COUNT(*),
				SUM(finished_at > 0), SUM(finished_at > 0 AND finished_at <= due_at), SUM(finished_at > due_at AND due_at > 0)
				FROM case_file ${condition} GROUP BY procedure, channel`]);
			times.push(ms() - began);
		}
		return median(times);
	};
	const report = async (period) => {
		const times = [];
		for (let i = 0; i < 21; i++)
			times.push((await town.ask("GET", `/ban/bao-cao/ii-06a?ky=${period}`, { who: head })).took);
		return median(times);
	};
	const at = (day) => Date.parse(`${day}T00:00:00+07:00`) * 1000;
	console.log(`${String(town.cases).padStart(9)}: a year ${(await report("2014")).toFixed(1)} ms, SQL ${pass("").toFixed(0)} ms;` +
		` a month ${(await report("2014-05")).toFixed(1)} ms, SQL ${pass(`WHERE accepted_at >= ${at("2014-05-01")} AND accepted_at < ${at("2014-06-01")}`).toFixed(0)} ms`);
}
for (const town of towns) await town.stop();
