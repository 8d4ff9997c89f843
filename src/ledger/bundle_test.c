#include "ledger/bundle.h"

#include "ledger/event.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

/* A ledger of LEAVES acts, its key, and proofs; and motcua-verify itself, run on files. */
enum { LEAVES = 20 };

static const char *program; /* path of motcua-verify */

struct bench {
	struct arena arena;
	struct ctx ctx;
	struct note_key key;
	struct note_verifier verifier;
	str events[LEAVES];
	struct merkle_hash leaves[LEAVES];
	char folder[32];
};

static enum err read_leaves(void *object, struct ctx *ctx, int height, uint64_t index, size_t n,
			    struct merkle_hash *ret_hashes)
{
	struct bench *b = object;
	memcpy(ret_hashes, b->leaves + index, n * sizeof *ret_hashes);
	return height ? ERR_DATABASE : OK;
}

static int start(void **state)
{
	static struct bench b;
	b = (struct bench){ .folder = "/tmp/verify-test-XXXXXX" };
	arena_init(&b.arena);
	b.ctx.arena = &b.arena;
	assert_non_null(mkdtemp(b.folder));
	assert_true(note_key_of(S("motcua-test"), S("a seed of thirty-two characters!"), &b.key));
	b.verifier = note_verifier_of(&b.key);
	for (int i = 0; i < LEAVES; i++) {
		struct ledger_event event = {
			.kind = S("case.accepted"), .object = i + 1, .has_closed = true,
			.closed = ledger_commitment(S("\x01\x02"), S("private")),
		};
		assert_int_equal(ledger_event_write(&b.ctx, &event, &b.events[i]), OK);
		b.leaves[i] = merkle_leaf(b.events[i]);
	}
	*state = &b;
	return 0;
}

static int finish(void **state)
{
	struct bench *b = *state;
	static const char *const names[] = { "a", "b", "c", "d", "key", "out" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		remove(arena_printf(&b->arena, "%s/%s", b->folder, names[i]).p);
	rmdir(b->folder);
	arena_done(&b->arena);
	return 0;
}

static str note_at(struct bench *b, uint64_t size)
{
	struct merkle_source source = { read_leaves, b };
	struct merkle_hash root;
	assert_int_equal(merkle_root_at(&b->ctx, &source, size, &root), OK);
	return note_sign(&b->arena, checkpoint_text(&b->arena, b->key.name, size, root), &b->key);
}

static str bundle_of(struct bench *b, uint64_t index, uint64_t size)
{
	struct merkle_source source = { read_leaves, b };
	struct bundle bundle = { .event = b->events[index], .index = index };
	assert_int_equal(merkle_prove_inclusion(&b->ctx, &source, index, size, &bundle.path), OK);
	bundle.checkpoint = note_at(b, size);
	return bundle_write(&b->arena, &bundle);
}

static void put(struct bench *b, const char *name, str text)
{
	FILE *file = fopen(arena_printf(&b->arena, "%s/%s", b->folder, name).p, "w");
	assert_non_null(file);
	fwrite(text.p, 1, text.n, file);
	fclose(file);
}

/* Runs it in the folder; `ret_said` is what it printed. */
static int run(struct bench *b, const char *arguments, str *ret_said)
{
	char said[4096];
	str command = arena_printf(&b->arena, "cd %s && %s %s 2>&1", b->folder, program, arguments);
	FILE *pipe = popen(command.p, "r");
	assert_non_null(pipe);
	size_t n = fread(said, 1, sizeof said, pipe);
	int status = pclose(pipe);
	*ret_said = arena_copy(&b->arena, str_of(said, n));
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void a_bundle_is_read_back_and_holds_at_every_size(void **state)
{
	struct bench *b = *state;
	for (uint64_t size = 1; size <= LEAVES; size++)
		for (uint64_t index = 0; index < size; index++) {
			struct bundle bundle;
			struct checkpoint checkpoint;
			assert_true(bundle_read(&b->arena, bundle_of(b, index, size), &bundle));
			assert_true(str_eq(bundle.event, b->events[index]));
			assert_null(bundle_check(&bundle, &b->verifier, &checkpoint));
			assert_int_equal(checkpoint.size, size);
		}
}

static void no_changed_byte_of_a_bundle_is_accepted(void **state)
{
	struct bench *b = *state;
	str text = bundle_of(b, 5, 13);
	for (size_t i = 0; i < text.n; i++) {
		str copy = arena_copy(&b->arena, text);
		struct bundle bundle;
		struct checkpoint checkpoint;
		((char *)(uintptr_t)copy.p)[i] ^= 1;
		if (bundle_read(&b->arena, copy, &bundle) &&
		    !bundle_check(&bundle, &b->verifier, &checkpoint))
			fail_msg("byte %zu may be changed", i);
	}
	for (size_t n = 0; n < text.n; n++) {
		struct bundle bundle;
		struct checkpoint checkpoint;
		if (bundle_read(&b->arena, str_slice(text, 0, n), &bundle))
			assert_non_null(bundle_check(&bundle, &b->verifier, &checkpoint));
	}
}

static void the_program_accepts_a_true_proof_and_prints_the_act(void **state)
{
	struct bench *b = *state;
	str said;
	put(b, "a", bundle_of(b, 5, 13));
	put(b, "key", note_verifier_text(&b->arena, &b->verifier));
	assert_int_equal(run(b, "proof a key", &said), 0);
	assert_true(str_starts(said, b->events[5]));
	assert_true(str_ends(said, S("ok: act 5 of 13 in the ledger motcua-test\n")));
}

static void the_program_refuses_a_proof_under_another_key(void **state)
{
	struct bench *b = *state;
	struct note_key other;
	str said;
	note_key_new(S("motcua-test"), &other);
	struct note_verifier verifier = note_verifier_of(&other);
	put(b, "a", bundle_of(b, 5, 13));
	put(b, "key", note_verifier_text(&b->arena, &verifier));
	assert_int_equal(run(b, "proof a key", &said), 1);
	assert_true(str_starts(said, S("not ok: ")));
}

static void the_program_checks_the_private_part(void **state)
{
	struct bench *b = *state;
	str said;
	put(b, "a", bundle_of(b, 5, 13));
	put(b, "key", note_verifier_text(&b->arena, &b->verifier));
	put(b, "b", S("private"));
	put(b, "c", S("privatE"));
	assert_int_equal(run(b, "payload a key 0102 b", &said), 0);
	assert_int_equal(run(b, "payload a key 0102 c", &said), 1);
	assert_int_equal(run(b, "payload a key 0103 b", &said), 1);
}

static void the_program_sees_whether_the_ledger_only_grew(void **state)
{
	struct bench *b = *state;
	struct merkle_source source = { read_leaves, b };
	struct merkle_proof proof;
	struct buf hashes = { .arena = &b->arena };
	str said;
	assert_int_equal(merkle_prove_consistency(&b->ctx, &source, 7, 18, &proof), OK);
	hashes_write(&hashes, &proof);
	put(b, "a", note_at(b, 7));
	put(b, "b", note_at(b, 18));
	put(b, "c", buf_view(&hashes));
	put(b, "key", note_verifier_text(&b->arena, &b->verifier));
	assert_int_equal(run(b, "growth a b c key", &said), 0);
	/* One act of the past is changed and everything signed again. */
	b->leaves[3] = merkle_leaf(S("another past"));
	put(b, "b", note_at(b, 18));
	assert_int_equal(run(b, "growth a b c key", &said), 1);
}

static void the_program_finds_checkpoints_that_contradict_each_other(void **state)
{
	struct bench *b = *state;
	str said, first = note_at(b, 7), second = note_at(b, 9);
	put(b, "key", note_verifier_text(&b->arena, &b->verifier));
	put(b, "a", arena_printf(&b->arena, "%.*s\n\n%.*s\n\n", STR_ARG(first), STR_ARG(second)));
	assert_int_equal(run(b, "checkpoints a key", &said), 0);
	put(b, "b", arena_printf(&b->arena, "%.*s\n\n%.*s\n\n", STR_ARG(second), STR_ARG(first)));
	assert_int_equal(run(b, "checkpoints b key", &said), 1);
	b->leaves[3] = merkle_leaf(S("another past"));
	str forged = note_at(b, 9);
	put(b, "c", arena_printf(&b->arena, "%.*s\n\n%.*s\n\n", STR_ARG(second), STR_ARG(forged)));
	assert_int_equal(run(b, "checkpoints c key", &said), 1);
	assert_true(str_find(said, S("rewritten")) != SIZE_MAX);
	put(b, "d", S(""));
	assert_int_equal(run(b, "checkpoints d key", &said), 1);
}

static void the_program_tells_how_it_is_used(void **state)
{
	struct bench *b = *state;
	str said;
	assert_int_equal(run(b, "", &said), 2);
	assert_int_equal(run(b, "proof a", &said), 2);
	assert_int_equal(run(b, "proof nothing there", &said), 2);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, start, finish)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		CASE(a_bundle_is_read_back_and_holds_at_every_size),
		CASE(no_changed_byte_of_a_bundle_is_accepted),
		CASE(the_program_accepts_a_true_proof_and_prints_the_act),
		CASE(the_program_refuses_a_proof_under_another_key),
		CASE(the_program_checks_the_private_part),
		CASE(the_program_sees_whether_the_ledger_only_grew),
		CASE(the_program_finds_checkpoints_that_contradict_each_other),
		CASE(the_program_tells_how_it_is_used),
	};
	char whole[PATH_MAX];
	if (argc != 2 || !realpath(argv[1], whole))
		return 2;
	program = whole;
	return cmocka_run_group_tests_name("bundle", tests, NULL, NULL);
}
