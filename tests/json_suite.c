/* JSONTestSuite: a file's first letter says what must happen: y accept, n refuse, i either. */
#include "base/json.h"
#include "suite.h"

/* What was accepted must come back the same from what json_write makes of it. */
static bool survives(struct arena *arena, struct value v)
{
	struct buf text = { .arena = arena };
	struct value again;
	json_write(&text, v);
	return json_parse(arena, buf_view(&text), &again, NULL) && value_eq(v, again);
}

static void run_file(void *object, const char *path)
{
	struct suite *suite = object;
	struct arena arena;
	struct value v;
	arena_init(&arena);
	char expected = strrchr(path, '/')[1];
	bool accepted = json_parse(&arena, suite_read(&arena, path), &v, NULL);
	bool passed = (expected != 'y' || accepted) && (expected != 'n' || !accepted);
	const char *why = accepted ? "accepted" : "refused";
	if (accepted && !survives(&arena, v)) {
		passed = false;
		why = "changed by writing and reading";
	}
	suite_case(suite, passed, expected != 'i', path, why);
	arena_done(&arena);
}

int main(int argc, char **argv)
{
	struct suite suite = suite_start("json", argc, argv);
	suite_walk(suite.folder, S(".json"), run_file, &suite);
	return suite_finish(&suite);
}
