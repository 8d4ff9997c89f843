// What a town may write in its pack and the demonstration does not, in a real browser: a fee that must be
// paid before the work begins, people who sign before the officer.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { judge, judged, openApp, shoot } from "./lib.mjs";
import { PROGRAM, startTown } from "./server.mjs";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "../..");
const PROCEDURE = "xac-nhan-tinh-trang-hon-nhan";
let town, folder, own;

const tokens = {};
const token = (login) => (tokens[login] ??= town.run("token", "--user", login).match(/mc_[\w-]{43}/)[0]);
async function call(login, path, body = {}) {
  const answer = await fetch(`${town.base}/api/v1${path}`, { method: "POST", body: JSON.stringify(body),
    headers: { Authorization: `Bearer ${token(login)}`, "Content-Type": "application/json" } });
  const told = await answer.json();
  assert.ok(answer.ok, JSON.stringify(told));
  return told;
}

async function officer(login, js = true) {
  const app = await openApp({ base: town.base, js });
  await app.page.goto(`${town.base}/dang-nhap?next=/ban`);
  await app.page.locator("#login").fill(login);
  await app.page.locator("#password").fill("motcua-demo");
  await app.page.locator("main button[type=submit]").click();
  await app.page.waitForURL(/\/ban/);
  return app;
}

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "motcua-pack-"));
  const pack = join(folder, "cam-le"), file = join(pack, "procedures", PROCEDURE, "procedure.json");
  cpSync(join(ROOT, "packs/cam-le"), pack, { recursive: true });
  const body = JSON.parse(readFileSync(file, "utf8"));
  const signers = [{ code: "declarant", title: { vi: "Người yêu cầu", en: "Applicant" },
    name: "declarant.name", id_number: "declarant.id_number" },
  { code: "witness", title: { vi: "Người làm chứng", en: "Witness" }, name: "person.name", id_number: "person.id_number" }];
  writeFileSync(file, JSON.stringify({ ...body, signers, fee: { ...body.fee, when: "acceptance", clock: "stops" } }));
  town = await startTown({ pack, clock: "2015-01-26T09:00:00+07:00", since: "2015-01-26T08:00:00+07:00" });
  const { data } = JSON.parse(execFileSync(PROGRAM, ["sample", pack, PROCEDURE, "apply", "--seed", "4"],
    { encoding: "utf8" }));
  own = await call("tiepnhan.hoaphat", "/cases", { procedure: PROCEDURE, organisation: "hoa-phat", channel: "direct",
    data });
});
after(async () => {
  await town?.stop();
  rmSync(folder, { recursive: true, force: true });
  console.log(`${judged.length} pages judged`);
});

test("officer, citizen and receipt say that the fee comes first, until it is paid", async () => {
  const desk = await officer("tuphap.hoaphat");
  const reader = await openApp({ base: town.base });
  const form = desk.page.locator("form[action$='/xong']");
  await desk.page.goto(`${town.base}/ban/${own.code}`);
  assert.match(await desk.page.locator("main").innerText(), /Phải thu 10\.000 đồng phí, lệ phí trước khi thực hiện/);
  assert.match(await desk.page.locator(".m-identity").innerText(), /Chờ nộp phí, lệ phí/);
  assert.equal(await form.count(), 0);
  await judge(desk.page, "step that waits for the fee");
  await shoot(desk.page, "fee-first-officer");
  await reader.visit(`/tra-cuu?ma=${own.code}&pin=${own.tracking_pin}`);
  assert.match(await reader.page.locator("#fee-first").innerText(), /10\.000 đồng[^]*không tính vào thời hạn/);
  assert.equal(await reader.page.locator("#due").count(), 0);
  await judge(reader.page, "citizen who has to pay first");
  await shoot(reader.page, "fee-first-citizen");
  await desk.page.goto(`${town.base}/ban/${own.code}/van-ban`);
  await desk.page.locator("main a", { hasText: "Giấy tiếp nhận" }).first().click();
  const receipt = await desk.page.locator("article").innerText();
  assert.match(receipt, /kể từ khi ông\/bà nộp đủ phí, lệ phí/);
  await shoot(desk.page, "fee-first-receipt");
  await call("tiepnhan.hoaphat", `/cases/${own.code}/payments`, { amount: 10000, method: "cash" });
  await desk.page.goto(`${town.base}/ban/${own.code}`);
  assert.equal(await form.count(), 1);
  await reader.visit(`/tra-cuu?ma=${own.code}&pin=${own.tracking_pin}`);
  assert.equal(await reader.page.locator("#fee-first").count(), 0);
  assert.match(await reader.page.locator("#due").innerText(), /29\/01\/2015|29 tháng 0?1/);
  await desk.close();
  await reader.close();
});

for (const js of [true, false])
  test(`who must sign before the officer is named, and none is left out: script ${js ? "on" : "off"}`, async () => {
    const { page, close } = await officer("tiepnhan.hoaphat", js);
    const accept = () => page.locator("form#intake button[name=act][value=accept]").click();
    await page.goto(`${town.base}/ban/nop/${PROCEDURE}`);
    for (const [name, text] of [["name", "Nguyễn Thị Hòa"], ["id_number", "048088001234"], ["address", "Tổ 12"],
      ["phone", "0905123456"], ["birth_date.day", "12"], ["birth_date.month", "3"], ["birth_date.year", "1988"]])
      await page.locator(`main [name="f.declarant.${name}"]`).first().fill(text);
    for (const [name, value] of [["person.same", "self"], ["person.gender", "female"], ["status.kind", "single"],
      ["status.purpose", "loan"], ["delivery.channel", "desk"]])
      await page.locator(`main [name="f.${name}"][value="${value}"]`).check({ force: true });
    await page.locator('main input[type=checkbox][name="f.pledge.true"]').check({ force: true });
    await page.locator("#signed-declarant").check({ force: true });
    await Promise.all([page.waitForEvent("load"), accept()]);
    assert.match(await page.locator("#signed-witness-error").innerText(), /ký trước mặt/);
    assert.equal(await page.locator("#signed-declarant-error").count(), 0);
    assert.ok(await page.locator("#signed-declarant").isChecked());
    assert.match(await page.locator("label[for='signed-declarant']").innerText(), /Người yêu cầu: Nguyễn Thị Hòa/);
    await judge(page, `a signature is missing ${js}`);
    await shoot(page, "signers");
    await page.locator("#signed-witness").check({ force: true });
    await Promise.all([page.waitForEvent("load"), accept()]);
    assert.match(await page.locator("article.letter").innerText(), /[0-9A-Z.]+-\d{6}-\d{4}/);
    await close();
  });

test("rows and events agree afterwards", () => {
  assert.match(town.run("verify"), /sound|agree|intact/i);
});
