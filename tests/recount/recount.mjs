// An independent recount: what the API's reports and registers say, held against the bytes of the
// event table alone. Nothing of the program's own counting is used: not its rows, not the `tally` the
// events carry. The events' public parts are replayed, case by case, and the definitions of the forms
// applied to what was so at the time. The national count even has its own calendar.
//
//	node recount.mjs BASE TOKEN < events        events: one hexadecimal line each, in the order of ids
//	MOMENT=2015-03-18T10:20+07:00               the clock of the program, if it is not ours: a period
//	                                            that still runs is counted up to it
import { readFileSync, readdirSync } from "node:fs";

const [base, token] = process.argv.slice(2);
const DAY = 86400e6, MINUTE = 60e6, ZONE = 420 * MINUTE;
const MOMENT = (process.env.MOMENT ? Date.parse(process.env.MOMENT) : Date.now()) * 1000;
let failed = 0;
const verdict = (good, text) => {
  console.log(`${good ? "ok" : "not ok"} - ${text}`);
  failed ||= !good;
};

// ---- events ----

const micros = (text) => Date.parse(text) * 1000 + Number(/\.\d{3}(\d{3})Z/.exec(text)?.[1] ?? 0);

function parse(line) {
  const event = { open: {} };
  for (const row of Buffer.from(line, "hex").toString("utf8").split("\n")) {
    const [, name, rest] = /^(\S+) (.*)$/s.exec(row) ?? [];
    if (name === "open") event.open = JSON.parse(rest);
    else if (name) event[name] = rest;
  }
  event.at = micros(event.effective ?? event.recorded);
  return event;
}

const cases = new Map();
for (const line of readFileSync(0, "utf8").split("\n").filter(Boolean)) {
  const event = parse(line);
  if (!/^(case|task|fee|letter|result)\./.test(event.kind ?? "")) continue;
  if (event.kind === "case.submitted")
    cases.set(event.object, { organisation: event.open.organisation, history: [], entries: [], tables: {}, files: 0 });
  const c = cases.get(event.object);
  if (!c) continue;
  const before = c.history.at(-1)?.state ?? { pauses: [] };
  c.history.push({ at: event.at, state: { ...before, ...event.open.set } });
  for (const entry of event.open.entries ?? []) c.entries.push(entry);
  c.files += event.open.attached ?? 0;
  for (const [name, list] of Object.entries(event.open.rows ?? {})) {
    const table = (c.tables[name] ??= {});
    for (const row of list) table[row.id] = { ...table[row.id], ...row };
  }
}

// The case as it was at a moment; undefined before it was filed.
const stateAt = (c, moment) => c.history.findLast((h) => h.at < moment)?.state;

// ---- the calendar, read anew ----

const calendar = JSON.parse(readFileSync("packs/cam-le/calendar.json"));
const WEEKDAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
const dayOf = (at) => Math.floor((at + ZONE) / DAY);
const minuteOf = (at) => Math.floor(((at + ZONE) % DAY) / MINUTE);
const date = (day) => new Date(day * 864e5).toISOString().slice(0, 10);
const minutes = (text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));

const known = new Map();
function sessions(day) {
  if (known.has(day)) return known.get(day);
  const text = date(day);
  const exception = calendar.days.findLast((d) => (d.date ?? d.from) <= text && text <= (d.date ?? d.to));
  const week = calendar.weeks.findLast((w) => w.from <= text && text <= w.to);
  const hours = exception ? exception.hours ?? [] : week?.[WEEKDAYS[new Date(day * 864e5).getUTCDay()]] ?? [];
  known.set(day, hours.map((h) => h.split("-").map(minutes)));
  return known.get(day);
}
const works = (day) => sessions(day).length > 0;
const closes = (day) => (day * DAY - ZONE) + sessions(day).at(-1)[1] * MINUTE;
const next = (day) => { do day++; while (!works(day)); return day; };

function receiptDay(at, cutOff) {
  const day = dayOf(at);
  if (!works(day)) return next(day - 1);
  const late = (cutOff !== null && minuteOf(at) > cutOff) || minuteOf(at) >= sessions(day).at(-1)[1];
  return late ? next(day) : day;
}

// The limit from acceptance, the days of waiting left out.
function nationalDate(state, procedure) {
  const { limit } = procedure;
  const cutOff = "cut_off" in procedure ? (procedure.cut_off && minutes(procedure.cut_off)) : minutes(calendar.cut_off);
  let day = receiptDay(state.accepted_at, cutOff);
  const pauses = (state.pauses ?? []).filter((p) => p.from >= state.accepted_at)
    .map((p) => [dayOf(p.from), receiptDay(p.to, cutOff), p]);
  // A request after the date has passed does not move it.
  const waiting = (d, due) => pauses.some(([from, to, p]) => from < d && d <= to && (due === undefined || p.from <= due));
  if ("every_day" in limit) {
    for (let n = limit.every_day; n > 0;) if (!waiting(++day)) n--;
    if (!works(day)) day = next(day);
    return closes(day);
  }
  for (let n = limit.days; n > 0;) {
    day = next(day);
    if (!waiting(day)) n--;
  }
  return closes(day);
}

// ---- procedures and offices ----

const procedures = new Map(readdirSync("packs/cam-le/procedures").map((name) =>
  [name, JSON.parse(readFileSync(`packs/cam-le/procedures/${name}/procedure.json`))]));
const get = async (path) => {
  const response = await fetch(`${base}/api/v1/${path}`, { headers: { authorization: `Bearer ${token}` } });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.json();
};

// ---- the forms, by their definitions ----

const isOpen = (s) => s && s.accepted_at && !s.finished_at;
const timing = (s) => !s.due_at ? "on_time" : s.finished_at > s.due_at ? "late"
  : s.due_at - s.finished_at >= DAY ? "early" : "on_time";

// The moment a case is late from by the national count; Infinity: it cannot be late now.
function nationalDue(s, procedure) {
  if (!s.supplements && !s.apologised) return s.due_at || Infinity;
  let due = nationalDate(s, procedure);
  const asked = [...(s.pauses ?? []).map((p) => p.from), ...(s.paused_at ? [s.paused_at] : [])];
  if (asked.length > 1) due = Math.min(due, asked[1] - 1);
  return due;
}

function count(list, from, to) {
  const till = Math.min(to, MOMENT);
  const n = {
    carried: 0, online: 0, direct: 0, post: 0, early: 0, on_time: 0, late: 0, open: 0, open_late: 0,
    submitted: 0, not_accepted: 0, waiting: 0, withdrawn: 0, stopped: 0, late_apologised: 0,
    national_on: 0, national_late: 0, national_open_late: 0,
  };
  for (const c of list) {
    const procedure = procedures.get(c.history[0].state.procedure);
    const start = stateAt(c, from), end = stateAt(c, till);
    const channel = [null, "direct", "online", "post"][c.history[0].state.channel];
    if (isOpen(start)) n.carried++;
    if (!start && end) n.submitted++;
    if (end && !end.accepted_at && !end.finished_at) n.waiting++;
    if (end?.accepted_at && !start?.accepted_at) n[channel]++;
    if (end && !end.accepted_at && end.status === 3 && start?.status !== 3) n.not_accepted++;
    if (end?.accepted_at && end.finished_at && !start?.finished_at) {
      n[timing(end)]++;
      if (timing(end) === "late" && end.apologised) n.late_apologised++;
      if (end.status === 7) n.withdrawn++;
      if (end.status === 8) n.stopped++;
      const stopped = end.paused_at || end.finished_at;
      n[stopped > nationalDue(end, procedure) ? "national_late" : "national_on"]++;
    }
    if (!isOpen(end)) continue;
    n.open++;
    if (end.due_at && end.due_at < till) n.open_late++;
    const due = nationalDue(end, procedure);
    if (end.paused_at ? end.paused_at > due : due < till) n.national_open_late++;
  }
  return n;
}

const columns = (n) => ({
  received: n.carried + n.online + n.direct + n.post, online: n.online, counter: n.direct + n.post,
  carried: n.carried, solved: n.early + n.on_time + n.late, early: n.early, on_time: n.on_time,
  late: n.late, open: n.open, open_within: n.open - n.open_late, open_late: n.open_late,
});

// Digitisation and payment: by how the case stands at last, on the day it was solved or paid.
function digital(list, from, to) {
  const n = { results: 0, papers: 0, result: 0, both: 0, reused: 0, online: 0, online_results: 0 };
  const paid = { total: 0, online: 0 };
  for (const c of list) {
    const state = c.history.at(-1).state, rows = (name) => Object.values(c.tables[name] ?? {});
    const within = (at) => Number(at ?? 0) >= from && Number(at) < to;
    for (const receipt of rows("fee_receipt").filter((r) => !r.cancelled_at && within(r.taken_at))) {
      paid.total++;
      if (Number(receipt.method) === 2) paid.online++;
    }
    if (!state.accepted_at || !within(state.finished_at) || ![9, 10].includes(state.status)) continue;
    const valid = rows("case_issued").filter((r) => Number(r.state) === 1).map((r) => r.kind);
    const result = rows("case_letter").some((l) => l.signed_at && !l.revoked_at && valid.includes(l.kind));
    const online = c.history[0].state.channel === 2;
    n.results++;
    if (c.files) n.papers++;
    if (result) n.result++;
    if (c.files && result) n.both++;
    if (rows("case_reuse").length) n.reused++;
    if (online) n.online_results++;
    if (online && result) n.online++;
  }
  return { digital: n, paid };
}

// Taken in within the period, for another authority to decide.
const elsewhere = (list, from, to) => list.filter((c) => {
  const { accepted_at: at, competent } = c.history.at(-1).state;
  return at >= from && at < to && Number(competent ?? 0) && String(competent) !== String(c.organisation);
}).length;

const same = (got, expected) => Object.entries(expected).filter(([key, n]) => got?.[key] !== n)
  .map(([key, n]) => `${key} is ${got?.[key]}, the events give ${n}`);

// ---- comparing ----

const PERIODS = process.env.PERIODS?.split(" ") ??
  ["2015-01", "2015-02", "2015-q2", "2015", "2015-03-16", "2015-02-10..2015-03-12", "2016"];

function bounds(key) {
  const [a, b] = key.split("..");
  const q = /^(\d{4})-q(\d)$/.exec(a);
  const parts = q ? [Number(q[1]), Number(q[2]) * 3 - 2] : a.split("-").map(Number);
  const from = new Date(Date.UTC(parts[0], (parts[1] ?? 1) - 1, parts[2] ?? 1));
  const to = b ? new Date(b) : new Date(from);
  if (b || parts[2]) to.setUTCDate(to.getUTCDate() + 1);
  else if (q) to.setUTCMonth(to.getUTCMonth() + 3);
  else if (parts[1]) to.setUTCMonth(to.getUTCMonth() + 1);
  else to.setUTCFullYear(to.getUTCFullYear() + 1);
  return [from.getTime() * 1000 - ZONE, to.getTime() * 1000 - ZONE];
}

const all = [...cases.values()];
const byKey = (list, key) => Map.groupBy ? Map.groupBy(list, key) : list.reduce((map, c) => {
  const k = key(c);
  return map.set(k, [...(map.get(k) ?? []), c]);
}, new Map());

async function compareRows(report, period, key, name, list = all, office = "") {
  const [from, to] = bounds(period);
  const answer = await get(`reports/${report}?period=${period}${office && `&organisation=${office}`}`);
  const rows = new Map(answer.rows.map((row) => [row.name, row]));
  const asOf = Date.parse(answer.as_of) * 1000, off = asOf - Math.min(to - 1, MOMENT);
  if (off < -1e6 || off > 600e6) verdict(false, `${report} ${period}: the figures are as of ${answer.as_of}`);
  const wrong = [];
  for (const [group, some] of byKey(list, key)) {
    const expected = columns(count(some, from, to));
    if (Object.values(expected).every((n) => !n) && !rows.has(name(group))) continue;
    wrong.push(...same(rows.get(name(group)), expected).map((w) => `${name(group)}: ${w}`));
  }
  wrong.push(...same(answer.total, columns(count(list, from, to))).map((w) => `total: ${w}`));
  verdict(wrong.length === 0, `${report} ${period} ${office}: ${answer.total.received} cases${wrong.map((w) => `\n    ${w}`).join("")}`);
  return answer;
}

const procedureOf = (c) => c.history[0].state.procedure;
const fieldOf = (c) => procedures.get(procedureOf(c)).field.vi;
for (const period of PERIODS) {
  await compareRows("ii-06a", period, fieldOf, (g) => g);
  await compareRows("ii-06c", period, procedureOf, (g) => procedures.get(g).title.vi);
  const [from, to] = bounds(period);
  const n = count(all, from, to), more = await get(`reports/07a?period=${period}`);
  const wrong = same(more.total, {
    submitted: n.submitted, waiting: n.waiting, not_accepted: n.not_accepted, direct: n.direct,
    post: n.post, withdrawn: n.withdrawn, stopped: n.stopped, late_apologised: n.late_apologised,
    late_silent: n.late - n.late_apologised, elsewhere: elsewhere(all, from, to),
  });
  wrong.push(...same(more.figures.national, {
    on_time: n.national_on, late: n.national_late, open_late: n.national_open_late,
    open_within: n.open - n.national_open_late, handled: n.early + n.on_time + n.late + n.open,
  }).map((w) => `national ${w}`));
  for (const [name, expected] of Object.entries(digital(all, from, to)))
    wrong.push(...same(more.figures[name], expected).map((w) => `${name} ${w}`));
  verdict(wrong.length === 0, `07a, the national count, digitisation and payment ${period}${wrong.map((w) => `\n    ${w}`).join("")}`);
}

// One office: II.06a, and the rows of its registers.
const offices = byKey(all, (c) => c.organisation);
const codes = JSON.parse(process.env.OFFICES);
for (const [id, list] of offices) {
  await compareRows("ii-06a", "2015", fieldOf, (g) => g, list, codes[id]);
  const [from, to] = bounds("2015");
  const accepted = list.filter((c) => stateAt(c, to)?.accepted_at >= from).length;
  const rows = await register("so-theo-doi-ho-so", codes[id]);
  verdict(rows.length === accepted, `so-theo-doi-ho-so of ${codes[id]} has ${accepted} rows`);
}

async function register(name, office) {
  const rows = [];
  for (let cursor = ""; cursor !== null;) {
    const page = await get(`registers/${name}?year=2015&organisation=${office}${cursor && `&cursor=${cursor}`}`);
    rows.push(...page.rows);
    cursor = page.next;
  }
  return rows;
}

const kinds = new Map(JSON.parse(readFileSync("packs/cam-le/organisations.json")).organisations
  .map((o) => [o.code, o.kind]));
for (const file of readdirSync("packs/cam-le/registers")) {
  const declared = JSON.parse(readFileSync(`packs/cam-le/registers/${file}`));
  if (!declared.book) continue;
  let n = 0, told = 0;
  for (const [id, list] of offices) {
    if (!declared.kinds.includes(kinds.get(codes[id]))) continue;
    told += list.flatMap((c) => c.entries).filter((e) => e.book === declared.book && e.period === 2015).length;
    n += (await register(declared.name, codes[id])).length;
  }
  verdict(n === told, `${declared.name} has ${told} entries`);
}

verdict(all.length > 0, `${all.length} cases were recounted from their events`);
process.exit(failed ? 1 : 0);
