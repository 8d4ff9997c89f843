// The main job, end to end, in a real browser: a linked birth is filed at Hòa Phát as a citizen,
// accepted at the desk, taken through justice, leader, police, insurance, check and return, with
// tracking looked at after each step. Every page is judged, in both languages.
//
//	node scenario.mjs BASE [--no-js]
import { openApp, judge as hold, judged } from "./lib.mjs";

const base = process.argv[2] ?? "http://127.0.0.1:8080";
const js = !process.argv.includes("--no-js");
const password = "motcua-demo";
const label = js ? "script" : "no script";
const png = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");

let failures = 0;
async function step(name, run) {
  try {
    await run();
    console.log(`ok - ${name} (${label})`);
  } catch (error) {
    failures++;
    console.log(`not ok - ${name} (${label})\n    ${String(error.stack ?? error).replaceAll("\n", "\n    ")}`);
    for (const app of [citizen, ...officers.values()])
      console.log(`# ${app.page.url()}: ${(await app.page.locator("main").innerText().catch(() => "")).slice(0, 400).replaceAll("\n", " | ")}`);
    throw error;
  }
}

// A page with faults fails the run, but the journey goes on.
async function judge(page, name) {
  try {
    await hold(page, name);
  } catch (error) {
    failures++;
    console.log(`not ok - page ${name} (${label})\n    ${String(error.message).replaceAll("\n", "\n    ")}`);
  }
}

function expect(condition, words) {
  if (!condition) throw new Error(words);
}

// Fills what stands on the page of { name: value }; a name that is not there is passed over.
async function fill(page, answers) {
  for (const [name, value] of Object.entries(answers)) {
    const field = page.locator(`main [name="f.${name}"]`).first();
    if (await field.count() === 0) {
      if (await page.locator(`main [name="f.${name}.day"]`).count()) {
        const [year, month, day] = value.split("-");
        await page.locator(`main [name="f.${name}.day"]`).fill(String(Number(day)));
        await page.locator(`main [name="f.${name}.month"]`).fill(String(Number(month)));
        await page.locator(`main [name="f.${name}.year"]`).fill(year);
      }
      continue;
    }
    const type = await field.getAttribute("type");
    const tag = await field.evaluate((e) => e.tagName);
    if (type === "radio") await page.locator(`main [name="f.${name}"][value="${value}"]`).check({ force: true });
    else if (type === "checkbox") await field.setChecked(Boolean(value), { force: true });
    else if (type === "file") await field.setInputFiles({ name: "giấy-tờ.png", mimeType: "image/png", buffer: png });
    else if (tag === "SELECT") {
      const options = await field.locator("option").evaluateAll((all) => all.map((o) => o.value).filter(Boolean));
      await field.selectOption(options.includes(value) ? value : options[0]);
    } else await field.fill(value);
  }
}

// Presses a button and waits for the page it leads to.
async function press(page, button) {
  await Promise.all([page.waitForEvent("load"), button.click()]);
}

const answers = {
  "declarant.name": "Nguyễn Thị Hòa", "declarant.birth_date": "1988-03-12",
  "declarant.id_number": "201534678901", "declarant.id_date": "2010-05-20",
  "declarant.id_place": "Công an thành phố Đà Nẵng", "declarant.phone": "0905123456",
  "declarant.email": "hoa@example.vn", "declarant.address": "Tổ 12, phường Hòa Phát, quận Cẩm Lệ",
  "declarant.relation": "mother",
  "child.family_name": "Trần", "child.middle_name": "Minh", "child.given_name": "Đức",
  "child.gender": "male", "child.birth_date": "2015-01-20", "child.birth_time": "08:15",
  "child.birth_place_kind": "facility", "child.birth_facility": "Bệnh viện Phụ sản – Nhi Đà Nẵng",
  "child.birth_place": "Quận Ngũ Hành Sơn, thành phố Đà Nẵng", "child.ethnicity": "Kinh",
  "child.nationality": "Việt Nam", "child.hometown": "Hòa Phát, Cẩm Lệ, Đà Nẵng",
  "birth_notice.kind": "notice", "birth_notice.code": "48001.GCS.00001.15",
  "birth_notice.date": "2015-01-20", "birth_notice.children": "1", "birth_notice.order": "1", "birth_notice.weight": "3200",
  "mother.name": "Nguyễn Thị Hòa", "mother.birth_date": "1988-03-12", "mother.ethnicity": "Kinh",
  "mother.nationality": "Việt Nam", "mother.id_number": "201534678901",
  "mother.residence": "Tổ 12, phường Hòa Phát, quận Cẩm Lệ", "mother.insurance_number": "",
  "father.name": "Trần Văn Bình", "father.birth_date": "1985-07-01", "father.ethnicity": "Kinh",
  "father.nationality": "Việt Nam", "father.id_number": "201534670002",
  "father.residence": "Tổ 12, phường Hòa Phát, quận Cẩm Lệ",
  "residence.kind": "permanent", "residence.owner_name": "Trần Văn Bình",
  "residence.owner_id_number": "201534670002", "residence.owner_relation": "father",
  "residence.book_number": "480012345", "residence.address": "Tổ 12, phường Hòa Phát",
  "residence.ward": "hoa-phat", "residence.owner_agrees": true,
  "insurance.wanted": "yes", "insurance.facility": "",
  "delivery.channel": "desk", "delivery.address": "", "delivery.copies": "2",
  "files.birth_notice": true, "files.marriage": true, "files.household": true, "files.identity": true,
  "pledge.true": true,
};

// Each page in Vietnamese as it stands, and the same address in English.
async function both(app, name) {
  await judge(app.page, `${name} vi`);
  const url = new URL(app.page.url());
  await app.visit("/en" + url.pathname + url.search);
  await judge(app.page, `${name} en`);
  await app.visit(url.pathname + url.search);
}

const citizen = await openApp({ base, js });
const officers = new Map();
let code = "", pin = "";

async function officer(login) {
  if (!officers.has(login)) {
    const app = await openApp({ base, js });
    await app.visit("/dang-nhap?next=/ban");
    await app.page.locator("#login").fill(login);
    await app.page.locator("#password").fill(password);
    await press(app.page, app.page.locator("main button[type=submit]"));
    await app.page.waitForURL("**/ban");
    officers.set(login, app);
  }
  return officers.get(login);
}

// Looks the case up as the citizen does and returns what the page says.
async function track() {
  await citizen.visit(`/tra-cuu/${code}`);
  return citizen.page.locator("main").innerText();
}

async function openCase(app, name) {
  await app.visit("/ban?xem=can-lam");
  await judge(app.page, `desk ${name}`);
  await press(app.page, app.page.locator("main table a", { hasText: code }).first());
  await app.page.waitForURL(`**/ban/${code}`);
  await judge(app.page, `case ${name}`);
}

// Answers what the step's form still wants, as an officer in a hurry would: the first choice, today's
// date, a word.
async function answerRest(box) {
  for (const group of await box.locator("fieldset").all()) {
    const first = group.locator("input[type=radio]").first();
    if (await first.count() && !(await group.locator("input[type=radio]:checked").count()))
      await first.check({ force: true });
  }
  for (const tick of await box.locator("input[type=checkbox]:not([disabled])").all())
    await tick.check({ force: true });
  for (const field of await box.locator("input[type=text]:not([readonly]), textarea:not([readonly])").all()) {
    const name = await field.getAttribute("name") ?? "";
    if (!name.startsWith("f.") || /id_number/.test(name) || await field.inputValue()) continue;
    const part = name.split(".").pop();
    const date = { day: "26", month: "1", year: "2015", time: "09:00" }[part];
    const digits = await field.getAttribute("inputmode") === "numeric" || /number|copies/.test(name);
    await field.fill(date ?? (digits ? "1" : "Đã ghi nhận"));
  }
  for (const list of await box.locator("select").all())
    if (!(await list.inputValue())) await list.selectOption({ index: 1 });
}

// Fills the form of the step that is mine and sends it.
async function completeStep(app, given = {}) {
  const box = app.page.locator("section.m-box form[action*='/xong']").first();
  expect(await box.count(), `no step to do for this officer on ${app.page.url()}`);
  await fill(app.page, given);
  await answerRest(box);
  await press(app.page, box.locator(".govuk-button-group button[type=submit]").last());
  if (await app.page.locator("#further").count()) {
    // An answer may bring further questions: they are shown, and answered now.
    await fill(app.page, given);
    await answerRest(box);
    await press(app.page, box.locator(".govuk-button-group button[type=submit]").last());
  }
  const errors = await app.page.locator(".govuk-error-summary").count();
  expect(!errors, errors ? await app.page.locator(".govuk-error-summary").innerText() : "");
  await judge(app.page, `after a step ${app.page.url().length}`);
}

try {
  await step("a citizen finds the procedure", async () => {
    await citizen.visit("/");
    await both(citizen, "home");
    await citizen.visit("/thu-tuc");
    await both(citizen, "procedures");
    await press(citizen.page, citizen.page.locator("main a[href$='/thu-tuc/lien-thong-khai-sinh']").first());
    await both(citizen, "procedure");
  });

  await step("what is typed is saved on every page, and mistakes are shown beside their fields", async () => {
    await citizen.visit("/nop/lien-thong-khai-sinh");
    await both(citizen, "start");
    await press(citizen.page, citizen.page.locator("main form button[type=submit]").first());
    expect(await citizen.page.locator(".govuk-error-summary").count(), "no error summary without an office");
    await judge(citizen.page, "start without an office");
    await citizen.page.locator("#organisation").selectOption("hoa-phat");
    await press(citizen.page, citizen.page.locator("main form button[type=submit]").first());
    await citizen.page.waitForURL(/\/nop\/lien-thong-khai-sinh\/\d+\/1$/);
    await press(citizen.page, citizen.page.locator("main form button[type=submit]").last());
    expect(await citizen.page.locator(".govuk-error-summary a").count() >= 3, "an empty page was let through");
    await judge(citizen.page, "empty page");
  });

  await step("the form is filled in page by page, sent, and answered with code and PIN", async () => {
    for (let i = 0; i < 14 && !citizen.page.url().endsWith("/kiem-tra"); i++) {
      await fill(citizen.page, answers);
      const before = citizen.page.url();
      await press(citizen.page, citizen.page.locator("main form button[type=submit]", { hasText: /Lưu và tiếp tục|Save and continue/ }));
      const errors = citizen.page.locator(".govuk-error-summary");
      if (await citizen.page.locator("#further").count()) {
        // An answer may bring further questions: they are shown, and answered now.
        await fill(citizen.page, answers);
        await press(citizen.page, citizen.page.locator("main form button[type=submit]", { hasText: /Lưu và tiếp tục|Save and continue/ }));
      }
      expect(!(await errors.count()), `${before}: ${await errors.count() ? await errors.innerText() : ""}`);
      await both(citizen, `form page ${i + 2}`);
    }
    expect(citizen.page.url().endsWith("/kiem-tra"), `not at the check page: ${citizen.page.url()}`);
    const text = await citizen.page.locator("main").innerText();
    expect(text.includes("05/02/2015"), "the check page does not promise 05/02/2015");
    await press(citizen.page, citizen.page.locator("main form[action$='/gui'] button"));
    await citizen.page.waitForURL("**/nop/da-gui/**");
    code = (await citizen.page.locator(".m-panel__code").innerText()).trim();
    pin = (await citizen.page.locator(".m-panel__pin").innerText()).trim();
    expect(/^\d{8}$/.test(pin), `the PIN is ${pin}`);
    await both(citizen, "sent");
  });

  await step("tracking needs the PIN, and a wrong one tells nothing", async () => {
    const stranger = await openApp({ base, js });
    await stranger.visit("/tra-cuu");
    await both(stranger, "tracking");
    await stranger.page.locator("#ma").fill(code);
    await stranger.page.locator("#pin").fill(pin === "00000000" ? "00000001" : "00000000");
    await press(stranger.page, stranger.page.locator("main form button[type=submit]"));
    const wrong = await stranger.page.locator("main").innerText();
    expect(!wrong.includes("Trần Minh Đức"), "a wrong PIN told whom the case is about");
    await judge(stranger.page, "tracking wrong PIN");
    await stranger.page.locator("#ma").fill(code);
    await stranger.page.locator("#pin").fill(pin);
    await press(stranger.page, stranger.page.locator("main form button[type=submit]"));
    await stranger.page.waitForURL(`**/tra-cuu/${code}`);
    expect((await stranger.page.locator("main").innerText()).includes("Trần Minh Đức"), "the PIN does not open the case");
    await both(stranger, "tracked");
    await stranger.close();
  });

  await step("the receiving officer accepts it, and the promised date explains itself", async () => {
    const app = await officer("tiepnhan.hoaphat");
    await openCase(app, "reception");
    for (const papers of await app.page.locator("ul.m-papers fieldset").all())
      await papers.locator("input[value=original]").check({ force: true });
    await press(app.page, app.page.locator(`form[action='/ban/${code}/nhan'] button`));
    await app.page.waitForURL(`**/ban/${code}`);
    const text = await app.page.locator("main").innerText();
    expect(text.includes("05/02/2015"), "the case page does not promise 05/02/2015");
    await app.page.locator("#due-reason").evaluate((e) => { e.closest("details").open = true; });
    expect((await app.page.locator("#due-reason").innerText()).includes("27/01"), "day 1 is not 27/01");
    await both(app, "accepted case");
    const told = await track();
    expect(told.includes("05/02/2015"), "tracking does not promise 05/02/2015");
    await both(citizen, "tracking after acceptance");
  });

  await step("the receipt is a page and a PDF", async () => {
    const app = await officer("tiepnhan.hoaphat");
    await app.visit(`/ban/${code}/giay/receipt`);
    const text = await app.page.locator("article.letter").innerText();
    expect(text.includes("05/02/2015") || text.includes("05 tháng 02 năm 2015"), "the receipt has no promised date");
    await judge(app.page, "receipt");
    const pdf = await app.page.request.get(`/ban/${code}/giay/receipt.pdf`);
    expect(pdf.ok() && (await pdf.body()).subarray(0, 5).toString() === "%PDF-", "the receipt is no PDF");
  });

  const legs = [
    ["justice registers the birth", "tuphap.hoaphat"],
    ["the leader approves and signs", "chutich.hoaphat"],
    ["the police register the residence", "congan.hoaphat"],
    ["social insurance makes the health card", "baohiem.camle"],
    ["the result is checked", "tiepnhan.hoaphat"],
    ["the result is returned", "tiepnhan.hoaphat"],
  ];
  for (const [name, login] of legs) {
    await step(name, async () => {
      const app = await officer(login);
      await openCase(app, login);
      if (/congan|baohiem/.test(login)) {
        const text = await app.page.locator("main").innerText();
        expect(text.includes("Trần") , "the partner does not see the child");
      }
      await completeStep(app, stepAnswers());
      const told = await track();
      expect(told.includes("Trần Minh Đức"), "tracking lost the case");
    });
  }

  await step("tracking says that the result was returned", async () => {
    const told = await track();
    expect(/Đã trả kết quả/.test(told), `tracking says: ${told.slice(0, 300)}`);
    await both(citizen, "tracking returned");
  });

  await step("the birth certificate draft is a page and a PDF", async () => {
    const app = await officer("tuphap.hoaphat");
    await app.visit(`/ban/${code}/giay/giay-khai-sinh`);
    const text = await app.page.locator("article.letter").innerText();
    expect(/TRẦN MINH ĐỨC/i.test(text), "the certificate does not name the child");
    await judge(app.page, "birth certificate");
  });

  await step("the published figures count the case", async () => {
    await citizen.page.waitForTimeout(1200);
    await citizen.visit("/cong-khai");
    const text = await citizen.page.locator("main").innerText();
    expect(/Hòa Phát/.test(text), "no figures by office");
    await both(citizen, "figures");
  });

  await step("an officer of another ward does not find the case", async () => {
    const app = await officer("tiepnhan.khuetrung");
    const answer = await app.page.request.get(`/ban/${code}`);
    expect(answer.status() === 404 || answer.status() === 403, `another ward is answered ${answer.status()}`);
  });
} catch {
  // The step has said what failed.
} finally {
  await citizen.close();
  for (const app of officers.values()) await app.close();
}

function stepAnswers() {
  return {
    "registration.registrar": "Lê Thị Mai", "registration.signer": "Phan Văn Tuấn",
    "registration.signer_title": "Chủ tịch",
    "registration.birth_date_words": "Ngày hai mươi tháng một năm hai nghìn không trăm mười lăm",
    "insurance_result.number": "TE1484800012345", "returned.name": "Nguyễn Thị Hòa",
  };
}

console.log(`# ${judged.length} pages judged, code ${code}`);
process.exit(failures ? 1 : 0);
