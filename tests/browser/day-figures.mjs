// What a day at the ward left behind: its events, and the report of the month as its leader reads it.
import { bounds } from "../recount/calendar.mjs";
import { replay, rowsOf } from "../recount/events.mjs";
import { columnsOf, figures, procedureOf, procedures, read } from "../recount/figures.mjs";
import { number } from "../recount/session.mjs";
import { csvRows, xlsxRows } from "../recount/sheets.mjs";
import { press } from "./fill.mjs";

function expect(condition, words) {
  if (!condition) throw new Error(words);
}

// Forty visits, each case at the visit it came by, all money, and everything that can happen to a case.
// labels: of the visits cases were taken in at; paid: what was taken.
export function leftBehind(lines, { labels, paid }) {
  const town = replay(lines), tickets = [...town.tickets.values()];
  const served = tickets.filter((t) => t.state === "served").length;
  expect(tickets.length === 40 && served === 40, `${tickets.length} numbers, ${served} served`);
  const filed = [...town.cases.values()];
  const receipts = filed.flatMap((c) => rowsOf(c, "fee_receipt")).filter((r) => !Number(r.cancelled_at));
  const money = receipts.reduce((sum, r) => sum + Number(r.amount), 0);
  expect(money === paid && money > 0, `the events give ${money} đồng, ${paid} were taken`);
  const visits = filed.flatMap((c) => rowsOf(c, "case_visit")).map((v) => v.label).sort();
  expect(visits.join() === labels.sort().join(), `cases of the visits ${visits}, taken in at ${labels}`);
  const states = filed.map((c) => c.history.at(-1).state);
  const count = (fits) => states.filter(fits).length;
  for (const [what, n, least] of [["online", count((s) => s.channel === 2), 7],
    ["supplements", count((s) => s.supplements), 3], ["refused", count((s) => s.status === 3), 1], ["withdrawn", count((s) => s.status === 7), 1],
    ["corrected", filed.reduce((sum, c) => sum + rowsOf(c, "case_correction").length, 0), 2],
    ["returned", count((s) => s.returned_at), 12]])
    expect(n >= least, `${n} ${what}, not ${least}`);
}

// II.06a of January 2015 by field, and all together.
function expectedRows(town) {
  const report = read("reports/ii-06a.json"), groups = new Map(), all = [...town.cases.values()];
  for (const c of all) {
    const field = procedures.get(procedureOf(c)).field.vi;
    groups.set(field, [...(groups.get(field) ?? []), c]);
  }
  const moment = Date.parse("2015-02-02T09:00+07:00") * 1000;
  const row = (name, some) => [name, ...Object.values(columnsOf(report, figures(some, ...bounds("2015-01"), moment)))];
  return [...[...groups].map(([field, some]) => row(field, some)), row("Tổng số", all)];
}

const text = (rows) => rows.filter((cells) => cells.slice(1).some(Boolean)).map(String).sort().join("\n");
const told = (rows) => rows.map(([, name, ...rest]) =>
  [name, ...rest.map((n) => typeof n === "string" ? number(n) : n)]);
const shown = (rows) => rows.evaluateAll((all) =>
  all.map((tr) => [...tr.children].map((cell) => cell.textContent.trim())));

// The leader reads the report of the month from its page, prints it and takes it away.
export async function monthEnd({ page, context }, lines, judge) {
  const expected = text(expectedRows(replay(lines)));
  const same = (rows, way) => expect(text(told(rows)) === expected,
    `${way}:\n${text(told(rows))}\nthe events give:\n${expected}`);
  await press(page, page.locator("nav a", { hasText: "Báo cáo" }).last());
  await press(page, page.locator("main a[href*='/ban/bao-cao/ii-06a']").first());
  await press(page, page.getByRole("link", { name: "Tháng trước" }));
  await judge(page, "report of the month");
  same(await shown(page.locator(".m-report tbody tr")), "on the page");
  const taken = async (format) => {
    const address = await page.locator(`main a[href*='dinh-dang=${format}']`).first().getAttribute("href");
    return (await context.request.get(address)).body();
  };
  same(csvRows((await taken("csv")).toString()).slice(1), "CSV");
  same(xlsxRows(await taken("xlsx")).filter((cells) => cells.some((cell) => typeof cell === "number")), "XLSX");
  await press(page, page.locator("main a[href*='dinh-dang=in']").first());
  await judge(page, "report of the month in print");
  same(await shown(page.locator("article table").last().locator("tbody tr")), "in print");
}
