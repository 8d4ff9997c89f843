/* print_bench FILE: a letter to PDF, again and again in one process, as the outbox does it. Prints
 * the CPU milliseconds of one, the best of several rounds. */
#include "print/print.h"

#include <stdio.h>
#include <time.h>

enum { LETTERS = 50, ROUNDS = 5 };

static double cpu_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static bool print_once(str letter)
{
	struct arena arena;
	struct ctx ctx = { .arena = &arena };
	str bytes;
	arena_init(&arena);
	bool done = print_pdf(&ctx, letter, 1422237600 * USEC_SECOND, &bytes, NULL) == OK;
	if (!done)
		fprintf(stderr, "%.*s\n", STR_ARG(ctx.fault.message));
	arena_done(&arena);
	return done;
}

int main(int argc, char **argv)
{
	static char text[1 << 16];
	FILE *f = argc == 2 ? fopen(argv[1], "rb") : NULL;
	double best = 1e9;
	if (!f)
		return 2;
	str letter = str_of(text, fread(text, 1, sizeof text, f));
	fclose(f);
	if (!print_once(letter))
		return 1;
	for (int round = 0; round < ROUNDS; round++) {
		double start = cpu_ms();
		for (int i = 0; i < LETTERS; i++)
			print_once(letter);
		double one = (cpu_ms() - start) / LETTERS;
		best = one < best ? one : best;
	}
	printf("%.2f\n", best);
	return 0;
}
