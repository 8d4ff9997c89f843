/*
 * feel_bench EXPRESSIONS CONTEXT: for each expression a line "name<TAB>nanoseconds<TAB>answer":
 * the processor time of one evaluation, parsed once.
 */
#include "base/buf.h"
#include "base/json.h"
#include "rules/feel.h"

static int64_t cpu_nanoseconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static struct value read_json(struct arena *arena, const char *path)
{
	struct buf out = { .arena = arena };
	struct value v;
	struct json_fault fault;
	FILE *file = fopen(path, "rb");
	size_t n;
	if (!file)
		exit(1);
	while ((n = fread(buf_reserve(&out, 4096), 1, 4096, file)) > 0)
		buf_wrote(&out, n);
	fclose(file);
	if (!json_parse(arena, buf_view(&out), &v, &fault))
		exit(1);
	return v;
}

/* Evaluates as often as half a second allows. */
static double measure(const struct feel *feel, const struct feel_scope *scope)
{
	enum { BATCH = 1000, HALF_SECOND = 500000000 };
	struct arena arena;
	int64_t count = 0, start = cpu_nanoseconds(), spent = 0;
	arena_init(&arena);
	for (; spent < HALF_SECOND; spent = cpu_nanoseconds() - start, count += BATCH)
		for (int i = 0; i < BATCH; i++) {
			feel_eval(feel, &arena, scope, NULL, NULL);
			arena_reset(&arena);
		}
	arena_done(&arena);
	return (double)spent / (double)count;
}

int main(int argc, char **argv)
{
	struct arena arena;
	if (argc != 3)
		return 2;
	arena_init(&arena);
	struct value list = read_json(&arena, argv[1]);
	struct feel_scope scope = { .variables = read_json(&arena, argv[2]) };
	for (uint32_t i = 0; i < list.n; i++) {
		struct feel *feel;
		struct feel_fault fault;
		struct buf answer = { .arena = &arena };
		str name = value_text(value_get(list.items[i], S("name")));
		str text = value_text(value_get(list.items[i], S("expression")));
		if (!feel_parse(&arena, text, NULL, &feel, &fault))
			return 1;
		json_write(&answer, feel_to_data(&arena, feel_eval(feel, &arena, &scope, NULL, NULL)));
		printf("%.*s\t%.1f\t%.*s\n", STR_ARG(name), measure(feel, &scope),
		       STR_ARG(buf_view(&answer)));
	}
	arena_done(&arena);
	return 0;
}
