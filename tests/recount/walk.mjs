// Every number of every report on screen, followed to the list it leads to: that list has exactly as
// many rows.
//
//	node walk.mjs BASE LOGIN PERIOD...
const [base, login, ...periods] = process.argv.slice(2);
const jar = new Map();
let failed = 0;

async function fetched(path, options = {}) {
  const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
  const response = await fetch(new URL(path, base), { redirect: "manual", ...options,
    headers: { cookie, ...options.headers } });
  for (const line of response.headers.getSetCookie()) {
    const [name, value] = line.split(";")[0].split(/=(.*)/s);
    jar.set(name, value);
  }
  return response;
}

async function page(path) {
  const response = await fetched(path);
  if (response.status !== 200) throw new Error(`${path}: ${response.status}`);
  return response.text();
}

const plain = (text) => text.replaceAll(/<[^>]*>/g, "").replaceAll("&amp;", "&").trim();
const body = (html) => /<tbody[^>]*>(.*?)<\/tbody>/s.exec(html)?.[1] ?? "";

async function signIn() {
  const form = await page("/dang-nhap");
  const fields = new URLSearchParams({ login, password: "motcua-demo" });
  for (const [input] of form.matchAll(/<input type="hidden"[^>]*>/g))
    fields.append(/name="([^"]*)"/.exec(input)[1], /value="([^"]*)"/.exec(input)?.[1] ?? "");
  await fetched("/dang-nhap", { method: "POST", body: fields, headers: { origin: new URL(base).origin } });
}

// Rows of a list, over all its pages.
async function length(path) {
  let n = 0;
  for (let next = path; next;) {
    const html = await page(next);
    n += [...body(html).matchAll(/<tr/g)].length;
    next = /govuk-pagination__next">\s*<a[^>]*href="([^"]*)"/.exec(html)?.[1].replaceAll("&amp;", "&");
  }
  return n;
}

async function walk(report, period) {
  const html = await page(`${report}?ky=${period}`);
  const wrong = [];
  let n = 0;
  for (const [, href, text] of body(html).matchAll(/<a[^>]*href="([^"]*)"[^>]*>(.*?)<\/a>/gs)) {
    const path = href.replaceAll("&amp;", "&"), told = Number(plain(text).replaceAll(".", ""));
    const found = await length(path);
    n++;
    if (found !== told) wrong.push(`${told} leads to ${found}: ${path}`);
  }
  failed ||= wrong.length;
  console.log(`${wrong.length ? "not ok" : "ok"} - ${report} ${period}: ${n} numbers lead to as many rows` +
    wrong.map((w) => `\n    ${w}`).join(""));
  return n;
}

// A list of ratings says how each case was rated.
async function rated(period) {
  const [link] = /href="([^"]*chi-tieu=ratings&amp;[^"]*)"/.exec(await page(`/ban/bao-cao/qd-766?ky=${period}`))?.slice(1) ?? [];
  const rows = link ? body(await page(link.replaceAll("&amp;", "&"))).split("<tr").slice(1).map(plain) : [];
  const silent = rows.filter((row) => !/hài lòng|Bình thường/i.test(row));
  const good = rows.length > 0 && silent.length === 0;
  failed ||= !good;
  console.log(`${good ? "ok" : "not ok"} - each of ${rows.length} rated cases says its rating${silent.map((row) => `\n    ${row}`).join("")}`);
}

await signIn();
const reports = [...(await page("/ban/bao-cao")).matchAll(/href="(\/ban\/bao-cao\/[^"?]+)"/g)].map((m) => m[1]);
let all = 0;
for (const report of new Set(reports))
  for (const period of periods) all += await walk(report, period);
await rated(periods[0]);
failed ||= all < 50;
console.log(`${all < 50 ? "not ok" : "ok"} - ${all} numbers were followed`);
process.exit(failed ? 1 : 0);
