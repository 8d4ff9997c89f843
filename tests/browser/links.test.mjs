// Linked systems: a case from another portal, told back by a signed web hook; the applicant told by SMS.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { filing } from "../api/filing.mjs";
import { judge, openApp } from "./lib.mjs";
import { startTown } from "./server.mjs";

const PASSWORD = "motcua-demo";
const heard = [];
let town, other, otherBase, refuse = 1;

before(async () => {
  other = createServer((request, answer) => {
    let body = "";
    request.on("data", (bytes) => (body += bytes));
    request.on("end", () => {
      const status = request.url === "/hook" && refuse-- > 0 ? 500 : 200;
      heard.push({ url: request.url, headers: request.headers, body, status });
      answer.writeHead(status).end();
    });
  });
  await new Promise((done) => other.listen(0, "127.0.0.1", done));
  otherBase = `http://127.0.0.1:${other.address().port}`;
  town = await startTown({
    clock: "2015-01-26T09:00:00+07:00",
    settings: { sms: { url: `${otherBase}/sms`, headers: { Authorization: "Bearer cong-sms" },
      names: { to: "phone", text: "message" }, with: { sender: "CAMLE" } } },
  });
});
after(async () => {
  await town?.stop();
  other?.close();
});

async function until(what, ms = 20000) {
  for (const end = Date.now() + ms; Date.now() < end; await new Promise((done) => setTimeout(done, 100))) {
    const found = what();
    if (found) return found;
  }
  assert.fail(`waited in vain for ${what}`);
}

async function signIn(page, login, next) {
  await page.goto(`/dang-nhap?next=${encodeURIComponent(next)}`);
  await page.locator("#login").fill(login);
  await page.locator("#password").fill(PASSWORD);
  await page.locator("main button[type=submit]").click();
  await page.waitForURL(`**${next}`);
}

async function api(login, path, body) {
  const token = town.run("token", "--user", login).match(/mc_[\w-]{43}/)[0];
  const answer = await fetch(`${town.base}/api/v1${path}`, {
    method: body ? "POST" : "GET", body: body && JSON.stringify(body),
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json", accept: "application/json" },
  });
  return { status: answer.status, body: await answer.json() };
}

let code, secret;

test("an administrator tells another system, and a wrong address is refused beside its field", async () => {
  const app = await openApp({ base: town.base });
  const { page } = app;
  await signIn(page, "quantri", "/quan-tri/lien-thong");
  await judge(page, "links empty");
  await page.locator("#name").fill("Cổng dịch vụ công");
  await page.locator("#url").fill("ftp://sai.example");
  await page.locator("form[data-once] button").last().click();
  await page.waitForLoadState();
  assert.match(await page.title(), /^Lỗi:/);
  await judge(page, "links mistake");
  await page.locator("#url").fill(`${otherBase}/hook`);
  await page.locator("#kinds").fill("case.submitted case.accepted");
  await page.locator("form[data-once] button").last().click();
  await page.waitForLoadState();
  await judge(page, "links with a system");
  secret = (await page.locator(".m-box .m-code").last().innerText()).trim();
  assert.equal(secret.length, 32);
  await app.close();
});

test("a case of another portal is filed once however often it is sent", async () => {
  await new Promise((done) => setTimeout(done, 2500)); // the readers of the ledger have begun
  const body = { source_code: "000.00.00.G22-150126-0007", procedure: "lien-thong-khai-sinh",
    organisation: "hoa-phat", data: filing() };
  const first = await api("tiepnhan.hoaphat", "/inbound/cases", body);
  assert.equal(first.status, 201, JSON.stringify(first.body));
  const second = await api("tiepnhan.hoaphat", "/inbound/cases", body);
  assert.equal(second.body.code, first.body.code);
  const state = await api("tiepnhan.hoaphat", "/inbound/cases/000.00.00.G22-150126-0007");
  assert.equal(state.body.national_status, 1);
  const stranger = await api("tiepnhan.khuetrung", "/inbound/cases/000.00.00.G22-150126-0007");
  assert.equal(stranger.status, 404);
  const without = await api("tiepnhan.hoaphat", "/inbound/cases", { ...body, source_code: "" });
  assert.equal(without.status, 422, JSON.stringify(without.body));
  code = first.body.code;
});

test("the other system is told with a signature, again when it failed, and nothing personal", async () => {
  const told = await until(() => heard.find((h) => h.url === "/hook" && h.status === 200));
  const failed = heard.find((h) => h.url === "/hook" && h.status === 500);
  assert.equal(failed.headers["idempotency-key"], told.headers["idempotency-key"]);
  assert.equal(failed.body, told.body);
  const [, at, mac] = told.headers["motcua-signature"].match(/^t=(\d+),v1=([0-9a-f]{64})$/);
  assert.equal(createHmac("sha256", secret).update(`${at}.${told.body}`).digest("hex"), mac);
  const body = JSON.parse(told.body);
  assert.equal(body.kind, "case.submitted");
  assert.equal(body.case.code, code);
  assert.equal(body.case.source_code, "000.00.00.G22-150126-0007");
  for (const personal of ["Đức", "Bình", "0905123456", "201234567"])
    assert.ok(!told.body.includes(personal), `the message names ${personal}`);
});

test("the applicant who asked for it is told by SMS, and the case shows what was sent", async () => {
  const app = await openApp({ base: town.base });
  const { page } = app;
  await signIn(page, "tiepnhan.hoaphat", `/ban/${code}/lien-thong`);
  await judge(page, "hand-overs, nothing sent");
  await page.locator("label[for=notice-sms]").click();
  await page.locator("form[action$='/tin-bao'] button").click();
  await page.waitForLoadState();
  assert.ok(await page.locator("#notice-sms").isChecked());
  const accepted = await api("tiepnhan.hoaphat", `/cases/${code}/accept`, { papers: [] });
  assert.equal(accepted.status, 200, JSON.stringify(accepted.body));
  const sms = await until(() => heard.find((h) => h.url === "/sms"));
  const said = JSON.parse(sms.body);
  assert.equal(sms.headers.authorization, "Bearer cong-sms");
  assert.equal(said.phone, "0905123456");
  assert.equal(said.sender, "CAMLE");
  assert.match(said.message, /da duoc tiep nhan. Hen tra ket qua 05\/02\/2015/);
  await until(() => heard.filter((h) => h.url === "/hook" && h.status === 200).length >= 2);
  await new Promise((done) => setTimeout(done, 500));
  await page.goto(`/ban/${code}/lien-thong`);
  await judge(page, "hand-overs and what was sent");
  assert.match(await page.locator("main").innerText(), /0905123456/);
  await app.close();
});

test("a trial message shows that a system is away, and all is sent when it is there again", async () => {
  const app = await openApp({ base: town.base, js: false });
  const { page } = app;
  await signIn(page, "quantri", "/quan-tri/lien-thong");
  refuse = 1;
  await page.getByRole("button", { name: /^Gửi tin thử/ }).click();
  await until(() => heard.find((h) => h.status === 500 && JSON.parse(h.body).kind === "try"));
  await new Promise((done) => setTimeout(done, 300));
  await page.goto("/quan-tri/lien-thong");
  assert.match(await page.locator("main").innerText(), /Không kết nối được[^]*Thử lại lúc/);
  await judge(page, "links, a system that is away");
  await page.getByRole("button", { name: /^Gửi lại tất cả/ }).click();
  await until(() => heard.find((h) => h.status === 200 && h.url === "/hook" && JSON.parse(h.body).kind === "try"), 4000);
  await app.close();
});

test("what happened to the messages is seen in administration, and all agrees", async () => {
  const app = await openApp({ base: town.base, js: false });
  await signIn(app.page, "quantri", "/quan-tri/lien-thong");
  await judge(app.page, "links with what went out");
  assert.ok((await app.page.locator("table tbody tr").count()) >= 3);
  const main = app.page.locator("main");
  assert.match(await main.innerText(), /Kết nối tốt[^]*Đã gửi [2-9], đang chờ 0/);
  assert.ok((await app.page.locator("tbody tr", { hasText: "Cổng dịch vụ công" }).filter({ hasText: code }).count()) >= 2);
  await app.page.getByRole("link", { name: /^Tin gửi tới hệ thống này/ }).click();
  assert.equal(await app.page.locator("tbody tr", { hasText: "SMS" }).count(), 0);
  await app.page.getByRole("link", { name: "Chỉ tin không gửi được" }).click();
  assert.match(await main.innerText(), /Không có tin nào như vậy/);
  await judge(app.page, "links, nothing failed");
  await app.close();
  assert.match(town.run("verify"), /agree/);
});
