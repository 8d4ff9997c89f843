// A demonstration town hall for these tests: its server, its officers' tokens, and a client that
// holds every answer to the description.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { faults, operation } from "./openapi.mjs";

const program = process.env.MOTCUA_PROGRAM;
let failed = 0;

export function verdict(good, text, why = "") {
	console.log(`${good ? "ok" : "not ok"} - ${text}${good || !why ? "" : ` # ${String(why).slice(0, 600)}`}`);
	if (!good) failed++;
}
export const failures = () => failed;

function freePort() {
	return new Promise((done) => {
		const probe = createServer().listen(0, "127.0.0.1", () => {
			const { port } = probe.address();
			probe.close(() => done(port));
		});
	});
}

export class Town {
	constructor(database, pack = "packs/cam-le") {
		this.data = mkdtempSync(join(tmpdir(), "motcua-api-"));
		this.more = database ? ["--database", database] : [];
		this.tokens = {};
		this.run("init", "--pack", pack, "--demo");
	}
	run(...words) {
		return execFileSync(program, [words[0], ...words.slice(1), "--data", this.data, ...this.more],
			{ encoding: "utf8" });
	}
	token(login) {
		this.tokens[login] ??= this.run("token", "--user", login).match(/mc_[\w-]{43}/)[0];
		return this.tokens[login];
	}
	async serve(clock) {
		const port = await freePort();
		this.base = `http://127.0.0.1:${port}`;
		this.server = spawn(program, ["serve", "--data", this.data, ...this.more, "--listen",
			`127.0.0.1:${port}`, "--clock", clock, "--trust-proxy"], { stdio: ["ignore", "ignore", "inherit"] });
		for (let i = 0; i < 200; i++) {
			if (await fetch(`${this.base}/healthz`).then((r) => r.ok, () => false)) break;
			await new Promise((done) => setTimeout(done, 100));
		}
		this.document ??= await (await fetch(`${this.base}/api/v1/openapi.json`)).json();
	}
	async stop() {
		const ended = new Promise((done) => this.server.once("exit", done));
		this.server.kill("SIGTERM");
		const code = await ended;
		if (code !== 0) verdict(false, "the server ends cleanly", `exit ${code}`);
	}
	remove() {
		rmSync(this.data, { recursive: true, force: true });
	}
	// {status, body, headers}. A body that is FormData goes as it is, anything else as JSON.
	async call(login, method, path, body, headers = {}) {
		const h = { ...headers };
		if (login) h.authorization = `Bearer ${login.startsWith("mc_") ? login : this.token(login)}`;
		const form = body instanceof FormData;
		if (body !== undefined && !form) h["content-type"] = "application/json";
		const r = await fetch(`${this.base}/api/v1${path}`, { method, headers: h, redirect: "manual",
			body: body === undefined || form ? body : JSON.stringify(body) });
		const type = (r.headers.get("content-type") ?? "").split(";")[0], text = await r.text();
		const answer = { status: r.status, type, text, body: type.endsWith("json") ? JSON.parse(text) : text };
		this.hold(method, path.split("?")[0], answer);
		return answer;
	}
	hold(method, path, answer) {
		const described = operation(this.document, method, path);
		const where = `${method} ${path} ${answer.status}`;
		if (!described) return verdict(false, `${where} is described`);
		const response = described.responses[answer.status] ?? this.document.components.responses.Problem;
		const schema = response.content[answer.type]?.schema;
		const wrong = schema ? faults(this.document, schema, answer.body) : [`no ${answer.type} is described`];
		if (wrong.length) verdict(false, `${where} is as described`, wrong.join("; "));
	}
}
