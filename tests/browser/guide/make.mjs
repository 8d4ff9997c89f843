// Writes the views of the style guide: node make.mjs OUTDIR [vi|en]. Words in both languages.
import { writeFileSync } from "node:fs";
import { join } from "node:path";

const [out, lang = "vi"] = process.argv.slice(2);
const manifest = JSON.parse(process.env.MOTCUA_MANIFEST ?? "{}");
const t = (vi, en) => (lang === "vi" ? vi : en);
const at = (name) => manifest[name] ?? name;

const shell = {
  page: {
    lang, title: "", description: t("Các thành phần giao diện của Motcua", "The interface of Motcua, part by part"),
    alternate: [
      { lang: "vi", url: "/mau", label: "Tiếng Việt", current: lang === "vi" },
      { lang: "en", url: "/en/mau", label: "English", current: lang === "en" },
    ],
  },
  site: {
    name: t("Cổng thông tin điện tử quận Cẩm Lệ", "Cẩm Lệ District Portal"),
    above: t("Thành phố Đà Nẵng", "Đà Nẵng City"), home: "/", search: "/tim", desk: "/ban",
    owner: t("Ủy ban nhân dân quận Cẩm Lệ", "People's Committee of Cẩm Lệ District"),
    address: t("Phường Khuê Trung, quận Cẩm Lệ, thành phố Đà Nẵng", "Khuê Trung Ward, Cẩm Lệ District, Đà Nẵng"),
    phone: "0236 000 0000", email: "camle@example.vn",
    hours: t("7 giờ 30 đến 17 giờ, thứ hai đến thứ sáu", "7:30 to 17:00, Monday to Friday"),
    nav: [
      { label: t("Trang chủ", "Home"), url: "/", current: true },
      { label: t("Tin tức", "News"), url: "/chuyen-muc/tin-tuc", current: false },
      { label: t("Thủ tục hành chính", "Procedures"), url: "/thu-tuc", current: false },
      { label: t("Tra cứu hồ sơ", "Follow a case"), url: "/tra-cuu", current: false },
      { label: t("Công khai kết quả", "Published figures"), url: "/cong-khai", current: false },
    ],
    sections: [
      { label: t("Tin tức", "News"), url: "/chuyen-muc/tin-tuc", current: true },
      { label: t("Cải cách hành chính", "Administrative reform"), url: "/chuyen-muc/cai-cach", current: false },
      { label: t("Thông báo", "Notices"), url: "/chuyen-muc/thong-bao", current: false },
    ],
    links: [
      { label: t("Thủ tục hành chính", "Procedures"), url: "/thu-tuc" },
      { label: t("Tra cứu hồ sơ", "Follow a case"), url: "/tra-cuu" },
    ],
    wards: ["Hòa An", "Hòa Phát", "Hòa Thọ Đông", "Hòa Thọ Tây", "Hòa Xuân", "Khuê Trung"]
      .map((name, i) => ({ label: t(`Phường ${name}`, `${name} Ward`), url: `/phuong/${i}` })),
  },
  account: null, banner: null, messages: [], errors: [], crumbs: [], agency: null, query: null,
  csrf: "token",
  assets: {
    css: at("app.css"), theme: at("theme-cam-le.css"), js: at("app.js"), icon: at("icon.svg"),
    mark: at("mark.svg"), viewer_js: at("viewer.js"), viewer_css: at("viewer.css"),
  },
};
const field = (f) => ({ hint: null, error: null, value: null, large: null, type: null, mode: null,
  complete: null, width: null, required: null, inline: null, auto: null, rows: null, ...f });
const item = (i) => ({ note: null, checked: false, ...i });
const events = [
  { title: t("Công an phường đăng ký thường trú", "The police register the residence"), by: t("Công an phường Hòa Phát", "Hòa Phát ward police"), at: null, text: null, open: true },
  { title: t("Đã đăng ký khai sinh", "The birth was registered"), by: t("Công chức tư pháp", "Justice officer"), at: "2015-01-28T10:05:00+07:00", text: t("Số 12/2015, quyển số 01", "Number 12/2015, book 01"), open: false },
  { title: t("Đã tiếp nhận hồ sơ", "The case was accepted"), by: t("Bộ phận một cửa phường Hòa Phát", "One-stop desk of Hòa Phát ward"), at: "2015-01-26T09:00:00+07:00", text: null, open: false },
];
const flow = {
  label: t("Sơ đồ quy trình", "Diagram of the procedure"), svg: null,
  steps: [
    { title: t("Tiếp nhận và kiểm tra hồ sơ", "Papers received and checked"), who: t("Bộ phận một cửa", "One-stop desk"), time: t("ngay khi nộp", "at once"), state: "done", state_words: t("đã xong", "done") },
    { title: t("Đăng ký khai sinh", "Birth registered"), who: t("Công chức tư pháp – hộ tịch", "Justice officer"), time: t("1 ngày", "1 day"), state: "active", state_words: t("đang làm", "under way") },
    { title: t("Đăng ký thường trú", "Residence registered"), who: t("Công an phường", "Ward police"), time: t("3 ngày", "3 days"), state: null, state_words: null },
    { title: t("Trả kết quả", "Result handed over"), who: t("Bộ phận một cửa", "One-stop desk"), time: null, state: null, state_words: null },
  ],
};
const rows = [
  [t("Họ và tên trẻ", "Name of the child"), "Đặng Thị Hoài Ân"],
  [t("Ngày sinh", "Date of birth"), "20/01/2015"],
  [t("Nơi đăng ký", "Registered at"), t("UBND phường Hòa Phát", "Hòa Phát Ward")],
].map(([key, value]) => ({ key, value, change: "/sua", what: key.toLowerCase() }));
const status = (kind, vi, en) => ({ kind, text: t(vi, en) });
const deadline = (state, vi, en) => ({ state, words: t(vi, en), date: "2015-02-05" });
const qr = {
  svg: null, url: "https://example.vn/tra-cuu", text: t("Quét mã để theo dõi hồ sơ", "Scan to follow the case"),
};
const pictures = ["Chuyện một cửa ở phường Hòa Phát", "Khai mạc Hội thi tìm hiểu công tác văn thư, lưu trữ", "Tuyển dụng công khai, minh bạch"];

const pages = {
  public: {
    ...shell, page: { ...shell.page, title: t("Bộ thành phần giao diện", "Style guide") },
    banner: { text: t("Đồng hồ trình diễn: 09:00, thứ hai 26/01/2015. Đây không phải hồ sơ thật.", "Demonstration clock: Monday 26 January 2015, 09:00. These are not real cases.") },
    messages: [{ good: true, text: t("Đã lưu những gì bạn nhập.", "What you typed is saved."), url: null, label: null }],
    errors: [{ text: t("Nhập họ và tên của trẻ", "Enter the name of the child"), href: "#name" }],
    crumbs: [{ label: t("Trang chủ", "Home"), url: "/" }, { label: t("Thủ tục hành chính", "Procedures"), url: "/thu-tuc" }],
    agency: { heading: ["THÀNH PHỐ ĐÀ NẴNG", "ỦY BAN NHÂN DÂN QUẬN CẨM LỆ"], number: null, place: null },
    hero: {
      title: t("Một cửa cho mọi việc hành chính của quận Cẩm Lệ", "One door for all your business with the district"),
      lead: t("Nộp hồ sơ một lần, theo dõi từng bước, nhận kết quả đúng hẹn.", "Hand in once, follow every step, get the result on the day promised."),
      tiles: [
        { title: t("Đăng ký khai sinh cho trẻ", "Register a birth"), text: t("Khai sinh, thường trú và thẻ bảo hiểm y tế trong một lần nộp", "Birth, residence and health card in one filing"), url: "/nop" },
        { title: t("Tra cứu hồ sơ", "Follow a case"), text: t("Bằng mã hồ sơ và mã PIN", "By its code and PIN"), url: "/tra-cuu" },
        { title: t("Tìm thủ tục", "Find a procedure"), text: t("Giấy tờ, thời hạn, lệ phí", "Papers, time, fee"), url: "/thu-tuc" },
        { title: t("Góp ý, phản ánh", "Tell us"), text: t("Chúng tôi trả lời công khai", "We answer in public"), url: "/phan-anh" },
      ],
    },
    titles: {
      news: t("Tin mới", "News"), all: t("Xem tất cả", "See all"), form: t("Thông tin của trẻ", "About the child"),
      send: t("Lưu và tiếp tục", "Save and go on"), tasks: t("Việc cần làm", "What is to be done"),
      check: t("Kiểm tra lại trước khi nộp", "Check before you send"), steps: t("Các bước", "The steps"),
      papers: t("Giấy tờ cần có", "Papers to bring"), track: t("Hồ sơ đang ở đâu", "Where the case is"),
      sorry: t("Chúng tôi xin lỗi vì hồ sơ chậm một ngày. Hẹn trả lại: 06/02/2015.", "We are sorry: the case is one day late. New date: 6 February 2015."),
      why: t("Vì sao là ngày này?", "Why this day?"), prose: t("Văn bản thường", "Running text"),
      text: t("Ủy ban nhân dân quận Cẩm Lệ tiếp nhận ý kiến của người dân về chất lượng phục vụ.", "The district welcomes what people say about its service."),
      wards: t("Các phường", "Wards"),
    },
    articles: pictures.map((title, i) => ({
      title, url: `/tin/${i}`, date: `2015-01-2${4 + i}T08:00:00+07:00`, section: t("Cải cách hành chính", "Administration"),
      lead: t("Người dân chỉ cần đến một nơi, nộp một lần và nhận đủ ba kết quả.", "One place, one filing, three results."), picture: null,
      foreign: lang === "vi" ? null : "vi",
    })),
    name: field({ id: "name", name: "name", label: t("Họ và tên của trẻ", "Name of the child"), hint: t("Viết đúng như trong giấy chứng sinh", "As in the certificate of birth"), error: t("Nhập họ và tên của trẻ", "Enter the name of the child"), required: true }),
    phone: field({ id: "phone", name: "phone", label: t("Số điện thoại", "Telephone"), type: "tel", mode: "tel", complete: "tel", width: 20, value: "0905 000 000" }),
    born: field({ id: "born", name: "born", legend: t("Ngày sinh", "Date of birth"), hint: t("Ví dụ: 20 1 2015", "For example 20 1 2015"), day: "20", month: "1", year: "2015", born: false }),
    sex: field({ id: "sex", name: "sex", legend: t("Giới tính", "Sex"), inline: true, items: [item({ id: "sex", value: "f", text: t("Nữ", "Female"), checked: true }), item({ id: "sex-m", value: "m", text: t("Nam", "Male") })] }),
    wishes: field({ id: "wish", name: "wish", legend: t("Đăng ký kèm theo", "Also wanted"), items: [item({ id: "wish", value: "r", text: t("Thường trú", "Residence"), note: t("Công an phường giải quyết trong 3 ngày", "Three days at the police") }), item({ id: "wish-h", value: "h", text: t("Thẻ bảo hiểm y tế", "Health card"), checked: true })] }),
    ward: field({ id: "ward", name: "ward", label: t("Nơi nộp", "Where to file"), options: [{ value: "a", text: "Hòa An", selected: false }, { value: "b", text: "Hòa Phát", selected: true }] }),
    note: field({ id: "note", name: "note", label: t("Ghi chú", "Note") }),
    upload: field({ id: "scan", name: "scan", label: t("Giấy chứng sinh", "Certificate of birth"), hint: t("PDF, JPEG hoặc PNG, tối đa 10 MB", "PDF, JPEG or PNG, at most 10 MB"), accept: "application/pdf,image/jpeg,image/png", many: false, files: [{ name: "giay-chung-sinh.jpg", size: 1204000, url: "/tep", picture: null, remove: "1" }] }),
    tasks: [
      { id: "t1", title: t("Thông tin của trẻ", "About the child"), url: "/1", hint: null, status: status("done", "Đã xong", "Done") },
      { id: "t2", title: t("Giấy tờ", "Papers"), url: "/2", hint: t("2 tệp", "2 files"), status: status("waiting", "Còn thiếu", "Missing") },
      { id: "t3", title: t("Kiểm tra và nộp", "Check and send"), url: null, hint: null, status: status("new", "Chưa bắt đầu", "Not begun") },
    ],
    rows, flow, events, qr,
    papers: [
      { name: t("Giấy chứng sinh", "Certificate of birth"), note: t("Bản chính", "Original"), optional: false, form: null },
      { name: t("Tờ khai", "Application form"), note: null, optional: false, form: "/to-khai", form_label: t("Tải mẫu tờ khai (PDF)", "Get the form (PDF)") },
      { name: t("Giấy chứng nhận kết hôn của cha mẹ", "Parents' marriage certificate"), note: null, optional: true, form: null },
    ],
    statuses: [status("new", "Mới nộp", "New"), status("active", "Đang xử lý", "Under way"), status("waiting", "Chờ bổ sung", "Waiting for you"), status("done", "Đã trả kết quả", "Done"), status("refused", "Từ chối", "Refused")],
    deadlines: [deadline("early", "Trước hạn 2 ngày", "2 days early"), deadline("ontime", "Đúng hạn", "On time"), deadline("soon", "Còn 1 ngày làm việc", "1 working day left"), deadline("late", "Quá hạn 1 ngày", "1 day late"), deadline("paused", "Tạm dừng", "Paused")],
    days: [
      { date: "2015-02-11", text: t("ngày nhận (nộp sau 15 giờ ngày 10/02)", "day of receipt"), off: false, due: false },
      { date: "2015-02-12", text: t("ngày 1", "day 1"), off: false, due: false },
      { date: "2015-02-16", text: t("nghỉ Tết", "Tết holiday"), off: true, due: false },
      { date: "2015-03-02", text: t("ngày 8: hẹn trả", "day 8: due"), off: false, due: true },
    ],
    figures: [{ label: t("Hồ sơ tiếp nhận", "Cases received"), value: "1.284" }, { label: t("Đúng hạn", "On time"), value: "98,6 %" }, { label: t("Hài lòng", "Satisfied"), value: "96 %" }],
    picture: null,
    lost: { src: null, alt: null, width: null, caption: pictures[1] },
    pagination: { previous: { url: "?trang=1" }, next: { url: "?trang=3" }, pages: [1, 2, 3].map((n) => ({ number: n, url: `?trang=${n}`, current: n === 2 })) },
    empty: { title: t("Chưa có bài nào", "Nothing here yet"), text: t("Bài mới sẽ hiện ở đây khi được đăng.", "New articles appear here."), url: "/", label: t("Về trang chủ", "To the home page") },
  },
  desk: {
    ...shell, page: { ...shell.page, title: t("Hồ sơ đang xử lý", "Cases under way") },
    account: { name: "Nguyễn Thị Hòa", roles: [{ title: t("Cán bộ tiếp nhận", "Receiving officer"), organisation: t("UBND phường Hòa Phát", "Hòa Phát Ward") }], idle: 900, out: "/dang-xuat" },
    desk: { home: "/ban", groups: [
      { title: t("Việc của tôi", "Mine"), items: [
        { label: t("Đang xử lý", "Under way"), url: "/ban", current: true, count: "12", urgency: null },
        { label: t("Sắp đến hạn", "Due soon"), url: "/ban?l=1", current: false, count: "5", urgency: "soon" },
        { label: t("Quá hạn", "Late"), url: "/ban?l=2", current: false, count: "3", urgency: "late" }] },
      { title: t("Cả bộ phận", "The whole desk"), items: [
        { label: t("Chờ tiếp nhận", "To be accepted"), url: "/ban/moi", current: false, count: "7", urgency: null },
        { label: t("Đã trả", "Returned"), url: "/ban/xong", current: false, count: null, urgency: null }] }] },
    titles: { take: t("Nhận xử lý", "Take"), papers: t("Giấy tờ", "Papers"), note: t("Ghi chú nội bộ", "Internal note"), text: t("Gia đình hẹn bổ sung bản chính vào thứ năm.", "The family brings the original on Thursday."), steps: t("Các bước", "The steps") },
    tabs: { label: t("Danh sách", "Lists"), items: [
      { label: t("Của tôi", "Mine"), url: "/ban", current: true, count: "12", urgency: null },
      { label: t("Chưa ai nhận", "Not taken"), url: "/ban?c=1", current: false, count: "7", urgency: null },
      { label: t("Quá hạn", "Late"), url: "/ban?c=2", current: false, count: "3", urgency: "late" }] },
    filter: { action: "/ban", label: t("Lọc danh sách", "Filter the list"), query: null, clear: "/ban", fields: [{ id: "f-p", name: "thu-tuc", label: t("Thủ tục", "Procedure"), options: [{ value: "", text: t("Tất cả", "All"), selected: true }, { value: "ks", text: t("Đăng ký khai sinh", "Birth registration"), selected: false }] }] },
    table: {
      caption: t("Hồ sơ theo hạn trả", "Cases by due date"), worklist: true, ticks: "case",
      columns: [
        { label: t("Mã hồ sơ", "Code"), url: "?s=code", sort: "none", number: false },
        { label: t("Về việc", "Subject"), url: null, sort: null, number: false },
        { label: t("Trạng thái", "State"), url: null, sort: null, number: false },
        { label: t("Hạn trả", "Due"), url: "?s=due", sort: "ascending", number: false },
        { label: t("Lệ phí", "Fee"), url: null, sort: null, number: true }],
      rows: [["0001", "late", "Quá hạn 1 ngày", "1 day late"], ["0002", "soon", "Còn 1 ngày", "1 day left"], ["0003", "ontime", "Còn 5 ngày", "5 days left"]].map(([n, state, vi, en]) => {
        const cell = (c) => ({ head: false, number: false, url: null, text: null, note: null, status: null, deadline: null, ...c });
        return { id: n, tick: t(`Chọn hồ sơ ${n}`, `Tick case ${n}`), cells: [
          cell({ head: true, url: `/ban/${n}`, text: `000.03.15.H17-150126-${n}` }),
          cell({ text: "Đặng Thị Hoài Ân", note: t("khai sinh liên thông", "linked birth") }),
          cell({ status: status("active", "Đang xử lý", "Under way") }),
          cell({ deadline: deadline(state, vi, en) }), cell({ number: true, text: "8.000 đ" })] };
      }),
    },
    pagination: { previous: null, next: { url: "?sau=3" }, pages: [] },
    identity: [
      { key: t("Hồ sơ", "Case"), value: "000.03.15.H17-150126-0001", status: null, deadline: null },
      { key: t("Trẻ", "Child"), value: "Đặng Thị Hoài Ân", status: null, deadline: null },
      { key: t("Hạn trả", "Due"), value: null, status: null, deadline: deadline("soon", "Còn 1 ngày", "1 day left") }],
    papers: [
      { id: "cs", name: t("Giấy chứng sinh", "Certificate of birth"), note: null, error: null, original: true, copy: false, missing: false },
      { id: "kh", name: t("Giấy chứng nhận kết hôn", "Marriage certificate"), note: t("nếu có", "if there is one"), error: t("Chọn một mục", "Choose one"), original: false, copy: false, missing: false }],
    copy: { copy: "000.03.15.H17-150126-0001", what: t("mã hồ sơ", "the code") },
    flow, events,
  },
  sheet: {
    ...shell, page: { ...shell.page, title: t("Giấy tiếp nhận hồ sơ và hẹn trả kết quả", "Receipt and date of return") },
    sheet: { small: true },
    agency: { heading: ["UBND PHƯỜNG HÒA PHÁT", "BỘ PHẬN TIẾP NHẬN VÀ TRẢ KẾT QUẢ"], number: "12/GTN", place: "Hòa Phát, ngày 26 tháng 01 năm 2015" },
    rows: rows.map((row) => ({ ...row, change: null })), qr,
    titles: { giver: t("Người nộp hồ sơ", "Handed in by"), taker: t("Người tiếp nhận", "Received by") },
  },
  done: {
    ...shell, page: { ...shell.page, title: t("Đã nhận hồ sơ", "We have your case") }, qr,
    confirmation: { title: t("Chúng tôi đã nhận hồ sơ của bạn", "We have received your case"), code: "000.03.15.H17-150126-0001", pin: "482 915", text: t("Nếu được tiếp nhận hôm nay, kết quả có trước ngày 05/02/2015.", "If accepted today, the result is there by 5 February 2015.") },
  },
};

for (const [name, view] of Object.entries(pages))
  writeFileSync(join(out, `${name}.${lang}.json`), JSON.stringify(view));
