#include "app/answers.h"

#include "form/sample.h"

struct pen {
	struct dice *dice;
	int64_t today;
};

uint64_t roll(struct dice *dice, uint64_t sides)
{
	dice->state ^= dice->state >> 12;
	dice->state ^= dice->state << 25;
	dice->state ^= dice->state >> 27;
	return (dice->state * 0x2545f4914f6cdd1du >> 16) % sides;
}

struct dice dice_of(int64_t seed, int64_t number)
{
	return (struct dice){ (uint64_t)(seed * 1000003 + number + 1) * 0x9e3779b97f4a7c15u };
}

/* ---- words: an option of each line, by what the field's path ends with ---- */

enum { WORDS_MAX = 20 };
struct words {
	const char *ending;
	const char *words[WORDS_MAX];
};

static const char *const families[] = { "Nguyễn", "Trần", "Lê", "Phạm", "Huỳnh", "Phan", "Võ",
					"Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương", "Lý", NULL };
static const char *const middles[] = { "Văn", "Thị", "Minh", "Ngọc", "Gia", "Thanh", "Quốc", "Bảo",
				       NULL };
static const char *const women[] = { "Thị", "Thị Ngọc", "Thị Thanh", "Thị Kim", "Thị Mỹ", NULL };
static const char *const men[] = { "Văn", "Đình", "Hữu", "Quang", "Công", "Minh", NULL };
static const char *const givens[] = { "An", "Bình", "Châu", "Dũng", "Đức", "Giang", "Hà", "Hòa",
				      "Khánh", "Lan", "Linh", "Mai", "Nam", "Phúc", "Quân", "Thảo",
				      "Trâm", "Tuấn", "Uyên", "Vy", NULL };
static const char *const streets[] = { "Trường Chinh", "Tôn Đản", "Ông Ích Đường", "Nguyễn Hữu Thọ",
				       "Cách Mạng Tháng Tám", "Lê Trọng Tấn", "Trần Nam Trung",
				       "Phạm Như Xương", "Nguyễn Phong Sắc", "Huy Cận", NULL };
static const char *const wards[] = { "Hòa An", "Hòa Phát", "Hòa Thọ Đông", "Hòa Thọ Tây", "Hòa Xuân",
				     "Khuê Trung", NULL };

/* Names of people: whose path ends so. */
static const char *const people[] = { ".name", "_name", ".signer", ".officer", ".registrar",
				      ".receiver", ".chair", ".clerk", ".organiser", ".spouse",
				      ".partner", ".holder", ".representative", ".members", NULL };
static const char *const places[] = { "address", "residence", "place", "hometown", NULL };

static const struct words lines[] = {
	{ "family_name", { "Nguyễn", "Trần", "Lê", "Phạm", "Huỳnh", "Phan", "Võ", "Đặng", "Bùi" } },
	{ "middle_name", { "Văn", "Thị", "Minh", "Ngọc", "Gia", "Thanh", "Quốc", "Bảo" } },
	{ "given_name", { "An", "Bình", "Châu", "Dũng", "Đức", "Giang", "Hà", "Khánh", "Linh", "Nam",
			  "Phúc", "Quân", "Thảo", "Trâm", "Uyên", "Vy" } },
	{ "business.name", { "Tạp hóa Minh Châu", "Quán cơm Bà Lan", "Tiệm may Ngọc Hà",
			     "Cà phê Hòa Xuân", "Cửa hàng vật liệu Phúc Lộc" } },
	{ "id_place", { "Công an thành phố Đà Nẵng" } },
	{ ".bank", { "Ngân hàng Nông nghiệp và Phát triển nông thôn", "Ngân hàng Đầu tư và Phát triển" } },
	{ "origin.title", { "Quyết định giao đất ở", "Giấy chứng nhận hoàn thành lớp bồi dưỡng",
			    "Quyết định phê duyệt phương án đền bù" } },
	{ ".cause", { "Bệnh già", "Bệnh tim mạch", "Tai biến mạch máu não", "Tai nạn giao thông" } },
	{ "facility", { "Bệnh viện Phụ sản - Nhi Đà Nẵng", "Bệnh viện Đà Nẵng",
			"Trung tâm Y tế quận Cẩm Lệ" } },
	{ ".relation", { "Con", "Vợ", "Chồng", "Mẹ", "Cháu" } },
	{ "owner_relation", { "Con", "Cháu", "Người ở thuê" } },
	{ ".work", { "Buôn bán nhỏ", "Công nhân", "Học sinh", "Không có việc làm" } },
	{ ".designer", { "Công ty Tư vấn xây dựng Cẩm Lệ", "Kiến trúc sư Trần Hữu Nam" } },
	{ ".languages", { "Tiếng Anh sang tiếng Việt", "Tiếng Việt sang tiếng Anh" } },
	{ "event_other", { "Nhận cha, mẹ, con", "Giám hộ", "Thay đổi, cải chính hộ tịch" } },
	{ "date_words", { "Ngày hai mươi, tháng một, năm hai nghìn không trăm mười lăm" } },
	{ ".asked", { "UBND phường An Khê, quận Thanh Khê", "UBND xã Hòa Châu, huyện Hòa Vang" } },
	{ "copy.book", { "Sổ cấp quyết định giao đất", "Sổ cấp giấy chứng nhận" } },
	{ ".area", { "Tổ 12", "Tổ 27", "Tổ 5" } },
	{ "result.year", { "2015" } },
	{ "permit.line", { "Cách tim đường 5,25 m", "Trùng chỉ giới đường đỏ" } },
	{ "permit.level", { "+0,20 m so với vỉa hè" } },
	{ "mediation.present", { "Bên yêu cầu, bên tranh chấp, đại diện tổ dân phố" } },
	{ "mediation.result", { "Hai bên thống nhất ranh giới theo mốc cũ",
				"Hai bên giữ nguyên ý kiến, hòa giải không thành" } },
	{ "kind_other", { "Việc đã nêu trong đơn" } },
	{ "purpose_other", { "Bổ sung hồ sơ cá nhân" } },
};

static const struct words texts[] = {
	{ "council.place", { "hội trường UBND phường" } },
	{ "business.address", { "424 Lê Trọng Tấn", "15 Tôn Đản", "208 Ông Ích Đường" } },
	{ "land.address", { "K32/7 Trường Chinh", "71 Huy Cận", "119 Phạm Như Xương" } },
	{ ".document", { "Giấy ủy quyền", "Sơ yếu lý lịch", "Bản cam kết", "Bản dịch bằng tốt nghiệp" } },
	{ "copies.papers", { "Bằng tốt nghiệp phổ thông", "Sổ hộ khẩu", "Giấy khai sinh",
			     "Chứng minh nhân dân" } },
	{ ".lines", { "Bán lẻ hàng tạp hóa", "Dịch vụ ăn uống", "May mặc, sửa quần áo" } },
	{ "council.members", { "Chủ tịch Ủy ban Mặt trận phường; Tổ trưởng tổ dân phố; công chức địa "
			       "chính; công chức tư pháp" } },
};

static const char *const remarks[] = { "Hồ sơ đầy đủ, nội dung đúng với giấy tờ kèm theo.",
				       "Đã đối chiếu với sổ lưu tại phường.",
				       "Theo đơn của người yêu cầu.",
				       "Thông tin do tổ dân phố xác nhận.", NULL };

static str pick(struct pen *pen, const char *const *words, size_t most)
{
	size_t n = 0;
	while (n < most && words[n])
		n++;
	return str_z(words[roll(pen->dice, n)]);
}

static bool ends_with_any(str path, const char *const *endings)
{
	for (; *endings; endings++)
		if (str_ends(path, str_z(*endings)))
			return true;
	return false;
}

static str from_table(struct pen *pen, const struct words *table, size_t n, str path)
{
	for (size_t i = 0; i < n; i++)
		if (str_ends(path, str_z(table[i].ending)))
			return pick(pen, table[i].words, WORDS_MAX);
	return S("");
}

#define FROM_TABLE(pen, table, path) from_table(pen, table, sizeof(table) / sizeof *(table), path)

static str person(struct pen *pen, struct arena *arena, str path)
{
	const char *const *middle = middles;
	if (str_starts(path, S("mother.")) || str_starts(path, S("wife.")))
		middle = women;
	else if (str_starts(path, S("father.")) || str_starts(path, S("husband.")))
		middle = men;
	str family = pick(pen, families, WORDS_MAX), between = pick(pen, middle, WORDS_MAX);
	str given = pick(pen, givens, WORDS_MAX);
	return arena_printf(arena, "%.*s %.*s %.*s", STR_ARG(family), STR_ARG(between), STR_ARG(given));
}

static str address(struct pen *pen, struct arena *arena)
{
	int house = (int)roll(pen->dice, 480) + 1;
	str street = pick(pen, streets, WORDS_MAX), ward = pick(pen, wards, WORDS_MAX);
	return arena_printf(arena, "%d %.*s, phường %.*s, quận Cẩm Lệ, thành phố Đà Nẵng", house,
			    STR_ARG(street), STR_ARG(ward));
}

/* ---- dates: so many days before today (or after it, when negative) ---- */

static const struct {
	const char *ending;
	int near, far;
} days[] = {
	{ "child.birth_date", 1, 55 },
	{ "birth_notice.date", 0, 1 },
	{ "deceased.birth_date", 22000, 33000 },
	{ "person.birth_date", 7000, 31000 },
	{ "members.birth_date", 300, 20000 },
	{ "birth_date", 8100, 22000 },
	{ "death.date", 1, 12 },
	{ "death.notice_date", 0, 1 },
	{ "residence.from", -2, 0 },
	{ "residence.to", -360, -90 },
	{ "business.start", -20, -3 },
	{ "council.date", -3, -1 },
	{ "decision.from", -30, -1 },
	{ "valid_from", -10, 0 },
	{ "id_date", 400, 3600 },
	{ "paper_date", 200, 3600 },
	{ "marriage.date", 400, 3600 },
	{ "extract.date", 200, 7000 },
	{ "extraction.date", 200, 7000 },
	{ "origin.date", 200, 3600 },
	{ "copy.date", 200, 3600 },
	{ "", 0, 3 },
};

static str day(struct pen *pen, struct arena *arena, str path)
{
	size_t i = 0;
	while (!str_ends(path, str_z(days[i].ending)))
		i++;
	int64_t before = days[i].near + (int64_t)roll(pen->dice, (uint64_t)(days[i].far - days[i].near) + 1);
	return date_format(arena, pen->today - before);
}

static str write_text(void *data, struct arena *arena, enum sample_kind kind, str path)
{
	struct pen *pen = data;
	if (kind == SAMPLE_DATE)
		return day(pen, arena, path);
	str words = kind == SAMPLE_TEXT ? FROM_TABLE(pen, texts, path) : FROM_TABLE(pen, lines, path);
	if (!str_empty(words))
		return words;
	if (ends_with_any(path, places))
		return address(pen, arena);
	if (kind == SAMPLE_TEXT)
		return pick(pen, remarks, WORDS_MAX);
	return ends_with_any(path, people) ? person(pen, arena, path) : S("");
}

static uint64_t roll_for_form(void *data, uint64_t sides)
{
	return roll(((struct pen *)data)->dice, sides);
}

/* What officers decide is mostly the first way; what people are is not. */
static uint64_t choose(void *data, str path, uint64_t n)
{
	struct dice *dice = ((struct pen *)data)->dice;
	if (str_eq(path, S("outcome")))
		return roll(dice, 8) ? 0 : roll(dice, n);
	return str_ends(path, S("gender")) || roll(dice, 2) ? roll(dice, n) : 0;
}

void answers_make(struct ctx *ctx, struct dice *dice, usec now, const struct form *form,
		  struct value given, struct form_result *ret_result)
{
	enum { VIETNAM = 420 };
	struct form_env env = { .ctx = ctx, .now = now, .offset = VIETNAM, .country = S("84") };
	struct pen pen = { dice, (now + VIETNAM * USEC_MINUTE) / USEC_DAY };
	struct form_sampler sampler = { roll_for_form, choose, write_text, &pen };
	form_check(form, form_sample(form, given, &sampler, &env), &env, ret_result);
}

/* ---- papers ---- */

static const char empty_page[] =
	"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
	"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
	"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n"
	"trailer<</Root 1 0 R>>\n%%EOF\n";

enum err answers_scan(struct ctx *ctx, struct store *store, const struct procedure *procedure,
		      struct attachment *ret_paper)
{
	struct value papers = value_get(procedure->body, S("papers"));
	struct file_info file;
	*ret_paper = (struct attachment){ .name = S("ban-quet.pdf"), .type = S("application/pdf") };
	for (uint32_t i = 0; i < papers.n && str_empty(ret_paper->field); i++)
		ret_paper->field = value_text(value_get(papers.items[i], S("path")));
	TRY(file_put(ctx, store, str_z(empty_page), ret_paper->type, &file));
	ret_paper->hash = file.hash;
	ret_paper->size = file.size;
	return OK;
}
