// What the tracking page says from filing to the end: what to do, how the result comes, its versions,
// corrections, and plainly that a result was revoked. Every state judged, with and without script.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { judge, judged, openApp } from "./lib.mjs";
import { PROGRAM, startTown } from "./server.mjs";

const PACK = new URL("../../packs/cam-le/", import.meta.url).pathname;
const CLOCK = "2015-01-26T09:00:00+07:00";
const PROCEDURE = "khai-sinh";
const officers = { reception: "tiepnhan.hoaphat", justice: "tuphap.hoaphat", leader: "chutich.hoaphat" };
const tokens = new Map();
let town;
before(async () => (town = await startTown({ clock: CLOCK, since: "2015-01-26T08:00:00+07:00" })));
after(async () => {
  const told = town?.run("verify");
  await town?.stop();
  console.log(`${judged.length} pages judged`);
  assert.doesNotMatch(told ?? "", /does not agree|not sound/);
});

async function call(login, method, path, body) {
  if (!tokens.has(login)) tokens.set(login, town.run("token", "--user", login).match(/mc_[\w-]{43}/)[0]);
  const files = body instanceof FormData;
  const answer = await fetch(`${town.base}/api/v1${path}`, { method, body: files ? body : body && JSON.stringify(body),
    headers: { authorization: `Bearer ${tokens.get(login)}`, ...(files ? {} : { "content-type": "application/json" }) } });
  const text = await answer.text();
  assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
  return text ? JSON.parse(text) : null;
}

const sample = (form, given = {}) => JSON.parse(execFileSync(PROGRAM, ["sample", PACK, PROCEDURE, form,
  JSON.stringify(given), "--seed", "7", "--clock", CLOCK], { encoding: "utf8" })).data;

function formOf(element) {
  const xml = readFileSync(`${PACK}procedures/${PROCEDURE}/flow.bpmn`, "utf8");
  return xml.split("<bpmn:userTask").find((t) => t.includes(`id="${element}"`))?.split("</bpmn:userTask>")[0].match(/formId="([^"]*)"/)?.[1];
}

// Does the next open step; false when there is none.
async function step(code, last) {
  const { tasks } = await call(officers.reception, "GET", `/cases/${code}`);
  const open = tasks.find((t) => t.open && t.element !== last);
  if (!open) return false;
  const form = formOf(open.element), login = officers[open.role];
  const data = form ? sample(form, open.role === "leader" ? { outcome: "approve" } : {}) : undefined;
  await call(login, "POST", `/tasks/${open.id}/claim`);
  await call(login, "POST", `/tasks/${open.id}/complete`, { data, outcome: data?.outcome });
  return true;
}

async function file(channel) {
  const data = { ...sample("apply"), delivery: { channel, address: channel === "post" ? "12 Tôn Đản, Hòa An" : "", copies: 1 } };
  const { code, tracking_pin: pin } = await call(officers.reception, "POST", "/cases",
    { procedure: PROCEDURE, organisation: "hoa-phat", channel: "direct", data });
  return { code, pin };
}

async function track({ code, pin }, options, name) {
  const app = await openApp({ base: town.base, ...options });
  await app.visit(`/tra-cuu?ma=${code}&pin=${pin}`);
  await judge(app.page, `tracking ${name}`);
  const text = await app.page.locator("main").innerText();
  await app.close();
  return text;
}

async function correct(code) {
  const body = new FormData(), { declarant } = (await call(officers.justice, "GET", `/cases/${code}`)).data;
  for (const [name, value] of Object.entries({ target: "result", requester: declarant.name, reason: "Ghi sai họ tên người yêu cầu",
    data: JSON.stringify({ declarant: { ...declarant, name: "Nguyễn Văn Ân" } }) })) body.set(name, value);
  body.set("evidence", new Blob(["%PDF-1.4\n%%EOF\n"], { type: "application/pdf" }), "căn-cước.pdf");
  await call(officers.justice, "POST", `/cases/${code}/corrections`, body);
  const id = (await call(officers.justice, "GET", `/cases/${code}/endings`)).corrections.at(-1).id;
  await call(officers.leader, "POST", `/cases/${code}/corrections/${id}/approve`, {});
}

test("the page says what to do, and how the result comes, until it is there", async () => {
  const desk = await file("desk"), post = await file("post");
  assert.match(await track(desk, { js: false }, "accepted"), /chưa phải làm gì[\s\S]*mang theo giấy hẹn[\s\S]*Cách nhận kết quả[\s\S]*Đường Trường Chinh/);
  assert.match(await track(post, {}, "accepted, by post"), /sẽ được gửi qua bưu điện[\s\S]*Qua bưu chính: 12 Tôn Đản/);
  while (await step(desk.code, "Task_return"));
  const ready = await track(desk, {}, "ready");
  assert.match(ready, /Mời ông\/bà đến nhận kết quả/);

  assert.doesNotMatch(ready, /thu hồi/);
});

test("corrections and versions are listed, and a revoked result is said to count no longer", async () => {
  const filed = await file("desk");
  while (await step(filed.code));
  assert.match(await track(filed, {}, "returned"), /kiểm tra lại nội dung kết quả[\s\S]*Đã trao tại quầy/);
  await correct(filed.code);
  const corrected = await track(filed, { js: false }, "corrected");
  assert.match(corrected, /Đã đính chính[\s\S]*Ghi sai họ tên người yêu cầu/);
  assert.match(corrected, /bằng bản mới ngày 26\/01\/2015/);
  const { results } = await call(officers.leader, "GET", `/cases/${filed.code}/endings`);
  for (const result of results.filter((r) => r.state === "valid"))
    await call(officers.leader, "POST", `/cases/${filed.code}/results/${result.id}/revoke`, { decision: "15/QĐ-UBND", reason: "Cấp sai đối tượng" });
  const revoked = await track(filed, { js: false }, "revoked");
  assert.match(revoked, /đã bị thu hồi, không còn giá trị:[\s\S]*15\/QĐ-UBND[\s\S]*Cấp sai đối tượng/);
  assert.match(revoked, /không dùng giấy tờ đã bị thu hồi/);
  await track(filed, {}, "revoked, script");
});

test("the slip that goes with the result has the code to rate it, and that code opens nothing else", async () => {
  const { code } = await file("desk");
  while (await step(code));
  const desk = await openApp({ base: town.base });
  await desk.visit(`/dang-nhap?next=/ban/${code}/ket-qua`);
  await desk.page.locator("#login").fill(officers.reception);
  await desk.page.locator("#password").fill("motcua-demo");
  await Promise.all([desk.page.waitForEvent("load"), desk.page.locator("main button[type=submit]").click()]);
  await desk.visit(`/ban/${code}/ket-qua`);
  await desk.visit(await desk.page.locator("main a", { hasText: "In phiếu trả kết quả" }).getAttribute("href"));
  assert.match(await desk.page.locator("main").innerText(), /Phiếu trả kết quả[\s\S]*Giấy khai sinh số \d+\/2015[\s\S]*Đã trao tại quầy/);
  await judge(desk.page, "slip for the result");
  const address = new URL(await desk.page.locator("a[href*='/danh-gia/']").getAttribute("href"));
  await desk.close();
  const citizen = await openApp({ base: town.base, js: false });
  await citizen.visit(address.pathname + address.search);
  await citizen.page.locator("#muc-5, input[name=muc][value='5']").first().check({ force: true });
  await citizen.page.locator("main form button[type=submit]").click();
  await citizen.page.getByText("Ý kiến đã gửi").waitFor();
  await citizen.visit(`/tra-cuu/${code}`);
  assert.equal(await citizen.page.locator("#pin").count(), 1, "the code of the rating opens the case");
  await citizen.visit(address.pathname.replace(/.$/, "9") + address.search);
  assert.equal(await citizen.page.locator("input[name=muc]").count(), 0);
  await citizen.close();
});
