// What the events alone say: cases, tickets, ratings and offices, replayed from the bytes of the event
// table. Nothing of the program's own counting is used: not its rows, not the `tally` events carry.
//
//	const town = replay(lines)        one hexadecimal line an event, in the order of ids
//	stateAt(one, moment)              the case as it was; undefined before it was filed
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

function fold(table, rows, key = "id") {
  for (const row of rows ?? []) table[row[key]] = { ...table[row[key]], ...row };
}

// Parts of other agencies: each time one was done, with the limit it had then.
function foldLegs(c, legs, at) {
  for (const leg of legs ?? []) {
    c.legs[leg.leg] = { ...c.legs[leg.leg], ...leg };
    if (leg.finished_at && !("agency" in leg)) c.legsDone.push({ at, ...c.legs[leg.leg] });
  }
}

function foldCase(cases, event) {
  if (event.kind === "case.submitted")
    cases.set(event.object, { id: event.object, organisation: event.open.organisation, history: [],
      entries: [], tables: {}, tasks: {}, legs: {}, legsDone: [], files: 0 });
  const c = cases.get(event.object);
  if (!c) return;
  const before = c.history.at(-1)?.state ?? { pauses: [] };
  c.history.push({ at: event.at, state: { ...before, ...event.open.set } });
  c.entries.push(...(event.open.entries ?? []));
  c.files += event.open.attached ?? 0;
  for (const [name, rows] of Object.entries(event.open.rows ?? {})) fold(c.tables[name] ??= {}, rows);
  fold(c.tasks, event.open.tasks, "node");
  foldLegs(c, event.open.legs, event.at);
}

// A row that has events of its own: a ticket, a rating.
function foldRow(rows, event) {
  const before = rows.get(event.object) ?? { organisation: event.organisation };
  rows.set(event.object, { ...before, ...event.open.set });
}

// The offices at which an account has a role.
function foldGrant(grants, event) {
  if (!grants.has(event.object)) grants.set(event.object, new Set());
  grants.get(event.object).add(event.open.organisation);
}

export function replay(lines) {
  const town = { cases: new Map(), tickets: new Map(), ratings: new Map(), appointments: new Map(),
    offices: new Map(), logins: new Map(), grants: new Map() };
  for (const event of lines.map(parse)) {
    const [what] = (event.kind ?? "").split(".");
    if (["case", "task", "fee", "letter", "result"].includes(what)) foldCase(town.cases, event);
    else if (what === "ticket") foldRow(town.tickets, event);
    else if (what === "rating") foldRow(town.ratings, event);
    else if (what === "appointment") foldRow(town.appointments, event);
    else if (event.kind === "organisation.added") town.offices.set(event.object, event.open);
    else if (event.kind === "account.added") town.logins.set(event.object, event.open.login);
    else if (event.kind === "account.granted") foldGrant(town.grants, event);
  }
  return town;
}

// { key: [those of it] }, in the order they come.
export const groups = (list, key) => list.reduce((map, one) =>
  map.set(key(one), [...(map.get(key(one)) ?? []), one]), new Map());

export const stateAt = (c, moment) => c.history.findLast((h) => h.at < moment)?.state;
export const last = (c) => c.history.at(-1).state;
export const rowsOf = (c, name) => Object.values(c.tables[name] ?? {});
