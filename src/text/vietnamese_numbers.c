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
