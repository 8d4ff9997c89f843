/* The real server on real sockets: strictness, slow clients, many connections, overload, the end. */
#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "web/small_app_test.h"

static struct fixture *start(struct web_options options)
{
	struct fixture *f = fixture_new();
	struct web_hooks hooks = test_hooks;
	hooks.app = &f->app;
	options.listen = "127.0.0.1:0";
	options.temp_dir = f->temp;
	options.threads = 2;
	assert_int_equal(web_start(&f->ctx, &options, &hooks, &test_tables, &f->web), OK);
	return f;
}

static void stop(struct fixture *f)
{
	web_stop(f->web);
	fixture_free(f);
}

static int dial(const struct fixture *f)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons((uint16_t)web_port(f->web)),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct timeval patience = { .tv_sec = 10 };
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
	return fd;
}

static void say(int fd, const char *text)
{
	size_t n = strlen(text);
	assert_int_equal(send(fd, text, n, MSG_NOSIGNAL), n);
}

/* One answer with a Content-Length, or all until the end. Returns its status, 0 at the end. */
static int hear(int fd, char *into, size_t room)
{
	size_t n = 0, whole = SIZE_MAX;
	into[0] = '\0';
	while (n < whole && n + 1 < room) {
		ssize_t got = recv(fd, into + n, room - 1 - n, 0);
		if (got <= 0)
			break;
		n += (size_t)got;
		into[n] = '\0';
		char *end = strstr(into, "\r\n\r\n"), *length = strcasestr(into, "Content-Length: ");
		if (whole == SIZE_MAX && end && length && length < end)
			whole = (size_t)(end + 4 - into) + strtoul(length + 16, NULL, 10);
		if (whole == SIZE_MAX && end && strstr(into, " 304 "))
			break;
	}
	return n > 12 ? (int)strtol(into + 9, NULL, 10) : 0;
}

static int ask_once(const struct fixture *f, const char *request, char *into, size_t room)
{
	int fd = dial(f);
	say(fd, request);
	int status = hear(fd, into, room);
	close(fd);
	return status;
}

static void heads_that_no_careful_server_takes_are_refused(void **state)
{
	(void)state;
	struct fixture *f = start((struct web_options){ 0 });
	static const char *const heads[] = {
		"GET / HTTP/1.1\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a/../b\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a\r\nX Y: 1\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx",
		"POST / HTTP/1.1\r\nHost: a\r\nContent-Length : 1\r\n\r\nx",
		"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\nx",
		"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n"
			"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
			"Content-Length: 1\r\n\r\n0\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: x, chunked\r\n\r\n0\r\n\r\n",
		"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"G@T / HTTP/1.1\r\nHost: a\r\n\r\n",
		"GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n",
		"GET /\x01 HTTP/1.1\r\nHost: a\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a\r\nX: a\x01" "b\r\n\r\n",
	};
	char text[4096];
	for (size_t i = 0; i < ARRAY_SIZE(heads); i++) {
		int status = ask_once(f, heads[i], text, sizeof text);
		if (status != 400)
			print_error("%d for %s\n", status, heads[i]);
		assert_int_equal(status, 400);
	}
	assert_int_equal(f->app.handled, 0);
	stop(f);
}

static void what_is_too_long_is_refused_without_being_kept(void **state)
{
	(void)state;
	struct fixture *f = start((struct web_options){ 0 });
	char *request = malloc(100000), text[4096];
	int n = snprintf(request, 100, "GET /");
	memset(request + n, 'a', 3000);
	snprintf(request + n + 3000, 100, " HTTP/1.1\r\nHost: a\r\n\r\n");
	assert_int_equal(ask_once(f, request, text, sizeof text), 414);
	n = snprintf(request, 100, "GET / HTTP/1.1\r\nHost: a\r\nX: ");
	memset(request + n, 'a', 60000);
	snprintf(request + n + 60000, 100, "\r\n\r\n");
	int status = ask_once(f, request, text, sizeof text);
	assert_true(status == 431 || status == 413 || status == 0);
	n = snprintf(request, 100, "GET / HTTP/1.1\r\nHost: a\r\n");
	for (int i = 0; i < 80; i++)
		n += snprintf(request + n, 100, "X%d: 1\r\n", i);
	snprintf(request + n, 100, "\r\n");
	assert_int_equal(ask_once(f, request, text, sizeof text), 431);
	free(request);
	stop(f);
}

static void a_connection_serves_many_requests(void **state)
{
	(void)state;
	struct fixture *f = start((struct web_options){ 0 });
	char text[40000];
	int fd = dial(f);
	for (int i = 0; i < 20; i++) {
		say(fd, "GET /tin/a HTTP/1.1\r\nHost: a\r\nAccept: text/html\r\n\r\n");
		assert_int_equal(hear(fd, text, sizeof text), 200);
		assert_non_null(strstr(text, "title=a"));
	}
	assert_int_equal(f->app.handled, 1);
	say(fd, "POST /bieu-mau HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n"
	    "Content-Type: application/x-www-form-urlencoded\r\n\r\nname=a");
	assert_int_equal(hear(fd, text, sizeof text), 403);
	say(fd, "GET /ban/moi HTTP/1.1\r\nHost: a\r\n\r\n");
	assert_int_equal(hear(fd, text, sizeof text), 200);
	say(fd, "HEAD /tin/a HTTP/1.1\r\nHost: a\r\n\r\nGET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
	size_t n = 0;
	for (ssize_t got; (got = recv(fd, text + n, sizeof text - 1 - n, 0)) > 0;) {
		n += (size_t)got;
		text[n] = '\0';
		if (strstr(text, "ok\n"))
			break;
	}
	assert_non_null(strstr(text, "ok\n"));
	close(fd);
	stop(f);
}

static void a_page_is_compressed_once_and_revalidated(void **state)
{
	(void)state;
	struct fixture *f = start((struct web_options){ 0 });
	char text[40000], again[300];
	static const char *const get = "GET /tin/a HTTP/1.1\r\nHost: a\r\nAccept-Encoding: %s\r\n\r\n";
	static const char *const codings[] = { "br", "gzip" };
	for (size_t i = 0; i < 2; i++) {
		char request[200];
		snprintf(request, sizeof request, get, codings[i]);
		for (int twice = 0; twice < 2; twice++) {
			assert_int_equal(ask_once(f, request, text, sizeof text), 200);
			assert_non_null(strstr(text, i ? "Content-Encoding: gzip"
						       : "Content-Encoding: br"));
			assert_non_null(strstr(text, "Vary: Accept, Accept-Encoding, Cookie"));
		}
		char *etag = strstr(text, "ETag: ") + 6;
		snprintf(again, sizeof again, "GET /tin/a HTTP/1.1\r\nHost: a\r\n"
			 "Accept-Encoding: %s\r\nIf-None-Match: %.*s\r\n\r\n", codings[i],
			 (int)strcspn(etag, "\r"), etag);
		assert_int_equal(ask_once(f, again, text, sizeof text), 304);
	}
	assert_int_equal(f->app.handled, 1);
	stop(f);
}

static void a_form_comes_in_chunks_and_pieces(void **state)
{
	(void)state;
	struct fixture *f = start((struct web_options){ 0 });
	char text[8000];
	int fd = dial(f);
	say(fd, "POST /api/v1/raw HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer good-token\r\n"
	    "Transfer-Encoding: chunked\r\n\r\n");
	for (int i = 0; i < 5; i++) {
		say(fd, "3\r\nabc\r\n");
		usleep(3000);
	}
	say(fd, "0\r\n\r\n");
	assert_int_equal(hear(fd, text, sizeof text), 200);
	assert_non_null(strstr(text, "abcabcabcabcabc"));
	say(fd, "POST /api/v1/raw HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n");
	assert_int_equal(hear(fd, text, sizeof text), 413);
	close(fd);
	stop(f);
}

static void bodies_under_way_do_not_fill_the_memory(void **state)
{
	(void)state;
	struct fixture *f = start((struct web_options){ .body_bytes = 300000 });
	static const char *const post = "POST /api/v1/raw HTTP/1.1\r\nHost: a\r\n"
		"Authorization: Bearer good-token\r\nContent-Length: 100000\r\n\r\n";
	int fds[4];
	char text[4000];
	for (int i = 0; i < 3; i++) {
		fds[i] = dial(f);
		say(fds[i], post);
	}
	usleep(100000);
	assert_int_equal(ask_once(f, post, text, sizeof text), 503);
	assert_non_null(strstr(text, "Retry-After"));
	for (int i = 0; i < 3; i++)
		close(fds[i]);
	usleep(400000);
	fds[3] = dial(f);
	say(fds[3], post);
	char *body = calloc(1, 100001);
	memset(body, 'x', 100000);
	say(fds[3], body);
	free(body);
	assert_int_equal(hear(fds[3], text, sizeof text), 200);
	close(fds[3]);
	stop(f);
}

static void slow_clients_are_cut_off_and_others_served(void **state)
{
	(void)state;
	struct fixture *f = start((struct web_options){ .header_time = USEC_SECOND,
		.body_time = USEC_SECOND, .idle_time = USEC_SECOND });
	enum { SLOW = 200 };
	int slow[SLOW];
	char text[20000];
	for (int i = 0; i < SLOW; i++) {
		slow[i] = dial(f);
		say(slow[i], i % 2 ? "GET / HTTP/1.1\r\nHost: a\r\nX: " :
		    "POST /bieu-mau HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n"
		    "Content-Type: application/x-www-form-urlencoded\r\n\r\n");
	}
	usec began = clock_monotonic();
	/* Each drips one byte now and then, which an inactivity time-out would never mind. */
	while (clock_monotonic() - began < 2500000) {
		for (int i = 0; i < SLOW; i++)
			if (send(slow[i], "a", 1, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
				continue;
		assert_int_equal(ask_once(f, "GET /tin/a HTTP/1.1\r\nHost: a\r\n\r\n", text,
				     sizeof text), 200);
		usleep(100000);
	}
	for (int i = 0; i < SLOW; i++) {
		ssize_t n;
		bool late = false;
		while ((n = recv(slow[i], text, sizeof text - 1, MSG_DONTWAIT)) > 0) {
			text[n] = '\0';
			late |= strstr(text, " 408 ") != NULL;
		}
		assert_true(n == 0 || late);
		close(slow[i]);
	}
	stop(f);
}

static void an_address_may_not_take_all_connections(void **state)
{
	(void)state;
	struct fixture *f = start((struct web_options){ .connections_per_address = 10 });
	static const char *const get = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n";
	int fds[30], served = 0;
	char text[2000];
	for (int i = 0; i < 30; i++)
		fds[i] = dial(f);
	for (int i = 0; i < 30; i++) {
		if (send(fds[i], get, strlen(get), MSG_NOSIGNAL) < 0)
			continue;
		served += hear(fds[i], text, sizeof text) == 200;
	}
	/* Two threads accept at once: each may let one too many in. */
	assert_in_range(served, 10, 12);
	for (int i = 0; i < 30; i++)
		close(fds[i]);
	stop(f);
}

/* libmicrohttpd's own threads stall when the number of ready connections is a multiple of 128. */
static void no_number_of_connections_stalls_the_server(void **state)
{
	(void)state;
	struct fixture *f = start((struct web_options){ 0 });
	static const int counts[] = { 127, 128, 129, 256, 384, 512 };
	char text[40000];
	for (size_t c = 0; c < ARRAY_SIZE(counts); c++) {
		int n = counts[c], *fds = calloc((size_t)n, sizeof *fds);
		usec began = clock_monotonic();
		for (int i = 0; i < n; i++)
			fds[i] = dial(f);
		for (int round = 0; round < 8; round++) {
			for (int i = 0; i < n; i++)
				say(fds[i], "GET /tin/a HTTP/1.1\r\nHost: a\r\n\r\n");
			for (int i = 0; i < n; i++)
				assert_int_equal(hear(fds[i], text, sizeof text), 200);
		}
		for (int i = 0; i < n; i++)
			close(fds[i]);
		free(fds);
		/* 4,096 requests take well under a second, sanitizers or not; a stall, minutes. */
		assert_true(clock_monotonic() - began < 8 * USEC_SECOND);
	}
	stop(f);
}

static void overload_is_told_within_a_tenth_of_a_second(void **state)
{
	(void)state;
	enum { CLIENTS = 60 };
	struct fixture *f = start((struct web_options){ .workers = 2, .queue = 8 });
	int fds[CLIENTS], told = 0, served = 0;
	char text[20000];
	f->app.gate_closed = true;
	usec began = clock_monotonic();
	for (int i = 0; i < CLIENTS; i++) {
		fds[i] = dial(f);
		say(fds[i], "GET /cham HTTP/1.1\r\nHost: a\r\n\r\n");
	}
	struct pollfd polls[CLIENTS];
	for (int i = 0; i < CLIENTS; i++)
		polls[i] = (struct pollfd){ .fd = fds[i], .events = POLLIN };
	while (clock_monotonic() - began < 400000)
		if (poll(polls, CLIENTS, 5) > 0)
			for (int i = 0; i < CLIENTS; i++)
				if (polls[i].revents) {
					assert_int_equal(hear(fds[i], text, sizeof text), 503);
					assert_non_null(strstr(text, "Retry-After: 1"));
					told++;
					polls[i].fd = -1;
					polls[i].revents = 0;
					assert_true(clock_monotonic() - began < 200000);
				}
	assert_int_equal(told, CLIENTS - 10);
	/* A page from the cache and a full queue do not concern each other. */
	f->app.gate_closed = false;
	for (int i = 0; i < CLIENTS; i++) {
		if (polls[i].fd >= 0)
			served += hear(fds[i], text, sizeof text) == 200;
		close(fds[i]);
	}
	assert_int_equal(served, 10);
	stop(f);
}

static void *end_it(void *object)
{
	usleep(100000);
	kill(getpid(), SIGTERM);
	return object;
}

static void an_open_request_is_finished_before_the_end(void **state)
{
	(void)state;
	struct fixture *f = start((struct web_options){ 0 });
	char text[4000];
	f->app.gate_closed = true;
	int busy = dial(f), idle = dial(f), stream = dial(f);
	say(busy, "GET /cham HTTP/1.1\r\nHost: a\r\n\r\n");
	say(stream, "GET /su-kien HTTP/1.1\r\nHost: a\r\n\r\n");
	pthread_t killer;
	pthread_create(&killer, NULL, end_it, NULL);
	web_run(f->web);
	pthread_join(killer, NULL);
	f->app.gate_closed = false;
	stop(f);
	assert_int_equal(hear(busy, text, sizeof text), 200);
	assert_non_null(strstr(text, "slow"));
	assert_int_equal(recv(idle, text, 10, 0), 0);
	close(busy);
	close(idle);
	close(stream);
}

static void a_client_that_leaves_does_no_harm(void **state)
{
	(void)state;
	struct fixture *f = start((struct web_options){ .workers = 2 });
	f->app.gate_closed = true;
	for (int i = 0; i < 20; i++) {
		int fd = dial(f);
		say(fd, i % 2 ? "GET /cham HTTP/1.1\r\nHost: a\r\n\r\n" :
		    "POST /tep HTTP/1.1\r\nHost: a\r\nContent-Length: 10000\r\n"
		    "Content-Type: multipart/form-data; boundary=x\r\n\r\n--x\r\n");
		usleep(2000);
		close(fd);
	}
	f->app.gate_closed = false;
	char text[2000];
	assert_int_equal(ask_once(f, "GET /cham HTTP/1.1\r\nHost: a\r\n\r\n", text, sizeof text), 200);
	stop(f);
}

static void events_reach_those_who_listen(void **state)
{
	(void)state;
	struct fixture *f = start((struct web_options){ 0 });
	char text[4000];
	int fd = dial(f);
	say(fd, "GET /su-kien HTTP/1.1\r\nHost: a\r\n\r\n");
	usec began = clock_monotonic();
	while (web_event(f->web, S("news"), S("line"), S("a\nb")) == 0)
		assert_true(clock_monotonic() - began < 3 * USEC_SECOND);
	size_t n = 0;
	while (n < sizeof text - 1) {
		ssize_t got = recv(fd, text + n, sizeof text - 1 - n, 0);
		assert_true(got > 0);
		n += (size_t)got;
		text[n] = '\0';
		if (strstr(text, "event: line\ndata: a\ndata: b\n\n"))
			break;
	}
	assert_non_null(strstr(text, "text/event-stream"));
	assert_int_equal(web_event(f->web, S("other"), S("x"), S("y")), 0);
	close(fd);
	stop(f);
}

static bool shell(struct fixture *f, const char *command, const char *into)
{
	str line = arena_printf(&f->arena, "%s > %s/%s 2>/dev/null", command, f->temp, into);
	return system(line.p) == 0;
}

static void pages_come_over_tls_and_ask_for_it_ever_after(void **state)
{
	(void)state;
	/* The fixture's folder first: the certificate is made in it. */
	struct fixture *f = start((struct web_options){ 0 });
	str key = arena_printf(&f->arena, "%s/key.pem", f->temp);
	str certificate = arena_printf(&f->arena, "%s/certificate.pem", f->temp);
	str page = arena_printf(&f->arena, "%s/page", f->temp);
	bool made = shell(f, arena_printf(&f->arena, "openssl req -x509 -newkey rsa:2048 -nodes "
		"-subj /CN=localhost -keyout %s -out %s -days 2", key.p, certificate.p).p, "page");
	if (made) {
		struct fixture *tls = start((struct web_options){ .certificate = certificate.p,
								  .key = key.p });
		bool got = shell(f, arena_printf(&f->arena, "curl -ski --max-time 10 "
			"https://localhost:%d/tin/a https://localhost:%d/ban/moi",
			web_port(tls->web), web_port(tls->web)).p, "page");
		char text[60000] = "";
		FILE *file = fopen(page.p, "r");
		assert_non_null(file);
		assert_true(got && fread(text, 1, sizeof text - 1, file) > 0);
		fclose(file);
		assert_non_null(strstr(text, "title=a"));
		assert_non_null(strstr(text, "Strict-Transport-Security: "));
		assert_non_null(strstr(text, "; Secure"));
		stop(tls);
	}
	unlink(key.p);
	unlink(certificate.p);
	unlink(page.p);
	stop(f);
	assert_true(made);
}

static void a_port_that_is_taken_is_told(void **state)
{
	(void)state;
	struct fixture *f = start((struct web_options){ 0 });
	char listen_at[32];
	snprintf(listen_at, sizeof listen_at, "127.0.0.1:%d", web_port(f->web));
	struct web_options options = { .listen = listen_at };
	struct web *second = NULL;
	struct web_hooks hooks = { 0 };
	assert_int_equal(web_start(&f->ctx, &options, &hooks, &test_tables, &second), ERR_IO);
	options.listen = "nonsense";
	assert_int_equal(web_start(&f->ctx, &options, &hooks, &test_tables, &second), ERR_INVALID);
	stop(f);
}

int main(void)
{
	struct rlimit files = { 4096, 4096 };
	setrlimit(RLIMIT_NOFILE, &files);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(heads_that_no_careful_server_takes_are_refused),
		cmocka_unit_test(what_is_too_long_is_refused_without_being_kept),
		cmocka_unit_test(a_connection_serves_many_requests),
		cmocka_unit_test(a_page_is_compressed_once_and_revalidated),
		cmocka_unit_test(a_form_comes_in_chunks_and_pieces),
		cmocka_unit_test(bodies_under_way_do_not_fill_the_memory),
		cmocka_unit_test(slow_clients_are_cut_off_and_others_served),
		cmocka_unit_test(an_address_may_not_take_all_connections),
		cmocka_unit_test(no_number_of_connections_stalls_the_server),
		cmocka_unit_test(overload_is_told_within_a_tenth_of_a_second),
		cmocka_unit_test(an_open_request_is_finished_before_the_end),
		cmocka_unit_test(a_client_that_leaves_does_no_harm),
		cmocka_unit_test(events_reach_those_who_listen),
		cmocka_unit_test(pages_come_over_tls_and_ask_for_it_ever_after),
		cmocka_unit_test(a_port_that_is_taken_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
