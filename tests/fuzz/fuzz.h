/*
 * fuzz: what the fuzzed parsers share. A target is one file fuzz_NAME.c with
 *
 *	FUZZ(arena, input)
 *	{
 *		struct value v;
 *		if (json_parse(arena, input, &v, NULL)) … what must hold …
 *	}
 *
 * listed with its room in meson.build, and a folder corpus/NAME of inputs that begin the search.
 * The input is a copy of exact size, so that reading one byte beyond it is found. The arena is
 * freed afterwards. FUZZ_HOLDS(x) ends the run where x is not so.
 */
#ifndef MOTCUA_TESTS_FUZZ_H
#define MOTCUA_TESTS_FUZZ_H

#include "base/arena.h"

#include <stdlib.h>

#define FUZZ_HOLDS(condition)      \
	do {                       \
		if (!(condition))  \
			abort();   \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

#define FUZZ(arena_name, input_name)                                               \
	static void fuzz_one(struct arena *arena_name, str input_name);            \
	int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)                 \
	{                                                                          \
		struct arena arena;                                                \
		char *exact = malloc(n ? n : 1);                                   \
		if (n)                                                             \
			memcpy(exact, bytes, n);                                   \
		arena_init(&arena);                                                \
		fuzz_one(&arena, str_of(exact, n));                                \
		arena_done(&arena);                                                \
		free(exact);                                                       \
		return 0;                                                          \
	}                                                                          \
	static void fuzz_one(struct arena *arena_name, str input_name)

#endif
