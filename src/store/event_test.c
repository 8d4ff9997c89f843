/* The ledger in the store: what is written, proved, erased, and what tampering is found. */
#include "store/event.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/json.h"
#include "ledger/event.h"
#include "ledger/note.h"
#include "store/ledger.h"
#include "store/store_fixture.h"

struct act {
	struct event_new event;
	int n;
	int64_t first, last;
};

static enum err append(struct ctx *ctx, struct db *db, void *arg)
{
	struct act *act = arg;
	for (int i = 0; i < act->n; i++) {
		TRY(event_append(ctx, db, &act->event, &act->last));
		if (i == 0)
			act->first = act->last;
	}
	return OK;
}

static enum err add(struct fixture *f, struct act *act)
{
	struct json_fault fault;
	if (act->n == 0)
		act->n = 1;
	if (str_empty(act->event.kind))
		act->event.kind = S("case.accepted");
	assert_true(json_parse(&f->arena, S("{\"due\":\"2015-02-05\",\"days\":8}"),
			       &act->event.open, &fault));
	assert_true(json_parse(&f->arena, S("{\"name\":\"Trần Văn Đức\"}"), &act->event.closed,
			       &fault));
	return store_write(&f->ctx, f->store, append, act);
}

static struct event_report verify(struct fixture *f)
{
	struct event_report report;
	fixture_ok(f, event_verify(&f->ctx, f->store, S(""), &report));
	return report;
}

static void must_be_sound(struct fixture *f)
{
	struct event_report report = verify(f);
	if (!report.sound)
		print_error("%.*s\n", STR_ARG(report.finding));
	assert_true(report.sound);
}

static void an_event_is_read_back_as_it_was_written(struct fixture *f)
{
	struct act act = { .event = { .object = 7, .actor = 8, .organisation = 9 } };
	struct event event;
	struct event_list list;
	struct db *db;
	usec before = clock_business();
	fixture_ok(f, add(f, &act));
	fixture_ok(f, event_checkpoint_now(&f->ctx, f->store));
	fixture_ok(f, store_snapshot(&f->ctx, f->store, &db));
	fixture_ok(f, event_load(&f->ctx, db, act.last, &event));
	assert_int_equal(event.object, 7);
	assert_int_equal(event.actor, 8);
	assert_int_equal(event.organisation, 9);
	assert_int_equal(event.position, 0);
	assert_true(event.recorded_at >= before && event.effective_at == event.recorded_at);
	assert_true(str_eq(value_text(value_get(event.closed, S("name"))), S("Trần Văn Đức")));
	assert_int_equal(value_integer(value_get(event.open, S("days")), 0), 8);
	fixture_ok(f, event_list(&f->ctx, db, 7, &list));
	assert_int_equal(list.n, 1);
	store_release(db);
}

static void an_act_entered_later_needs_a_reason(struct fixture *f)
{
	usec now = clock_business();
	struct act late = { .event = { .effective_at = now - USEC_HOUR } };
	struct act ahead = { .event = { .effective_at = now + USEC_HOUR, .reason = S("so") } };
	assert_int_equal(add(f, &late), ERR_INVALID);
	assert_int_equal(add(f, &ahead), ERR_INVALID);
	late.event.reason = S("power cut at the desk");
	fixture_ok(f, add(f, &late));
}

static void recorded_time_never_goes_back(struct fixture *f)
{
	struct act act = { .n = 1 };
	struct event first, second;
	struct db *db;
	fixture_ok(f, add(f, &act));
	int64_t id = act.last;
	f->options.clock = clock_monotonic; /* as if the clock had been set back by decades */
	fixture_reopen(f);
	fixture_ok(f, add(f, &act));
	fixture_ok(f, store_snapshot(&f->ctx, f->store, &db));
	fixture_ok(f, event_load(&f->ctx, db, id, &first));
	fixture_ok(f, event_load(&f->ctx, db, act.last, &second));
	store_release(db);
	assert_true(second.recorded_at >= first.recorded_at);
	assert_true(act.last > id);
}

static struct merkle_proof path_of(struct fixture *f, const struct event_proof *proof)
{
	struct merkle_proof path = { .n = proof->n };
	path.hashes = ARENA_ARRAY(&f->arena, struct merkle_hash, proof->n + 1);
	for (size_t i = 0; i < proof->n; i++)
		assert_true(merkle_hash_of(proof->path[i], &path.hashes[i]));
	return path;
}

static void check_proof(struct fixture *f, struct db *db, int64_t id)
{
	struct event_proof proof;
	struct merkle_hash leaf = { 0 }, root = { 0 };
	struct note_verifier verifier;
	str text;
	fixture_ok(f, event_prove(&f->ctx, db, id, &proof));
	assert_false(proof.pending);
	assert_true(merkle_hash_of(proof.leaf, &leaf) && merkle_hash_of(proof.root, &root));
	struct merkle_proof path = path_of(f, &proof);
	assert_true(merkle_verify_inclusion(leaf, (uint64_t)proof.position, (uint64_t)proof.size,
					    &path, root));
	assert_true(note_verifier_parse(&f->arena, event_public_key(f->store), &verifier));
	assert_true(note_verify(proof.checkpoint, &verifier, &text));
	leaf.bytes[0] ^= 1;
	assert_false(merkle_verify_inclusion(leaf, (uint64_t)proof.position, (uint64_t)proof.size,
					     &path, root));
}

static void every_event_can_be_proved_and_growth_is_consistent(struct fixture *f)
{
	struct act act = { .n = 300, .event.object = 1 };
	struct event_proof proof;
	struct merkle_hash old_root = { 0 }, root = { 0 };
	struct event_list list;
	struct db *db;
	fixture_ok(f, add(f, &act));
	fixture_ok(f, event_checkpoint_now(&f->ctx, f->store));
	fixture_ok(f, store_snapshot(&f->ctx, f->store, &db));
	fixture_ok(f, event_prove(&f->ctx, db, act.last, &proof));
	assert_true(merkle_hash_of(proof.root, &old_root));
	store_release(db);
	fixture_reopen(f);
	fixture_ok(f, add(f, &act));
	fixture_ok(f, event_checkpoint_now(&f->ctx, f->store));
	fixture_ok(f, store_snapshot(&f->ctx, f->store, &db));
	fixture_ok(f, event_list(&f->ctx, db, 1, &list));
	assert_int_equal(list.n, 600);
	for (size_t i = 0; i < list.n; i += 7)
		check_proof(f, db, list.items[i].id);
	fixture_ok(f, event_prove_consistency(&f->ctx, db, 300, 600, &proof));
	struct merkle_proof path = path_of(f, &proof);
	assert_true(merkle_hash_of(proof.root, &root));
	assert_true(merkle_verify_consistency(300, old_root, 600, root, &path));
	assert_int_equal(event_prove_consistency(&f->ctx, db, 0, 600, &proof), ERR_INVALID);
	assert_int_equal(event_prove_consistency(&f->ctx, db, 300, 601, &proof), ERR_INVALID);
	store_release(db);
	must_be_sound(f);
}

static void a_proof_is_pending_until_a_checkpoint_covers_the_event(struct fixture *f)
{
	struct act act = { .n = 1 };
	struct event_proof proof;
	struct db *db;
	fixture_ok(f, add(f, &act));
	fixture_ok(f, store_snapshot(&f->ctx, f->store, &db));
	fixture_ok(f, event_prove(&f->ctx, db, act.last, &proof));
	assert_true(proof.pending);
	assert_int_equal(event_prove(&f->ctx, db, 12345, &proof), ERR_NOT_FOUND);
	store_release(db);
}

static enum err refuse_after_append(struct ctx *ctx, struct db *db, void *arg)
{
	TRY(append(ctx, db, arg));
	return fail_at(ctx, ERR_FORBIDDEN, __FILE__, __LINE__, "No");
}

static void a_refused_command_leaves_no_gap_in_the_tree(struct fixture *f)
{
	struct act act = { .n = 3 };
	fixture_ok(f, add(f, &act));
	assert_int_equal(store_write(&f->ctx, f->store, refuse_after_append, &act), ERR_FORBIDDEN);
	fixture_ok(f, add(f, &act));
	fixture_ok(f, event_checkpoint_now(&f->ctx, f->store));
	struct event_report report = verify(f);
	assert_true(report.sound);
	assert_int_equal(report.events, 6);
	assert_int_equal(report.pending, 0);
	assert_true(report.checkpoints >= 2); /* the database's and the file's */
}

struct erase {
	int64_t id;
	struct event_new why;
};

static enum err erase(struct ctx *ctx, struct db *db, void *arg)
{
	struct erase *erase = arg;
	return event_erase(ctx, db, erase->id, &erase->why);
}

static void erasing_leaves_the_event_provable(struct fixture *f)
{
	struct act act = { .n = 5 };
	struct event event;
	struct db *db;
	fixture_ok(f, add(f, &act));
	struct erase no = { .id = act.first };
	struct erase yes = { act.first, { .reason = S("court order 12") } };
	assert_int_equal(store_write(&f->ctx, f->store, erase, &no), ERR_INVALID);
	fixture_ok(f, store_write(&f->ctx, f->store, erase, &yes));
	assert_int_equal(store_write(&f->ctx, f->store, erase, &yes), ERR_NOT_FOUND);
	fixture_ok(f, event_checkpoint_now(&f->ctx, f->store));
	fixture_ok(f, store_snapshot(&f->ctx, f->store, &db));
	fixture_ok(f, event_load(&f->ctx, db, act.first, &event));
	assert_true(event.erased && value_is_null(event.closed));
	check_proof(f, db, act.first);
	store_release(db);
	struct event_report report = verify(f);
	assert_true(report.sound);
	assert_int_equal(report.erased, 1);
}

static void erasing_by_hand_is_found(struct fixture *f)
{
	struct act act = { .n = 3 };
	fixture_ok(f, add(f, &act));
	fixture_ok(f, event_checkpoint_now(&f->ctx, f->store));
	fixture_by_hand(f, "UPDATE event SET salt = NULL, closed = NULL WHERE position = 1");
	struct event_report report = verify(f);
	assert_false(report.sound);
	assert_true(report.bad > act.first && report.bad < act.last);
}

static const char *const tampering[] = {
	"UPDATE event SET bytes = (SELECT bytes FROM event WHERE position = 2) WHERE position = 4",
	"UPDATE event SET kind = 'case.withdrawn' WHERE position = 4",
	"UPDATE event SET recorded_at = recorded_at - 1 WHERE position = 4",
	"UPDATE event SET salt = (SELECT salt FROM event WHERE position = 9) WHERE position = 4",
};

static void a_changed_event_is_named(struct fixture *f)
{
	struct act act = { .n = 4 }, other = { .n = 6, .event.kind = S("case.refused") };
	struct event_list list;
	struct db *db;
	act.event.object = other.event.object = 1;
	fixture_ok(f, add(f, &other));
	fixture_ok(f, add(f, &act));
	fixture_ok(f, event_checkpoint_now(&f->ctx, f->store));
	must_be_sound(f);
	fixture_ok(f, store_snapshot(&f->ctx, f->store, &db));
	fixture_ok(f, event_list(&f->ctx, db, 1, &list));
	store_release(db);
	fixture_by_hand(f, "CREATE TABLE kept AS SELECT * FROM event");
	for (size_t i = 0; i < sizeof tampering / sizeof tampering[0]; i++) {
		fixture_by_hand(f, tampering[i]);
		struct event_report report = verify(f);
		assert_false(report.sound);
		assert_int_equal(report.bad, list.items[4].id);
		fixture_by_hand(f, "UPDATE event SET bytes = kept.bytes, kind = kept.kind,"
				   " recorded_at = kept.recorded_at, salt = kept.salt"
				   " FROM kept WHERE kept.id = event.id AND event.position = 4");
		must_be_sound(f);
	}
}

static void a_removed_event_is_found(struct fixture *f)
{
	struct act act = { .n = 10 };
	fixture_ok(f, add(f, &act));
	fixture_ok(f, event_checkpoint_now(&f->ctx, f->store));
	fixture_by_hand(f, "DELETE FROM event WHERE position = 9");
	struct event_report report = verify(f);
	assert_false(report.sound);
	fixture_by_hand(f, "DELETE FROM ledger_checkpoint"); /* the file still knows */
	report = verify(f);
	assert_false(report.sound);
}

/* What an intruder with the database, but without the key, can do at best: change an event and
 * compute every hash in the database anew. */
static enum err recompute(struct ctx *ctx, struct db *db, void *arg)
{
	struct rows rows;
	struct merkle_tree tree = { 0 };
	struct merkle_made made[MERKLE_MADE];
	sql_t q = sql_new(ctx->arena), head = sql_new(ctx->arena);
	sql_add(&q, SQL("SELECT leaf FROM event ORDER BY position"));
	TRY(db_query_built(ctx, db, &rows, &q));
	while (rows_next(&rows)) {
		struct merkle_hash leaf;
		assert_true(merkle_hash_of(row_view(&rows, 0), &leaf));
		assert_int_equal(merkle_append(&tree, leaf, made), 0);
	}
	TRY(rows_end(&rows));
	sql_add(&head, SQL("UPDATE ledger_head SET head = $1"),
		sql_bytes(merkle_pack(ctx->arena, &tree)));
	return db_run_built(ctx, db, &head);
}

static enum err forge(struct ctx *ctx, struct db *db, void *arg)
{
	struct event event;
	struct ledger_event e;
	str bytes;
	TRY(event_load(ctx, db, *(int64_t *)arg, &event));
	e = (struct ledger_event){
		.kind = S("case.returned"), .object = event.object, .actor = event.actor,
		.recorded_at = event.recorded_at, .effective_at = event.effective_at,
	};
	TRY(ledger_event_write(ctx, &e, &bytes));
	struct merkle_hash leaf = merkle_leaf(bytes);
	sql_t q = sql_new(ctx->arena);
	sql_add(&q, SQL("UPDATE event SET bytes = $2, leaf = $3, kind = $4, organisation = 0,"
			" salt = NULL, closed = NULL WHERE id = $1"),
		event.id, sql_bytes(bytes), sql_bytes(merkle_bytes(&leaf)), e.kind);
	return db_run_built(ctx, db, &q);
}

static void a_recomputed_tree_is_found_against_an_earlier_checkpoint(struct fixture *f)
{
	struct act act = { .n = 20 };
	struct db *db;
	str kept;
	fixture_ok(f, add(f, &act));
	fixture_ok(f, event_checkpoint_now(&f->ctx, f->store));
	fixture_ok(f, store_snapshot(&f->ctx, f->store, &db));
	fixture_ok(f, event_checkpoint(&f->ctx, db, &kept));
	store_release(db);
	fixture_ok(f, store_write(&f->ctx, f->store, forge, &act.first));
	fixture_ok(f, store_write(&f->ctx, f->store, recompute, NULL));
	struct event_report report = verify(f);
	assert_false(report.sound);
	assert_int_equal(report.bad, act.first);
	/* Without the database's own checkpoints the file shows it, without both a receipt. */
	fixture_by_hand(f, "DELETE FROM ledger_checkpoint");
	report = verify(f);
	assert_false(report.sound);
	char path[128];
	snprintf(path, sizeof path, "%s/ledger/checkpoints", f->data);
	assert_int_equal(unlink(path), 0);
	assert_true(verify(f).sound);
	fixture_ok(f, event_verify(&f->ctx, f->store, kept, &report));
	assert_false(report.sound);
}

static void a_forged_checkpoint_is_found(struct fixture *f)
{
	struct act act = { .n = 2 };
	fixture_ok(f, add(f, &act));
	fixture_ok(f, event_checkpoint_now(&f->ctx, f->store));
	fixture_by_hand(f, "UPDATE ledger_checkpoint SET note = replace(note, 'motcua', 'motcux')");
	assert_false(verify(f).sound);
}

static void a_folder_with_another_key_is_refused(struct fixture *f)
{
	char path[128];
	struct store *store;
	store_close(f->store);
	f->store = NULL;
	snprintf(path, sizeof path, "%s/keys/ledger", f->data);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(store_open(&f->ctx, &f->options, &store), ERR_INVALID);
}

static enum err count_access(struct ctx *ctx, struct db *db, void *arg)
{
	int64_t *n = arg;
	TRY(db_int(ctx, db, 0, &n[0], SQL("SELECT count(*) FROM access")));
	return db_int(ctx, db, 0, &n[1],
		      SQL("SELECT count(*) FROM event WHERE kind = 'access.recorded'"));
}

static void access_is_recorded_in_batches_and_coalesced(struct fixture *f)
{
	int64_t n[2];
	for (int i = 0; i < 50; i++)
		event_access(f->store, 5, 70 + i % 3, i % 2 ? ACCESS_OPEN : ACCESS_PRINT);
	fixture_ok(f, event_access_flush(&f->ctx, f->store));
	fixture_ok(f, store_read(&f->ctx, f->store, count_access, n));
	assert_int_equal(n[0], 6);
	assert_true(n[1] >= 1 && n[1] <= 2);
	for (int i = 0; i < 5000; i++) /* more than wait at a time */
		event_access(f->store, i, 1, ACCESS_EXPORT);
	fixture_ok(f, event_access_flush(&f->ctx, f->store));
	fixture_ok(f, store_read(&f->ctx, f->store, count_access, n));
	assert_int_equal(n[0], 5006);
	fixture_ok(f, event_checkpoint_now(&f->ctx, f->store));
	must_be_sound(f);
}

static void the_background_places_and_signs_by_itself(struct fixture *f)
{
	struct act act = { .n = 4 };
	struct event_proof proof = { .pending = true };
	fixture_ok(f, add(f, &act));
	for (int i = 0; i < 100 && proof.pending; i++) {
		struct db *db;
		usleep(100000);
		fixture_ok(f, store_snapshot(&f->ctx, f->store, &db));
		fixture_ok(f, event_prove(&f->ctx, db, act.first, &proof));
		store_release(db);
	}
	assert_false(proof.pending);
}

int main(void)
{
	static const struct fixture_test tests[] = {
		FIXTURE_TEST(an_event_is_read_back_as_it_was_written),
		FIXTURE_TEST(an_act_entered_later_needs_a_reason),
		FIXTURE_TEST(recorded_time_never_goes_back),
		FIXTURE_TEST(every_event_can_be_proved_and_growth_is_consistent),
		FIXTURE_TEST(a_proof_is_pending_until_a_checkpoint_covers_the_event),
		FIXTURE_TEST(a_refused_command_leaves_no_gap_in_the_tree),
		FIXTURE_TEST(erasing_leaves_the_event_provable),
		FIXTURE_TEST(erasing_by_hand_is_found),
		FIXTURE_TEST(a_changed_event_is_named),
		FIXTURE_TEST(a_removed_event_is_found),
		FIXTURE_TEST(a_recomputed_tree_is_found_against_an_earlier_checkpoint),
		FIXTURE_TEST(a_forged_checkpoint_is_found),
		FIXTURE_TEST(a_folder_with_another_key_is_refused),
		FIXTURE_TEST(access_is_recorded_in_batches_and_coalesced),
		FIXTURE_TEST(the_background_places_and_signs_by_itself),
	};
	return fixture_run(tests, sizeof tests / sizeof tests[0], NULL);
}
