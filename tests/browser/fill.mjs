// Filling in the forms a page shows, by the names of their fields: what is known of the answers, and
// for the rest what an officer in a hurry would write.
const png = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");
export const PAPER = { name: "giấy-tờ.png", mimeType: "image/png", buffer: png };

export const press = (page, button) => Promise.all([page.waitForEvent("load"), button.click()]);

// { "declarant.name": …, "members.0.name": … }; lists of plain values stay lists.
function paths(data, before = "", found = {}) {
  for (const [key, value] of Object.entries(data ?? {})) {
    const plain = value === null || typeof value !== "object" ||
      (Array.isArray(value) && value.every((one) => typeof one !== "object"));
    if (plain) found[before + key] = value;
    else paths(value, `${before}${key}.`, found);
  }
  return found;
}

// In the page: writes into every open field of the box.
function write(box, { answers, rest }) {
  const put = (field, text) => {
    field.value = text;
    for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, { bubbles: true }));
  };
  const day = { day: "26", month: "1", year: "2015", time: "09:00" };
  const dayOf = (text) => {
    const [, year, month, date, time] = /^(\d+)-(\d+)-(\d+)(?:T(\d+:\d+))?/.exec(text) ?? [];
    return { year, month: month && String(Number(month)), day: date && String(Number(date)), time };
  };
  const seen = new Set();
  const types = {
    radio(field, known) {
      if (seen.has(field.name)) return;
      seen.add(field.name);
      const all = [...box.querySelectorAll("input[type=radio]")].filter((one) => one.name === field.name);
      const one = all.find((r) => r.value === String(known)) ?? (all.some((r) => r.checked) ? null : all[0]);
      if (one && !one.checked) one.click();
    },
    checkbox(field, known) {
      const wanted = Array.isArray(known) ? known.map(String).includes(field.value) : known ?? rest;
      if (Boolean(wanted) !== field.checked && known !== undefined || wanted && !field.checked) field.click();
    },
    "select-one"(field, known) {
      const there = [...field.options].map((option) => option.value).filter(Boolean);
      if (there.includes(String(known))) put(field, String(known));
      else if (!field.value && there.length) put(field, there[0]);
    },
    other(field, known, path) {
      const [, base, part] = /^(.*)\.(day|month|year|time)$/.exec(path) ?? [];
      const date = part && answers[base] && dayOf(String(answers[base]));
      if (known !== undefined && known !== null) put(field, String(known));
      else if (date?.[part]) put(field, date[part]);
      else if (rest && !field.value && !/id_number/.test(path))
        put(field, day[part] ?? (field.inputMode === "numeric" || /number|copies/.test(path) ? "1" : "Đã ghi nhận"));
    },
  };
  for (const field of box.querySelectorAll("input[name^='f.'], select[name^='f.'], textarea[name^='f.']")) {
    if (field.disabled || field.readOnly || ["hidden", "file"].includes(field.type)) continue;
    const path = field.name.slice(2);
    (types[field.type] ?? types.other)(field, answers[path], path);
  }
}

// A list has as many items as there are answers.
async function addItems(page, box, data) {
  for (const add of await box.locator("button[name='form.add']").all()) {
    const path = await add.getAttribute("value");
    const wanted = path.split(".").reduce((at, key) => at?.[key], data)?.length ?? 0;
    const there = Number(await box.locator(`input[name="f.${path}.#"]`).inputValue());
    if (there >= wanted) continue;
    await press(page, add);
    return addItems(page, box, data);
  }
}

// Fills the form in, files included. files: a selector of the inputs, or "" for none.
export async function fill(page, box, data, { rest = false, files = "input[type=file][name^='f.']" } = {}) {
  await addItems(page, box, data);
  await box.evaluate(write, { answers: paths(data), rest });
  for (const input of files ? await box.locator(files).all() : [])
    if (!(await input.isDisabled())) await input.setInputFiles(PAPER);
}

// Fills the form in and sends it, as often as an answer brings further questions.
export async function send(page, form, button, data, options) {
  for (let times = 0; times < 4; times++) {
    await fill(page, page.locator(form).first(), data, options);
    const at = page.url();
    await press(page, page.locator(form).first().locator(button).last());
    const errors = page.locator(".govuk-error-summary");
    if (await errors.count()) throw new Error(`${at}: ${await errors.innerText()}`);
    if (!(await page.locator("#further").count())) return;
  }
  throw new Error(`${page.url()} asks again and again`);
}
