#include "cases/scan.h"

#include "base/datetime.h"
#include "base/str.h"

enum { CARD_FIELDS = 16, CODE_MAX = 64, FILING_CODE = 16, NAME_MAX = 120, ADDRESS_MAX = 300 };

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool all_digits(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_digit(s.p[i]))
			return false;
	return s.n > 0;
}

static bool is_number(str s)
{
	return all_digits(s) && (s.n == 9 || s.n == 12);
}

/* ---- cards ---- */

/* "12031988" → "1988-03-12"; empty where there is no such day. */
static str card_date(struct arena *arena, str s)
{
	int64_t day, month, year;
	if (s.n != 8 || !all_digits(s))
		return S("");
	if (!str_int(str_slice(s, 0, 2), 1, 31, &day) || !str_int(str_slice(s, 2, 4), 1, 12, &month) ||
	    !str_int(str_slice(s, 4, 8), 1850, 2200, &year) ||
	    !date_exists((int32_t)year, (int)month, (int)day))
		return S("");
	return date_format(arena, days_of_civil((int32_t)year, (int)month, (int)day));
}

/* Letters of Vietnamese beyond ASCII: Latin-1, Latin Extended-A and -B as far as ơ ư, and the block
 * of marked vowels. */
static bool is_marked(uint32_t code)
{
	return (code >= 0xC0 && code <= 0x1B0) || (code >= 0x1EA0 && code <= 0x1EF9);
}

/* A Vietnamese name or address that came whole has at least one marked letter, and nothing a
 * keyboard puts where it lost one. */
static bool came_whole(str s, bool with_digits)
{
	bool marked = false;
	if (!utf8_valid(s))
		return false;
	for (size_t at = 0; at < s.n;) {
		uint32_t code;
		size_t n = utf8_decode(s, at, &code);
		char c = code < 128 ? (char)code : 0;
		if (n == 0 || (c && !is_letter(c) && c != ' ' && c != '-' && c != '\'' &&
			       !(with_digits && (is_digit(c) || c == ',' || c == '.' || c == '/' ||
						 c == '(' || c == ')'))))
			return false;
		if (!c && !is_marked(code) && !(with_digits && code == 0x2013))
			return false;
		marked = marked || is_marked(code);
		at += n;
	}
	return marked;
}

static bool parse_card(struct arena *arena, str text, struct scan_card *card)
{
	str fields[CARD_FIELDS], part;
	size_t n = 0;
	for (str rest = text; n < CARD_FIELDS && str_next(&rest, '|', &part);)
		fields[n++] = str_trim(part);
	if (n < 4 || !is_number(fields[0]) || fields[0].n != 12)
		return false;
	*card = (struct scan_card){
		.number = fields[0], .birth_date = card_date(arena, fields[3]),
		.old_number = is_number(fields[1]) ? fields[1] : S(""),
		.issued = n > 6 ? card_date(arena, fields[6]) : S(""),
	};
	card->letters = fields[2].n <= NAME_MAX && came_whole(fields[2], false) &&
			(n < 6 || (fields[5].n <= ADDRESS_MAX && came_whole(fields[5], true)));
	if (card->letters) {
		card->name = fields[2];
		card->address = n > 5 ? fields[5] : S("");
	}
	return true;
}

/* ---- codes ---- */

static bool is_code(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_digit(s.p[i]) && !is_letter(s.p[i]) && s.p[i] != '.' && s.p[i] != '-')
			return false;
	return s.n > 0 && s.n <= CODE_MAX;
}

/* "000.01.15.H17-150126-0001": three parts with hyphens, the last two of digits. */
static bool is_case_code(str s)
{
	str part, last = S(""), middle = S("");
	size_t n = 0;
	if (!is_code(s))
		return false;
	for (str rest = s; str_next(&rest, '-', &part); n++) {
		middle = last;
		last = part;
	}
	return n >= 3 && all_digits(last) && middle.n == 6 && all_digits(middle);
}

/* "A012", "HT-7": letters, then digits. */
static bool is_ticket(str s)
{
	size_t i = 0;
	while (i < s.n && (is_letter(s.p[i]) || s.p[i] == '-'))
		i++;
	return i >= 1 && i <= 4 && is_letter(s.p[0]) && s.n - i >= 1 && s.n - i <= 4 &&
	       all_digits(str_slice(s, i, s.n));
}

/* What stands after `name` in a query, up to the next "&" or "#". */
static str query_of(str url, str name)
{
	size_t at = str_find(url, name);
	if (at == SIZE_MAX)
		return S("");
	str rest = str_slice(url, at + name.n, url.n);
	size_t end = 0;
	while (end < rest.n && rest.p[end] != '&' && rest.p[end] != '#')
		end++;
	return str_slice(rest, 0, end);
}

/* Some keyboards type another sign for ":" and "/": an address is known by its words. */
static bool parse_address(str text, struct scan *scan)
{
	str part, last = S(""), before = S("");
	str code = query_of(text, S("ma="));
	str ticket = query_of(text, S("phieu="));
	str path = str_slice(text, 0, str_find_byte(text, '?'));
	if (is_case_code(code)) {
		*scan = (struct scan){ .kind = SCAN_CASE, .code = code };
		return true;
	}
	if (!str_empty(ticket) && is_code(ticket)) {
		*scan = (struct scan){ .kind = SCAN_TICKET, .code = ticket };
		return true;
	}
	for (str rest = path; str_next(&rest, '/', &part);) {
		if (is_case_code(part))
			*scan = (struct scan){ .kind = SCAN_CASE, .code = part };
		before = last;
		last = part;
	}
	if (scan->kind == SCAN_NONE && str_eq(before, S("kiem-tra")) && is_code(last))
		*scan = (struct scan){ .kind = SCAN_LETTER, .code = last };
	if (scan->kind == SCAN_NONE && str_find(path, S("/ban/nop/")) != SIZE_MAX &&
	    !str_empty(before) && is_code(last) && last.n == FILING_CODE)
		*scan = (struct scan){ .kind = SCAN_FILING, .code = last };
	return scan->kind != SCAN_NONE;
}

struct scan scan_parse(struct arena *arena, str text)
{
	struct scan scan = { .kind = SCAN_NONE };
	text = str_trim(text);
	if (str_empty(text))
		return scan;
	if (str_find_byte(text, '|') != SIZE_MAX) {
		if (parse_card(arena, text, &scan.card))
			scan = (struct scan){ SCAN_CARD, scan.card.number, scan.card };
		return scan;
	}
	if (is_number(text))
		return (struct scan){ .kind = SCAN_NUMBER, .code = text };
	if (is_case_code(text))
		return (struct scan){ .kind = SCAN_CASE, .code = text };
	if (is_ticket(text))
		return (struct scan){ .kind = SCAN_TICKET, .code = text };
	if (str_find_byte(text, '/') != SIZE_MAX || str_find_byte(text, '=') != SIZE_MAX)
		parse_address(text, &scan);
	return scan;
}
