// Registers and reports in a real browser: every page judged, figures that lead to their cases, what
// is taken away as files, and what nobody else may see.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { unpack } from "../recount/sheets.mjs";
import { judge, judged, openApp } from "./lib.mjs";
import { startTown } from "./server.mjs";

const PASSWORD = "motcua-demo";
const CLOCK = "2015-02-05T10:00:00+07:00";
let town;
before(async () => {
  town = await startTown({
    clock: CLOCK, since: "2014-12-01T08:00:00+07:00",
    prepare: (run) => run("simulate", "--cases", "150", "--from", "2014-12-10T08:00:00+07:00",
      "--to", "2015-02-04T16:00:00+07:00", "--clock", "2015-02-05T09:00:00+07:00"),
  });
});
after(async () => {
  await town?.stop();
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

const PAGES = [
  ["registers", "/ban/so"], ["case register", "/ban/so/so-theo-doi-ho-so?nam=2015"],
  ["case register, nothing found", "/ban/so/so-theo-doi-ho-so?nam=2015&q=khongcoai"],
  ["register of births", "/ban/so/so-dang-ky-khai-sinh?nam=2015"],
  ["case register in print", "/ban/so/so-theo-doi-ho-so?nam=2014&dinh-dang=in"],
  ["reports", "/ban/bao-cao"], ["II.06a", "/ban/bao-cao/ii-06a?ky=2015-01"],
  ["II.06a with a wrong period", "/ban/bao-cao/ii-06a?tu=2015-02-03&den=2015-01-01"],
  ["II.06b", "/ban/bao-cao/ii-06b?ky=2015"], ["07a", "/ban/bao-cao/07a?ky=2015"],
  ["reasons of lateness", "/ban/bao-cao/ii-07?ky=2015"], ["score", "/ban/bao-cao/qd-766?ky=2015"],
  ["procedures as published", "/ban/bao-cao/cong-khai-thu-tuc?ky=2015"],
  ["nine indices", "/ban/bao-cao/chin-chi-so?ky=2015"], ["officers", "/ban/bao-cao/can-bo?ky=2015"],
  ["promised results", "/ban/so/lich-hen-tra?tu=2015-02-01&den=2015-02-28"],
  ["letters", "/ban/so/so-phieu-bo-sung?nam=2015"], ["II.06a in print", "/ban/bao-cao/ii-06a?ky=2015-01&dinh-dang=in"],
];

for (const js of [true, false])
  test(`every page of registers and reports is sound, script ${js ? "on" : "off"}`, async () => {
    const app = await officer("chutich.hoaphat", { js });
    for (const [name, path] of js ? PAGES : PAGES.slice(1, 4)) {
      await app.visit(path);
      await judge(app.page, `${name}${js ? "" : " no script"}`);
    }
    await app.visit("/en/ban/bao-cao/ii-06a?ky=2015-01");
    await judge(app.page, `II.06a in English${js ? "" : " no script"}`);
    await app.close();
  });

const number = (text) => Number(text.replaceAll(/[^0-9-]/g, "") || 0);

test("the columns of II.06a add up as the form says", async () => {
  const { page, visit, close } = await officer("chutich.hoaphat");
  const about = () => page.locator("main").textContent();
  await visit("/ban/bao-cao/ii-06a?ky=2015");
  assert.match(await about(), /Năm 2015\. Số liệu tính đến \d\d giờ \d\d ngày \d\d\/\d\d\/2015/);
  await visit("/ban/bao-cao/ii-06a?ky=2014");
  assert.doesNotMatch(await about(), /tính đến/);
  await visit("/ban/bao-cao/ii-06a?ky=2015-01");
  const rows = await page.locator(".m-report tbody tr").evaluateAll((all) =>
    all.map((row) => [...row.children].map((cell) => cell.textContent.trim())));
  assert.ok(rows.length >= 2);
  for (const row of rows) {
    const [c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13] = row.slice(2).map(number);
    assert.equal(c3, c4 + c5 + c6, "3 = 4 + 5 + 6");
    assert.equal(c7, c8 + c9 + c10, "7 = 8 + 9 + 10");
    assert.equal(c11, c12 + c13, "11 = 12 + 13");
    assert.equal(c3, c7 + c11, "3 = 7 + 11");
  }
  await close();
});

test("each figure of the score leads to as many cases", async () => {
  const { page, visit, close } = await officer("chutich.hoaphat");
  const links = [];
  for (const report of ["qd-766?ky=2015-01"]) {
    await visit(`/ban/bao-cao/${report}`);
    links.push(...(await page.locator(".m-report tbody a").evaluateAll((all) =>
      all.map((a) => [a.textContent, a.getAttribute("href")]))));
  }
  assert.ok(links.length > 10, "there are figures to follow");
  for (const [text, href] of links) {
    let n = 0;
    for (let next = href; next;) {
      await visit(next);
      n += await page.locator(".m-table tbody tr").count();
      const more = page.locator(".govuk-pagination__next a");
      next = (await more.count()) ? await more.getAttribute("href") : null;
    }
    assert.equal(n, number(text), href);
  }
  // Satisfaction is what QĐ 766 says, not what citizens rated: those ratings have no points.
  await visit("/ban/bao-cao/qd-766?ky=2015-01");
  const line = async (words) => (await page.locator(".m-report tbody tr", { hasText: words }).locator("th, td").allInnerTexts())
    .map((text) => Number(text.replace(/[^\d,]/g, "").replace(",", ".")));
  const satisfied = await line("100% trừ tỷ lệ quá hạn"), progress = await line("Tiến độ giải quyết");
  assert.deepEqual(satisfied.slice(1, 4), progress.slice(1, 4));
  assert.equal(satisfied[5], Math.min(18, Math.round(100 * 18 * satisfied[1] / satisfied[2] / 0.9) / 100));
  assert.equal((await line("Để tham khảo"))[5], 0);
  await close();
});

test("registers and reports are taken away as CSV, XLSX and PDF", async () => {
  const { page, context, close } = await officer("chutich.hoaphat");
  for (const path of ["so/so-theo-doi-ho-so?nam=2015", "bao-cao/ii-06a?ky=2015-01"]) {
    const get = async (format) => {
      const response = await context.request.get(`${town.base}/ban/${path}&dinh-dang=${format}`);
      assert.equal(response.status(), 200, `${path} ${format}`);
      return response;
    };
    const csv = await get("csv");
    assert.match(csv.headers()["content-type"], /^text\/csv/);
    const bytes = await csv.body();
    assert.deepEqual([...bytes.subarray(0, 3)], [0xef, 0xbb, 0xbf], "begins with a byte order mark");
    assert.ok(bytes.toString().includes("\r\n"));
    assert.equal((await (await get("xlsx")).body()).subarray(0, 2).toString(), "PK");
    assert.equal((await (await get("pdf")).body()).subarray(0, 5).toString(), "%PDF-");
  }
  await close();
});

test("spreadsheets have a frozen head, numbers that are numbers and dates that are dates", async () => {
  const { context, close } = await officer("chutich.hoaphat");
  const sheet = async (path) => {
    const zip = await (await context.request.get(`${town.base}/ban/${path}&dinh-dang=xlsx`)).body();
    return [unpack(zip, "xl/worksheets/sheet1.xml"), unpack(zip, "xl/styles.xml")];
  };
  const cells = (xml, style) => [...xml.matchAll(/<c r="[A-Z]+\d+"([^>]*)><v>([^<]*)<\/v>/g)]
    .filter(([, attributes]) => !/ t="/.test(attributes) && (style === undefined || attributes.includes(`s="${style}"`)))
    .map(([, , n]) => Number(n));
  const [report] = await sheet("bao-cao/ii-06a?ky=2015-01");
  // Title, office and period, form, a blank row, and the two rows of heads of the statutory form.
  assert.match(report, /<pane ySplit="6"[^>]*state="frozen"/);
  assert.deepEqual([...report.matchAll(/<mergeCell ref="([^"]*)"/g)].map(([, ref]) => ref), ["C5:F5", "G5:J5", "K5:M5"]);
  assert.match(report, /II\.06a\/VPCP\/KSTT/);
  assert.ok(cells(report).length > 22 && cells(report).every(Number.isInteger), "figures are numbers");
  const last = report.slice(report.lastIndexOf("<row "));
  assert.match(last, /Tổng số/);
  const total = Number(/r="(\d+)"/.exec(last)[1]);
  assert.equal(Number(/<autoFilter ref="A6:M(\d+)"/.exec(report)[1]), total - 1, "the total is not sorted away");
  const [score, patterns] = await sheet("bao-cao/qd-766?ky=2015");
  assert.ok(cells(score).some((n) => !Number.isInteger(n)));
  assert.deepEqual([...patterns.matchAll(/formatCode="([^"]*)"/g)].map(([, code]) => code).filter((code) => code.includes("#,")).sort(),
    ["#,##0", "#,##0.00"], "whole numbers have no point behind them");
  const [register, styles] = await sheet("so/so-theo-doi-ho-so?nam=2015");
  assert.match(register, /state="frozen"/);
  const dates = new Set([...styles.matchAll(/<numFmt numFmtId="(\d+)" formatCode="([^"]*)"/g)]
    .filter(([, , code]) => code.includes("dd/mm/yyyy")).map(([, id]) => id));
  const formats = [.../<cellXfs.*?<\/cellXfs>/s.exec(styles)[0].matchAll(/<xf [^>]*numFmtId="(\d+)"/g)].map((m) => m[1]);
  const days = formats.flatMap((id, style) => dates.has(id) ? cells(register, style) : []);
  // 1 January 2015 is day 42005 of a spreadsheet.
  assert.ok(days.length > 3 && days.every((day) => day > 41900 && day < 42200), "dates are dates");
  await close();
});

test("a chart says in words and as a table what it shows", async () => {
  const { page, visit, close } = await officer("chutich.hoaphat");
  await visit("/ban/bao-cao/ii-06a?ky=2015-01");
  const title = await page.locator("svg[role=img] title").textContent();
  assert.match(title, /^\d+ trong \d+ hồ sơ|^Tất cả/);
  assert.equal(await page.locator("svg[role=img]").getAttribute("aria-labelledby"), "chart-title");
  await page.locator("details summary").click();
  const shown = await page.locator("details table tbody tr").evaluateAll((all) =>
    all.map((row) => [...row.children].map((cell) => cell.textContent.trim())));
  const told = await page.locator(".m-report tbody tr:not(.m-total)").evaluateAll((all) =>
    all.map((row) => [...row.children].map((cell) => cell.textContent.trim())));
  assert.deepEqual(shown, told.map((row) => [row[1], row[7], row[8], row[9]]));
  await close();
});

test("the thirteen columns of II.06a stand on a small screen", async () => {
  const { page, visit, close } = await officer("chutich.hoaphat", { width: 1366 });
  await visit("/ban/bao-cao/ii-06a?ky=2015");
  const [inner, outer] = await page.locator(".m-scroll").first().evaluate((e) => [e.scrollWidth, e.clientWidth]);
  assert.ok(inner <= outer, `${inner} of ${outer} pixels`);
  await close();
});

test("an office's registers are for its own officers", async () => {
  const { context, close } = await officer("chutich.hoaphat");
  for (const path of ["/ban/so/so-theo-doi-ho-so?don-vi=hoa-an", "/ban/bao-cao/ii-06a?don-vi=hoa-an",
    "/api/v1/registers/so-theo-doi-ho-so?organisation=hoa-an"]) {
    const response = await context.request.get(town.base + path);
    assert.ok([401, 403, 404].includes(response.status()), `${path}: ${response.status()}`);
  }
  await close();
});

test("the list of registers has what the reader's offices keep, by kind and name", async () => {
  const { page, visit, close } = await officer("chutich.hoaphat");
  await visit("/ban/so");
  const lists = page.locator("main ul");
  assert.deepEqual(await page.locator("main h2").allInnerTexts(), ["Danh sách hồ sơ", "Sổ chuyên môn", "Sổ văn bản đã ban hành"]);
  const names = await lists.nth(1).locator("a").allInnerTexts();
  assert.ok(names.length > 5);
  assert.deepEqual(names, [...names].sort(new Intl.Collator("vi").compare));
  assert.ok(!names.includes("Sổ cấp giấy phép xây dựng"), "a ward keeps no register of the district");
  assert.ok((await lists.nth(2).locator("a").allInnerTexts()).includes("Sổ phiếu từ chối giải quyết hồ sơ"));
  const urls = await page.locator("main li a").evaluateAll((all) => all.map((a) => a.href));
  for (const url of urls) assert.equal((await page.request.get(url)).status(), 200, url);
  await close();
});

test("what a portal must publish is there for everybody", async () => {
  const { page, visit, close } = await openApp({ base: town.base });
  for (const path of ["/cong-khai", "/en/cong-khai", "/cong-khai?nam=2014"]) {
    await visit(path);
    await judge(page, `published figures ${path}`);
  }
  await close();
  const token = town.run("token", "--user", "chutich.camle").match(/mc_[\w-]{43}/)[0];
  const get = async (path) => (await fetch(town.base + path, { headers: { accept: "application/json",
    authorization: `Bearer ${token}` } })).json();
  const { all } = await get("/cong-khai?nam=2015");
  const { rows } = await get("/api/v1/registers/so-theo-doi-ho-so?year=2015&figure=solved");
  const solved = await Promise.all(rows.map((row) => get(`/api/v1/cases/${row.code}`)));
  assert.equal(all.solved, solved.length);
  assert.equal(all.solved_online, solved.filter((c) => c.channel === "online").length);
  assert.ok(all.solved_online > 0 && all.solved_online < all.solved);
});
