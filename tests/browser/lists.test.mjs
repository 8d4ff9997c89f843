// The officers' lists in a real browser: filters that are an address, lists kept under a name, many
// steps at once, standing in, reasons of delay; by keyboard alone and without script.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { judge, judged, openApp } from "./lib.mjs";
import { startTown } from "./server.mjs";

let town;
before(async () => (town = await startTown({
  clock: "2015-01-26T09:00:00+07:00", since: "2015-01-25T08:00:00+07:00",
  prepare: (run) => run("simulate", "--cases", "150", "--seed", "3", "--procedure", "lien-thong-khai-sinh",
    "--from", "2014-12-15T08:00:00+07:00", "--to", "2015-01-25T17:00:00+07:00",
    "--clock", "2015-01-26T08:00:00+07:00"),
})));
after(async () => {
  await town?.stop();
  console.log(`${judged.length} pages judged`);
});

async function officer(login, options = {}) {
  const app = await openApp({ base: town.base, ...options });
  await app.visit("/dang-nhap");
  await app.page.fill("[name=login]", login);
  await app.page.fill("[name=password]", "motcua-demo");
  await app.page.locator("[name=password]").press("Enter");
  await app.page.waitForURL(/\/ban/);
  return app;
}

for (const js of [true, false])
  test(`a list is filtered by an address and kept under a name, script ${js ? "on" : "off"}`, async () => {
    const { page, visit, close } = await officer("chutich.hoaphat", { js });
    await visit("/ban?xem=don-vi&han=tre");
    await judge(page, `list late ${js}`);
    assert.equal(await page.locator("#filter-han").inputValue(), "tre");
    await page.locator("summary", { hasText: "Lưu danh sách này" }).click();
    await page.fill("#keep-name", `Trễ ${js}`);
    await page.locator("#keep-name").press("Enter");
    const tab = page.locator(".m-tabs a", { hasText: `Trễ ${js}` });
    assert.equal(await tab.getAttribute("aria-current"), "page");
    assert.match(await tab.textContent(), /\d/);
    await page.locator("summary", { hasText: "Lưu danh sách này" }).click();
    await page.locator("button", { hasText: "Xóa danh sách đã lưu này" }).click();
    assert.equal(await page.locator(".m-tabs a", { hasText: `Trễ ${js}` }).count(), 0);
    await close();
  });

test("steps are ticked by keys, given to an officer after a look, and taken back", async () => {
  const { page, visit, close } = await officer("chutich.hoaphat");
  await visit("/ban?xem=don-vi");
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  assert.equal(await page.locator("[name=viec]:checked").count(), 2);
  await page.keyboard.press("Shift+X");
  const all = await page.locator("[name=viec]").count();
  assert.equal(await page.locator("[name=viec]:checked").count(), all);
  await page.keyboard.press("Shift+X");
  await page.locator("[name=viec]").first().check();
  await page.locator("button", { hasText: "Giao việc đã chọn" }).focus();
  await page.keyboard.press("Enter");
  await judge(page, "bulk confirm");
  await page.locator("main button[type=submit]").first().click();
  assert.match(await page.locator(".govuk-error-summary").textContent(), /Chọn người được giao/);
  await judge(page, "bulk mistake");
  await page.selectOption("[name=nguoi-nhan]", { index: 1 });
  await page.locator("main button[type=submit]").first().click();
  await judge(page, "bulk done");
  assert.match(await page.locator("main").textContent(), /1 \/ 1|không được làm|may not/);
  const undo = page.locator("button", { hasText: "Thu hồi" });
  if (await undo.count()) {
    await undo.click();
    assert.match(await page.locator(".govuk-notification-banner").textContent(), /thu hồi 1/);
  }
  await close();
});

test("the next case is one press away, and the list says what is new", async () => {
  const { page, visit, close } = await officer("tiepnhan.hoaphat", { js: false });
  await visit("/ban");
  assert.ok((await page.locator(".m-unread").count()) > 0);
  await page.locator("button", { hasText: "Nhận" }).first().click();
  assert.match(new URL(page.url()).pathname, /^\/ban\/000/);
  await close();
});

test("the head lets a colleague stand in and ends it", async () => {
  const { page, visit, close } = await officer("chutich.hoaphat", { js: false });
  await visit("/ban/phan-cong");
  await judge(page, "officers and leave");
  await page.selectOption("[name=vang]", "tuphap.hoaphat");
  await page.locator("button", { hasText: "Giao xử lý thay" }).click();
  assert.equal(await page.locator("[name=vang]").inputValue(), "tuphap.hoaphat");
  await judge(page, "leave mistakes");
  await page.selectOption("[name=thay]", "tiepnhan.hoaphat");
  await page.fill("[name=tu]", "2015-01-26");
  await page.fill("[name=den]", "2015-01-30");
  await page.locator("button", { hasText: "Giao xử lý thay" }).click();
  assert.match(await page.locator("main").textContent(), /xử lý thay Lê Quang Vinh/);
  await judge(page, "leave running");
  await page.locator("button", { hasText: "Kết thúc ngay" }).click();
  assert.match(await page.locator("main").textContent(), /Không có ai vắng mặt/);
  await close();
});

test("a late case gets its reason, chosen of the list", async () => {
  const { page, visit, close } = await officer("chutich.hoaphat");
  await visit("/ban/tre-han");
  await judge(page, "late, and why");
  const first = page.locator("a", { hasText: "Ghi lý do" }).first();
  assert.ok(await first.count(), "the simulation leaves something late");
  await first.click();
  await judge(page, "reason of delay");
  await page.locator("button", { hasText: "Ghi lý do" }).click();
  assert.match(await page.locator(".govuk-error-summary").textContent(), /Chọn lý do trễ hạn/);
  await judge(page, "reason missing");
  await page.locator("[name=ly-do][value=phoi-hop]").check();
  await page.locator("button", { hasText: "Ghi lý do" }).click();
  assert.match(await page.locator("main").textContent(), /Cơ quan phối hợp trả lời chậm/);
  await close();
});
