// Taking cases in at the counter: by keyboard alone, without script, with a telephone beside it;
// incomplete filings, several cases in one visit, a representative, consent, duplicates.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fill } from "./fill.mjs";
import { judge, judged, openApp, tabTo } from "./lib.mjs";
import { startTown } from "./server.mjs";

const CARD = "048088001234|201534678|Nguyễn Thị Hòa|12031988|Nữ|Tổ 12, Hòa Phát, Cẩm Lệ, Đà Nẵng|20052021";
const MANGLED = "048088001234|201534678|Nguyn Th Ha|12031988|N|T 12, Hoa Phat|20052021";
const PROCEDURE = "/ban/nop/xac-nhan-tinh-trang-hon-nhan";
const CODE = /[0-9A-Z.]+-\d{6}-\d{4}/;
const png = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");
let town;
before(async () => (town = await startTown({ clock: "2015-01-26T09:00:00+07:00", since: "2015-01-26T08:00:00+07:00" })));
after(async () => {
  const told = town?.run("verify");
  await town?.stop();
  console.log(`${judged.length} pages judged`);
  assert.doesNotMatch(told ?? "", /does not agree|not sound/);
});

async function desk({ js = true, login = "tiepnhan.hoaphat", width = 1366, height = 768 } = {}) {
  const app = await openApp({ base: town.base, js, width, height });
  if (js) await app.page.addInitScript(() => {
    window.printed = 0;
    window.print = () => window.printed++;
  });
  await app.visit("/dang-nhap?next=/ban/nop");
  await app.page.locator("#login").fill(login);
  await app.page.locator("#password").fill("motcua-demo");
  await press(app.page, app.page.locator("main button[type=submit]"));
  return app;
}

const loaded = (page, act) => Promise.all([page.waitForEvent("load"), act()]);
const press = (page, button) => loaded(page, () => button.click());
const field = (page, name) => page.locator(`main [name="f.${name}"]`).first();

// The answers a single person gives; what the card said is there already.
async function answer(page, { person = true, phone = "0905123456" } = {}) {
  if (person) {
    await field(page, "declarant.name").fill("Nguyễn Thị Hòa");
    await field(page, "declarant.id_number").fill("048088001234");
    await field(page, "declarant.address").fill("Tổ 12, Hòa Phát");
  }
  await field(page, "declarant.phone").fill(phone);
  for (const [name, value] of [["person.same", "self"], ["person.gender", "female"], ["status.kind", "single"],
    ["status.purpose", "loan"], ["delivery.channel", "desk"]])
    await page.locator(`main [name="f.${name}"][value="${value}"]`).check({ force: true });
  await page.locator('main input[type=checkbox][name="f.pledge.true"]').check({ force: true });
}

const tick = (page, paper, state) =>
  page.locator(`input[name="paper-${paper}"][value="${state}"]`).check({ force: true });
const act = (page, value) => page.locator(`form#intake button[name=act][value="${value}"]`);
const openAll = (page) => page.evaluate(() => document.querySelectorAll("details").forEach((d) => (d.open = true)));

test("a filing is taken in by keyboard alone, and the receipt prints at once", async () => {
  const { page, close } = await desk();
  let strokes = 0, pages = 1;
  const key = async (name) => { strokes++; await page.keyboard.press(name); };
  const type = async (text) => { strokes += text.length; await page.keyboard.type(text); };
  const to = async (locator) => {
    for (let i = 0; i < 120; i++) {
      if (await locator.evaluate((e) => e === document.activeElement)) return;
      await key("Tab");
    }
    assert.fail(`not reached by Tab: ${locator}`);
  };
  const enter = async (name) => { pages++; await loaded(page, () => key(name)); };
  await judge(page, "counter");
  // The scanner types into whatever has the focus; its characters are not the officer's.
  await page.keyboard.insertText(CARD);
  await enter("Enter");
  assert.match(await page.locator("main").innerText(), /Nguyễn Thị Hòa/);
  await judge(page, "counter after a card");
  await type("tinh trang hon");
  await enter("Enter");
  assert.match(page.url(), /xac-nhan-tinh-trang-hon-nhan/);
  assert.equal(await field(page, "declarant.name").inputValue(), "Nguyễn Thị Hòa");
  assert.equal(await field(page, "declarant.birth_date.day").inputValue(), "12");
  await judge(page, "intake");
  await to(field(page, "declarant.phone"));
  await type("0905123456");
  for (const [name, down] of [["person.same", 0], ["person.gender", 0], ["status.kind", 0], ["status.purpose", 2], ["delivery.channel", 0]]) {
    const radio = page.locator(`main input[type=radio][name="f.${name}"]`);
    await to((await radio.evaluateAll((all) => all.some((r) => r.checked)))
      ? page.locator(`main input[type=radio][name="f.${name}"]:checked`) : radio.first());
    await key("Space");
    for (let i = 0; i < down; i++) await key("ArrowDown");
  }
  await to(page.locator('main input[type=checkbox][name="f.pledge.true"]'));
  await key("Space");
  await to(page.locator("[data-papers-all]"));
  await key("Enter");
  assert.match(await page.locator("#m-papers-count").innerText(), /2\/4/);
  await enter("Control+Enter");
  assert.match(page.url(), /\/ban\/nop\/luot\//);
  await page.waitForFunction(() => window.printed === 1);
  assert.match(await page.locator("article.letter").innerText(), /Nguyễn Thị Hòa/i);
  await judge(page, "receipt of a visit");
  console.log(`# a filing by keyboard: ${strokes} keystrokes, ${pages} pages`);
  assert.ok(strokes < 140, `${strokes} keystrokes`);
  await close();
});

test("Enter in a field of the form, or a code read twice, accepts nothing", async () => {
  const { page, visit, close } = await desk();
  await visit(PROCEDURE);
  await answer(page);
  await loaded(page, () => field(page, "declarant.name").press("Enter"));
  assert.match(page.url(), new RegExp(`${PROCEDURE}/[2-9A-Z]{16}$`));
  assert.equal(await field(page, "declarant.phone").inputValue(), "0905123456");
  await close();
});

test("a scanner that loses the Vietnamese letters fills digits only, and the page says so", async () => {
  const { page, visit, close } = await desk();
  await visit(PROCEDURE);
  await page.locator("#scan").fill(MANGLED);
  await loaded(page, () => page.locator("#scan").press("Enter"));
  assert.equal(await field(page, "declarant.id_number").inputValue(), "048088001234");
  assert.equal(await field(page, "declarant.name").inputValue(), "");
  assert.match(await page.locator("main").innerText(), /mất dấu/);
  await judge(page, "intake after a mangled scan");
  await close();
});

test("without script: scan, choose, a mistake kept and explained, accepted, receipt", async () => {
  const { page, close } = await desk({ js: false });
  await judge(page, "counter no script");
  await page.locator("#ma").fill(CARD);
  await press(page, page.locator("form[data-scan] button[type=submit]"));
  await page.locator("#tim").fill("tinh trang hon");
  await press(page, page.locator("form[role=search] button"));
  assert.match(page.url(), /xac-nhan-tinh-trang-hon-nhan/);
  await page.locator("#note").fill("gọi lại");
  await press(page, act(page, "accept"));
  assert.match(await page.title(), /^Lỗi:/);
  assert.equal(await page.locator("#note").inputValue(), "gọi lại");
  await judge(page, "intake mistakes no script");
  await answer(page, { person: false });
  await press(page, act(page, "accept"));
  assert.match(await page.locator("article.letter").innerText(), CODE);
  await judge(page, "receipt no script");
  await close();
});

test("a missing paper keeps the filing apart until it is brought; then it becomes a case", async () => {
  const { page, visit, close } = await desk();
  await visit(PROCEDURE);
  await answer(page);
  await tick(page, "giay-to-tuy-than", "missing");
  await press(page, act(page, "accept"));
  assert.match(await page.locator(".govuk-error-summary").innerText(), /[Cc]òn thiếu/);
  await judge(page, "intake with a paper missing");
  await openAll(page);
  await press(page, act(page, "keep"));
  assert.match(page.url(), /\/ban\/chua-du$/);
  const text = await page.locator("main").innerText();
  assert.match(text, /Nguyễn Thị Hòa/);
  assert.match(text, /29\/01\/2015/);
  assert.doesNotMatch(text, CODE);
  await judge(page, "incomplete filings");
  await press(page, page.locator("main section a").first());
  await tick(page, "giay-to-tuy-than", "certified");
  await press(page, act(page, "accept"));
  assert.match(await page.locator("article.letter").innerText(), CODE);
  await visit("/ban/chua-du");
  assert.doesNotMatch(await page.locator("main").innerText(), /Nguyễn Thị Hòa/);
  await close();
});

// A visitor's number, taken at the kiosk and called to counter 1.
async function atCounter(page, visit, service = "ho-tich") {
  await visit("/ban/quay?tat-ca=1");
  await visit(await page.locator("a[href*='khoa=']").first().getAttribute("href"));
  await press(page, page.locator(`button[value=${service}]`));
  const label = (await page.locator(".m-slip__number").textContent()).trim();
  await visit("/ban/quay/hoa-phat/1");
  const step = (name) => page.locator(`main button[name=act][value=${name}]`).first();
  if (await step("mo").count()) await press(page, step("mo"));
  await press(page, await step("xong-goi").count() ? step("xong-goi") : step("goi"));
  await press(page, step("bat-dau"));
  return label;
}

// The same; ends on the page that takes cases in.
async function called(page, visit) {
  const label = await atCounter(page, visit);
  await press(page, page.getByRole("link", { name: /Tiếp nhận hồ sơ/ }).last());
  assert.match(page.url(), new RegExp(`phieu=${label}`));
  return label;
}

test("two cases of one visit: the applicant is kept and both receipts are printed together", async () => {
  const { page, visit, close } = await desk();
  const label = await called(page, visit);
  await press(page, page.locator("#procedures a", { hasText: "tình trạng hôn nhân" }));
  await answer(page);
  await loaded(page, () => page.keyboard.press("Control+Shift+Enter"));
  assert.match(await page.locator("main").innerText(), new RegExp(label));
  await press(page, page.locator("#procedures a", { hasText: "tình trạng hôn nhân" }));
  assert.equal(await field(page, "declarant.name").inputValue(), "Nguyễn Thị Hòa");
  assert.equal(await field(page, "declarant.phone").inputValue(), "0905123456");
  assert.match(await page.locator("main").innerText(), new RegExp(label));
  await answer(page, { person: false });
  await loaded(page, () => page.keyboard.press("Control+Enter"));
  assert.equal(await page.locator("article.letter").count(), 2);
  await judge(page, "two receipts");
  await visit("/ban/quay/hoa-phat/1");
  const filed = page.locator("#here li a");
  assert.equal(await filed.count(), 2);
  await judge(page, "counter with the cases of the visit");
  await press(page, filed.last());
  assert.match(await page.locator("main").innerText(), new RegExp(`Số thứ tự ${label}, quầy 1 · gọi lúc 09:0\\d`));
  await judge(page, "case with its visit");
  // A number nobody called is nobody's visit.
  await visit(`${PROCEDURE}?phieu=Z999`);
  await answer(page);
  await loaded(page, () => page.keyboard.press("Control+Enter"));
  const code = (await page.locator("article.letter").innerText()).match(CODE)[0];
  await visit(`/ban/${code}/ho-so`);
  assert.doesNotMatch(await page.locator("main").innerText(), /Số thứ tự/);
  await close();
});

const COPIES = { declarant: { name: "Lê Thị Hoa", birth_date: "1980-01-01", id_number: "201765432", phone: "0905111222",
  address: "5 Trường Chinh" }, copies: { papers: "Bằng tốt nghiệp", pages: 3, count: 2, original: true } };

for (const js of [true, false])
  test(`a card scanned at the counter keeps the number; the receipt leads to the fee and back, script ${js ? "on" : "off"}`, async () => {
    const { page, visit, close } = await desk({ js });
    const label = await atCounter(page, visit, "chung-thuc");
    await visit("/ban/quay");
    assert.equal(new URL(page.url()).pathname, "/ban/quay/hoa-phat/1");
    await page.locator("#ma").fill(CARD);
    await press(page, page.locator("form[data-scan] button[type=submit]"));
    const chosen = await page.locator("main").innerText();
    assert.match(chosen, /Nguyễn Thị Hòa/);
    assert.match(chosen, new RegExp(label));
    await press(page, page.locator("#procedures a[href*='chung-thuc-ban-sao']"));
    await fill(page, page.locator("#intake"), COPIES, { files: "" });
    await press(page, act(page, "accept"));
    await judge(page, `receipt with a fee to take, ${js ? "script" : "no script"}`);
    const code = (await page.locator("article.letter").innerText()).match(CODE)[0], receipts = page.url();
    await press(page, page.locator("a", { hasText: "Thu lệ phí 10.000 đồng" }));
    await press(page, page.getByRole("button", { name: /Thu tiền mặt/ }));
    await page.goto(receipts);
    assert.equal(await page.locator("a[href$='/le-phi']").count(), 0);
    await press(page, page.getByRole("link", { name: "Về quầy 1" }));
    assert.match(await page.locator("#here").innerText(), new RegExp(`${label}[^]*${code}`));
    await close();
  });

test("the applicant's telephone sends a photograph that the desk sees, and nobody else may", async () => {
  const { page, visit, close } = await desk();
  await visit(PROCEDURE);
  // The page looks for files only where a telephone may send some.
  assert.equal(await page.locator("#arrived").getAttribute("data-live"), null);
  await answer(page);
  await openAll(page);
  await press(page, act(page, "phone"));
  assert.equal((await page.request.get(await page.locator("#arrived").getAttribute("data-live"))).status(), 200);
  await judge(page, "intake with a code for the telephone");
  const address = new URL(await page.locator("#phone a").first().getAttribute("href")).pathname;
  const phone = await openApp({ base: town.base, js: false, width: 390, height: 800 });
  await phone.visit(address);
  await judge(phone.page, "telephone");
  await press(phone.page, phone.page.locator("main button[type=submit]"));
  await phone.page.locator("#photo-giay-to-tuy-than").setInputFiles({ name: "cccd.png", mimeType: "image/png", buffer: png });
  await press(phone.page, phone.page.locator("main button[type=submit]"));
  assert.match(await phone.page.locator("main").innerText(), /Đã nhận: 1/);
  await phone.page.locator("#photo-to-khai").setInputFiles({ name: "x.txt", mimeType: "text/plain", buffer: Buffer.from("no picture") });
  await press(phone.page, phone.page.locator("main button[type=submit]"));
  await judge(phone.page, "telephone mistake");
  await page.locator("#arrived img").waitFor();
  const picture = await page.locator("#arrived img").getAttribute("src");
  assert.equal((await page.request.get(picture)).status(), 200);
  assert.notEqual((await phone.page.request.get(picture, { maxRedirects: 0 })).status(), 200);
  assert.equal((await phone.visit(address.slice(0, -1) + "2")).status(), 404);
  const other = await desk({ login: "tiepnhan.khuetrung" });
  assert.ok([403, 404].includes((await other.page.request.get(picture)).status()));
  assert.ok([403, 404].includes((await other.page.request.get(new URL(page.url()).pathname)).status()));
  await other.close();
  await press(page, act(page, "accept"));
  const code = CODE.exec(await page.locator("article.letter").innerText())[0];
  await visit(`/ban/${code}/ho-so`);
  assert.match(await page.locator("main").innerText(), /cccd\.png/);
  assert.equal((await phone.visit(address)).status(), 404);
  await phone.close();
  // What was filed is offered again to the same person's next filing, once.
  await visit(PROCEDURE);
  await page.locator("#scan").fill("048088001234");
  await loaded(page, () => page.locator("#scan").press("Enter"));
  await openAll(page);
  await page.locator('input[name="earlier"]').first().check({ force: true });
  await press(page, act(page, "reuse"));
  assert.match(await page.locator("#arrived").innerText(), /từ hồ sơ trước/);
  await judge(page, "intake with an earlier paper");
  await close();
});

test("who files for another names the authority; help online needs consent", async () => {
  const { page, visit, close } = await desk();
  await visit(PROCEDURE);
  await answer(page);
  await openAll(page);
  await page.locator("#rep_name").fill("trần văn bình");
  await page.locator("#channel-assisted").check({ force: true });
  await press(page, act(page, "accept"));
  const summary = await page.locator(".govuk-error-summary").innerText();
  assert.match(summary, /ủy quyền/);
  assert.match(summary, /đồng ý/);
  await judge(page, "intake without authority and consent");
  await page.locator("#rep_paper").fill("12/2015, UBND phường Hòa Phát");
  await page.locator("#consent").check({ force: true });
  await press(page, act(page, "accept"));
  const receipt = await page.locator("article.letter").innerText();
  assert.match(receipt, /Người nộp thay: Trần Văn Bình, theo giấy ủy quyền 12\/2015/i);
  await visit(`/ban/${receipt.match(CODE)[0]}/ho-so`);
  const filed = await page.locator("main").innerText();
  assert.match(filed, /Người nộp thay\s+Trần Văn Bình/i);
  assert.match(filed, /Giấy ủy quyền: 12\/2015, UBND phường Hòa Phát/);
  assert.match(filed, /“Tôi đồng ý để cán bộ nhập hồ sơ trực tuyến thay tôi.*”\s+Đồng ý để cán bộ nhập thay, người ghi nhận: Nguyễn Thị Thu Hà/);
  await judge(page, "case with a representative and a consent");
  await close();
});

test("two filings alike are compared side by side; after the decision the warning is gone", async () => {
  const { page, visit, close } = await desk();
  const codes = [];
  for (let i = 0; i < 2; i++) {
    await visit(PROCEDURE);
    await answer(page);
    await field(page, "declarant.id_number").fill("079088005555");
    await press(page, act(page, "accept"));
    codes.push(CODE.exec(await page.locator("article.letter").innerText())[0]);
  }
  await visit(`/ban/${codes[1]}`);
  await press(page, page.locator(`a[href$="/ban/${codes[1]}/trung/${codes[0]}"]`));
  await judge(page, "two cases side by side");
  await press(page, page.locator("main form[data-once] button"));
  await judge(page, "comparison without a decision");
  assert.match(await page.title(), /^Lỗi:/);
  await page.locator("#verdict-withdraw").check({ force: true });
  await page.locator("#reason").fill("Nộp hai lần trong buổi sáng");
  await press(page, page.locator("main form[data-once] button"));
  assert.doesNotMatch(await page.locator("main").innerText(), new RegExp(codes[0]));
  await visit(`/ban/${codes[0]}`);
  assert.doesNotMatch(await page.locator("main").innerText(), new RegExp(codes[1]));
  const other = await desk({ login: "tiepnhan.khuetrung" });
  assert.ok([403, 404].includes((await other.visit(`/ban/${codes[0]}/trung/${codes[1]}`)).status()));
  await other.close();
  await close();
});

test("a code opens its case; one of another ward, or none, is said beside the field", async () => {
  const { page, visit, close } = await desk();
  await visit(PROCEDURE);
  await answer(page);
  await press(page, act(page, "accept"));
  const receipt = await page.locator("article.letter").innerText();
  const code = CODE.exec(receipt)[0], letter = /Kiểm tra giấy\s+([0-9A-Z-]+)/.exec(receipt)[1];
  await visit(`/ban/mo?ma=${encodeURIComponent(`${town.base}/kiem-tra/${letter}`)}`);
  assert.equal(new URL(page.url()).pathname, `/ban/${code}`);
  await visit(`/ban/mo?ma=${encodeURIComponent(`${town.base}/tra-cuu?ma=${code}&pin=12345678`)}`);
  assert.equal(new URL(page.url()).pathname, `/ban/${code}`);
  await visit("/ban");
  await page.locator("#ma").fill(code);
  await loaded(page, () => page.locator("#ma").press("Enter"));
  assert.equal(new URL(page.url()).pathname, `/ban/${code}`);
  const other = await desk({ login: "tiepnhan.khuetrung" });
  await other.page.locator("#ma").fill(code);
  await loaded(other.page, () => other.page.locator("#ma").press("Enter"));
  assert.match(await other.page.title(), /^Lỗi:/);
  await judge(other.page, "scan of a strange code");
  await other.close();
  await close();
});

test("the camera's reader is there, and fetched only when asked for", async () => {
  const { page, close } = await desk();
  assert.ok(!(await page.evaluate(() => performance.getEntriesByType("resource").some((r) => /scanner/.test(r.name)))));
  const address = await page.locator("#m-intake-script").getAttribute("data-scanner");
  assert.equal((await page.request.get(address)).status(), 200);
  await close();
});

test("whatever is pressed twice is done once", async () => {
  const { page, visit, close } = await desk();
  await visit(PROCEDURE);
  await answer(page);
  const body = await page.evaluate(() => {
    const data = new FormData(document.getElementById("intake"));
    data.append("act", "accept");
    return [...data].filter(([, v]) => typeof v === "string");
  });
  const action = await page.locator("#intake").getAttribute("action");
  const twice = await Promise.all([0, 1].map(() => page.evaluate(async ([to, pairs]) => {
    const data = new FormData();
    for (const [name, value] of pairs) data.append(name, value);
    const answer = await fetch(to, { method: "POST", body: data });
    return [answer.url, await answer.text()];
  }, [action, body])));
  const codes = twice.map(([, text]) => [...text.matchAll(/\/ban\/([0-9A-Z.]+-\d{6}-\d{4})"/g)].map((m) => m[1]));
  assert.deepEqual(codes[0], codes[1]);
  assert.equal(codes[0].length, 1);
  await close();
});
