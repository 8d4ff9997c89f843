// Every number of every report on screen, followed to the list it leads to: that list has exactly as
// many rows.
//
//	node walk.mjs BASE LOGIN PERIOD...
import { plain, signIn } from "./session.mjs";

const [base, login, ...periods] = process.argv.slice(2);
const { page } = await signIn(base, login);
let failed = 0;

const body = (html) => /<tbody[^>]*>(.*?)<\/tbody>/s.exec(html)?.[1] ?? "";

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

const reports = [...(await page("/ban/bao-cao")).matchAll(/href="(\/ban\/bao-cao\/[^"?]+)"/g)].map((m) => m[1]);
let all = 0;
for (const report of new Set(reports))
  for (const period of periods) all += await walk(report, period);
await rated(periods[0]);
failed ||= all < 50;
console.log(`${all < 50 ? "not ok" : "ok"} - ${all} numbers were followed`);
process.exit(failed ? 1 : 0);
