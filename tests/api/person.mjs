// Somebody with a browser and an account, or a PIN: keeps cookies, fetches tokens of forms.
export class Person {
	constructor(town, login = "") { this.town = town; this.login = login; this.jar = {}; }
	async ask(method, path, { form, json, token, accept = "text/html" } = {}) {
		const headers = { accept };
		let body;
		if (token) headers.authorization = `Bearer ${this.town.token(this.login)}`;
		else headers.cookie = Object.entries(this.jar).map((c) => c.join("=")).join("; ");
		if (form) body = new URLSearchParams(form);
		if (json) { body = JSON.stringify(json); headers["content-type"] = "application/json"; }
		const r = await fetch(this.town.base + path, { method, headers, body, redirect: "manual",
			signal: AbortSignal.timeout(60000) });
		for (const c of r.headers.getSetCookie()) {
			const [name, value] = c.split(";")[0].split("=");
			this.jar[name] = value;
		}
		const type = r.headers.get("content-type") ?? "", to = r.headers.get("location") ?? "";
		if (type.includes("event-stream")) {
			await r.body.cancel();
			return { status: r.status, text: "", to, type };
		}
		const bytes = Buffer.from(await r.arrayBuffer());
		return { status: r.status, text: bytes.toString(), bytes, to, type, length: r.headers.get("content-length") };
	}
	async csrf(path) {
		const { text } = await this.ask("GET", path);
		return text.match(/name="_csrf" value="([^"]*)"/)?.[1] ?? "";
	}
	async signIn() {
		const _csrf = await this.csrf("/dang-nhap");
		const r = await this.ask("POST", "/dang-nhap", { form: { _csrf, login: this.login, password: "motcua-demo", next: "/ban" } });
		if (r.status !== 303 && r.status !== 302) throw new Error(`${this.login} does not sign in: ${r.status}`);
		this.token = await this.csrf("/ban");
		return this;
	}
	// As a citizen: with the code and the PIN of a case.
	async track(code, pin) {
		const _csrf = await this.csrf("/tra-cuu");
		const r = await this.ask("POST", "/tra-cuu", { form: { _csrf, ma: code, pin } });
		this.token = await this.csrf(`/tra-cuu/${code}`);
		return r;
	}
}
