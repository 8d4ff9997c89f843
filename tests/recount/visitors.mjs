// People who come to a town that was simulated: they take numbers and are called, touch a face, rate
// cases that came to their end; receipts are cancelled and paid back. By the pages, over HTTP.
//
//	node visitors.mjs BASE
import { csvRows } from "./sheets.mjs";
import { signIn } from "./session.mjs";

const [base] = process.argv.slice(2), citizen = await signIn(base);
const form = (end) => new RegExp(`<form method="post" action="[^"]*${end}"[^]*?</form>`);

async function done(answer) {
  const response = await answer;
  if (response.status !== 303) throw new Error(`${response.url}: ${response.status}`);
}

// Ten numbers: the third visitor is not there, the sixth goes to another service, two still wait.
async function hall(desk) {
  const html = await desk.page("/ban/quay?tat-ca=1"), counter = /action="([^"]*\/ban\/quay\/[^"]*\/1)"/.exec(html)[1];
  const kiosk = /href="([^"]*khoa=[^"]*)"/.exec(html)[1].replaceAll("&amp;", "&");
  const act = (name, rest) => done(desk.post(counter, { act: name, ...rest }, form("/1")));
  for (let n = 0; n < 10; n++)
    await done(citizen.post(kiosk, { "dich-vu": ["ho-tich", "chung-thuc", "huong-dan"][n % 3] },
      /<form[^>]*data-once[^]*?<\/form>/));
  await done(desk.post("/ban/quay?tat-ca=1", { act: "mo" }, form("/1")));
  const faces = /href="([^"]*danh-gia\/quay[^"]*)"/.exec(await desk.page(counter))[1].replaceAll("&amp;", "&");
  for (let n = 0; n < 8; n++) {
    await act("goi");
    if (n === 2) await act("bo-qua");
    else if (n === 5) await act("chuyen", { den: "tra-ket-qua" });
    else {
      await act("bat-dau");
      await act("xong");
    }
    if (n % 3 === 1) await done(citizen.post(faces, { muc: String(1 + n % 5) }));
  }
}

// Three slots of the first day that has places; one of them is given up.
async function appointments(organisation) {
  const address = `/dat-lich/khai-sinh?co-quan=${organisation}`;
  const [, day] = /href="([^"]*ngay=[^"]*)"/.exec(await citizen.page(address)) ?? [];
  for (let n = 0; day && n < 3; n++) {
    const path = day.replaceAll("&amp;", "&"), [once, cancel] = [/<form[^>]*data-once[^]*?<\/form>/, form("/dat-lich/ma/\\d+")];
    const times = [...(await citizen.page(path)).matchAll(/name="gio"[^>]*value="([^"]*)"/g)];
    const answer = await citizen.post(path, { gio: times[n][1], ten: "Nguyễn Thị Bé", "dien-thoai": "0905111222" }, once);
    await done(answer);
    if (n === 1) await done(citizen.post(answer.headers.get("location"), {}, cancel));
  }
}

const caseForm = (what) => form(`/le-phi/${what}/\\d+`);

async function receipts(ward, desk, leader) {
  const register = await leader.page("/ban/so/so-bien-lai?tu=2015-01-01&den=2015-12-31&dinh-dang=csv");
  const paid = csvRows(register).slice(1).map((row) => row[3]).filter(Boolean);
  if (paid.length < 3) throw new Error(`${paid.length} receipts at ${ward}`);
  const [first, second, third] = paid.map((code) => `/ban/${code}/le-phi`);
  for (const [path, decision] of [[first, "approve"], [second, "decline"]]) {
    await done(desk.post(path, { reason: "Ghi sai tên" }, caseForm("huy")));
    await done(leader.post(path, { decision, reason: "Tên ghi đúng" }, caseForm("duyet-huy")));
  }
  await done(leader.post(third, { amount: "1.000", reason: "Thu thừa" }, caseForm("hoan")));
}

// Every third case that was returned; one answers all questions, the next some of them.
async function ratings(desk) {
  const register = csvRows(await desk.page("/ban/so/so-theo-doi-ho-so?nam=2015&dinh-dang=csv")).slice(1);
  const returned = register.filter((row) => row[9]).filter((_, i) => i % 3 === 0);
  for (const [i, [, code]] of returned.entries()) {
    const slip = await desk.page(`/ban/hai-long/${code}`);
    const address = /href="([^"]*\/danh-gia\/[^"]*)"/.exec(slip)[1].replaceAll("&amp;", "&");
    await done(citizen.post(address, { muc: String(5 - i % 4), official: String(5 - i % 3),
      ...(i % 2 ? {} : { access: "4", result: "3" }) }));
  }
  return returned.length;
}

let rated = 0;
for (const ward of ["hoaphat", "khuetrung"]) {
  const desk = await signIn(base, `tiepnhan.${ward}`);
  await hall(desk);
  await appointments(ward.replace(/(?=phat|trung)/, "-"));
  await receipts(ward, desk, await signIn(base, `chutich.${ward}`));
  rated += await ratings(desk);
}
if (!rated) throw new Error("no case was rated");
console.log(`# ${rated} cases rated`);
