// Supplements, corrections, late cases in a real browser: what is asked is all that is open, what
// changed is shown, who may not sees no button. Every new page judged.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { writeFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { filing } from "../api/filing.mjs";
import { judge, judged, openApp } from "./lib.mjs";
import { startTown } from "./server.mjs";

const PASSWORD = "motcua-demo";
const CLOCK = "2015-01-26T09:00:00+07:00";
const PROOF = join(tmpdir(), `motcua-proof-${process.pid}.pdf`);
let town, code, pin;

async function api(login, method, path, body) {
  const token = town.run("token", "--user", login).match(/mc_[\w-]{43}/)[0];
  const answer = await fetch(`${town.base}/api/v1${path}`, {
    method, headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: body && JSON.stringify(body),
  });
  const text = await answer.text();
  assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
  return JSON.parse(text);
}

before(async () => {
  writeFileSync(PROOF, "%PDF-1.4\n%%EOF\n");
  town = await startTown({ clock: CLOCK, since: "2014-12-01T08:00:00+07:00" });
  ({ code, tracking_pin: pin } = await api("tiepnhan.hoaphat", "POST", "/cases", {
    procedure: "lien-thong-khai-sinh", organisation: "hoa-phat", channel: "direct", data: filing(),
  }));
});
after(async () => {
  await town?.stop();
  rmSync(PROOF, { force: true });
  console.log(`${judged.length} pages judged`);
});

async function officer(login, options = {}) {
  const app = await openApp({ base: town.base, ...options });
  await app.visit("/dang-nhap?next=/ban");
  await app.page.locator("#login").fill(login);
  await app.page.locator("#password").fill(PASSWORD);
  await app.page.locator("main button[type=submit]").click();
  await app.page.waitForURL((url) => url.pathname === "/ban");
  return app;
}

const press = (page, text) => page.locator("main button", { hasText: text }).first().click();

test("an officer ticks what is missing, and nothing ticked is a mistake beside its field", async () => {
  const app = await officer("tuphap.hoaphat", { js: false });
  await app.visit(`/ban/${code}/bo-sung`);
  await judge(app.page, "rounds none");
  await press(app.page, "Yêu cầu");
  await judge(app.page, "rounds mistake");
  assert.match(await app.page.locator("#items-error").textContent(), /ít nhất một nội dung/);
  await app.page.locator("summary", { hasText: "Các mục trong tờ khai" }).first().click();
  await app.page.locator("input[name=field][value='declarant.phone']").check({ force: true });
  await app.page.locator("#items").fill("Bản sao sổ hộ khẩu");
  await app.page.locator("input[name=reason]").first().check({ force: true });
  await press(app.page, "Yêu cầu");
  await app.page.waitForURL(/bo-sung$/);
  assert.match(await app.page.locator("main ol").first().innerText(), /Bản chụp bị mờ hoặc thiếu góc/);
  await judge(app.page, "rounds open");
  await app.close();
});

test("the applicant sees only the fields asked for, open, and the rest as it was filed", async () => {
  const app = await openApp({ base: town.base });
  await app.visit(`/tra-cuu?ma=${code}&pin=${pin}`);
  await judge(app.page, "track asked");
  await app.page.locator("a.govuk-button", { hasText: "Bổ sung hồ sơ" }).click();
  await judge(app.page, "track supplement");
  assert.equal(await app.page.locator("[name='f.declarant.phone']").count(), 1);
  assert.equal(await app.page.locator("[name^='f.declarant.name']").count(), 0);
  await app.page.locator("[name='f.declarant.phone']").fill("x");
  await press(app.page, "Gửi");
  await judge(app.page, "track supplement mistake");
  await app.page.locator("[name='f.declarant.phone']").fill("0935000111");
  await app.page.locator("#text").fill("Tôi đã đổi số điện thoại");
  await press(app.page, "Gửi");
  await app.page.waitForURL(new RegExp(`${code}$`));
  await judge(app.page, "track answered");
  await app.close();
});

test("what changed stands old beside new; a further request goes to the leader with its cost", async () => {
  const app = await officer("tuphap.hoaphat");
  await app.visit(`/ban/${code}/bo-sung`);
  await judge(app.page, "rounds answered");
  assert.equal((await app.page.locator("ins").first().textContent()).trim(), "0935000111");
  assert.match(await app.page.locator(".govuk-warning-text").textContent(), /trễ hạn theo QĐ 766/);
  await app.page.locator("#items").fill("Giấy chứng sinh bản chính");
  await app.page.locator("#why").fill("Bản đã nộp bị mờ");
  await press(app.page, "Trình lãnh đạo");
  await app.page.waitForURL(/bo-sung$/);
  await judge(app.page, "rounds proposed");
  await app.close();
  const leader = await officer("chutich.hoaphat", { js: false });
  await leader.visit(`/ban/${code}/bo-sung`);
  await press(leader.page, "Không duyệt");
  assert.match(await leader.page.locator(".govuk-error-summary").textContent(), /lý do/i);
  await leader.page.locator("#declined").fill("Đã đủ căn cứ");
  await press(leader.page, "Không duyệt");
  await leader.page.waitForURL(/bo-sung$/);
  await judge(leader.page, "rounds declined");
  await leader.close();
});

test("a correction is asked for with proof and approved by somebody else", async () => {
  const app = await officer("tuphap.hoaphat", { js: false });
  await app.visit(`/ban/${code}/ket-qua/dinh-chinh`);
  await judge(app.page, "correct choose");
  await app.page.locator("input[name=muc][value='declarant.name']").check({ force: true });
  await press(app.page, "Tiếp tục");
  await judge(app.page, "correct fields");
  await press(app.page, "Trình duyệt");
  await judge(app.page, "correct mistake");
  await app.page.locator("[name='f.declarant.name']").fill("Nguyễn Văn Ân");
  await app.page.locator("#target").check({ force: true });
  await app.page.locator("#requester").fill("Nguyễn Văn Ân");
  await app.page.locator("#reason").fill("Ghi thiếu dấu");
  await app.page.locator("#evidence").setInputFiles(PROOF);
  await press(app.page, "Trình duyệt");
  await app.page.waitForURL(/ket-qua$/);
  await judge(app.page, "results correction asked");
  assert.equal(await app.page.locator("button", { hasText: "Duyệt đính chính" }).count(), 0);
  await app.close();
  const leader = await officer("chutich.hoaphat");
  await leader.visit(`/ban/${code}/ket-qua`);
  await judge(leader.page, "results to approve");
  await press(leader.page, "Duyệt đính chính");
  await leader.page.waitForURL(/ket-qua$/);
  await judge(leader.page, "results corrected");
  await leader.close();
});

test("a leader stops a case and opens it again; who comes second is told who was first", async () => {
  const one = await officer("chutich.hoaphat", { js: false });
  const two = await officer("phochutich.hoaphat", { js: false });
  for (const app of [one, two]) {
    await app.visit(`/ban/${code}/ket-qua`);
    await app.page.locator("summary", { hasText: "Dừng giải quyết" }).click();
    await app.page.locator("#stop").fill("Theo quyết định của toà án");
  }
  await press(one.page, "Dừng giải quyết");
  await one.page.waitForURL(/ket-qua$/);
  await judge(one.page, "results stopped");
  await press(two.page, "Dừng giải quyết");
  assert.match(await two.page.locator("main").textContent(), /Phạm Đình Khôi/);
  await judge(two.page, "conflict told");
  await one.page.locator("summary", { hasText: "Mở lại hồ sơ" }).click();
  await one.page.locator("#reopen").fill("Có căn cứ mới");
  await press(one.page, "Mở lại hồ sơ");
  await one.page.waitForURL(/ket-qua$/);
  await judge(one.page, "results reopened");
  await one.close();
  await two.close();
});

test("the list of cases that will be late has its letters ready", async () => {
  const app = await officer("chutich.hoaphat");
  await app.visit("/ban/sap-tre");
  await judge(app.page, "late none");
  await app.close();
});
