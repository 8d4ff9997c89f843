// A day at a ward, all of it in the browser: Hòa Phát on 26/01/2015, its end of the month, and a late
// case in May; then what the program reports is held against a recount of the event table alone.
//
//	node day.mjs          MOTCUA_DATABASE=postgresql://…: there instead of on SQLite
//
// Nothing is done by the API: visitors at the kiosk, officers at their counter, worklists and forms,
// citizens on the public pages. What people write into the forms is taken from a simulated town.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { leftBehind, monthEnd } from "./day-figures.mjs";
import { PAPER, fill, press, send } from "./fill.mjs";
import { judge as hold, judged, launch, openApp } from "./lib.mjs";
import { PROGRAM, startTown } from "./server.mjs";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const PASSWORD = "motcua-demo", CODE = /[0-9A-Z.]+-\d{6}-\d{4}/;
const DESK = "tiepnhan.hoaphat", LEADER = "chutich.hoaphat", JUSTICE = "tuphap.hoaphat";
const OFFICERS = ["tuphap", "congan", "laodong", "diachinh", "chutich"].map((name) => `${name}.hoaphat`)
  .concat(["congan.camle", "laodong.camle", "baohiem.camle", "chutich.camle"], DESK);
let town, browser, citizen, failures = 0;
const day = { samples: null, paid: 0, receipts: 0 };
const cases = []; // { code, pin, procedure, channel, data, service, label }

function expect(condition, words) {
  if (!condition) throw new Error(words);
}

async function step(name, run) {
  const began = Date.now();
  try {
    await run();
    console.log(`ok - ${name} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
  } catch (error) {
    failures++;
    console.log(`not ok - ${name}\n    ${String(error.stack ?? error).replaceAll("\n", "\n    ")}`);
    for (const { page } of [citizen, ...apps.values()])
      console.log(`# ${page.url()}: ${(await page.locator("main").innerText().catch(() => "")).slice(0, 300)
        .replaceAll("\n", " | ")}`);
    throw new Error(`the day ends where it failed: ${name}`);
  }
}

// A page with faults fails the run, but the day goes on.
async function judge(page, name) {
  try {
    await hold(page, `day ${name}`);
  } catch (error) {
    failures++;
    console.log(`not ok - page ${name}\n    ${String(error.message).replaceAll("\n", "\n    ")}`);
  }
}

// ---- what people write: cases of a simulated town that came to their end ----

function samples() {
  const folder = mkdtempSync(join(tmpdir(), "motcua-samples-"));
  const run = (...args) => execFileSync(PROGRAM, [...args, "--data", folder], { cwd: root, encoding: "utf8" });
  run("init", "--pack", "packs/cam-le", "--demo", "--clock", "2015-01-05T07:00:00+07:00");
  run("simulate", "--cases", "250", "--from", "2015-01-05T08:00:00+07:00", "--to", "2015-06-30T17:00:00+07:00");
  const rows = JSON.parse(execFileSync("sqlite3", ["-json", `${folder}/motcua.db`,
    "SELECT procedure, data FROM case_file WHERE status = 10 ORDER BY id"], { encoding: "utf8", maxBuffer: 1 << 26 }));
  rmSync(folder, { recursive: true, force: true });
  const found = new Map();
  for (const { procedure, data } of rows)
    found.set(procedure, [...(found.get(procedure) ?? []), JSON.parse(data)]);
  return found;
}

const sample = (procedure, n = 0) => day.samples.get(procedure)[n % day.samples.get(procedure).length];

// ---- people ----

const apps = new Map();
async function officer(login) {
  if (apps.has(login)) return apps.get(login);
  const app = await openApp({ base: town.base, shared: browser });
  // The receipts of a visit print themselves: a dialog nobody closes.
  await app.page.addInitScript(() => (window.print = () => {}));
  await app.visit("/dang-nhap?next=/ban");
  await app.page.locator("#login").fill(login);
  await app.page.locator("#password").fill(PASSWORD);
  await press(app.page, app.page.locator("main button[type=submit]"));
  apps.set(login, app);
  return app;
}

const menu = (page, name) => press(page, page.locator("nav a", { hasText: name }).first());
const act = (page, name) => press(page, page.locator(`button[name=act][value=${name}]`).first());
const link = (page, name) => press(page, page.getByRole("link", { name }).first());

async function unfold(page, name) {
  await page.locator("summary", { hasText: name }).first().click();
}

async function track(c) {
  await citizen.context.clearCookies();
  await citizen.visit("/tra-cuu");
  await citizen.page.locator("#ma").fill(c.code);
  await citizen.page.locator("#pin").fill(c.pin);
  await press(citizen.page, citizen.page.locator("main form button[type=submit]"));
}

// ---- the hall ----

async function takeNumber(service, judged) {
  await citizen.visit(day.kiosk);
  if (judged) await judge(citizen.page, "kiosk");
  await press(citizen.page, citizen.page.locator(`button[value="${service}"]`).first());
  if (judged) await judge(citizen.page, "slip");
  return (await citizen.page.locator(".m-slip__number").textContent()).trim();
}

// The procedures of the ward, each with the service of the hall that takes it.
async function hallServices() {
  const { page, visit } = await officer(DESK);
  await visit("/ban/quay");
  day.kiosk = await page.locator("a[href*='khoa=']").first().getAttribute("href");
  await menu(page, "Tiếp nhận hồ sơ");
  const offered = await page.locator("#procedures a").evaluateAll((all) =>
    all.map((a) => new URL(a.href).pathname.split("/").pop()));
  return new Map([["ho-tich", /khai-|ket-hon|ho-tich|hon-nhan|thuong-tru|tam-tru/], ["chung-thuc", /chung-thuc|so-goc/],
    ["chinh-sach-xa-hoi", /tro-cap|ngheo/], ["dat-dai-xay-dung", /hoa-giai/]].map(([service, names]) =>
    [service, offered.filter((name) => names.test(name) && day.samples.has(name))]));
}

async function takeNumbers() {
  day.wanted = new Map();
  for (const [service, procedures] of await hallServices())
    for (const procedure of procedures)
      day.wanted.set(await takeNumber(service, !day.wanted.size), procedure);
  expect(day.wanted.size >= 15, `${day.wanted.size} procedures of the ward`);
  while (day.wanted.size < 20) day.wanted.set(await takeNumber("huong-dan"), null);
}

// One visitor after the other, as the hall calls them.
async function serveCounter(number, visitors, serve) {
  const { page } = await officer(DESK);
  await menu(page, "Số thứ tự và quầy");
  if (await page.locator("button[value=dong]").count()) await act(page, "dong");
  await press(page, page.getByRole("button", { name: new RegExp(`: Quầy ${number}$`) }));
  for (let i = 0; i < visitors; i++) {
    await act(page, i ? "xong-goi" : "goi");
    await act(page, "bat-dau");
    await serve(page, (await page.locator(".m-counter__label strong").textContent()).trim());
    if (new URL(page.url()).pathname !== `/ban/quay/hoa-phat/${number}`) await menu(page, "Số thứ tự và quầy");
  }
  await act(page, "xong");
}

async function serveMorning(page, label) {
  const procedure = day.wanted.get(label);
  expect(procedure !== undefined, `${label} took no number`);
  if (procedure === null) return;
  const first = !cases.length;
  if (first) await judge(page, "counter");
  if (procedure === "xac-nhan-tinh-trang-hon-nhan") await scanCard(page, sample(procedure).declarant);
  else await press(page, page.locator("a[href*='phieu=']").first());
  if (first) await judge(page, "choosing a procedure");
  expect((await page.locator("main").innerText()).includes(label), `${label} is lost where the procedure is chosen`);
  await takeIn(page, procedure, label, first);
  // The register of births is copied out for the same family at once.
  if (procedure === "khai-sinh") {
    await link(page, "Hồ sơ khác của cùng người");
    await takeIn(page, "trich-luc-ho-tich", label);
  }
  await takeFees(page, label);
}

// The identity card is scanned at the counter itself.
async function scanCard(page, person) {
  const [year, month, date] = person.birth_date.split("-");
  const card = [person.id_number, "", person.name, date + month + year, "Nữ", person.address, "20052021"];
  await page.locator("#ma").fill(card.join("|"));
  await press(page, page.locator("form[data-scan] button[type=submit]"));
  expect((await page.locator("#visitor").innerText()).includes(person.name), "the card is not read");
}

async function takeIn(page, procedure, label, first) {
  const n = cases.filter((c) => c.procedure === procedure).length, data = sample(procedure, n);
  await press(page, page.locator(`#procedures a[href*='/ban/nop/${procedure}?']`));
  await fill(page, page.locator("#intake"), data, { files: "" });
  for (const box of await page.locator("[id^=signed-]").all()) await box.check({ force: true });
  // Some papers are scanned at once.
  if (cases.length % 3 === 0) {
    await unfold(page, "Thêm bản quét");
    await page.locator("#scan-files").setInputFiles(PAPER);
    await act(page, "files");
  }
  if (first) await judge(page, "intake");
  await page.locator("[data-papers-all]").click();
  await send(page, "#intake", "button[value=accept]", data, { files: "" });
  if (first) await judge(page, "receipts");
  const sheet = await page.locator("article.letter").last().innerText();
  const [code] = sheet.match(CODE) ?? [], [pin] = sheet.match(/\b\d{8}\b/) ?? [];
  expect(code && pin, `no code or PIN on the receipt: ${sheet.slice(0, 300)}`);
  cases.push({ code, pin, procedure, channel: "direct", data, label });
}

// What is to be paid stands with the receipts; then back to the counter.
async function takeFees(page, label) {
  const receipts = page.url();
  for (;;) {
    const due = page.locator("main a[href$='/le-phi']");
    if (!(await due.count())) break;
    await press(page, due.first());
    await pay(page, !day.receipts);
    await page.goto(receipts);
  }
  await link(page, /Về quầy \d/);
  const taken = cases.filter((c) => c.label === label).map((c) => c.code);
  const shown = (await page.locator("#here li a").allInnerTexts()).sort();
  expect(shown.join() === taken.sort().join(), `${label} brought ${taken}, the counter says ${shown}`);
  if (taken.length > 1) await judge(page, "counter with what was taken in");
}

const money = (text) => Number(text.replaceAll(/\D/g, ""));

// Every third pays by transfer.
async function pay(page, first) {
  const cash = page.getByRole("button", { name: /Thu tiền mặt/ });
  day.paid += money(await cash.innerText());
  if (first) await judge(page, "fee to take");
  if (++day.receipts % 3) await press(page, cash);
  else {
    await page.locator("#bank_id").fill(`FT150260${day.receipts}`);
    await press(page, page.getByRole("button", { name: "Đã nhận chuyển khoản" }));
  }
  expect(await page.locator("a[href*='/bien-lai/']").count(), `no receipt on ${page.url()}`);
  if (first) await judge(page, "fee taken");
}

async function serveThem() {
  const at3 = [...day.wanted].filter(([label]) => /^[CD]/.test(label)).length;
  await serveCounter(1, day.wanted.size - at3, serveMorning);
  await serveCounter(3, at3, serveMorning);
  const kinds = new Set(cases.map((c) => c.procedure));
  expect(kinds.size >= 12, `${kinds.size} procedures: ${[...kinds]}`);
}

// Faces at the screen beside the counter, by the last three visitors.
async function rateCounter() {
  const { page } = await officer(DESK);
  const screen = await page.locator("a[href*='/danh-gia/quay/']").getAttribute("href");
  await citizen.visit(screen);
  await judge(citizen.page, "faces at the counter");
  await press(citizen.page, citizen.page.locator("button[name=muc][value='5']"));
}

// ---- online ----

async function fileOnline(procedure, judges) {
  const { page, visit } = citizen, data = sample(procedure, 1);
  await citizen.context.clearCookies();
  await visit(`/nop/${procedure}`);
  await page.locator("#organisation").selectOption("hoa-phat");
  await press(page, page.locator("main form button[type=submit]").first());
  for (let n = 0; n < 15 && !page.url().endsWith("/kiem-tra"); n++) {
    const files = await page.locator("main input[type=file]").count();
    await send(page, "main form", "button:not([name])", { ...data, pledge: { true: true } });
    if (judges && files) await judge(page, "after the papers of a filing");
  }
  await press(page, page.locator("main form[action$='/gui'] button"));
  if (judges) await judge(page, "filed online");
  cases.push({ code: (await page.locator(".m-panel__code").innerText()).trim(), channel: "online",
    pin: (await page.locator(".m-panel__pin").innerText()).trim(), procedure, data });
  return cases.at(-1);
}

async function fileAllOnline() {
  const offered = ["khai-sinh", "khai-tu", "ket-hon", "lien-thong-khai-sinh", "xac-nhan-tinh-trang-hon-nhan",
    "tro-cap-xa-hoi", "trich-luc-ho-tich"].filter((name) => day.samples.has(name));
  for (const [i, procedure] of offered.slice(0, 7).entries()) await fileOnline(procedure, !i);
  const online = cases.filter((c) => c.channel === "online");
  expect(online.length === 7, `${online.length} filings online`);
  day.refused = online.at(-1);
}

// What lies in the worklist of the desk is taken in, but for the one that is refused.
async function acceptOnline() {
  const { page, visit } = await officer(DESK);
  for (const c of cases.filter((one) => one.channel === "online")) {
    await visit("/ban?xem=can-lam");
    await press(page, page.locator("main table a", { hasText: c.code }).first());
    if (c === day.refused) {
      await unfold(page, "Từ chối hồ sơ");
      await page.locator("#refusal").fill("Hồ sơ thuộc thẩm quyền của cơ quan khác");
      await press(page, page.locator("form[action$='/tu-choi'] button[type=submit]"));
      await judge(page, "refused");
      expect(!(await page.locator("main a[href*='/trung/']").count()), "a refused case is still to be compared");
      continue;
    }
    for (const paper of await page.locator("ul.m-papers fieldset").all())
      if (!(await paper.locator("input:checked").count())) await paper.locator("input").first().check({ force: true });
    await press(page, page.locator("form[action$='/nhan'] button[type=submit]").first());
    expect(!(await page.locator(".govuk-error-summary").count()), `${c.code} is not taken in`);
    await visit(`/ban/${c.code}/le-phi`);
    if (await page.getByRole("button", { name: /Thu tiền mặt/ }).count()) await pay(page);
  }
  await track(day.refused);
  await judge(citizen.page, "refused, as the citizen reads it");
  expect(/thẩm quyền của cơ quan khác/.test(await citizen.page.locator("main").innerText()), "the reason is not told");
}

// ---- what happens to cases ----

// Cases that nothing else happens to.
function take(n, fits = () => true) {
  const some = cases.filter((c) => !c.used && c !== day.refused && fits(c)).slice(0, n);
  expect(some.length === n, `${some.length} cases are left, not ${n}`);
  for (const c of some) c.used = true;
  return some;
}

const isOf = (...names) => (c) => names.includes(c.procedure);

async function supplements() {
  const { page, visit } = await officer(DESK);
  day.supplemented = take(3, isOf("khai-tu", "ket-hon", "cong-nhan-ho-ngheo", "tro-cap-xa-hoi"));
  for (const [i, c] of day.supplemented.entries()) {
    await visit(`/ban/${c.code}`);
    await press(page, page.locator("a[href$='/bo-sung#ask']"));
    await fillRequest(page);
    if (!i) await judge(page, "supplement asked for");
    await track(c);
    if (!i) await judge(citizen.page, "asked for a supplement");
    await press(citizen.page, citizen.page.locator("a[href$='/bo-sung']").first());
    const form = citizen.page.locator("form[action$='/bo-sung']");
    await form.locator("[name=text]").fill("Tôi xin gửi bản rõ hơn.");
    for (const input of await form.locator("input[type=file]").all()) await input.setInputFiles(PAPER);
    await press(citizen.page, form.locator("button[type=submit]").last());
    expect(!(await citizen.page.locator(".govuk-error-summary").count()), `${c.code}: the answer is refused`);
    await visit(`/ban/${c.code}/bo-sung`);
    expect(/Đã bổ sung/.test(await page.locator("main").innerText()), `${c.code} still waits`);
    if (!i) await judge(page, "supplement answered");
  }
}

async function fillRequest(page) {
  const form = page.locator("form[action$='/bo-sung']").last();
  const paper = form.locator("input[name=paper]").first();
  if (await paper.count()) await paper.check({ force: true });
  await form.locator("#items").fill("Bản sao rõ nét của giấy tờ kèm theo");
  await press(page, form.locator("button[type=submit]").last());
  expect(!(await page.locator(".govuk-error-summary").count()), "the request is refused");
}

// Who withdraws had paid: the leader pays it back.
async function withdrawal() {
  const [c] = take(1, isOf("chung-thuc-chu-ky"));
  await track(c);
  const form = citizen.page.locator("form[action$='/rut']");
  await unfold(citizen.page, "Rút hồ sơ này");
  await form.locator("#reason").fill("Tôi chưa cần nữa");
  await press(citizen.page, form.locator("button[type=submit]"));
  await judge(citizen.page, "withdrawn");
  const { page, visit } = await officer(LEADER);
  await visit(`/ban/${c.code}/le-phi`);
  await unfold(page, "Hoàn trả");
  await page.locator("form[action*='/hoan/'] [name=reason]").fill("Công dân rút hồ sơ");
  day.refunded = money(await page.locator("form[action*='/hoan/'] [name=amount]").inputValue());
  await press(page, page.locator("form[action*='/hoan/'] button"));
  await judge(page, "paid back");
}

// A receipt that was made out wrongly: asked for by the desk, approved by the leader, paid anew.
async function cancelReceipt() {
  const [c] = cases.filter(isOf("chung-thuc-ban-sao"));
  const desk = await officer(DESK), leader = await officer(LEADER);
  await desk.visit(`/ban/${c.code}/le-phi`);
  await unfold(desk.page, "Hủy biên lai");
  await desk.page.locator("form[action*='/huy/'] [name=reason]").fill("Ghi sai tên người nộp");
  await press(desk.page, desk.page.locator("form[action*='/huy/'] button"));
  await leader.visit("/ban/le-phi");
  await press(leader.page, leader.page.locator("table", { hasText: "Ghi sai tên người nộp" }).locator("a").last());
  await press(leader.page, leader.page.locator("button[value=approve]"));
  await desk.visit(`/ban/${c.code}/le-phi`);
  const paid = day.paid;
  await pay(desk.page);
  day.paid = paid;
}

// ---- the work ----

// Every officer does what stands in their worklist, until nobody's list holds anything to do; results
// wait for who applied, at the counter.
async function workThem(left) {
  const passed = new Set(left.map((c) => c.code));
  day.ready = [];
  for (let round = 0, done = 1; done; round++) {
    expect(round < 15, "there is always something to do");
    done = 0;
    for (const login of OFFICERS) done += await workList(login, passed, round);
  }
}

async function workList(login, passed, round) {
  const { page, visit } = await officer(login);
  await visit("/ban?xem=can-lam");
  if (!round && login === JUSTICE) await judge(page, "worklist");
  const listed = await page.locator("main table tbody").allInnerTexts();
  let done = 0;
  for (const code of new Set(listed.join().match(new RegExp(CODE, "g")))) {
    if (passed.has(code)) continue;
    passed.add(code);
    await visit(`/ban/${code}`);
    const steps = await doSteps(page, cases.find((c) => c.code === code));
    expect(steps || day.ready.some((c) => c.code === code), `${login} has ${code} to do, and no step on its page`);
    done += steps;
    if (steps) passed.delete(code);
  }
  return done;
}

const STEP = "section.m-box form[action$='/xong']";
const returns = (page) => page.locator(STEP, { has: page.getByRole("button", { name: "Đã trao kết quả" }) });

async function doSteps(page, c) {
  for (let n = 0; ; n++) {
    if (await returns(page).count()) {
      day.ready.push(c);
      return n;
    }
    if (!(await page.locator(STEP).count())) return n;
    expect(n < 5, `${page.url()}: the same step again and again`);
    await send(page, STEP, ".govuk-button-group button[type=submit]", c.data, { rest: true });
  }
}

const without = ({ ...data }, name) => (delete data[name], data);

// In the afternoon they come back with their receipts, which are scanned at the counter.
async function collect() {
  const visitors = day.ready.splice(0, 40 - day.wanted.size), labels = new Map();
  for (const c of visitors) labels.set(await takeNumber("tra-ket-qua"), c);
  while (day.wanted.size + labels.size < 40) labels.set(await takeNumber("huong-dan"), null);
  day.returned = visitors;
  await serveCounter(2, labels.size, async (page, label) => {
    const c = labels.get(label);
    if (!c) return;
    await page.locator("#ma").fill(c.code);
    await press(page, page.locator("form[data-scan] button[type=submit]"));
    if (c === visitors[0]) await judge(page, "result to hand over");
    expect(await page.locator("[name='f.returned.name']").inputValue(), `who applied for ${c.code} is not proposed`);
    await send(page, STEP, ".govuk-button-group button[type=submit]", without(c.data, "returned"), { rest: true });
    expect(/Đã trả kết quả/.test(await page.locator("main").innerText()), `${c.code} is not handed over`);
  });
}

async function corrections() {
  const [birth] = cases.filter((c) => c.procedure === "khai-sinh" && c.channel === "direct");
  const desk = await officer(JUSTICE), leader = await officer(LEADER);
  for (const target of ["receipt", "result"]) {
    const { page } = desk, address = `Số ${target.length} đường Trường Chinh, phường Hòa Phát`;
    await desk.visit(`/ban/${birth.code}/ket-qua`);
    await press(page, page.locator("a[href$='/ket-qua/dinh-chinh']"));
    await page.locator("input[name=muc][value='declarant.address']").check({ force: true });
    await press(page, page.getByRole("button", { name: "Tiếp tục" }));
    await page.locator("[name='f.declarant.address']").fill(address);
    await page.locator(`input[name=target][value=${target}]`).check({ force: true });
    await page.locator("#requester").fill(birth.data.declarant.name);
    await page.locator("#reason").fill("Ghi nhầm địa chỉ");
    await page.locator("#evidence").setInputFiles(PAPER);
    await press(page, page.getByRole("button", { name: "Trình duyệt" }));
    await judge(page, `correction of the ${target} asked for`);
    expect(!(await page.getByRole("button", { name: "Duyệt đính chính" }).count()), "who asked may approve");
    await leader.visit(`/ban/${birth.code}/ket-qua`);
    await press(leader.page, leader.page.getByRole("button", { name: "Duyệt đính chính" }).first());
    await leader.visit(`/ban/${birth.code}/ho-so`);
    expect((await leader.page.locator("main").innerText()).includes(address), `the ${target} was not corrected`);
  }
}

async function rate() {
  for (const [i, c] of day.returned.slice(0, 4).entries()) {
    await track(c);
    await press(citizen.page, citizen.page.locator("a[href*='/danh-gia/']").first());
    await citizen.page.locator(`input[name=muc][value="${5 - i}"]`).check({ force: true });
    for (const name of i ? ["access", "official"] : [])
      await citizen.page.locator(`input[name=${name}][value="${i + 1}"]`).check({ force: true });
    await press(citizen.page, citizen.page.locator("main form[data-once] button[type=submit]").first());
    if (!i) await judge(citizen.page, "rated");
  }
}

// The leader finds it among those that will be late, with its letter ready.
async function lateCase() {
  const c = day.late, { page } = await officer(LEADER);
  await menu(page, "Sắp trễ hạn");
  const box = page.locator("section.m-box", { hasText: c.code });
  await box.locator("[name=new_date]").fill("2015-05-15");
  await box.locator("[name=reason]").fill("Chờ xác minh ở nơi khác");
  await judge(page, "cases that will be late");
  await press(page, box.locator("button[value=confirm]"));
  await judge(page, "apologised");
  await track(c);
  await judge(citizen.page, "late with apology");
  expect(/15\/0?5\/2015/.test(await citizen.page.locator("main").innerText()), "the citizen is not told the new date");
}

async function lateCaseEnds() {
  await workThem([]);
  expect(day.ready.includes(day.late), "the late case did not come to its end");
}

// ---- the figures ----

function sql(words) {
  const url = process.env.MOTCUA_DATABASE;
  const [command, ...args] = url ? ["psql", "-qAt", url, "-c", words] : ["sqlite3", "-cmd", ".timeout 10000",
    `${town.data}/motcua.db`, words];
  return execFileSync(command, args, { encoding: "utf8", maxBuffer: 1 << 28 }).trim();
}

// Letters are signed behind the acts: a signature between events and report would be in one of them only.
async function allSigned() {
  const waiting = () => sql("SELECT COUNT(*) FROM outbox WHERE kind = 'letter' AND state < 2") !== "0";
  for (let i = 0; i < 300 && waiting(); i++) await new Promise((done) => setTimeout(done, 200));
  expect(!waiting(), "letters are still to be signed");
}

const eventLines = () =>
  sql(`SELECT ${process.env.MOTCUA_DATABASE ? "encode(bytes, 'hex')" : "hex(bytes)"} FROM event ORDER BY id`).split("\n");

async function pagesOfFigures() {
  const { page, visit } = await officer(LEADER);
  for (const [name, path] of [["waiting times", "/ban/quay/so-lieu"], ["fee totals", "/ban/le-phi"],
    ["satisfaction", "/ban/hai-long"]]) {
    await visit(`${path}?tu=2015-01-01&den=2015-01-31`);
    await judge(page, name);
  }
}

async function recount() {
  await allSigned();
  const [token] = town.run("token", "--user", "quantri").match(/mc_[\w-]{43}/);
  const told = spawnSync("node", ["tests/recount/recount.mjs", town.base, token],
    { cwd: root, input: eventLines().join("\n"), encoding: "utf8", maxBuffer: 1 << 26,
      env: { ...process.env, LOGIN: LEADER, PERIODS: "2015-01 2015-05 2015", MOMENT: "2016-01-05T09:00:00+07:00" } });
  console.log(told.stdout.trim().replace(/^/gm, "# "));
  expect(told.status === 0, `the recount differs: ${told.stderr}`);
}

async function all() {
  await step("what people write", async () => {
    day.samples = samples();
    expect(day.samples.size >= 15, `${day.samples.size} procedures came to their end`);
  });
  browser = await launch();
  town = await startTown({ clock: "2015-01-26T08:00:00+07:00", since: "2015-01-25T08:00:00+07:00" });
  citizen = await openApp({ base: town.base, shared: browser });
  await step("visitors take numbers at the kiosk", takeNumbers);
  await step("the counters call them, take their cases in and their fees", serveThem);
  await step("a visitor touches a face", rateCounter);
  await step("seven cases are filed online", fileAllOnline);
  await step("the desk takes six of them in and refuses one", acceptOnline);
  [day.late] = take(1, isOf("tro-cap-xa-hoi"));
  await step("three supplements are asked for and answered", supplements);
  await step("a citizen withdraws and is paid back", withdrawal);
  await step("a receipt is cancelled by two persons", cancelReceipt);
  await step("everybody works through their worklist", () => workThem([day.late]));
  await step("a receipt and a result are corrected, by two persons each", corrections);
  await town.restart("2015-01-26T14:00:00+07:00");
  await step("those who come back collect their results", collect);
  await step("citizens rate", rate);
  await step("forty visits, each case at its own, and all the money are in the events", () => leftBehind(eventLines(),
    { paid: day.paid, labels: cases.filter((c) => c.label).map((c) => c.label) }));
  await town.restart("2015-02-02T08:00:00+07:00");
  await step("the report of the month is read, printed and taken away", async () =>
    monthEnd(await officer(LEADER), eventLines(), judge));
  await step("the pages of figures are sound", pagesOfFigures);
  await town.restart("2015-05-04T09:00:00+07:00");
  await step("a late case gets an apology and a new date", lateCase);
  await step("the late case comes to its end", lateCaseEnds);
  await town.restart("2016-01-05T09:00:00+07:00");
  await step("every report equals the recount from the event table", recount);
  await step("database, files and ledger agree", async () => { town.run("verify"); });
}

try {
  await all();
} catch (error) {
  failures++;
  console.log(`not ok - the day\n    ${String(error.stack ?? error).replaceAll("\n", "\n    ")}`);
} finally {
  await browser?.close();
  await town?.stop();
}
console.log(`# ${judged.length} pages judged, ${cases.length} cases`);
process.exit(failures ? 1 : 0);
