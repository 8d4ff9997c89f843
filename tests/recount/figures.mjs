// The figures of a report by the definitions of its form, from events: the same names as the program's
// (docs/PACKS.md), counted anew.
import { readFileSync, readdirSync } from "node:fs";
import { DAY, ZONE, nationalDate } from "./calendar.mjs";
import { last, rowsOf, stateAt } from "./events.mjs";

const pack = (path) => new URL(`../../packs/cam-le/${path}`, import.meta.url);
export const read = (path) => JSON.parse(readFileSync(pack(path)));
// The declarations of a folder of the pack: reports, registers.
export const readAll = (folder) => readdirSync(pack(folder)).map((file) => read(`${folder}/${file}`));
export const procedures = new Map(readdirSync(pack("procedures")).map((name) =>
  [name, read(`procedures/${name}/procedure.json`)]));
export const procedureOf = (c) => c.history[0].state.procedure;

const isOpen = (s) => s && s.accepted_at && !s.finished_at;
const timing = (s) => !s.due_at ? "on_time" : s.finished_at > s.due_at ? "late"
  : s.due_at - s.finished_at >= DAY ? "early" : "on_time";
const CHANNELS = [null, "direct", "online", "post"];

// The moment a case is late from by the national count; Infinity: it cannot be late now.
function nationalDue(s, procedure) {
  if (!s.supplements && !s.apologised) return s.due_at || Infinity;
  let due = nationalDate(s, procedure);
  const asked = [...(s.pauses ?? []).map((p) => p.from), ...(s.paused_at ? [s.paused_at] : [])];
  if (asked.length > 1) due = Math.min(due, asked[1] - 1);
  return due;
}

// Counters that begin at 0.
const counters = () => new Proxy({}, { get: (all, key) => all[key] ?? 0 });

function countSolved(n, end, procedure) {
  const how = timing(end);
  n[how]++;
  if (end.apologised) n[how === "late" ? "late_apologised" : "new_date_kept"]++;
  if (end.status === 7) n.withdrawn++;
  if (end.status === 8) n.stopped++;
  n[["no_contact", "one_contact"][end.supplements ?? 0]]++;
  n[(end.paused_at || end.finished_at) > nationalDue(end, procedure) ? "national_late" : "national_on"]++;
  if (CHANNELS[end.channel] === "online") n.solved_online++;
}

function countOpen(n, end, procedure, till) {
  n.open++;
  if (end.due_at && end.due_at < till) n.open_late++;
  const due = nationalDue(end, procedure);
  if (end.paused_at ? end.paused_at > due : due < till) n.national_open_late++;
}

function countIntake(n, c, start, end) {
  const channel = CHANNELS[c.history[0].state.channel];
  if (!start) {
    n.submitted++;
    if (channel === "online") n.submitted_online++;
  }
  if (!end.accepted_at && !end.finished_at) n.waiting++;
  if (end.accepted_at && !start?.accepted_at) n[channel]++;
  if (end.accepted_at || !end.finished_at || start?.finished_at) return;
  n[end.status === 7 ? "withdrawn_early" : "not_accepted"]++;
}

function countCase(n, c, from, till) {
  const procedure = procedures.get(procedureOf(c));
  const start = stateAt(c, from), end = stateAt(c, till);
  if (isOpen(start)) n.carried++;
  if (!end) return;
  countIntake(n, c, start, end);
  n.supplements += (end.supplements ?? 0) - (start?.supplements ?? 0);
  n.apologies += (end.apologised ?? 0) - (start?.apologised ?? 0);
  if (end.returned_at && !start?.returned_at) n.returned++;
  if (end.accepted_at && end.finished_at && !start?.finished_at) countSolved(n, end, procedure);
  if (isOpen(end)) countOpen(n, end, procedure, till);
  for (const leg of c.legsDone.filter(({ at }) => at >= from && at < till))
    n[`leg_${timing({ due_at: leg.due_at, finished_at: leg.finished_at })}`]++;
}

// Digitisation and payment: by how the case stands at last, on the day it was solved or paid.
function countDigital(n, c, from, to) {
  const state = last(c), within = (at) => Number(at ?? 0) >= from && Number(at) < to;
  for (const receipt of rowsOf(c, "fee_receipt").filter((r) => !Number(r.cancelled_at) && within(r.taken_at))) {
    n.paid++;
    if (Number(receipt.method) === 2) n.paid_online++;
  }
  if (within(state.accepted_at) && Number(state.competent ?? 0) && String(state.competent) !== String(c.organisation))
    n.elsewhere++;
  if (!state.accepted_at || !within(state.finished_at) || ![9, 10].includes(state.status)) return;
  const valid = rowsOf(c, "case_issued").filter((r) => Number(r.state) === 1).map((r) => r.kind);
  const result = rowsOf(c, "case_letter").some((l) => l.signed_at && !l.revoked_at && valid.includes(l.kind));
  const online = c.history[0].state.channel === 2;
  n.results++;
  for (const [name, holds] of [["papers", c.files], ["result", result], ["both", c.files && result],
    ["reused", rowsOf(c, "case_reuse").length], ["online_results", online], ["digital_online", online && result]])
    if (holds) n[name]++;
}

// Whose step was overdue first, of the cases that ended late: by their last state.
function countLateness(roles, c, from, to) {
  const s = last(c);
  if (!s.due_at || !(s.finished_at > s.due_at) || s.finished_at < from || s.finished_at >= to) return;
  const [first] = Object.values(c.tasks).filter((t) => t.due_at && t.done_at > t.due_at)
    .sort((a, b) => a.due_at - b.due_at || a.node - b.node);
  const role = first?.role ?? "none";
  roles[role] = (roles[role] ?? 0) + 1;
}

export function satisfaction(ratings, from, to) {
  const some = ratings.filter((r) => r.day >= (from + ZONE) / DAY && r.day < (to + ZONE) / DAY);
  const of = (fits) => some.filter(fits).length;
  return { answers: some.length, content: of((r) => r.level >= 4), very: of((r) => r.level === 5),
    satisfied: of((r) => r.level === 4), not_satisfied: of((r) => r.level <= 3), rated: of((r) => r.official > 0),
    kind: of((r) => r.official >= 4), fair: of((r) => r.official === 3), some };
}

const PARTS = ["title", "channels", "papers", "limit", "who", "where", "result", "fee", "apply_form", "legal_basis"];

// The procedures in force then that offices of these kinds receive.
export function published(kinds, till) {
  const day = new Date((till - 1 + ZONE) / 1000).toISOString().slice(0, 10);
  const is = (part) => part && (typeof part === "string" || Object.keys(part).length > 0);
  return [...procedures.values()].filter((p) => (p.valid_from ?? "") <= day && (!p.valid_to || day <= p.valid_to))
    .filter((p) => p.competence.kinds.some((kind) => kinds.has(kind)))
    .map((p) => ({ ...p, complete: PARTS.every((part) => is(p[part])), online: p.channels.includes("online") }));
}

export function publication(kinds, till) {
  const there = published(kinds, till), of = (fits) => there.filter(fits).length;
  return { total: there.length, complete: of((p) => p.complete), online: of((p) => p.online) };
}

// Everything a report may say of these cases, from … to, as it was at `moment`.
export function figures(cases, from, to, moment) {
  const till = Math.min(to, moment), n = counters(), lateness = {};
  for (const c of cases) {
    countCase(n, c, from, till);
    countDigital(n, c, from, to);
    countLateness(lateness, c, from, to);
  }
  const accepted = n.online + n.direct + n.post, solved = n.early + n.on_time + n.late;
  return {
    received: { total: n.carried + accepted, carried: n.carried, accepted, online: n.online, direct: n.direct,
      post: n.post, counter: n.direct + n.post, elsewhere: n.elsewhere },
    solved: { total: solved, online: n.solved_online, early: n.early, on_time: n.on_time, late: n.late, late_apologised: n.late_apologised,
      late_silent: n.late - n.late_apologised, new_date_kept: n.new_date_kept, withdrawn: n.withdrawn, stopped: n.stopped },
    open: { total: n.open, within: n.open - n.open_late, late: n.open_late },
    intake: { submitted: n.submitted, submitted_online: n.submitted_online, waiting: n.waiting,
      not_accepted: n.not_accepted, withdrawn: n.withdrawn_early },
    national: { handled: solved + n.open, on_time: n.national_on, late: n.national_late,
      open_within: n.open - n.national_open_late, open_late: n.national_open_late },
    contacts: { none: n.no_contact, one: n.one_contact },
    legs: { early: n.leg_early, on_time: n.leg_on_time, late: n.leg_late },
    digital: { results: n.results, papers: n.papers, result: n.result, both: n.both, reused: n.reused,
      online: n.digital_online, online_results: n.online_results },
    paid: { total: n.paid, online: n.paid_online },
    returned: n.returned, supplements: n.supplements, apologies: n.apologies, lateness,
  };
}

// ---- what the pack makes of them ----

// Sums and products of figures: "2 * solved.early + solved.on_time". A role nobody is late by is 0.
export function evaluate(expression, figures) {
  const terms = expression.replaceAll(/[a-z_]+(?:\.[a-z_0-9]+)*/g, (path) => {
    const value = path.split(".").reduce((at, key) => at?.[key], figures) ?? (path.startsWith("lateness.") ? 0 : undefined);
    if (!Number.isInteger(value)) throw new Error(`${path} of “${expression}” is not recounted`);
    return value;
  });
  if (!/^[\d\s+*()-]+$/.test(terms)) throw new Error(`“${expression}” is more than sums`);
  return Function(`return ${terms}`)();
}

// n ÷ d with two decimals, halves up.
export const rounded = (n, d) => Number((200n * BigInt(n) + BigInt(d)) / (2n * BigInt(d))) / 100;

// { numerator, denominator, percent, max, score } of each indicator; null where there is none.
export function indicators(report, figures) {
  return report.indicators.map((i) => {
    const row = { numerator: null, denominator: null, percent: null, max: i.max || null, score: null };
    if (!i.numerator) return row;
    row.numerator = evaluate(i.numerator, figures);
    row.denominator = evaluate(i.denominator, figures);
    if (!row.denominator) return row;
    row.percent = rounded(100 * row.numerator, row.denominator);
    const full = Math.round((i.full ?? 1) * 100);
    if (i.max) row.score = Math.min(i.max, rounded(row.numerator * i.max * 100, row.denominator * full));
    return row;
  });
}

// The sum of what has figures; and what it is called, where all have.
export function indicatorTotal(report, rows) {
  const scored = rows.filter((row) => row.score !== null);
  const sum = (key) => scored.length ? rounded(scored.reduce((n, row) => n + Math.round(row[key] * 100), 0), 100) : null;
  const score = sum("score"), whole = scored.length && rows.every((row) => row.max === null || row.score !== null);
  const band = whole ? report.bands.find(({ from }) => score >= from) : null;
  return { title: band?.title.vi ?? "Tổng các chỉ số có số liệu", max: sum("max"), score };
}

export function columnsOf(report, figures) {
  return Object.fromEntries(report.columns.filter(({ key }) => !["n", "name"].includes(key))
    .map(({ key, value }) => [key, evaluate(value, figures)]));
}
