/* The control: a parser with a fault that only four given bytes and a length reach. A fuzzer that
 * does not find it proves nothing about the others. */
#include "fuzz.h"

FUZZ(arena, input)
{
	char *copy = arena_alloc(arena, 32);
	if (str_starts(input, S("moc:")) && input.n > 5 && (size_t)input.p[4] + 4 < input.n)
		memcpy(copy, input.p + 4, (unsigned char)input.p[4]);
}
