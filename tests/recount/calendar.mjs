// The calendar of the pack, read anew: working days, closing times, and the national date of a case
// (QĐ 766/QĐ-TTg): the limit from acceptance, the days of waiting left out.
import { readFileSync } from "node:fs";

export const DAY = 86400e6, MINUTE = 60e6, ZONE = 420 * MINUTE;
const calendar = JSON.parse(readFileSync(new URL("../../packs/cam-le/calendar.json", import.meta.url)));
const WEEKDAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
export const dayOf = (at) => Math.floor((at + ZONE) / DAY);
const minuteOf = (at) => Math.floor(((at + ZONE) % DAY) / MINUTE);
export const date = (day) => new Date(day * 864e5).toISOString().slice(0, 10);
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

export function nationalDate(state, procedure) {
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

// The moments a period begins and ends at: 2015, 2015-q1, 2015-01, 2015-01-26, or two days with .. between.
export function bounds(key) {
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

// Its first and its last day: "2015-01-01", "2015-01-31".
export const daysOf = (period) => bounds(period).map((at, i) => date(dayOf(at - i)));
