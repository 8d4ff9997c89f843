#include "text/vietnamese.h"

#include "base/buf.h"
#include "base/datetime.h"

enum { BILLION = 1000000000 };

static const char *const digits[] = {
	"không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín",
};

static void say(struct buf *out, const char *word)
{
	if (out->n)
		buf_byte(out, ' ');
	buf_str(out, str_z(word));
}

/* After "mươi" one is mốt; after any ten five is lăm. */
static void say_tens(struct buf *out, int tens, int ones)
{
	if (tens == 1) {
		say(out, "mười");
	} else if (tens > 1) {
		say(out, digits[tens]);
		say(out, "mươi");
	}
	if (ones == 0)
		return;
	say(out, ones == 1 && tens > 1 ? "mốt" : ones == 5 && tens > 0 ? "lăm" : digits[ones]);
}

/* 1 to 999; `whole` says the hundreds even where there are none: "không trăm linh năm". */
static void say_group(struct buf *out, int n, bool whole)
{
	int hundreds = n / 100, tens = n / 10 % 10, ones = n % 10;
	if (hundreds || whole) {
		say(out, digits[hundreds]);
		say(out, "trăm");
		if (tens == 0 && ones)
			say(out, "linh");
	}
	say_tens(out, tens, ones);
}

static void say_number(struct buf *out, uint64_t n, bool whole)
{
	static const struct { uint64_t of; const char *name; } groups[] = {
		{ 1000000, "triệu" }, { 1000, "nghìn" }, { 1, NULL },
	};
	if (n >= BILLION) {
		say_number(out, n / BILLION, whole);
		say(out, "tỷ");
		n %= BILLION;
		whole = true;
	}
	for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
		int group = (int)(n / groups[i].of % 1000);
		if (group == 0)
			continue;
		say_group(out, group, whole);
		if (groups[i].name)
			say(out, groups[i].name);
		whole = true;
	}
}

str vietnamese_number_words(struct arena *arena, int64_t n)
{
	struct buf out = { .arena = arena };
	if (n == 0)
		return S("không");
	if (n < 0)
		say(&out, "âm");
	say_number(&out, n < 0 ? 0 - (uint64_t)n : (uint64_t)n, false);
	return buf_view(&out);
}

str vietnamese_date_words(struct arena *arena, int64_t days)
{
	int32_t year;
	int month, day;
	civil_of_days(days, &year, &month, &day);
	str day_words = vietnamese_number_words(arena, day);
	/* The fourth month has a name of its own. */
	str month_words = month == 4 ? S("tư") : vietnamese_number_words(arena, month);
	str year_words = vietnamese_number_words(arena, year);
	return arena_printf(arena, "ngày %.*s tháng %.*s năm %.*s", STR_ARG(day_words),
			    STR_ARG(month_words), STR_ARG(year_words));
}

str vietnamese_money_words(struct arena *arena, int64_t dong)
{
	str words = vietnamese_number_words(arena, dong);
	uint32_t code;
	size_t first = utf8_decode(words, 0, &code);
	str capital = vietnamese_upper(arena, str_slice(words, 0, first));
	return arena_join(arena, (str[]){ capital, str_slice(words, first, words.n), S(" đồng") }, 3);
}

/* ---- amounts as they are typed ---- */

str vietnamese_without_currency(str text)
{
	static const str words[] = { S("đồng"), S("Đồng"), S("ĐỒNG"), S("vnđ"), S("VNĐ"), S("VNđ"),
				     S("vnd"), S("VND"), S("đ"), S("Đ"), S("d"), S("D") };
	text = str_trim(text);
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (str_ends(text, words[i]))
			return str_trim(str_slice(text, 0, text.n - words[i].n));
	return text;
}

/* The bytes of a sign that may stand between groups at `at`; 0: there is none. */
static size_t group_sign(str text, size_t at)
{
	if (str_starts(str_slice(text, at, text.n), S("\xc2\xa0")))
		return 2;
	return text.p[at] == '.' || text.p[at] == ',' || text.p[at] == ' ';
}

bool vietnamese_money_read(str text, int64_t *ret_dong)
{
	size_t in_group = 0, digits_read = 0, sign_at = SIZE_MAX;
	int64_t n = 0;
	text = vietnamese_without_currency(text);
	for (size_t i = 0, step; i < text.n; i += step) {
		step = group_sign(text, i);
		if (!step && (text.p[i] < '0' || text.p[i] > '9' || ++digits_read > 15))
			return false;
		if (!step) {
			n = n * 10 + (text.p[i] - '0');
			in_group++;
			step = 1;
			continue;
		}
		bool first = sign_at == SIZE_MAX;
		if (!in_group || in_group > 3 || (!first && (in_group != 3 || text.p[i] != text.p[sign_at])))
			return false;
		sign_at = i;
		in_group = 0;
	}
	*ret_dong = n;
	return digits_read && (sign_at == SIZE_MAX || in_group == 3);
}
