// Follows every link from the home page, and from the desk of every role, through a town with cases
// in all states: nothing that is linked may be missing, each kind of page is judged once, and each
// address of the program is reached, here or in the test that does what must be done first. Then every
// form that was seen is sent with nothing in it: what comes is a sound page that says what is missing.
//
//	MOTCUA_CRAWL=all node --test crawl.test.mjs      judges each kind of page anew for every role
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { judge, judged, openApp } from "./lib.mjs";
import { startTown } from "./server.mjs";

const PASSWORD = "motcua-demo";
const ALL = process.env.MOTCUA_CRAWL === "all";
const MOST = 400; // pages of one walk: more says that the kinds are too fine

// No page links to these for everybody; they are begun with.
const UNLINKED = ["/dat-lich", "/danh-gia", "/quay", "/tim"];
const MACHINES = ["/rss.xml", "/sitemap.xml", "/robots.txt"];

// Reached only after an act, so by the test that acts.
const ELSEWHERE = {
  "hall.test.mjs": ["/bang/{organisation}/su-kien", "/quay/{organisation}/phieu/{ticket}",
    "/ban/quay/{organisation}/{counter}", "/dat-lich/ma/{code}", "/danh-gia/{code}", "/ban/hai-long/{code}",
    "/danh-gia/quay/{organisation}/{counter}"],
  "intake.test.mjs": ["/ban/mo", "/ban/nop/luot/{token}", "/nop/anh/{capability}", "/ban/nop/{procedure}/{token}",
    "/ban/nop/{procedure}/{token}/giay-to", "/ban/nop/{procedure}/{token}/tep/{file}", "/ban/{code}/trung/{other}"],
  "fees.test.mjs": ["/ban/le-phi/quy/{id}", "/tra-cuu/{code}/bien-lai/{receipt}"],
  "letters.test.mjs": ["/kiem-tra/{code}", "/tra-cuu/{code}/giay/{letter}"],
  "tracking.test.mjs": ["/tra-cuu/{code}", "/tra-cuu/{code}/bo-sung", "/ban/{code}/flow.bpmn"],
  "citizen.test.mjs": ["/nop/{code}/{draft}/giay-to-da-nop"],
  "scenario.mjs": ["/nop/da-gui/{code}", "/nop/{code}/{draft}/kiem-tra", "/nop/{code}/{draft}/{page}",
    "/nop/{code}/{draft}/tep/{hash}"],
  "nowhere yet: the demonstration has no such page": ["/trang/{slug}"],
};

let town, patterns, posts;
const reached = new Set(), seen = new Set(), forms = new Map();
before(async () => {
  town = await startTown({
    clock: "2015-01-26T09:00:00+07:00", since: "2014-12-01T08:00:00+07:00",
    prepare: (run) => run("simulate", "--cases", "80", "--seed", "3", "--from", "2014-12-10T08:00:00+07:00",
      "--to", "2015-01-23T17:00:00+07:00", "--clock", "2015-01-26T07:00:00+07:00"),
  });
  patterns = patternsOf("GET");
  posts = patternsOf("POST");
});
after(async () => {
  await town?.stop();
  console.log(`${judged.length} pages judged`);
});

function patternsOf(wanted) {
  return town.run("routes").split("\n").map((line) => line.split("\t"))
    .filter(([method, path]) => method === wanted && !path.startsWith("/api/")).map(([, path]) => path)
    // The more literal parts, the better it fits.
    .sort((a, b) => a.split("{").length - b.split("{").length || b.length - a.length)
    .map((path) => ({ path, fits: new RegExp(`^${path.replace(/\{[^}]*\*\}|\*/g, ".+").replace(/\{[^}]*\}/g, "[^/]+")}$`) }));
}

// The route of an address; one with a query is another kind of the same page.
function kindOf(url, among = patterns) {
  const path = decodeURI(url.pathname).replace(/^\/en(?=\/|$)/, "");
  const local = path.replace(/^\/phuong\/[^/]+/, "") || "/", ward = path !== local && path !== "";
  const pattern = among.find((p) => p.fits.test(local))?.path ?? `no route for ${local}`;
  return { pattern, kind: `${url.pathname.startsWith("/en") ? "en " : ""}${ward ? "ward " : ""}${pattern}${url.search ? "?" : ""}` };
}

// The forms of the page, each once for all pages by where it goes and what its button says.
async function keepForms(page, login) {
  const found = await page.$$eval("form:not([method=dialog])", (all) => all.flatMap((form) => [...form.elements]
    .map((e, button) => ({ e, button })).filter(({ e }) => e.matches("button[type=submit]"))
    .map(({ e, button }) => ({ at: [...document.forms].indexOf(form), button, method: form.method,
      action: e.hasAttribute("formaction") ? e.formAction : form.action, name: e.name,
      value: e.name === "act" && /^[a-z-]{1,20}$/.test(e.value) ? e.value : "" }))));
  for (const form of found) {
    const { pattern } = kindOf(new URL(form.action), form.method === "get" ? patterns : posts);
    assert.doesNotMatch(pattern, /^no route/, `a form of ${page.url()}`);
    const key = `${form.method} ${pattern} ${form.name}=${form.value}`;
    if (pattern !== "/dang-xuat" && !forms.has(key)) forms.set(key, { ...form, login, page: page.url() });
  }
}

async function signIn(app, login, start) {
  await app.visit(`/dang-nhap?next=${start}`);
  await app.page.locator("#login").fill(login);
  await app.page.locator("#password").fill(PASSWORD);
  await app.page.locator("main button[type=submit]").click();
  await app.page.waitForURL((url) => !url.pathname.endsWith("/dang-nhap"));
}

async function crawl(app, starts, name, within, login = "") {
  const wanted = starts.map((start) => new URL(start, town.base));
  const kinds = new Set(wanted.map((url) => kindOf(url).kind));
  const from = new Map();
  const faults = [];
  let n = 0;
  for (; wanted.length && n < MOST; n++) {
    const url = wanted.shift(), { pattern, kind } = kindOf(url);
    const response = await app.visit(url.pathname + url.search).catch((error) => {
      if (/Download is starting|ERR_ABORTED/.test(error.message)) return null;
      throw error;
    });
    reached.add(pattern);
    if (!response) continue;
    if (response.status() >= 400) {
      faults.push(`${response.status()} ${url.pathname}, linked from ${from.get(url)}`);
      continue;
    }
    if (!(response.headers()["content-type"] ?? "").includes("text/html")) continue;
    if (ALL || !seen.has(kind)) await judge(app.page, `${name} ${kind}`).catch((error) => faults.push(error.message));
    seen.add(kind);
    if (!/^\/en(\/|$)/.test(url.pathname)) await keepForms(app.page, login);
    const links = await app.page.$$eval("a[href]", (all) => all.map((a) => a.href));
    for (const link of links) {
      const next = new URL(link);
      next.hash = "";
      if (next.origin !== new URL(town.base).origin || kinds.has(kindOf(next).kind) ||
          !within.test(next.pathname)) continue;
      kinds.add(kindOf(next).kind);
      from.set(next, url.pathname + url.search);
      wanted.push(next);
    }
  }
  console.log(`# ${name}: ${n} pages`);
  assert.ok(n < MOST, `${n} pages and no end`);
  assert.equal(faults.length, 0, "\n" + faults.join("\n"));
}

for (const lang of ["vi", "en"])
  test(`all that citizens can reach is sound: ${lang}`, async () => {
    const app = await openApp({ base: town.base });
    await crawl(app, lang === "en" ? ["/en/"] : ["/", ...UNLINKED], `reach ${lang}`,
      lang === "en" ? /^\/en(\/|$)/ : /^(?!\/en(\/|$))/);
    await app.close();
  });

for (const [login, start] of [["tiepnhan.hoaphat", "/ban"], ["tuphap.hoaphat", "/ban"],
  ["chutich.hoaphat", "/ban"], ["congan.hoaphat", "/ban"], ["baohiem.camle", "/ban"], ["bientap", "/quan-tri/tin"],
  ["quantri", "/quan-tri/lien-thong"]])
  test(`all that ${login} can reach is sound`, async () => {
    const app = await openApp({ base: town.base });
    await signIn(app, login, start);
    await crawl(app, [start], login, ALL ? /^(\/en)?\/(ban|quan-tri)(\/|$)/ : /^\/(ban|quan-tri)(\/|$)/, login);
    await app.close();
  });

// Sends a form of a page with its texts emptied; the response, null for a download. False: the page has it
// no more, for an earlier one did it.
async function sendEmpty({ page }, { page: from, at, button, name, value }) {
  await page.goto(from);
  const sender = (await page.evaluateHandle(({ at, button, name, value }) => {
    const e = document.forms[at]?.elements[button];
    return e?.matches("button[type=submit]") && e.name === name && (!value || e.value === value) ? e : null;
  }, { at, button, name, value })).asElement();
  if (!sender) return false;
  const [response] = await Promise.all([page.waitForNavigation({ timeout: 10000 }).catch(() => null), sender.evaluate((e) => {
    for (const field of e.form.elements)
      if (field.matches("textarea, input:not([type=hidden], [type=submit], [type=checkbox], [type=radio], [type=file])")) field.value = "";
    e.form.noValidate = true;
    e.form.requestSubmit(e);
  })]);
  return response;
}

// What the page says is wrong leads to where it can be put right.
async function mistakesLead(page) {
  return page.$$eval(".govuk-error-summary", (all) => all.flatMap((summary) => [
    ...[...summary.querySelectorAll("a")].filter((a) => !document.getElementById(a.hash.slice(1)))
      .map((a) => `“${a.textContent}” leads nowhere: ${a.hash}`),
    ...(/^(Lỗi|Error):/.test(document.title) ? [] : [`the title hides the mistakes: ${document.title}`])]));
}

test("every form sent empty is answered by a sound page", async () => {
  const faults = [];
  let app, by, gone = 0;
  for (const [key, form] of [...forms].sort(([, a], [, b]) => a.login.localeCompare(b.login))) {
    if (form.login !== by) {
      await app?.close();
      app = await openApp({ base: town.base });
      by = form.login;
      if (by) await signIn(app, by, "/ban").catch(() => {});
    }
    const response = await sendEmpty(app, form);
    if (response === false) gone++;
    if (!response) continue;
    const told = await judge(app.page, `sent ${key}`).then(() => [], (error) => [error.message]);
    told.push(...(await mistakesLead(app.page)));
    if (response.status() >= 500 || response.status() === 404) told.push(`answered ${response.status()}`);
    faults.push(...told.map((fault) => `${key} of ${form.page} (${by}): ${fault}`));
  }
  await app?.close();
  console.log(`# ${forms.size} forms, ${gone} were gone`);
  assert.equal(faults.length, 0, "\n" + faults.join("\n"));
});

test("each address of the program is reached", async () => {
  for (const path of MACHINES) {
    assert.equal((await fetch(new URL(path, town.base))).status, 200, path);
    reached.add(path);
  }
  const acted = new Set(Object.values(ELSEWHERE).flat());
  assert.deepEqual(patterns.map((p) => p.path).filter((path) => !reached.has(path) && !acted.has(path)), []);
  assert.deepEqual([...acted].filter((path) => !patterns.some((p) => p.path === path)), []);
});
