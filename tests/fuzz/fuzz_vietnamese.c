/* Text from anywhere: keys are text again, and what is done twice is done once. */
#include "fuzz.h"
#include "text/vietnamese.h"

static void holds_twice(struct arena *arena, str s, str (*function)(struct arena *, str))
{
	str once = function(arena, s);
	FUZZ_HOLDS(utf8_valid(once));
	FUZZ_HOLDS(str_eq(function(arena, once), once));
}

FUZZ(arena, input)
{
	holds_twice(arena, input, vietnamese_nfc);
	holds_twice(arena, input, vietnamese_clean);
	holds_twice(arena, input, vietnamese_tone_style);
	FUZZ_HOLDS(utf8_valid(vietnamese_fold(arena, input)));
	str key = vietnamese_sort_key(arena, input);
	FUZZ_HOLDS(utf8_valid(key));
	FUZZ_HOLDS(str_eq(key, vietnamese_sort_key(arena, vietnamese_nfc(arena, input))));
	FUZZ_HOLDS(vietnamese_slug(arena, input, 20).n <= 20);
	vietnamese_name(arena, input);
	vietnamese_upper(arena, input);
	int64_t dong, again;
	if (vietnamese_money_read(input, &dong)) {
		FUZZ_HOLDS(dong >= 0);
		FUZZ_HOLDS(vietnamese_money_read(arena_printf(arena, "%lld", (long long)dong), &again));
		FUZZ_HOLDS(again == dong);
	}
}
