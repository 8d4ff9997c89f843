#include "form/check.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter_or_digit(char c)
{
	return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

enum { LABEL_MAX = 63 };

/* One part of a host name: letters and digits, hyphens inside. */
static bool is_host_label(str s)
{
	if (str_empty(s) || s.n > LABEL_MAX || s.p[0] == '-' || s.p[s.n - 1] == '-')
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!is_letter_or_digit(s.p[i]) && s.p[i] != '-')
			return false;
	return true;
}

/* As the HTML standard has it for <input type=email>. */
bool preset_is_email(str s)
{
	size_t at = str_find_byte(s, '@');
	if (at == SIZE_MAX || at == 0 || at + 1 == s.n)
		return false;
	for (size_t i = 0; i < at; i++)
		if (!is_letter_or_digit(s.p[i]) && !memchr(".!#$%&'*+/=?^_`{|}~-", s.p[i], 20))
			return false;
	str host = str_slice(s, at + 1, s.n), label;
	if (s.p[s.n - 1] == '.')
		return false;
	while (str_next(&host, '.', &label))
		if (!is_host_label(label))
			return false;
	return true;
}

/* Country code, area and number: E.164 allows 15 digits; shorter than 6 is no subscriber's. */
enum { PHONE_MIN = 6, PHONE_MAX = 27, DOMESTIC_MIN = 9, DOMESTIC_MAX = 11 };

static bool is_international(str s)
{
	for (size_t i = 0; i < s.n; i++) {
		size_t skip = s.p[i] == '+' ? 1 : str_starts(str_slice(s, i, s.n), S("00")) ? 2 : 0;
		str digits = str_slice(s, i + skip, s.n);
		if (!skip || digits.n < PHONE_MIN || digits.n > PHONE_MAX || digits.p[0] == '0')
			continue;
		size_t n = 0;
		while (n < digits.n && is_digit(digits.p[n]))
			n++;
		if (n == digits.n)
			return true;
	}
	return false;
}

bool preset_is_phone(str s, str country)
{
	if (is_international(s))
		return true;
	if (str_empty(country) || s.n > PHONE_MAX)
		return false;
	char bare[PHONE_MAX];
	size_t n = 0, plus = 0;
	s = str_trim(s);
	for (size_t i = 0; i < s.n; i++) {
		if (is_digit(s.p[i]))
			bare[n++] = s.p[i];
		else if (s.p[i] == '+' && i == 0)
			plus = 1;
		else if (!memchr(" .-", s.p[i], 3))
			return false;
	}
	str digits = str_of(bare, n);
	if (plus)
		return n >= PHONE_MIN && n <= 15;
	return n >= DOMESTIC_MIN && n <= DOMESTIC_MAX && digits.p[0] == '0';
}
