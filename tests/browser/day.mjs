// A day at a ward: Hòa Phát on 26/01/2015, its end of the month, and a late case in February; then
// what the program reports is held against a recount of the event table alone.
//
//	node day.mjs          MOTCUA_DATABASE=postgresql://…: there instead of on SQLite
//
// By browser: each of the 40 visitors at the kiosk and at the counter, the citizens' answers to
// requests and their withdrawal, their ratings, and every page of the desk that is judged.
// By the program's HTTP API, for repetition: filings, steps of officers, fees, refusal, apology, corrections.
// What people write into the forms is taken from a simulated town beside this one.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { judge as hold, judged, openApp } from "./lib.mjs";
import { PROGRAM, startTown } from "./server.mjs";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const WARD = "hoa-phat", PASSWORD = "motcua-demo";
const OFFICERS = ["tiepnhan", "tuphap", "congan", "laodong", "diachinh", "chutich"]
  .map((name) => `${name}.hoaphat`).concat(["congan.camle", "laodong.camle", "baohiem.camle", "chutich.camle"]);

// What a step's form offers first as its outcome, over all forms of the pack.
const OUTCOMES = [undefined, ...new Set(globForms().map((path) => JSON.parse(readFileSync(path)))
  .flatMap((form) => form.components.flatMap((c) => [c, ...(c.components ?? [])]))
  .filter((c) => c.key === "outcome").map((c) => c.values[0].value))];

function globForms() {
  return readdirSync(`${root}/packs/cam-le`, { recursive: true }).filter((name) => name.endsWith(".form"))
    .map((name) => `${root}/packs/cam-le/${name}`);
}
let town, failures = 0;

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

// ---- the API ----

const tokens = {};
const token = (login) => (tokens[login] ??= town.run("token", "--user", login).match(/mc_[\w-]{43}/)[0]);

async function ask(login, method, path, body) {
  const answer = await fetch(`${town.base}/api/v1/${path}`, { method, body: body && JSON.stringify(body),
    headers: { authorization: `Bearer ${token(login)}`, "content-type": "application/json" } });
  return { status: answer.status, body: await answer.json().catch(() => null) };
}

async function call(login, method, path, body) {
  const answer = await ask(login, method, path, body);
  expect(answer.status < 300, `${method} ${path} as ${login}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
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

// ---- cases ----

const own = ([key]) => !/^(registration|residence_result|insurance_result|returned|decision|outcome)$/.test(key);
const filed = [];
const png = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");

async function attach(where, paths) {
  const form = new FormData();
  for (const path of paths) form.append(path, new Blob([png], { type: "image/png" }), "giay-to.png");
  if (!paths.length) return;
  const answer = await fetch(`${town.base}/api/v1/${where}`, { method: "POST", body: form,
    headers: { authorization: `Bearer ${token("tiepnhan.hoaphat")}` } });
  expect(answer.ok, `${where}: ${answer.status} ${await answer.text()}`);
}

async function file(procedure, data, channel = "direct", accept = true) {
  const given = Object.fromEntries(Object.entries(data).filter(own));
  let c;
  if (channel === "direct")
    c = await call("tiepnhan.hoaphat", "POST", "cases", { procedure, organisation: WARD, channel, data: given });
  else {
    const draft = await call("tiepnhan.hoaphat", "POST", "drafts", { procedure, organisation: WARD, data: given });
    await attach(`drafts/${draft.id}/files`, Object.keys(draft.missing).filter((path) => path.startsWith("files.")));
    c = await call("tiepnhan.hoaphat", "POST", `drafts/${draft.id}/submit`, { channel });
    if (accept) await call("tiepnhan.hoaphat", "POST", `cases/${c.code}/accept`, {});
  }
  filed.push({ code: c.code, pin: c.tracking_pin, procedure, channel, data });
  return filed.at(-1);
}

// Does what steps the ward's officers can do, to the end or to what needs somebody else.
async function work(c) {
  for (let n = 0; n < 20; n++) {
    const now = await call("chutich.hoaphat", "GET", `cases/${c.code}`);
    const open = (now.tasks ?? []).filter((t) => t.open);
    if (!open.length) return now.status;
    if (!(await doOne(c, open))) return `${now.status}, waits for ${open.map((t) => `${t.agency} ${t.role}`).join()}`;
  }
  return "too many steps";
}

async function doOne(c, open) {
  for (const task of open)
    for (const login of OFFICERS) {
      if ((await ask(login, "POST", `tasks/${task.id}/claim`, {})).status >= 300) continue;
      let answer;
      for (const outcome of OUTCOMES) {
        answer = await ask(login, "POST", `tasks/${task.id}/complete`, { data: c.data, outcome });
        if (answer.status < 300) return true;
      }
      c.stuck = `${task.element} as ${login}: ${answer.status} ${JSON.stringify(answer.body)}`;
      return false;
    }
  return false;
}

// ---- browsers ----

const apps = new Map();
async function officer(login) {
  if (apps.has(login)) return apps.get(login);
  const app = await openApp({ base: town.base });
  await app.visit("/dang-nhap?next=/ban");
  await app.page.locator("#login").fill(login);
  await app.page.locator("#password").fill(PASSWORD);
  await app.page.locator("main button[type=submit]").click();
  await app.page.waitForURL("**/ban");
  apps.set(login, app);
  return app;
}

async function press(page, button) {
  await Promise.all([page.waitForEvent("load"), button.click()]);
}

async function track(app, c) {
  await app.context.clearCookies();
  await app.visit("/tra-cuu");
  await app.page.locator("#ma").fill(c.code);
  await app.page.locator("#pin").fill(c.pin);
  await press(app.page, app.page.locator("main form button[type=submit]"));
}

// ---- the day ----

const day = { samples: null };
let citizen;

async function takeNumbers() {
  const app = await officer("tiepnhan.hoaphat");
  await app.visit("/ban/quay");
  const url = await app.page.locator("a[href*='khoa=']").first().getAttribute("href");
  await citizen.visit(url);
  await judge(citizen.page, "kiosk");
  const services = await citizen.page.locator("button[value]").evaluateAll((all) => all.map((b) => b.value));
  const labels = new Set();
  for (let i = 0; i < 40; i++) {
    await citizen.visit(url);
    await citizen.page.locator(`button[value="${services[i % 2]}"]`).first().click();
    await citizen.page.waitForURL(/phieu/);
    labels.add((await citizen.page.locator(".m-slip__number").textContent()).trim());
    if (!i) await judge(citizen.page, "slip");
  }
  expect(labels.size === 40, `${labels.size} different numbers`);
}

async function serveThem() {
  const { page, visit } = await officer("tiepnhan.hoaphat");
  await visit("/ban/quay");
  await page.getByRole("button", { name: /: Quầy 1$/ }).click();
  await page.waitForURL(/\/1$/);
  const act = async (name) => press(page, page.locator(`button[name=act][value=${name}]`).first());
  for (let i = 0; i < 40; i++) {
    await act(i ? "xong-goi" : "goi");
    await act("bat-dau");
    if (i === 1) await judge(page, "counter");
  }
  await act("xong");
  await judge(page, "counter, nobody waits");
}

async function fileThem() {
  const online = [];
  for (const [procedure, [data]] of day.samples) {
    const answer = await file(procedure, data).catch((error) => console.log(`# not filed at the desk: ${error.message.slice(0, 300)}`));
    if (answer && online.length < 6) online.push([procedure, data]);
  }
  for (const [procedure, data] of online)
    await file(procedure, data, "online");
  const kinds = new Set(filed.map((c) => c.procedure));
  expect(kinds.size >= 12, `${kinds.size} procedures: ${[...kinds]}`);
  expect(filed.filter((c) => c.channel === "online").length >= 6, "fewer than 6 online filings");
}

const withStatus = async (status) => {
  const all = [];
  for (const c of filed.filter((f) => !f.used))
    if ((await call("chutich.hoaphat", "GET", `cases/${c.code}`)).status === status) all.push(c);
  return all;
};

// Cases that nothing else happens to: taken from the list of those filed.
function take(n, fits = () => true) {
  const some = filed.filter((c) => !c.used && fits(c)).slice(0, n);
  expect(some.length === n, `${some.length} cases are left, not ${n}`);
  for (const c of some) c.used = true;
  return some;
}

const isOf = (...names) => (c) => names.includes(c.procedure);

async function supplements() {
  day.supplemented = take(3, (c) => /khai|ket-hon|ngheo|tro-cap/.test(c.procedure));
  for (const [i, c] of day.supplemented.entries()) {
    await call("tiepnhan.hoaphat", "POST", `cases/${c.code}/supplement`, { items: [{ text: "Bản sao rõ nét của giấy tờ kèm theo" }] });
    await track(citizen, c);
    if (!i) await judge(citizen.page, "asked for a supplement");
    await press(citizen.page, citizen.page.locator("a[href$='/bo-sung']").first());
    const form = citizen.page.locator("form[action$='/bo-sung']");
    if (!i) await judge(citizen.page, "supplement to add");
    await form.locator("[name=text]").fill("Tôi xin gửi bản rõ hơn.");
    for (const input of await form.locator("input[type=file]").all())
      await input.setInputFiles({ name: "giay-to.png", mimeType: "image/png", buffer: png });
    await press(citizen.page, form.locator("button[type=submit]").last());
    expect(!(await citizen.page.locator(".govuk-error-summary").count()), `${c.code}: the answer is refused`);
    if (!i) await judge(citizen.page, "supplement answered");
    const now = await call("chutich.hoaphat", "GET", `cases/${c.code}`);
    expect(now.supplements === 1 && now.status !== "supplement", `${c.code} is ${now.status}`);
  }
}

async function withdrawal() {
  const [c] = take(1);
  await track(citizen, c);
  await citizen.page.locator("form[action$='/rut']").evaluate((e) => { const d = e.closest("details"); if (d) d.open = true; });
  await citizen.page.locator("form[action$='/rut'] #reason").fill("Tôi chưa cần nữa");
  await press(citizen.page, citizen.page.locator("form[action$='/rut'] button[type=submit]"));
  await judge(citizen.page, "withdrawn");
  expect((await call("chutich.hoaphat", "GET", `cases/${c.code}`)).status === "withdrawn", "not withdrawn");
}

async function refusal() {
  const [data] = day.samples.get("khai-sinh");
  const c = await file("khai-sinh", data, "online", false);
  await call("tiepnhan.hoaphat", "POST", `cases/${c.code}/refuse`, { reason: "Hồ sơ không thuộc thẩm quyền" });
  expect((await call("chutich.hoaphat", "GET", `cases/${c.code}`)).status === "not_accepted", "not refused");
}

async function workThem() {
  let done = 0;
  for (const c of filed.filter((f) => f !== day.late)) {
    const end = await work(c);
    if (/returned|done/.test(end)) done++;
    else console.log(`# ${c.procedure} ${c.code}: ${end} ${(c.stuck ?? "").slice(0, 300)}`);
  }
  day.returned = (await withStatus("returned"));
  console.log(`# ${done} of ${filed.length} came to their end`);
  expect(done >= 6, `${done} cases came to their end`);
}

// Asked for by the desk, approved by the leader.
async function corrections() {
  const birth = filed.find((c) => c.procedure === "khai-sinh" && c.channel === "direct");
  for (const target of ["receipt", "result"]) {
    const { data } = await call("chutich.hoaphat", "GET", `cases/${birth.code}`);
    const declarant = { ...data.declarant, address: `Số ${target.length} đường Trường Chinh, phường Hòa Phát` };
    const form = new FormData();
    for (const [name, text] of Object.entries({ target, requester: data.declarant.name, reason: "Ghi nhầm địa chỉ", data: JSON.stringify({ declarant }) }))
      form.append(name, text);
    form.append("evidence", new Blob([png], { type: "image/png" }), "giay-to.png");
    const asked = await fetch(`${town.base}/api/v1/cases/${birth.code}/corrections`, { method: "POST", body: form,
      headers: { authorization: `Bearer ${token("tuphap.hoaphat")}` } });
    expect(asked.ok, `correction of the ${target}: ${asked.status} ${await asked.text()}`);
    const { corrections: all } = await call("chutich.hoaphat", "GET", `cases/${birth.code}/endings`);
    const path = `cases/${birth.code}/corrections/${all.find((c) => c.target === target).id}/approve`;
    const own = await ask("tuphap.hoaphat", "POST", path, {});
    expect(own.status >= 400, "who asked approved it");
    await call("chutich.hoaphat", "POST", path, {});
  }
  const { data } = await call("chutich.hoaphat", "GET", `cases/${birth.code}`);
  expect(/^Số 6 /.test(data.declarant.address), "the data was not corrected");
}

async function takeFees() {
  day.fees = 0;
  for (const c of filed) {
    const { payment } = await call("chutich.hoaphat", "GET", `cases/${c.code}`);
    if (payment?.state !== "due") continue;
    const paid = await call("tiepnhan.hoaphat", "POST", `cases/${c.code}/payments`, { amount: payment.amount, method: "cash" });
    expect(paid.payment.receipts.length === 1, "no receipt");
    day.fees += payment.amount;
  }
  expect(day.fees > 0, "no case had a fee");
}

async function rate() {
  for (const [i, c] of day.returned.slice(0, 4).entries()) {
    await track(citizen, c);
    await press(citizen.page, citizen.page.locator("a[href*='/danh-gia/']").first());
    await citizen.page.locator(`input[name=muc][value="${5 - i}"]`).check({ force: true });
    await press(citizen.page, citizen.page.locator("main form[data-once] button[type=submit]").first());
    if (!i) await judge(citizen.page, "rated");
  }
}

async function lateCase() {
  const c = day.late;
  const before = await call("chutich.hoaphat", "GET", `cases/${c.code}`);
  await call("chutich.hoaphat", "POST", `cases/${c.code}/apology`, { reason: "Chờ xác minh ở nơi khác", new_date: "2015-05-15" });
  const after = await call("chutich.hoaphat", "GET", `cases/${c.code}`);
  expect(after.due_at > before.due_at, `${before.due_at} became ${after.due_at}`);
  await track(citizen, c);
  await judge(citizen.page, "late with apology");
  expect(/15\/0?5\/2015/.test(await citizen.page.locator("main").innerText()), "the citizen is not told the new date");
}

// ---- the recount ----

function sql(words) {
  const url = process.env.MOTCUA_DATABASE;
  return url ? execFileSync("psql", ["-qAt", url, "-c", words], { encoding: "utf8", maxBuffer: 1 << 28 })
    : execFileSync("sqlite3", [`${town.data}/motcua.db`, words], { encoding: "utf8", maxBuffer: 1 << 28 });
}

const eventLines = () => sql(`SELECT ${process.env.MOTCUA_DATABASE ? "encode(bytes, 'hex')" : "hex(bytes)"} FROM event ORDER BY id`);

function parse(line) {
  const event = { open: {} };
  for (const row of Buffer.from(line, "hex").toString("utf8").split("\n")) {
    const space = row.indexOf(" ");
    if (space > 0) event[row.slice(0, space)] = row.slice(space + 1);
  }
  if (typeof event.open === "string") event.open = JSON.parse(event.open);
  return event;
}

async function reports() {
  const offices = Object.fromEntries(sql("SELECT id, code FROM organisation").trim().split("\n").map((row) => row.split("|")));
  const told = spawnSync("node", ["tests/recount/recount.mjs", town.base, token("quantri")], { cwd: root, input: eventLines(),
    env: { ...process.env, PERIODS: "2015-01 2015-02 2015", OFFICES: JSON.stringify(offices) }, encoding: "utf8", maxBuffer: 1 << 26 });
  console.log(told.stdout.trim().replace(/^/gm, "# "));
  expect(told.status === 0, `the recount differs: ${told.stderr}`);
}

async function ownFigures() {
  const events = eventLines().trim().split("\n").map(parse);
  const count = (kind) => events.filter((e) => e.kind === kind).length;
  const money = events.flatMap((e) => e.open.rows?.fee_receipt ?? []).reduce((sum, r) => sum + (r.amount ?? 0), 0);
  const { page, visit } = await officer("chutich.hoaphat");
  expect(count("ticket.issued") === 40 && count("ticket.served") === 40, "the events do not tell of 40 visits");
  expect(money === day.fees, `the events give ${money} đồng, ${day.fees} were taken`);
  const cells = () => page.locator("main td, main dd").evaluateAll((all) => all.map((e) => e.textContent.trim()));
  for (const [name, path, figure] of [
    ["figures of the hall", "/ban/quay/so-lieu?tu=2015-01-01&den=2015-01-31", "40"],
    ["fee totals", "/ban/le-phi?tu=2015-01-01&den=2015-01-31", money.toLocaleString("vi-VN")],
    ["satisfaction", "/ban/hai-long?tu=2015-01-01&den=2015-01-31", String(count("rating.given"))],
  ]) {
    await visit(path);
    await judge(page, name);
    const all = await cells();
    expect(all.some((text) => text.split(/\s/)[0] === figure), `${name}: no ${figure} among ${all.slice(0, 40)}`);
  }
}

async function pagesOfACase() {
  const { page, visit } = await officer("tiepnhan.hoaphat");
  for (const tab of ["", "/ho-so", "/qua-trinh", "/van-ban", "/le-phi"]) {
    await visit(`/ban/${day.supplemented[0].code}${tab}`);
    await judge(page, `case${tab}`);
  }
}

async function all() {
  await step("what people write", async () => {
    day.samples = samples();
    expect(day.samples.size >= 12, `${day.samples.size} procedures came to their end`);
  });
  town = await startTown({ clock: "2015-01-26T08:00:00+07:00", since: "2015-01-25T08:00:00+07:00" });
  citizen = await openApp({ base: town.base });
  await step("40 visitors take numbers at the kiosk", takeNumbers);
  await step("the counter calls and serves them all", serveThem);
  await step("twelve procedures and more are filed, six of them online", fileThem);
  [day.late] = take(1, isOf("tro-cap-xa-hoi", "cong-nhan-ho-ngheo", "ket-hon", "khai-tu"));
  await step("fees are taken and receipts given", takeFees);
  await step("three supplements are asked for and answered", supplements);
  await step("a citizen withdraws", withdrawal);
  await step("a case is refused", refusal);
  await step("the ward works its steps and returns results", workThem);
  await step("a receipt and a result are corrected, by two persons each", corrections);
  await step("citizens rate", rate);
  await step("the pages of a case are sound", pagesOfACase);
  await step("tickets, fees and satisfaction are as the events tell", ownFigures);
  for (const app of apps.values()) await app.close();
  apps.clear();
  await town.restart("2015-05-04T09:00:00+07:00");
  await step("a late case gets an apology and a new date", lateCase);
  await town.restart("2016-01-05T09:00:00+07:00");
  await step("II.06a, 07a and the registers equal the recount from the event table", reports);
  await step("database, files and ledger agree", async () => { town.run("verify"); });
}

try {
  await all();
} catch (error) {
  failures++;
  console.log(`not ok - the day\n    ${String(error.stack ?? error).replaceAll("\n", "\n    ")}`);
} finally {
  await citizen?.close();
  for (const app of apps.values()) await app.close();
  await town?.stop();
}
console.log(`# ${judged.length} pages judged, ${filed.length} cases`);
process.exit(failures ? 1 : 0);
