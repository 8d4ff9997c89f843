// An independent recount: what the API's reports and registers say, held against the bytes of the
// event table alone. The definitions of the forms are applied to what was so at the time (figures.mjs),
// the national count has its own calendar (calendar.mjs).
//
//	node recount.mjs BASE TOKEN < events        events: one hexadecimal line each, in the order of ids
//	MOMENT=2015-03-18T10:20+07:00               the clock of the program, if it is not ours: a period
//	                                            that still runs is counted up to it
//	PERIODS="2015-01 2015"                      those to compare
//	LOGIN=chutich.hoaphat                       the pages this officer sees, too (pages.mjs)
import { readFileSync } from "node:fs";
import { bounds, daysOf } from "./calendar.mjs";
import { differs, ended, verdict } from "./compare.mjs";
import { groups, last, replay } from "./events.mjs";
import {
  columnsOf, figures, indicatorTotal, indicators, procedureOf, procedures, publication, published, readAll,
  satisfaction,
} from "./figures.mjs";
import { comparePages } from "./pages.mjs";

const [base, token] = process.argv.slice(2);
const MOMENT = (process.env.MOMENT ? Date.parse(process.env.MOMENT) : Date.now()) * 1000;
const PERIODS = process.env.PERIODS?.split(" ") ??
  ["2015-01", "2015-02", "2015-q2", "2015", "2015-03-16", "2015-02-10..2015-03-12", "2016"];
const town = replay(readFileSync(0, "utf8").split("\n").filter(Boolean));
const all = [...town.cases.values()], ratings = [...town.ratings.values()];

async function get(path) {
  const response = await fetch(`${base}/api/v1/${path}`, { headers: { authorization: `Bearer ${token}` } });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

const NAMES = {
  field: (c) => procedures.get(procedureOf(c)).field.vi,
  procedure: (c) => procedures.get(procedureOf(c)).title.vi,
  organisation: (c) => town.offices.get(c.organisation).name,
};

// ---- reports ----

// What each row of a report says: { name: columns }, without those in which all is 0.
function rowsOf(report, list, [from, to]) {
  const rows = new Map();
  for (const [name, some] of groups(list, NAMES[report.rows]))
    rows.set(name, columnsOf(report, figures(some, from, to, MOMENT)));
  return rows;
}

function compareRows(report, answer, list, span) {
  const told = new Map(answer.rows.map((row) => [row.name, row])), wrong = [];
  for (const [name, expected] of rowsOf(report, list, span))
    if (told.has(name) || Object.values(expected).some(Boolean))
      wrong.push(...differs(told.get(name), expected, name));
  const total = columnsOf(report, figures(list, ...span, MOMENT));
  return [...wrong, ...differs(answer.total, total, "total")];
}

function compareIndicators(report, answer, told) {
  const rows = indicators(report, told);
  return [...rows.flatMap((row, i) => differs(answer.rows[i], row, answer.rows[i]?.title)),
    ...differs(answer.total, indicatorTotal(report, rows), "total")];
}

function comparePublished(answer, kinds, till) {
  const expected = published(kinds, till).map((p) => [p.title.vi, { code: p.national_code,
    online: p.online ? "Có" : "Không", ...(p.complete ? { parts: "Đủ" } : {}) }]);
  const told = new Map(answer.rows.map((row) => [row.name, row]));
  return [...differs(answer.rows.length, expected.length, "rows"),
    ...expected.flatMap(([name, row]) => differs(told.get(name), row, name))];
}

// Up to when its figures are.
function asOf(answer, to) {
  const off = Date.parse(answer.as_of) * 1000 - Math.min(to - 1, MOMENT);
  return off < -1e6 || off > 600e6 ? [`the figures are as of ${answer.as_of}`] : [];
}

async function compareReport(report, period, list, offices, office = "") {
  const [from, to] = bounds(period), till = Math.min(to, MOMENT);
  const answer = await get(`reports/${report.name}?period=${period}${office && `&organisation=${office}`}`);
  const kinds = new Set(offices.map((o) => o.kind)), codes = new Set(offices.map((o) => o.code));
  const { lateness, ...counted } = figures(list, from, to, MOMENT);
  if (report.indicators) {
    const rated = ratings.filter((r) => codes.has(town.offices.get(r.organisation).code));
    const { some, ...content } = satisfaction(rated, from, to);
    Object.assign(counted, { satisfaction: content, procedures: publication(kinds, till) });
  }
  const wrong = asOf(answer, to);
  if (report.rows === "publication") wrong.push(...comparePublished(answer, kinds, till));
  else wrong.push(...differs(answer.figures, counted));
  if (report.lateness) wrong.push(...differs(answer.figures.lateness, { none: 0, ...lateness }, "late by"));
  if (report.indicators) wrong.push(...compareIndicators(report, answer, counted));
  else if (NAMES[report.rows]) wrong.push(...compareRows(report, answer, list, [from, to]));
  verdict(wrong, `${report.name} ${period} ${office}: ${counted.received.total} received, ${counted.solved.total} solved`);
}

// ---- registers ----

async function register(name, office, rest) {
  const rows = [];
  for (let cursor = ""; cursor !== null;) {
    const page = await get(`registers/${name}?${rest}&organisation=${office}${cursor && `&cursor=${cursor}`}`);
    rows.push(...page.rows);
    cursor = page.next;
  }
  return rows;
}

async function compareBooks(offices) {
  for (const declared of readAll("registers")) {
    const wrong = [];
    let entries = 0;
    if (!declared.book) continue;
    for (const [id, list] of offices) {
      const { code, kind } = town.offices.get(id);
      if (!declared.kinds.includes(kind)) continue;
      const told = list.flatMap((c) => c.entries).filter((e) => e.book === declared.book && e.period === 2015).length;
      wrong.push(...differs((await register(declared.name, code, "year=2015")).length, told, `rows of ${code}`));
      entries += told;
    }
    verdict(wrong, `${declared.name} has ${entries} entries`);
  }
}

const sortedCodes = (list) => list.map((c) => c.code).sort();

// The register of cases, what was taken in on the days, and what is promised for them.
async function compareLists(id, list) {
  const { code } = town.offices.get(id);
  const of = (kind, fits) => sortedCodes(list.map(last).filter((s) => s.accepted_at).filter(fits));
  for (const period of ["2015", ...PERIODS.filter((p) => /^\d{4}-\d\d(-\d\d)?$/.test(p))]) {
    const [from, to] = bounds(period), [first, final] = daysOf(period), rest = `from=${first}&to=${final}`;
    for (const [name, fits] of [["so-theo-doi-ho-so", (s) => s.accepted_at >= from && s.accepted_at < to],
      ["tiep-nhan-trong-ngay", (s) => s.accepted_at >= from && s.accepted_at < to],
      ["lich-hen-tra", (s) => [2, 4, 6, 9].includes(s.status) && s.due_at >= from && s.due_at < to]]) {
      const expected = of(name, fits);
      const told = sortedCodes(await register(name, code, rest));
      verdict(differs(told.join(), expected.join(), "codes"), `${name} of ${code} ${period} has ${expected.length} rows`);
    }
  }
}

// ---- all of it ----

const offices = groups(all, (c) => c.organisation);
const receiving = [...town.offices.values()].filter((o) => o.receives);
const reports = readAll("reports").filter(({ rows }) => rows !== "officer");
for (const period of PERIODS)
  for (const report of reports) await compareReport(report, period, all, receiving);
for (const [id, list] of offices) {
  const office = town.offices.get(id);
  for (const report of reports.filter(({ name }) => /06a|766|07$/.test(name)))
    await compareReport(report, "2015", list, [office], office.code);
  await compareLists(id, list);
}
await compareBooks(offices);
if (process.env.LOGIN)
  await comparePages({ base, town, login: process.env.LOGIN, periods: PERIODS, moment: MOMENT });
verdict(all.length ? [] : ["no case"], `${all.length} cases were recounted from their events`);
ended();
