// The pages an officer sees, held against the events: every report on screen, printed, as CSV and as
// XLSX; fees, waiting times, satisfaction, officers; and what the portal publishes.
import { DAY, ZONE, bounds, date, dayOf, daysOf } from "./calendar.mjs";
import { differs, verdict } from "./compare.mjs";
import { groups, rowsOf } from "./events.mjs";
import {
  columnsOf, figures, indicatorTotal, indicators, procedureOf, procedures, publication, read, readAll, rounded,
  satisfaction,
} from "./figures.mjs";
import { number, plain, signIn, tables } from "./session.mjs";
import { csvRows, xlsxRows } from "./sheets.mjs";

const title = (name) => procedures.get(name).title.vi;
const sum = (list, key = (n) => n) => list.reduce((n, one) => n + Number(key(one)), 0);
const numbers = (row) => row.slice(1).map((cell) => typeof cell === "string" ? number(cell) : cell ?? null);
const people = new Map(read("people.json").people.map((p) => [p.login, p.name]));

// Two lists of [name, number …], whatever their order; rows in which all is 0 need not be there.
function sameRows(told, expected, what) {
  const text = (rows) => rows.filter((row) => row.slice(1).some(Boolean)).map((row) => row.join(" | ")).sort();
  const [got, wanted] = [text(told), text(expected)];
  return [...wanted.filter((row) => !got.includes(row)).map((row) => `${what}: the events give ${row}`),
    ...got.filter((row) => !wanted.includes(row)).map((row) => `${what}: ${row} is shown`)];
}

const figureList = (html) => Object.fromEntries([...html.matchAll(/<dt>([^<]*)<\/dt>\s*<dd>([^]*?)<\/dd>/g)]
  .map(([, name, value]) => [plain(name), number(plain(value))]));

// ---- reports: on screen, printed and taken away ----

function indicatorRows(report, told) {
  const rows = indicators(report, told), { title: name, max, score } = indicatorTotal(report, rows);
  const lines = rows.map((row, i) => [report.indicators[i].title.vi, ...Object.values(row)]);
  return [...lines, [name, null, null, null, max, score]];
}

function expectedRows(report, office, t, [from, to]) {
  const counted = (some) => figures(some, from, to, t.moment), list = office.cases;
  const told = { ...counted(list), satisfaction: satisfaction(office.ratings, from, to),
    procedures: publication(new Set([office.kind]), Math.min(to, t.moment)) };
  if (report.indicators) return indicatorRows(report, told);
  if (report.rows === "officer") return officerRows(office, t, from, to);
  const name = { field: (c) => procedures.get(procedureOf(c)).field.vi, procedure: (c) => title(procedureOf(c)),
    organisation: () => office.name }[report.rows];
  const row = (key, its) => [key, ...Object.values(columnsOf(report, its))];
  return [...[...groups(list, name)].map(([key, some]) => row(key, counted(some))), row("Tổng số", told)];
}

function officerRows(office, t, from, to) {
  const done = office.cases.flatMap((c) => Object.values(c.tasks)).filter((task) => task.state === 1 &&
    task.done_at >= from && task.done_at < to && t.town.grants.get(task.holder)?.has(office.id));
  const row = (name, some) => {
    const late = some.filter((task) => task.due_at && task.done_at > task.due_at).length;
    return [name, some.length, some.length - late, late];
  };
  const names = groups(done, (task) => people.get(t.town.logins.get(task.holder)));
  return [...[...names].map(([name, some]) => row(name, some)), row("Tổng số", done)];
}

async function compareReport(report, period, office, t) {
  const path = `/ban/bao-cao/${report.name}?ky=${period}`, expected = expectedRows(report, office, t, bounds(period));
  const numbered = report.columns?.[0].key === "n";
  const width = expected[0]?.length - 1 || 0;
  const shape = (rows) => rows.filter((row) => row.length > 2)
    .map((row) => row.slice(numbered ? 1 : 0))
    .map((row) => [row[0], ...Array.from({ length: width }, (_, i) => numbers(row)[i] ?? null)]);
  const html = await t.session.page(path);
  const ways = {
    "on screen": tables(html)[0]?.rows ?? [],
    printed: tables(await t.session.page(`${path}&dinh-dang=in`)).at(-1)?.rows ?? [],
    CSV: csvRows(await t.session.page(`${path}&dinh-dang=csv`)).slice(1)
      .map((row) => row.map((cell) => cell.replace(/^(\d+)\.(\d+)$/, "$1,$2"))),
    XLSX: xlsxRows(await t.session.bytes(`${path}&dinh-dang=xlsx`))
      .filter((row) => row.some((cell) => typeof cell === "number")),
  };
  const wrong = Object.entries(ways).flatMap(([way, rows]) => sameRows(shape(rows), expected, way));
  verdict(wrong, `${report.name} ${period} of ${office.code} on screen, printed, as CSV and as XLSX: ` +
    `${expected.length} rows`);
}

// ---- fees ----

function moneyRows(receipts, key) {
  const by = (list, method) => sum(list.filter((r) => Number(r.method) === method), (r) => r.amount);
  return [...groups(receipts, key)].map(([name, some]) =>
    [name, some.length, by(some, 1), by(some, 2), by(some, 1) + by(some, 2)]);
}

const dayText = (at) => new Date(dayOf(Number(at)) * 864e5).toISOString().slice(0, 10).split("-").reverse().join("/");

async function compareFees(query, [from, to], office, t) {
  const within = (at) => Number(at) >= from && Number(at) < to;
  const receipts = office.cases.flatMap((c) => rowsOf(c, "fee_receipt").map((r) => ({ ...r, procedure: procedureOf(c) })))
    .filter((r) => within(r.taken_at));
  const valid = receipts.filter((r) => !Number(r.cancelled_at));
  const amount = (some) => sum(some, (r) => r.amount), all = amount(valid);
  const refunded = amount(office.cases.flatMap((c) => rowsOf(c, "fee_refund")).filter((r) => within(r.refunded_at)));
  const cash = amount(valid.filter((r) => Number(r.method) === 1));
  const html = await t.session.page(`/ban/le-phi?${query}`), shown = tables(html);
  const table = (name) => (shown.find(({ caption }) => caption === name)?.rows ?? [])
    .map((row) => [row[0], ...numbers(row)]);
  const csv = csvRows(await t.session.page(`/ban/so/so-bien-lai?${query}&dinh-dang=csv`)).slice(1)
    .filter((row) => row[3]); // the last line is the sum
  const wrong = [
    ...differs(figureList(html), { "Tiền mặt": cash, "Chuyển khoản": all - cash, "Đã hoàn trả": refunded,
      "Tổng cộng": all - refunded }),
    ...sameRows(table("Theo người thu"), moneyRows(valid, (r) => people.get(t.town.logins.get(r.cashier))), "by cashier"),
    ...sameRows(table("Theo thủ tục"), moneyRows(valid, (r) => title(r.procedure)), "by procedure"),
    ...sameRows(table("Theo ngày"), moneyRows(valid, (r) => dayText(r.taken_at)), "by day"),
    ...differs({ receipts: csv.length, cancelled: csv.filter((row) => row.at(-1)).length, sum: sum(csv, (row) => row[6]) },
      { receipts: receipts.length, cancelled: receipts.length - valid.length, sum: all }, "register"),
  ];
  verdict(wrong, `fees ${query} of ${office.code}: ${valid.length} receipts of ${all} đồng, ` +
    `${receipts.length - valid.length} cancelled, ${refunded} đồng paid back`);
}

// The next number of each book: what was used is used, cancelled or not.
async function compareReceiptBooks(office, t) {
  const used = groups(office.cases.flatMap((c) => rowsOf(c, "fee_receipt")), (r) => r.book);
  const shown = tables(await t.session.page("/ban/le-phi/quyen"))[0]?.rows ?? [], wrong = [];
  const left = sum(shown, (row) => number(row[4])), all = sum(shown, (row) => number(row[2]) - number(row[1]) + 1);
  for (const [, some] of used) {
    const top = Math.max(...some.map((r) => Number(r.number)));
    if (!shown.some((row) => number(row[3]) === top + 1)) wrong.push(`no book goes on at ${top + 1}`);
    if (new Set(some.map((r) => r.number)).size !== some.length) wrong.push("a number stands on two receipts");
  }
  wrong.push(...differs(all - left, sum([...used.values()], (some) => some.length), "numbers used"));
  verdict(wrong, `receipt books of ${office.code}: ${all - left} numbers used`);
}

// ---- the hall ----

const tenth = (n, d) => Math.round(n * 10 / d) / 10;
const minutes = (micros, n) => n ? tenth(Math.floor(micros / 1e6), 60 * n) : null;

function waitRow(name, tickets) {
  const of = (state) => tickets.filter((t) => t.state === state);
  const waits = tickets.filter((t) => t.first_called_at).map((t) => t.first_called_at - t.issued_at)
    .sort((a, b) => a - b);
  const served = of("served");
  return [name, tickets.length, of("waiting").length, served.length, of("absent").length,
    minutes(sum(waits), waits.length), waits.length ? minutes(waits[Math.ceil(waits.length * 9 / 10) - 1], 1) : null,
    minutes(sum(served, (t) => t.ended_at - t.begun_at), served.length)];
}

async function compareHall(query, [from, to], office, t) {
  const hall = read("hall.json").halls.find((h) => h.organisations.includes(office.code));
  const tickets = [...t.town.tickets.values()].filter((one) => one.organisation === office.id &&
    one.day >= (from + ZONE) / DAY && one.day < (to + ZONE) / DAY);
  const shown = tables(await t.session.page(`/ban/quay/so-lieu?${query}`)), wrong = [];
  for (const [caption, key, some] of [["Theo đơn vị", () => office.name, tickets],
    ["Theo lĩnh vực", (one) => hall.services.find((s) => s.code === one.service).title.vi, tickets],
    ["Theo quầy", (one) => `Quầy ${one.counter}`, tickets.filter((one) => one.counter)],
    ["Theo ngày", (one) => dayText(one.issued_at), tickets]]) {
    const rows = shown.find((table) => table.caption === caption)?.rows.filter((row) => row.length > 1) ?? [];
    wrong.push(...sameRows(rows.map((row) => [row[0].replace(` ${office.name}`, ""), ...numbers(row)]),
      [...groups(some, key)].map(([name, group]) => waitRow(name, group)), caption));
  }
  verdict(wrong, `waiting times ${query} of ${office.code}: ${tickets.length} numbers`);
}

// The appointments of each day that has some, as the desk reads them in the morning.
async function compareAppointments(office, t) {
  const desk = await signIn(t.base, `tiepnhan.${office.code.replaceAll("-", "")}`), wrong = [];
  const booked = [...t.town.appointments.values()].filter((a) => a.organisation === office.id && a.state === "booked");
  for (const [day, some] of groups(booked, (a) => a.day)) {
    const shown = tables(await desk.page(`/ban/quay/lich-hen?ngay=${date(day)}`))
      .find((table) => table.caption === office.name);
    const clock = (n) => `${String(Math.floor(n / 60)).padStart(2, "0")}:${String(n % 60).padStart(2, "0")}`;
    wrong.push(...differs(shown?.rows.map((row) => `${row[0]} ${row[3]}`).sort().join(),
      some.map((a) => `${clock(a.minute)} ${title(a.procedure)}`).sort().join(), date(day)));
  }
  verdict(wrong, `appointments of ${office.code}: ${booked.length}`);
}

// ---- satisfaction ----

const QUESTIONS = ["access", "course", "official", "result", "handling"];

function ratingRow(name, ratings) {
  const s = satisfaction(ratings, -Infinity, Infinity);
  const marks = QUESTIONS.map((q) => ratings.filter((r) => r[q] > 0)).map((some, i) =>
    some.length ? tenth(sum(some, (r) => r[QUESTIONS[i]]), some.length) : null);
  const share = s.answers ? tenth(s.content * 100, s.answers) : null;
  return [name, s.answers, s.very, s.satisfied, s.not_satisfied, share, ...marks];
}

async function compareSatisfaction(query, [from, to], office, t) {
  const html = await t.session.page(`/ban/hai-long?${query}`), shown = tables(html), wrong = [];
  const { some, ...all } = satisfaction(office.ratings, from, to);
  wrong.push(...differs(figureList(html), { "Hồ sơ được đánh giá": all.answers, "Rất hài lòng": all.very,
    "Hài lòng": all.satisfied, "Chưa hài lòng": all.not_satisfied }));
  for (const [caption, key] of [["Theo đơn vị", () => office.name], ["Theo thủ tục", (r) => title(r.procedure)],
    ["Theo công chức", (r) => people.get(t.town.logins.get(r.officer)) ?? "–"]]) {
    const rows = shown.find((table) => table.caption.startsWith(caption))?.rows.filter((row) => row.length > 1) ?? [];
    wrong.push(...sameRows(rows.map((row) => [row[0], ...numbers(row)]),
      [...groups(some, key)].map(([name, group]) => ratingRow(name, group)), caption));
  }
  const served = [...t.town.tickets.values()].filter((one) => one.organisation === office.id && one.state === "served" &&
    one.day >= (from + ZONE) / DAY && one.day < (to + ZONE) / DAY);
  const of = (fits) => served.filter((one) => fits(one.level ?? 0)).length;
  const visits = plain(/Tại quầy<\/h2>[^]*?<p[^>]*>([^]*?)<\/p>/.exec(html)?.[1] ?? "").match(/\d+/g)?.map(Number);
  const levels = [of((l) => l > 0), of((l) => l === 5), of((l) => l === 4), of((l) => l > 0 && l <= 3)];
  wrong.push(...differs(visits, [served.length, ...levels], "at the counter"));
  verdict(wrong, `satisfaction ${query} of ${office.code}: ${all.answers} cases rated, ${of((l) => l > 0)} visits`);
}

// ---- what the portal publishes ----

async function comparePortal(year, t) {
  const [from, to] = bounds(year), percent = (n, d) => d ? rounded(100 * n, d) : null;
  const html = await t.citizen.page(`/cong-khai?nam=${year}`);
  const share = (f) => percent(f.solved.early + f.solved.on_time + f.open.within, f.received.total);
  const expected = t.offices.map((office) => {
    const f = figures(office.cases, from, to, t.moment), s = satisfaction(office.ratings, from, to);
    return [office.name, f.received.accepted, f.received.online, f.solved.early, f.solved.on_time, f.solved.late,
      f.open.total, f.open.late, share(f), ...[s.very, s.satisfied, s.not_satisfied].map((n) => percent(n, s.answers))];
  });
  const all = figures(t.offices.flatMap((o) => o.cases), from, to, t.moment);
  const wrong = [...sameRows(tables(html)[0].rows.map((row) => [row[0], ...numbers(row)]), expected, "by office"),
    ...differs(figureList(html), { "Tiếp nhận": all.received.accepted, "trong đó trực tuyến": all.received.online,
      "Đã giải quyết": all.solved.total,
      "Hồ sơ trực tuyến đã giải quyết": all.solved.online, "Đúng hạn": share(all) })];
  verdict(wrong, `published figures of ${year}: ${all.received.accepted} received`);
}

// ---- all of it ----

function officesOf(town) {
  return [...town.offices].filter(([, o]) => o.receives).map(([id, o]) => ({ ...o, id,
    cases: [...town.cases.values()].filter((c) => c.organisation === id),
    ratings: [...town.ratings.values()].filter((r) => r.organisation === id) }));
}

export async function comparePages({ base, town, login, periods, moment }) {
  const t = { town, moment, base, offices: officesOf(town), session: await signIn(base, login),
    citizen: await signIn(base) };
  const office = t.offices.find((o) => o.code.replaceAll("-", "") === login.split(".")[1]);
  const reports = readAll("reports").filter(({ rows }) => rows !== "publication");
  for (const period of periods.filter((p) => /^\d{4}(-\d\d)?$/.test(p))) {
    const span = bounds(period), [first, final] = daysOf(period), query = `tu=${first}&den=${final}`;
    for (const report of reports) await compareReport(report, period, office, t);
    await compareFees(query, span, office, t);
    await compareHall(query, span, office, t);
    await compareSatisfaction(query, span, office, t);
    if (period.length === 4) await comparePortal(period, t);
  }
  await compareReceiptBooks(office, t);
  await compareAppointments(office, t);
}
