#include "rules/regex.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum outcome { FAULTY, MISSES, MATCHES };

static enum outcome outcome_of(const char *text, const char *pattern, const char *flags)
{
	struct arena arena;
	struct run run;
	const struct regex *re;
	enum outcome outcome = FAULTY;
	arena_init(&arena);
	run_init(&run, &arena, NULL, NULL, NULL);
	if (regex_compile(&run, str_z(pattern), str_z(flags), &re)) {
		size_t *slots = arena_alloc(&arena, re->slots * sizeof *slots);
		outcome = regex_search(&run, re, str_z(text), 0, slots) ? MATCHES : MISSES;
	}
	arena_done(&arena);
	return outcome;
}

static void assert_outcome(const char *text, const char *pattern, const char *flags,
			   enum outcome expected)
{
	static const char *const names[] = { "faulty", "misses", "matches" };
	enum outcome got = outcome_of(text, pattern, flags);
	if (got != expected)
		fail_msg("/%s/%s on \"%s\": %s, expected: %s", pattern, flags, text, names[got],
			 names[expected]);
}

static void quantifiers_and_groups(void **state)
{
	(void)state;
	assert_outcome("foobar", "^fo*b", "", MATCHES);
	assert_outcome("aa", "^a{2}$", "", MATCHES);
	assert_outcome("aaa", "^a{2}$", "", MISSES);
	assert_outcome("aaa", "^a{2,}$", "", MATCHES);
	assert_outcome("aaaaa", "^a{2,4}$", "", MISSES);
	assert_outcome("", "^a{0}$", "", MATCHES);
	assert_outcome("abab", "^(ab){1,2}$", "", MATCHES);
	assert_outcome("ac", "^a(b|c)?$", "", MATCHES);
	assert_outcome("b", "^(a|b|)$", "", MATCHES);
	assert_outcome("aaab", "^(a*)*b$", "", MATCHES);
	assert_outcome("xyx", "(x)y\\1", "", MATCHES);
	assert_outcome("xyz", "(x)y\\1", "", MISSES);
	assert_outcome("ab", "^(?:a)(b)$", "", MATCHES);
}

static void character_classes(void **state)
{
	(void)state;
	assert_outcome("e", "^[a-z-[aeiou]]$", "", MISSES);
	assert_outcome("f", "^[a-z-[aeiou]]$", "", MATCHES);
	assert_outcome("-", "^[a-]$", "", MATCHES);
	assert_outcome("-", "^[-a]$", "", MATCHES);
	assert_outcome("ế", "^\\p{Ll}$", "", MATCHES);
	assert_outcome("ế", "^\\p{IsLatinExtendedAdditional}$", "", MATCHES);
	assert_outcome("Đ", "^\\P{Lu}$", "", MISSES);
	assert_outcome("7", "^[\\d_]$", "", MATCHES);
	assert_outcome("đ 1", "^\\w\\s\\w$", "", MATCHES);
	assert_outcome(":a", "^\\i\\c$", "", MATCHES);
	assert_outcome("1", "^\\i", "", MISSES);
	assert_outcome("^", "^[\\^]$", "", MATCHES);
}

static void flags_change_the_meaning(void **state)
{
	(void)state;
	assert_outcome("PHƯỜNG", "phường", "i", MATCHES);
	assert_outcome("q", "[^Q]", "i", MISSES);
	assert_outcome("a", "\\p{Lu}", "i", MISSES);
	assert_outcome("a\nb", "a.b", "", MISSES);
	assert_outcome("a\nb", "a.b", "s", MATCHES);
	assert_outcome("a\nb", "^b$", "", MISSES);
	assert_outcome("a\nb", "^b$", "m", MATCHES);
	assert_outcome("hello world", "hello\\ sworld", "x", MATCHES);
	assert_outcome("a b", "a[ ]b", "x", MATCHES);
	assert_outcome("a.b", "a.b", "q", MATCHES);
	assert_outcome("axb", "a.b", "q", MISSES);
}

static void what_is_not_of_the_language_is_refused(void **state)
{
	(void)state;
	static const char *const patterns[] = {
		"(", ")", "[", "[]", "[z-a]", "a**", "*", "a{2", "a{3,2}", "a{,2}", "\\k", "\\",
		"\\p{Xx}", "\\p", "(?=a)", "(?<n>a)", "\\1", "(a\\1)", "]", "}", "\\b", "a{9999}",
		"((((((((((a{100}){100}){100}){100}))))))))",
	};
	for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++)
		assert_outcome("a", patterns[i], "", FAULTY);
	assert_outcome("a", "a", "g", FAULTY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quantifiers_and_groups),
		cmocka_unit_test(character_classes),
		cmocka_unit_test(flags_change_the_meaning),
		cmocka_unit_test(what_is_not_of_the_language_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
