/* What leaves the program: queue, retries, and mail against a small SMTP server in this process. */
#include "store/outbox.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "store/mail.h"
#include "store/network.h"
#include "store/store_fixture.h"

struct adding {
	struct outbox_new item;
	int64_t id;
	bool refuse;
};

static enum err add_item(struct ctx *ctx, struct db *db, void *arg)
{
	struct adding *adding = arg;
	TRY(outbox_add(ctx, db, &adding->item, &adding->id));
	if (adding->refuse)
		return fail_at(ctx, ERR_FORBIDDEN, __FILE__, __LINE__, "No");
	return OK;
}

static int64_t add(struct fixture *f, const char *kind, const char *key)
{
	struct adding adding = { .item = { .kind = str_z(kind), .key = str_z(key), .object = 5 } };
	adding.item.payload = value_map();
	value_set(&f->arena, &adding.item.payload, S("n"), value_int(1));
	fixture_ok(f, store_write(&f->ctx, f->store, add_item, &adding));
	return adding.id;
}

static struct outbox_item newest(struct fixture *f)
{
	struct outbox_list list;
	struct db *db;
	fixture_ok(f, store_snapshot(&f->ctx, f->store, &db));
	fixture_ok(f, outbox_list(&f->ctx, db, &(struct outbox_filter){ .object = 5 }, 10, &list));
	store_release(db);
	assert_true(list.n > 0);
	return list.items[0];
}

struct script {
	enum err answers[8];
	int calls;
	str key;
	struct arena *arena;
};

static enum err play(struct ctx *ctx, struct store *store, const struct outbox_item *item,
		     void *arg)
{
	struct script *script = arg;
	enum err e = script->answers[script->calls++];
	if (script->arena)
		script->key = arena_copy(script->arena, item->key);
	if (e != OK)
		return fail_at(ctx, e, __FILE__, __LINE__, "Not now");
	return OK;
}

static int64_t run(struct fixture *f, struct script *script)
{
	int64_t sent;
	struct outbox_handler handlers[] = { { "test", play, script } };
	script->arena = &f->arena;
	fixture_ok(f, outbox_run(&f->ctx, f->store, handlers, 1, &sent));
	return sent;
}

static void an_item_is_sent_once_with_its_key(struct fixture *f)
{
	struct script script = { .calls = 0 };
	int64_t id = add(f, "test", "letter-7");
	assert_int_equal(add(f, "test", "letter-7"), id);
	assert_int_equal(run(f, &script), 1);
	assert_int_equal(run(f, &script), 0);
	assert_int_equal(script.calls, 1);
	assert_true(str_eq(script.key, S("letter-7")));
	struct outbox_item item = newest(f);
	assert_int_equal(item.state, OUTBOX_SENT);
	assert_int_equal(value_integer(value_get(item.payload, S("n")), 0), 1);
	assert_true(item.done_at >= item.added_at);
}

static void a_refused_command_sends_nothing(struct fixture *f)
{
	struct script script = { .calls = 0 };
	struct adding adding = { .item.kind = S("test"), .refuse = true };
	assert_int_equal(store_write(&f->ctx, f->store, add_item, &adding), ERR_FORBIDDEN);
	assert_int_equal(run(f, &script), 0);
	assert_int_equal(script.calls, 0);
}

static void a_passing_fault_is_tried_again_later(struct fixture *f)
{
	struct script script = { .answers = { ERR_BUSY, OK } };
	add(f, "test", "");
	assert_int_equal(run(f, &script), 0);
	assert_int_equal(script.calls, 1); /* not again at once */
	struct outbox_item item = newest(f);
	assert_int_equal(item.state, OUTBOX_WAITING);
	assert_int_equal(item.tries, 1);
	assert_true(item.next_at > clock_real() + 3 * USEC_SECOND);
	assert_true(str_find(item.fault, S("Not now")) != SIZE_MAX);
	fixture_by_hand(f, "UPDATE outbox SET next_at = 1");
	assert_int_equal(run(f, &script), 1);
	assert_int_equal(newest(f).tries, 2);
}

static enum err retry(struct ctx *ctx, struct db *db, void *arg)
{
	return outbox_retry(ctx, db, *(int64_t *)arg);
}

static void a_lasting_fault_is_given_up_and_can_be_put_back(struct fixture *f)
{
	struct script script = { .answers = { ERR_INVALID, OK } };
	int64_t id = add(f, "test", "");
	assert_int_equal(run(f, &script), 0);
	assert_int_equal(newest(f).state, OUTBOX_FAILED);
	fixture_ok(f, store_write(&f->ctx, f->store, retry, &id));
	assert_int_equal(run(f, &script), 1);
	assert_int_equal(store_write(&f->ctx, f->store, retry, &id), ERR_CONFLICT);
}

static void it_is_given_up_after_a_week(struct fixture *f)
{
	struct script script = { .answers = { ERR_IO, ERR_IO, ERR_IO } };
	int64_t id = add(f, "test", "");
	fixture_by_hand(f, "UPDATE outbox SET since = since - 600000000000, tries = 100");
	assert_int_equal(run(f, &script), 0);
	assert_int_equal(newest(f).state, OUTBOX_WAITING);
	fixture_by_hand(f, "UPDATE outbox SET since = since - 10000000000, next_at = 1");
	assert_int_equal(run(f, &script), 0);
	assert_int_equal(newest(f).state, OUTBOX_FAILED);
	fixture_ok(f, store_write(&f->ctx, f->store, retry, &id)); /* another week */
	assert_int_equal(run(f, &script), 0);
	assert_int_equal(newest(f).state, OUTBOX_WAITING);
}

/* ---- lanes ---- */

static void add_in_lane(struct fixture *f, const char *lane, const char *key)
{
	struct adding adding = { .item = { .kind = S("test"), .key = str_z(key), .object = 5,
					   .lane = str_z(lane) } };
	adding.item.payload = value_map();
	fixture_ok(f, store_write(&f->ctx, f->store, add_item, &adding));
}

static struct outbox_lane lane_of(struct fixture *f, const char *name)
{
	struct outbox_lane lane;
	struct db *db;
	fixture_ok(f, store_snapshot(&f->ctx, f->store, &db));
	fixture_ok(f, outbox_lane(&f->ctx, db, str_z(name), &lane));
	store_release(db);
	return lane;
}

static void who_is_away_is_asked_once_a_pause_and_holds_up_nobody(struct fixture *f)
{
	struct script script = { .answers = { ERR_BUSY, OK, OK, OK, OK } };
	add_in_lane(f, "away", "a1");
	add_in_lane(f, "away", "a2");
	add_in_lane(f, "there", "b1");
	assert_int_equal(run(f, &script), 1);
	assert_int_equal(script.calls, 2); /* a1 failed, a2 was not tried, b1 went out */
	add_in_lane(f, "away", "a3");      /* joins those that wait */
	assert_int_equal(run(f, &script), 0);
	struct outbox_lane lane = lane_of(f, "away");
	assert_int_equal(lane.waiting, 3);
	assert_true(lane.next_at > clock_real());
	assert_true(str_find(lane.fault, S("Not now")) != SIZE_MAX);
	assert_int_equal(lane_of(f, "there").sent, 1);
	/* It is there again: the first that gets through brings the others along. */
	fixture_by_hand(f, "UPDATE outbox SET next_at = 1 WHERE key = 'a1'");
	assert_int_equal(run(f, &script), 3);
	lane = lane_of(f, "away");
	assert_int_equal(lane.sent, 3);
	assert_int_equal(lane.next_at, 0);
}

static void pauses_of_a_lane_grow_until_it_answers(struct fixture *f)
{
	struct script script = { .answers = { ERR_BUSY, ERR_BUSY, ERR_BUSY, ERR_INVALID } };
	add_in_lane(f, "away", "a1");
	add_in_lane(f, "away", "a2");
	for (int i = 0; i < 3; i++) {
		fixture_by_hand(f, "UPDATE outbox SET next_at = 1 WHERE key = 'a1'");
		assert_int_equal(run(f, &script), 0);
	}
	assert_int_equal(script.calls, 3);
	assert_true(lane_of(f, "away").next_at > clock_real() + 15 * USEC_SECOND);
	/* A refusal is an answer. */
	fixture_by_hand(f, "UPDATE outbox SET next_at = 1 WHERE key = 'a1'");
	assert_int_equal(run(f, &script), 1);
	assert_int_equal(lane_of(f, "away").next_at, 0);
	assert_int_equal(lane_of(f, "away").failed, 1);
}

static enum err retry_lane(struct ctx *ctx, struct db *db, void *arg)
{
	return outbox_retry_lane(ctx, db, S("away"), arg);
}

static void all_that_failed_of_a_lane_is_put_back_at_once(struct fixture *f)
{
	struct script script = { .answers = { ERR_INVALID, ERR_INVALID, ERR_INVALID } };
	int64_t n;
	add_in_lane(f, "away", "a1");
	add_in_lane(f, "away", "a2");
	add_in_lane(f, "there", "b1");
	assert_int_equal(run(f, &script), 0);
	fixture_ok(f, store_write(&f->ctx, f->store, retry_lane, &n));
	assert_int_equal(n, 2);
	assert_int_equal(run(f, &script), 2);
	assert_int_equal(lane_of(f, "there").failed, 1);
}

struct slow {
	atomic_int calls;
	atomic_bool may_end;
};

static enum err dawdle(struct ctx *ctx, struct store *store, const struct outbox_item *item, void *arg)
{
	struct slow *slow = arg;
	atomic_fetch_add(&slow->calls, 1);
	for (int i = 0; i < 1500 && !atomic_load(&slow->may_end); i++)
		usleep(20000);
	return OK;
}

static void one_kind_does_not_wait_for_another(struct fixture *f)
{
	struct slow slow = { 0 };
	struct script script = { .calls = 0 };
	struct outbox_handler handlers[] = { { "slow", dawdle, &slow, 2 }, { "test", play, &script } };
	struct outbox *outbox;
	struct adding adding = { .item = { .kind = S("slow"), .object = 5, .lane = S("one") } };
	adding.item.payload = value_map();
	fixture_ok(f, store_write(&f->ctx, f->store, add_item, &adding));
	fixture_ok(f, store_write(&f->ctx, f->store, add_item, &adding));
	adding.item.lane = S("two");
	fixture_ok(f, store_write(&f->ctx, f->store, add_item, &adding));
	add(f, "test", "");
	fixture_ok(f, outbox_start(&f->ctx, f->store, handlers, 2, &outbox));
	bool sent = false;
	for (int i = 0; i < 500 && !(sent && atomic_load(&slow.calls) == 2); i++) {
		usleep(20000);
		sent = newest(f).state == OUTBOX_SENT;
	}
	int begun = atomic_load(&slow.calls);
	atomic_store(&slow.may_end, true);
	outbox_stop(outbox);
	assert_true(sent);
	assert_int_equal(begun, 2); /* one of each lane */
}

static void what_a_dead_node_had_claimed_is_taken_over(struct fixture *f)
{
	struct script script = { .calls = 0 };
	add(f, "test", "");
	fixture_by_hand(f, "UPDATE outbox SET state = 1, tries = 1, next_at = next_at + 600000000");
	assert_int_equal(run(f, &script), 0);
	fixture_by_hand(f, "UPDATE outbox SET next_at = 1");
	assert_int_equal(run(f, &script), 1);
}

static void kinds_without_a_handler_wait(struct fixture *f)
{
	struct script script = { .calls = 0 };
	add(f, "fax", "");
	assert_int_equal(run(f, &script), 0);
	assert_int_equal(newest(f).state, OUTBOX_WAITING);
}

static void the_thread_sends_by_itself(struct fixture *f)
{
	struct script script = { .calls = 0 }; /* the arena is this thread's */
	struct outbox_handler handlers[] = { { "test", play, &script } };
	struct outbox *outbox;
	add(f, "test", "");
	add(f, "test", "");
	fixture_ok(f, outbox_start(&f->ctx, f->store, handlers, 1, &outbox));
	for (int i = 0; i < 50 && newest(f).state != OUTBOX_SENT; i++)
		usleep(100000);
	outbox_stop(outbox);
	assert_int_equal(newest(f).state, OUTBOX_SENT);
	assert_int_equal(script.calls, 2);
}

/* ---- mail ---- */

struct sink {
	int socket, port, sessions;
	const char *to_answer; /* to RCPT TO */
	char seen[8192];
	size_t n;
	pthread_t thread;
};

static void talk(struct sink *sink, FILE *in, FILE *out)
{
	char line[2048];
	bool data = false;
	fputs("220 sink ESMTP\r\n", out);
	fflush(out);
	while (fgets(line, sizeof line, in)) {
		int n = snprintf(sink->seen + sink->n, sizeof sink->seen - sink->n, "%s", line);
		if (n > 0 && (size_t)n < sizeof sink->seen - sink->n)
			sink->n += (size_t)n;
		if (data && strcmp(line, ".\r\n") != 0)
			continue;
		const char *answer = "250 fine\r\n";
		if (strncmp(line, "DATA", 4) == 0)
			answer = "354 go on\r\n";
		else if (strncmp(line, "RCPT", 4) == 0)
			answer = sink->to_answer;
		else if (strncmp(line, "QUIT", 4) == 0)
			answer = "221 bye\r\n";
		data = strncmp(line, "DATA", 4) == 0;
		fputs(answer, out);
		fflush(out);
	}
}

static void *serve(void *arg)
{
	struct sink *sink = arg;
	for (int fd; (fd = accept(sink->socket, NULL, NULL)) >= 0; sink->sessions++) {
		FILE *in = fdopen(fd, "r"), *out = fdopen(dup(fd), "w");
		sink->n = 0;
		talk(sink, in, out);
		fclose(in);
		fclose(out);
	}
	return NULL;
}

static void sink_start(struct sink *sink)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t n = sizeof address;
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	*sink = (struct sink){ .socket = socket(AF_INET, SOCK_STREAM, 0) };
	sink->to_answer = "250 fine\r\n";
	assert_int_equal(bind(sink->socket, (struct sockaddr *)&address, n), 0);
	assert_int_equal(listen(sink->socket, 4), 0);
	assert_int_equal(getsockname(sink->socket, (struct sockaddr *)&address, &n), 0);
	sink->port = ntohs(address.sin_port);
	pthread_create(&sink->thread, NULL, serve, sink);
}

static void sink_stop(struct sink *sink)
{
	shutdown(sink->socket, SHUT_RDWR);
	close(sink->socket);
	pthread_join(sink->thread, NULL);
}

static void mail_goes_out_over_smtp(struct fixture *f)
{
	struct sink sink;
	char server[64];
	sink_start(&sink);
	snprintf(server, sizeof server, "smtp://127.0.0.1:%d", sink.port);
	struct mail_settings settings = {
		.server = server, .from = "mot-cua@example.vn", .name = "Một cửa Hòa Phát"
	};
	struct adding adding = { .item = { .kind = S("mail"), .object = 5 } };
	struct value letter = value_map();
	value_set(&f->arena, &letter, S("to"), value_str(S("lan@example.vn")));
	value_set(&f->arena, &letter, S("subject"),
		  value_str(S("Hồ sơ khai sinh của cháu Nguyễn Thị Ánh Nguyệt "
			      "đã được tiếp nhận")));
	value_set(&f->arena, &letter, S("text"),
		  value_str(S("Kính gửi bà Lan,\n.\n100% = xong \n")));
	adding.item.payload = letter;
	fixture_ok(f, store_write(&f->ctx, f->store, add_item, &adding));
	struct outbox_handler handlers[] = { { "mail", mail_send, &settings } };
	int64_t sent;
	sink.to_answer = "451 later\r\n";
	fixture_ok(f, outbox_run(&f->ctx, f->store, handlers, 1, &sent));
	assert_int_equal(newest(f).state, OUTBOX_WAITING);
	sink.to_answer = "250 fine\r\n";
	fixture_by_hand(f, "UPDATE outbox SET next_at = 1");
	fixture_ok(f, outbox_run(&f->ctx, f->store, handlers, 1, &sent));
	assert_int_equal(sent, 1);
	sink_stop(&sink);
	assert_non_null(strstr(sink.seen, "MAIL FROM:<mot-cua@example.vn>"));
	assert_non_null(strstr(sink.seen, "RCPT TO:<lan@example.vn>"));
	assert_non_null(strstr(sink.seen, "Subject: =?UTF-8?Q?H=E1=BB=93=20s=C6=A1=20khai"));
	assert_non_null(strstr(sink.seen, "K=C3=ADnh g=E1=BB=ADi b=C3=A0 Lan,\r\n=2E\r\n"));
	assert_non_null(strstr(sink.seen, "100% =3D xong=20\r\n"));
	assert_non_null(strstr(sink.seen, "Message-ID: <"));
	for (char *line = sink.seen, *end; (end = strstr(line, "\r\n")); line = end + 2)
		assert_true(end - line <= 78);
}

static void mail_that_cannot_go_is_given_up(struct fixture *f)
{
	struct sink sink;
	char server[64];
	sink_start(&sink);
	snprintf(server, sizeof server, "smtp://127.0.0.1:%d", sink.port);
	struct mail_settings settings = { .server = server, .from = "mot-cua@example.vn" };
	struct outbox_item item = { .id = 1, .key = S("k"), .payload = value_map() };
	value_set(&f->arena, &item.payload, S("to"), value_str(S("a@b>\r\nRCPT TO:<x@y")));
	assert_int_equal(mail_send(&f->ctx, f->store, &item, &settings), ERR_INVALID);
	value_set(&f->arena, &item.payload, S("to"), value_str(S("a@b.vn")));
	value_set(&f->arena, &item.payload, S("subject"), value_str(S("x\r\nBcc: c@d.vn")));
	assert_int_equal(mail_send(&f->ctx, f->store, &item, &settings), ERR_INVALID);
	value_set(&f->arena, &item.payload, S("subject"), value_str(S("x")));
	sink.to_answer = "550 no such person\r\n";
	assert_int_equal(mail_send(&f->ctx, f->store, &item, &settings), ERR_INVALID);
	sink_stop(&sink);
	assert_int_equal(mail_send(&f->ctx, f->store, &item, &settings), ERR_BUSY);
}

/* ---- where messages may go ---- */

static bool allows(const char *host, struct value named)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	if (inet_pton(AF_INET, host, &v4.sin_addr) == 1)
		return network_allows(named, (struct sockaddr *)&v4);
	assert_int_equal(inet_pton(AF_INET6, host, &v6.sin6_addr), 1);
	return network_allows(named, (struct sockaddr *)&v6);
}

static void a_typed_address_never_reaches_the_machine_behind_the_cloud(struct fixture *f)
{
	static const char *const never[] = { "169.254.169.254", "::ffff:169.254.169.254", "0.0.0.0",
		"64:ff9b::a9fe:a9fe", "fe80::1", "fd00:ec2::254", "224.0.0.1", "255.255.255.255", "::" };
	static const char *const inside[] = { "10.9.0.1", "192.168.1.1", "172.31.0.1", "127.0.0.1", "::1",
		"fd12::1", "::ffff:127.0.0.1" };
	struct value named = value_list(), none = value_list();
	value_push(&f->arena, &named, value_str(S("10.0.0.0/8")));
	value_push(&f->arena, &named, value_str(S("fd12::/32")));
	for (size_t i = 0; i < sizeof never / sizeof *never; i++) {
		assert_false(allows(never[i], value_null()));
		assert_false(allows(never[i], named));
	}
	for (size_t i = 0; i < sizeof inside / sizeof *inside; i++) {
		assert_true(allows(inside[i], value_null()));
		assert_false(allows(inside[i], none));
	}
	assert_true(allows("10.9.0.1", named));
	assert_true(allows("fd12::1", named));
	assert_false(allows("192.168.1.1", named));
	assert_true(allows("203.162.4.190", none));
	assert_true(allows("2405:4800::1", none));
	assert_false(network_valid(S("10.0.0.0/33")));
	assert_false(network_valid(S("10.0.0/8")));
	assert_false(network_valid(S("10.0.0.0/x")));
}

int main(void)
{
	static const struct fixture_test tests[] = {
		FIXTURE_TEST(an_item_is_sent_once_with_its_key),
		FIXTURE_TEST(a_refused_command_sends_nothing),
		FIXTURE_TEST(a_passing_fault_is_tried_again_later),
		FIXTURE_TEST(a_lasting_fault_is_given_up_and_can_be_put_back),
		FIXTURE_TEST(it_is_given_up_after_a_week),
		FIXTURE_TEST(who_is_away_is_asked_once_a_pause_and_holds_up_nobody),
		FIXTURE_TEST(pauses_of_a_lane_grow_until_it_answers),
		FIXTURE_TEST(all_that_failed_of_a_lane_is_put_back_at_once),
		FIXTURE_TEST(one_kind_does_not_wait_for_another),
		FIXTURE_TEST(what_a_dead_node_had_claimed_is_taken_over),
		FIXTURE_TEST(kinds_without_a_handler_wait),
		FIXTURE_TEST(the_thread_sends_by_itself),
		FIXTURE_TEST(mail_goes_out_over_smtp),
		FIXTURE_TEST(mail_that_cannot_go_is_given_up),
		FIXTURE_TEST(a_typed_address_never_reaches_the_machine_behind_the_cloud),
	};
	return fixture_run(tests, sizeof tests / sizeof tests[0], NULL);
}
