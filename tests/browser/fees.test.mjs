// Fees in a real browser: the desk takes one in cash, prints the receipt, counts the till; the leader
// pays back; the citizen sees what is due and the code to pay it with.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { judge, judged, openApp, shoot } from "./lib.mjs";
import { PROGRAM, startTown } from "./server.mjs";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "../..");
const PASSWORD = "motcua-demo";
const CLOCK = "2015-01-26T09:00:00+07:00";
let town, code, pin;

async function officer(login, js = true) {
  const app = await openApp({ base: town.base, js });
  await app.page.goto(`${town.base}/dang-nhap?next=/ban`);
  await app.page.locator("#login").fill(login);
  await app.page.locator("#password").fill(PASSWORD);
  await app.page.locator("main button[type=submit]").click();
  await app.page.waitForURL(/\/ban/);
  return app;
}

async function call(token, method, path, body, key) {
  const answer = await fetch(`${town.base}/api/v1${path}`, { method, body: body && JSON.stringify(body),
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json",
      ...(key ? { "Idempotency-Key": key } : {}) } });
  return { status: answer.status, body: await answer.json().catch(() => null) };
}

const tokens = {};
const token = (login) => (tokens[login] ??= town.run("token", "--user", login).match(/mc_[\w-]{43}/)[0]);

async function file(count) {
  const filed = await call(token("tiepnhan.hoaphat"), "POST", "/cases", {
    procedure: "chung-thuc-ban-sao", organisation: "hoa-phat", channel: "direct",
    data: { declarant: { name: "Lê Thị Hoa", birth_date: "1980-01-01", id_number: "201765432",
      id_date: "2005-01-01", id_place: "Công an Đà Nẵng", phone: "0905111222", address: "5 Trường Chinh" },
    copies: { papers: "Bằng tốt nghiệp", pages: 3, count, original: true } } });
  assert.equal(filed.status, 201, JSON.stringify(filed.body));
  return filed.body;
}

before(async () => {
  town = await startTown({ clock: CLOCK, since: "2015-01-26T08:00:00+07:00" });
  ({ code, tracking_pin: pin } = await file(2));
});
after(async () => {
  await town?.stop();
  console.log(`${judged.length} pages judged`);
});

test("the citizen sees the amount, why, and a code to pay with", async () => {
  const { page, visit, close } = await openApp({ base: town.base });
  await visit(`/tra-cuu?ma=${code}&pin=${pin}`);
  assert.match(await page.locator("main").innerText(), /10\.000/);
  assert.equal(await page.locator("svg.qr").count(), 1);
  await judge(page, "fee due to the citizen");
  await shoot(page, "fee-citizen");
  await close();
});

for (const js of [true, false])
  test(`a wrong transfer stands beside its field, cash makes a receipt: script ${js ? "on" : "off"}`, async () => {
    const own = await file(1);
    const app = await officer("tiepnhan.hoaphat", js);
    const { page } = app;
    await page.goto(`${town.base}/ban/${own.code}/le-phi`);
    await judge(page, `fee tab ${js}`);
    await shoot(page, "fee-tab");
    await page.getByRole("button", { name: "Đã nhận chuyển khoản" }).click();
    assert.match(await page.locator("#bank_id-error").innerText(), /số tham chiếu/);
    await judge(page, `fee tab with a mistake ${js}`);
    await page.getByRole("button", { name: /Thu tiền mặt/ }).click();
    await page.waitForURL(/le-phi$/);
    await judge(page, `fee tab paid ${js}`);
    await shoot(page, "fee-paid");
    await page.locator("a[href*='/bien-lai/']").first().click();
    const leaf = await page.locator("article").innerText();
    assert.match(leaf, /năm nghìn đồng/i);
    assert.doesNotMatch(leaf, /bản sao\n/i);
    await judge(page, `receipt ${js}`);
    await shoot(page, "fee-receipt");
    await app.close();
    const reader = await openApp({ base: town.base });
    await reader.visit(`/tra-cuu?ma=${own.code}&pin=${own.tracking_pin}`);
    await reader.page.locator("a[href*='/bien-lai/']").first().click();
    assert.match(await reader.page.locator("article").innerText(), /bản sao/i);
    await reader.close();
  });

test("a payment sent twice under one key is one receipt, and a second one is refused", async () => {
  const own = await file(1);
  const pay = (key) => call(token("tiepnhan.hoaphat"), "POST", `/cases/${own.code}/payments`,
    { amount: 5000, method: "cash" }, key);
  const [first, again] = await Promise.all([pay("k1"), pay("k1")]);
  assert.deepEqual([first.status, again.status], [200, 200], JSON.stringify(again.body));
  assert.equal(again.body.payment.receipts.length, 1);
  assert.equal((await pay("k2")).status, 409);
  const back = await call(token("chutich.hoaphat"), "POST", `/cases/${own.code}/refunds`,
    { receipt: first.body.payment.receipts[0].id, amount: 5000, reason: "Thu nhầm" }, "k3");
  assert.equal(back.body.payment.state, "refunded", JSON.stringify(back.body));
});

for (const js of [true, false])
  test(`what is wrong on a receipt stands beside its field and is kept: script ${js ? "on" : "off"}`, async () => {
    const own = await file(1);
    const paid = await call(token("tiepnhan.hoaphat"), "POST", `/cases/${own.code}/payments`,
      { amount: 5000, method: "cash" });
    const id = paid.body.payment.receipts[0].id;
    const desk = await officer("tiepnhan.hoaphat", js);
    await desk.page.goto(`${town.base}/ban/${own.code}/le-phi`);
    await desk.page.getByText(/^Hủy biên lai BL/).click();
    await desk.page.locator("form[action*='/huy/'] button").click();
    assert.match(await desk.page.locator(`#huy-reason-${id}-error`).innerText(), /lý do/);
    assert.equal(await desk.page.locator(`.govuk-error-summary a[href='#huy-reason-${id}']`).count(), 1);
    await judge(desk.page, `cancelling without a reason ${js}`);
    await desk.page.locator(`#huy-reason-${id}`).fill("Ghi sai tên người nộp");
    await desk.page.locator("form[action*='/huy/'] button").click();
    await desk.page.waitForURL(/le-phi$/);
    assert.match(await desk.page.locator("main").innerText(), /đề nghị hủy biên lai BL[^]*lãnh đạo duyệt/);
    assert.match((await said(desk.page.locator(".m-identity"))).join(), /^Đã nộp lệ phí$/);
    assert.equal(await desk.page.locator("form[action*='/duyet-huy/']").count(), 0);
    await judge(desk.page, `cancellation that waits ${js}`);
    await desk.close();
    const leader = await officer("chutich.hoaphat", js);
    const { page } = leader;
    await page.goto(`${town.base}/ban/le-phi`);
    await page.locator("table", { hasText: "Ghi sai tên người nộp" }).locator("a", { hasText: "BL" }).last().click();
    await page.waitForURL(`**/${own.code}/le-phi`);
    await page.getByRole("button", { name: "Không hủy" }).click();
    assert.match(await page.locator(`#duyet-huy-reason-${id}-error`).innerText(), /vì sao không hủy/i);
    await judge(page, `declining without a reason ${js}`);
    await shoot(page, "fee-cancel-settle");
    await page.locator(`#duyet-huy-reason-${id}`).fill("Tên ghi đúng");
    await page.getByRole("button", { name: "Không hủy" }).click();
    await page.waitForURL(/le-phi$/);
    assert.match(await page.locator("main").innerText(), /không được hủy: Tên ghi đúng/);
    await page.getByText(/^Hoàn trả/).click();
    const form = page.locator("form[action*='/hoan/']");
    await form.locator("[name=amount]").fill("nhiều");
    await form.locator("button").click();
    assert.equal(await page.locator(`#hoan-amount-${id}-error, #hoan-reason-${id}-error`).count(), 2);
    assert.equal(await form.locator("[name=amount]").inputValue(), "nhiều");
    await judge(page, `paying back with mistakes ${js}`);
    await shoot(page, "fee-refund-wrong");
    await form.locator("[name=amount]").fill("6000");
    await form.locator("[name=reason]").fill("Thu thừa");
    await form.locator("button").click();
    assert.match(await page.locator(`#hoan-amount-${id}-error`).innerText(), /5\.000/);
    assert.equal(await form.locator("[name=reason]").inputValue(), "Thu thừa");
    await form.locator("[name=amount]").fill("5.000 đ");
    await form.locator("button").click();
    await page.waitForURL(/le-phi$/);
    assert.deepEqual(await said(page.locator(".m-identity")), ["Đã hoàn trả lệ phí"]);
    await leader.close();
  });

test("statement, till, books, register and report are sound pages", async () => {
  const app = await officer("tiepnhan.hoaphat");
  const { page } = app;
  await page.goto(`${town.base}/ban/le-phi/ngan-hang`);
  const csv = `Số tham chiếu,Ngày giao dịch,Số tiền ghi có,Nội dung\nFT1,26/01/2015,10.000,${code}\nFT2,26/01/2015,7.000,nop tien\n`;
  await page.locator("#file").setInputFiles({ name: "sao-ke.csv", mimeType: "text/csv", buffer: Buffer.from(csv) });
  await page.getByRole("button", { name: "Đọc sao kê" }).click();
  await page.waitForLoadState();
  assert.match(await page.locator("main").innerText(), /ghi thu 1 khoản/);
  await judge(page, "bank statement");
  await shoot(page, "fee-bank");
  const main = page.locator("main");
  assert.match(await main.innerText(), /Nội dung chuyển khoản không nêu mã hồ sơ nào/);
  const box = page.locator(".m-box", { hasText: "FT2" });
  const other = await file(1);
  await box.locator("summary", { hasText: "Ghép với hồ sơ" }).click();
  await box.locator("[name=ghep]").fill(other.code);
  await box.getByRole("button", { name: "Ghép với hồ sơ" }).click();
  assert.match(await box.locator(".govuk-error-message").innerText(), /5\.000 đồng/);
  assert.equal(await box.locator("[name=ghep]").inputValue(), other.code);
  await judge(page, "bank statement with a mistake");
  await shoot(page, "fee-bank-wrong");
  await page.goto(`${town.base}/ban/le-phi/ngan-hang`);
  await page.locator("#file").setInputFiles({ name: "sai.csv", mimeType: "text/csv",
    buffer: Buffer.from(csv + "FT2,26/01/2015,8.000,nop tien\n") });
  await page.getByRole("button", { name: "Đọc sao kê" }).click();
  assert.match(await page.locator("#file-error").innerText(), /Dòng 4.*FT2.*7\.000 đồng/);
  await page.goto(`${town.base}/ban/le-phi/quy`);
  const notes = [500000, 200000, 100000, 50000, 20000, 10000, 5000, 2000, 1000, 500, 200];
  assert.deepEqual(await page.locator(".m-pieces label").allInnerTexts(),
    notes.map((n) => `${n.toLocaleString("de-DE")} đồng`));
  await judge(page, "till");
  await shoot(page, "fee-till");
  await page.getByRole("button", { name: "Lưu bảng kê" }).click();
  assert.ok((await page.locator(".govuk-error-message").count()) > 0);
  await judge(page, "till with a mistake");
  await page.locator("[id='to-2000']").fill("hai");
  await page.getByRole("button", { name: "Lưu bảng kê" }).click();
  assert.match(await page.locator("[id='to-2000-error']").innerText(), /Lỗi/);
  await judge(page, "till with a mistake in a number");
  await page.locator("[id='to-2000']").fill("");
  await page.locator("[id='to-5000']").fill("2");
  await page.locator("#kept").fill("4.000 đ");
  await page.locator("#taker").fill("Kho bạc Nhà nước Cẩm Lệ");
  await page.getByRole("button", { name: "Lưu bảng kê" }).click();
  await page.waitForURL(/quy\/\d+$/);
  await judge(page, "cash sheet");
  await shoot(page, "fee-sheet");
  assert.match(await page.locator("table").innerText(), /Để lại quỹ làm tiền lẻ\s+4\.000 đồng/);
  await page.goto(`${town.base}/ban/le-phi/quy`);
  assert.match(await main.innerText(), /Tiền phải có trong quỹ\s+4\.000 đồng/);
  await page.locator("summary", { hasText: "Nhận tiền lẻ đầu ca" }).click();
  await page.locator("#received").fill("200.000");
  await page.getByRole("button", { name: "Ghi nhận" }).click();
  assert.match(await page.locator("#giver-error").innerText(), /nhận tiền từ ai/);
  await judge(page, "change received from nobody");
  await page.locator("#giver").fill("Thủ quỹ");
  await page.getByRole("button", { name: "Ghi nhận" }).click();
  await page.waitForURL(/quy\/\d+$/);
  assert.match(await page.locator("table").innerText(), /Tiền lẻ nhận vào quỹ\s+200\.000 đồng/);
  await judge(page, "sheet of change received");
  await shoot(page, "fee-change");
  for (const [name, path] of [["report", ""], ["register", "/so"], ["books", "/quyen"]]) {
    await page.goto(`${town.base}/ban/le-phi${path}`);
    await judge(page, `fee ${name}`);
    await shoot(page, `fee-${name}`);
  }
  await app.close();
});

// What each place says of the payment of a case: one of these and nothing else.
const STATES = /Chưa xác định lệ phí|Chưa nộp lệ phí|Đã nộp lệ phí|Được miễn lệ phí|Đã hoàn trả một phần lệ phí|Đã hoàn trả lệ phí/g;
const said = async (place) => [...new Set((await place.allInnerTexts()).join("\n").match(STATES) ?? [])];

test("list, head of the page, fee tab, tracking and API say the same of a payment all its life", async () => {
  const { data } = JSON.parse(execFileSync(PROGRAM, ["sample", join(ROOT, "packs/cam-le"),
    "xac-nhan-tinh-trang-hon-nhan", "apply", "--seed", "4"], { encoding: "utf8" }));
  const { body: own, status } = await call(token("tiepnhan.hoaphat"), "POST", "/cases", {
    procedure: "xac-nhan-tinh-trang-hon-nhan", organisation: "hoa-phat", channel: "direct", data });
  assert.equal(status, 201, JSON.stringify(own));
  const desk = await officer("tiepnhan.hoaphat");
  const reader = await openApp({ base: town.base });
  const act = (login, path, body) => call(token(login), "POST", `/cases/${own.code}/${path}`, body);
  const decide = async (form, fields) => {
    await desk.page.goto(`${town.base}/ban/${own.code}/le-phi`);
    await desk.page.locator("summary", { hasText: form }).click();
    for (const [name, text] of Object.entries(fields))
      if (name === "waiver") await desk.page.locator(`#${name}`).selectOption(text);
      else await desk.page.locator(`form[action$='/mien'] #${name}`).fill(text);
    await desk.page.locator("form[action$='/mien'] button").click();
    await desk.page.waitForURL(/le-phi$/);
  };
  const agree = async (state, words) => {
    const { body } = await call(token("tiepnhan.hoaphat"), "GET", `/cases/${own.code}`);
    assert.equal(body.payment.state, state);
    const places = { api: [body.payment.status.text] };
    await desk.page.goto(`${town.base}/ban?xem=tat-ca&q=${own.code}`);
    places.list = await said(desk.page.locator("tr", { hasText: own.code }));
    await desk.page.goto(`${town.base}/ban/${own.code}`);
    places.head = await said(desk.page.locator(".m-identity"));
    await desk.page.goto(`${town.base}/ban/${own.code}/le-phi`);
    places.tab = await said(desk.page.locator("main .m-status"));
    await reader.visit(`/tra-cuu?ma=${own.code}&pin=${own.tracking_pin}`);
    places.tracking = await said(reader.page.locator("main .m-status"));
    for (const [place, text] of Object.entries(places)) assert.deepEqual(text, [words], `${place}: ${state}`);
  };
  await agree("due", "Chưa nộp lệ phí");
  await decide("Miễn lệ phí", { waiver: "ho-ngheo", evidence: "Sổ hộ nghèo số 12", reason: "Hộ nghèo năm 2015" });
  await agree("waived", "Được miễn lệ phí");
  await decide("Rút lại", { reason: "Sổ đã hết hạn" });
  await agree("due", "Chưa nộp lệ phí");
  assert.equal((await act("tiepnhan.hoaphat", "payments", { amount: 3000, method: "cash" })).status, 422);
  await agree("due", "Chưa nộp lệ phí");
  const paid = await act("tiepnhan.hoaphat", "payments", { amount: 10000, method: "cash" });
  await agree("paid", "Đã nộp lệ phí");
  await desk.page.goto(`${town.base}/ban/${own.code}`);
  await judge(desk.page, "head of a paid case");
  await shoot(desk.page, "fee-head");
  await desk.page.goto(`${town.base}/ban?xem=tat-ca`);
  await judge(desk.page, "list with payments");
  await shoot(desk.page, "fee-list");
  const receipt = paid.body.payment.receipts[0].id;
  await act("chutich.hoaphat", "refunds", { receipt, amount: 4000, reason: "Thu thừa" });
  await agree("refunded", "Đã hoàn trả một phần lệ phí");
  await act("chutich.hoaphat", "refunds", { receipt, amount: 6000, reason: "Thu thừa" });
  await agree("refunded", "Đã hoàn trả lệ phí");
  await desk.close();
  await reader.close();
});

test("the PDF of a receipt carries its text", async () => {
  const own = await file(1);
  const paid = await call(token("tiepnhan.hoaphat"), "POST", `/cases/${own.code}/payments`,
    { amount: 5000, method: "cash" });
  const { page, visit, close } = await openApp({ base: town.base });
  await visit(`/tra-cuu?ma=${own.code}&pin=${own.tracking_pin}`);
  const pdf = await page.request.get(
    `${town.base}/tra-cuu/${own.code}/bien-lai/${paid.body.payment.receipts[0].id}.pdf`);
  assert.equal((await pdf.body()).subarray(0, 5).toString(), "%PDF-");
  const text = execFileSync("pdftotext", ["-layout", "-", "-"], { input: await pdf.body(), encoding: "utf8" });
  assert.match(text, /5\.000 đồng/);
  await close();
});

test("rows and events agree afterwards", () => {
  assert.match(town.run("verify"), /sound|agree|intact/i);
});

test("the register of receipts is taken away, with its sum, and says what was cancelled", async () => {
  const paid = await file(3), wrong = await file(1);
  const take = async (own, amount, payer) => (await call(token("tiepnhan.hoaphat"), "POST", `/cases/${own.code}/payments`,
    { amount, method: "cash", payer })).body.payment.receipts.at(-1);
  const kept = await take(paid, 15000, "=HYPERLINK(\"http://x\",\"Lê\"),");
  const gone = await take(wrong, 5000);
  const app = await officer("tiepnhan.hoaphat"), leader = await officer("chutich.hoaphat");
  await app.page.goto(`${town.base}/ban/${wrong.code}/le-phi`);
  await app.page.getByText(/^Hủy biên lai BL/).click();
  await app.page.locator(`#huy-reason-${gone.id}`).fill("Ghi sai số tiền");
  await app.page.locator("form[action*='/huy/'] button").click();
  await app.page.waitForURL(/le-phi$/);
  await leader.page.goto(`${town.base}/ban/${wrong.code}/le-phi`);
  await leader.page.locator("form[action*='/duyet-huy/'] button").first().click();
  await leader.page.waitForURL(/le-phi$/);
  await leader.close();
  await app.page.goto(`${town.base}/ban/le-phi/so`);
  const links = await app.page.locator(".m-downloads a").evaluateAll((all) => all.map((a) => a.href));
  assert.equal(links.length, 4);
  await app.page.goto(links[0].replace("&dinh-dang=in", ""));
  await judge(app.page, "register of receipts");
  const get = async (format) => (await app.context.request.get(links.find((l) => l.endsWith(format)))).body();
  const lines = (await get("csv")).toString().split("\r\n").filter(Boolean);
  const of = (own) => lines.find((line) => line.includes(own.code));
  assert.ok(of(paid).includes(`"'=HYPERLINK(""http://x"",""Lê""),"`), of(paid));
  assert.match(of(paid), /,Tiền mặt,15000,0,/);
  assert.match(of(wrong), /,Tiền mặt,0,0,.*Đã hủy \(5000 đồng\): Ghi sai số tiền/);
  const { body } = await call(token("chutich.hoaphat"), "GET", "/registers/so-bien-lai?year=2015");
  assert.equal(Number(lines.at(-1).split(",").at(-4)), body.rows.reduce((sum, row) => sum + Number(row.amount), 0));
  assert.equal(lines.length, body.rows.length + 2);
  assert.equal((await get("xlsx")).subarray(0, 2).toString(), "PK");
  assert.equal((await get("pdf")).subarray(0, 5).toString(), "%PDF-");
  await app.close();
  assert.ok(kept.number);
});
