// What a citizen does alone: papers handed in before are used again, with and without script; nobody
// gets at another's. Every new page judged.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { judge, judged, openApp } from "./lib.mjs";
import { startTown } from "./server.mjs";

const PROCEDURE = "/nop/xac-nhan-tinh-trang-hon-nhan";
const HOA = { name: "Nguyễn Thị Hòa", number: "048088001234" };
const TAM = { name: "Lê Văn Tám", number: "048080009876" };
const CODE = /[0-9A-Z.]+-\d{6}-\d{4}/;
const png = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");
let town, earlier;
before(async () => {
  town = await startTown({ clock: "2015-01-26T09:00:00+07:00", since: "2015-01-26T08:00:00+07:00" });
  earlier = await fileWithPaper(HOA);
});
after(async () => {
  const told = town?.run("verify");
  await town?.stop();
  console.log(`${judged.length} pages judged`);
  assert.doesNotMatch(told ?? "", /does not agree|not sound/);
});

const press = (page, button) => Promise.all([page.waitForEvent("load"), button.click()]);
const next = (page) => press(page, page.locator("main button", { hasText: "Lưu và tiếp tục" }));
const field = (page, name) => page.locator(`main [name="f.${name}"]`).first();

async function choose(page, answers) {
  for (const [name, value] of answers)
    await page.locator(`main [name="f.${name}"][value="${value}"]`).check({ force: true });
}

// Fills the form in up to the page of papers.
async function begin(app, who) {
  const { page, visit } = app;
  await visit(PROCEDURE);
  await page.locator("#organisation").selectOption("hoa-phat");
  await press(page, page.locator("main form button[type=submit]").first());
  for (const [name, value] of [["name", who.name], ["id_number", who.number], ["phone", "0905123456"], ["address", "Tổ 12, Hòa Phát"]])
    await field(page, `declarant.${name}`).fill(value);
  for (const [part, value] of [["day", "12"], ["month", "3"], ["year", "1988"]])
    await field(page, `declarant.birth_date.${part}`).fill(value);
  await next(page);
  await choose(page, [["person.same", "self"], ["person.gender", "female"]]);
  await next(page);
  await choose(page, [["status.kind", "single"], ["status.purpose", "loan"]]);
  await next(page);
  await choose(page, [["delivery.channel", "desk"]]);
  await next(page);
}

async function send(page) {
  await page.locator('main input[type=checkbox][name="f.pledge.true"]').check({ force: true });
  await next(page);
  await press(page, page.locator("main form[action$='/gui'] button"));
  const text = await page.locator("main").innerText();
  return { code: text.match(CODE)[0], pin: text.match(/\b\d{8}\b/)[0] };
}

async function fileWithPaper(who) {
  const app = await openApp({ base: town.base });
  await begin(app, who);
  await field(app.page, "files.identity").setInputFiles({ name: `căn-cước-${who.number}.png`, mimeType: "image/png", buffer: png });
  const sent = await send(app.page);
  await app.close();
  return sent;
}

const offered = (page) => page.locator("main input[name=paper]");
async function prove(page, code, pin) {
  await page.locator("#ma").fill(code);
  await page.locator("#pin").fill(pin);
  await press(page, page.locator("main button[value=prove]"));
}

for (const js of [true, false])
  test(`a paper of an earlier case is used again after its PIN was given (${js ? "script" : "no script"})`, async () => {
    const app = await openApp({ base: town.base, js });
    const { page } = app;
    await begin(app, HOA);
    await judge(page, "papers of a filing");
    await press(page, page.locator("main button", { hasText: "Dùng giấy tờ đã nộp trước đây" }));
    assert.equal(await offered(page).count(), 0);
    await judge(page, "earlier papers, not proven");
    await prove(page, earlier.code, "00000000");
    assert.match(await page.locator("#ma-error").innerText(), /không khớp/);
    assert.equal(await page.locator("#ma").inputValue(), earlier.code);
    assert.equal(await offered(page).count(), 0);
    await judge(page, "earlier papers, wrong PIN");
    await prove(page, js ? earlier.code : HOA.number, earlier.pin);
    assert.equal(await offered(page).count(), 1);
    assert.match(await page.locator("main form").first().innerText(), /căn-cước-048088001234\.png/);
    await judge(page, "earlier papers, offered");
    await offered(page).check({ force: true });
    await press(page, page.locator("main button[value=take]"));
    assert.match(await page.locator("main").innerText(), /căn-cước-048088001234\.png/);
    const sent = await send(page);
    await app.close();
    const desk = await openApp({ base: town.base, js });
    await desk.visit(`/dang-nhap?next=/ban/${sent.code}/ho-so`);
    await desk.page.locator("#login").fill("tiepnhan.hoaphat");
    await desk.page.locator("#password").fill("motcua-demo");
    await press(desk.page, desk.page.locator("main button[type=submit]"));
    await desk.visit(`/ban/${sent.code}/ho-so`);
    assert.match(await desk.page.locator("main").innerText(), new RegExp(`lấy từ hồ sơ trước ${earlier.code}`));
    await judge(desk.page, "a case with a paper taken over");
    await desk.close();
  });

test("another person's papers are neither shown nor taken, whatever is sent", async () => {
  const his = await openApp({ base: town.base });
  await begin(his, TAM);
  const { page } = his;
  await press(page, page.locator("main button", { hasText: "Dùng giấy tờ đã nộp trước đây" }));
  await prove(page, earlier.code, earlier.pin);
  assert.equal(await offered(page).count(), 0);
  assert.doesNotMatch(await page.locator("main").innerText(), /căn-cước/);
  assert.match(await page.locator("main").innerText(), /hồ sơ đó của người khác/);
  await judge(page, "earlier papers of another person");
  // The hash of her paper is known: sending it takes nothing.
  const hash = await his.page.evaluate(async (bytes) => {
    const sum = await crypto.subtle.digest("SHA-256", Uint8Array.from(bytes));
    return [...new Uint8Array(sum)].map((b) => b.toString(16).padStart(2, "0")).join("");
  }, [...png]);
  const answer = await page.evaluate(async (hash) => {
    const body = new URLSearchParams(new FormData(document.querySelector("main form")));
    body.set("act", "take");
    body.set("paper", `giay-to-tuy-than/${hash}`);
    return (await fetch(location.href, { method: "POST", body })).url;
  }, hash);
  assert.match(answer, /\/5$/);
  await his.visit(new URL(answer).pathname);
  assert.doesNotMatch(await page.locator("main").innerText(), /căn-cước/);
  await his.close();
});

test("papers taken over leave again when another identity number is typed", async () => {
  const app = await openApp({ base: town.base });
  const { page } = app;
  await begin(app, HOA);
  const papers = page.url();
  await press(page, page.locator("main button", { hasText: "Dùng giấy tờ đã nộp trước đây" }));
  await prove(page, earlier.code, earlier.pin);
  await offered(page).first().check({ force: true });
  await press(page, page.locator("main button[value=take]"));
  await app.visit(new URL(papers).pathname.replace(/5$/, "1"));
  await field(page, "declarant.id_number").fill(TAM.number);
  await next(page);
  assert.match(await page.locator("main").locator("..").innerText(), /Số định danh đã thay đổi/);
  await app.visit(new URL(papers).pathname);
  assert.doesNotMatch(await page.locator("main").innerText(), /căn-cước/);
  await app.close();
});

test("who lost the code follows the case by identity number and PIN; another's PIN opens nothing", async () => {
  const app = await openApp({ base: town.base, js: false });
  const { page, visit } = app;
  for (const [number, fits] of [[TAM.number, false], [HOA.number, true]]) {
    await visit("/tra-cuu");
    await page.locator("#ma").fill(number);
    await page.locator("#pin").fill(earlier.pin);
    await press(page, page.locator("main form button[type=submit]"));
    assert.equal(page.url().endsWith(earlier.code), fits);
  }
  await app.close();
});
