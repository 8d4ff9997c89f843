/*
 * dmn_bench MODEL DECISION: decisions per second of processor time, the model loaded once, and the
 * last answer. Inputs change from one decision to the next.
 */
#include "base/buf.h"
#include "rules/dmn.h"

static double cpu_seconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static str read_file(struct arena *arena, const char *path)
{
	struct buf out = { .arena = arena };
	FILE *file = fopen(path, "rb");
	size_t n;
	if (!file)
		exit(1);
	while ((n = fread(buf_reserve(&out, 4096), 1, 4096, file)) > 0)
		buf_wrote(&out, n);
	fclose(file);
	return buf_view(&out);
}

static struct value inputs_of(struct arena *arena, int64_t i)
{
	static const str kinds[] = { S("birth"), S("marriage"), S("death"), S("adoption"),
				     S("guardianship") };
	struct value map = value_map();
	value_append(arena, &map, S("kind"), value_str(kinds[i % 5]));
	value_append(arena, &map, S("copies"), value_int(i % 12 + 1));
	value_append(arena, &map, S("urgent"), value_bool(false));
	return map;
}

int main(int argc, char **argv)
{
	enum { BATCH = 1000 };
	struct arena kept, arena;
	struct dmn_model *model;
	struct dmn_fault fault;
	struct value answer = value_null();
	int64_t count = 0;
	if (argc != 3)
		return 2;
	arena_init(&kept);
	arena_init(&arena);
	if (!dmn_load(&kept, read_file(&kept, argv[1]), NULL, &model, &fault))
		return 1;
	double start = cpu_seconds(), spent = 0;
	while (spent < 1) {
		for (int i = 0; i < BATCH; i++, count++) {
			arena_reset(&arena);
			answer = dmn_decide(model, str_z(argv[2]), &arena,
					    inputs_of(&arena, count), NULL, NULL);
		}
		spent = cpu_seconds() - start;
	}
	str text = feel_to_literal(&arena, answer);
	printf("%.0f\t%.*s\n", (double)count / spent, STR_ARG(text));
	arena_done(&arena);
	arena_done(&kept);
	return answer.kind == VALUE_NULL;
}
