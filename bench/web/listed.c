/* The peer of P3: libmicrohttpd with nothing around it, answering with what the worklist's SQL
 * gives: a session looked up, 50 cases of one organisation, written straight into a buffer.
 * listed PORT DATABASE */
#include <microhttpd.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"

enum { THREADS = 2 };

struct io {
	struct MHD_Daemon *daemon;
	struct arena arena;
	sqlite3 *db;
	sqlite3_stmt *session, *list;
	int64_t organisation;
};

static void put_text(struct buf *out, sqlite3_stmt *row, int column)
{
	str text = str_of((const char *)sqlite3_column_text(row, column),
			  (size_t)sqlite3_column_bytes(row, column));
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '<')
			buf_str(out, S("&lt;"));
		else if (text.p[i] == '&')
			buf_str(out, S("&amp;"));
		else
			buf_byte(out, text.p[i]);
	}
	buf_str(out, S("</td><td>"));
}

static struct MHD_Response *page(struct io *io)
{
	struct buf out = { .arena = &io->arena };
	arena_reset(&io->arena);
	sqlite3_bind_blob(io->session, 1, "0123456789abcdef0123456789abcdef", 32, SQLITE_STATIC);
	sqlite3_step(io->session);
	sqlite3_reset(io->session);
	buf_str(&out, S("<!DOCTYPE html><title>Worklist</title><table>"));
	sqlite3_bind_int64(io->list, 1, io->organisation);
	while (sqlite3_step(io->list) == SQLITE_ROW) {
		buf_str(&out, S("<tr><td>"));
		for (int i = 0; i < 5; i++)
			put_text(&out, io->list, i);
		buf_str(&out, S("</td></tr>"));
	}
	sqlite3_reset(io->list);
	buf_str(&out, S("</table>"));
	struct MHD_Response *response =
		MHD_create_response_from_buffer(out.n, out.p, MHD_RESPMEM_MUST_COPY);
	MHD_add_response_header(response, "Content-Type", "text/html; charset=utf-8");
	return response;
}

static enum MHD_Result take(void *object, struct MHD_Connection *connection, const char *url,
			    const char *method, const char *version, const char *bytes, size_t *n,
			    void **state)
{
	static int seen;
	(void)url, (void)method, (void)version, (void)bytes, (void)n;
	if (!*state) {
		*state = &seen;
		return MHD_YES;
	}
	struct MHD_Response *response = page(object);
	enum MHD_Result result = MHD_queue_response(connection, 200, response);
	MHD_destroy_response(response);
	return result;
}

static void *loop(void *object)
{
	struct io *io = object;
	struct pollfd fd = { .events = POLLIN,
		.fd = MHD_get_daemon_info(io->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd };
	for (;;) {
		MHD_UNSIGNED_LONG_LONG ms;
		bool soon = MHD_get_timeout(io->daemon, &ms) == MHD_YES && ms < 1000;
		poll(&fd, 1, soon ? (int)ms : 1000);
		MHD_run(io->daemon);
	}
	return NULL;
}

static bool open_database(struct io *io, const char *path)
{
	sqlite3_stmt *most;
	if (sqlite3_open_v2(path, &io->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL))
		return false;
	bool ok = !sqlite3_prepare_v2(io->db, "SELECT organisation FROM case_file GROUP BY 1 "
		"ORDER BY COUNT(*) DESC LIMIT 1", -1, &most, NULL);
	if (ok && sqlite3_step(most) == SQLITE_ROW)
		io->organisation = sqlite3_column_int64(most, 0);
	sqlite3_finalize(most);
	return ok &&
	       !sqlite3_prepare_v2(io->db, "SELECT account, created_at, seen_at FROM session "
		"WHERE token = ?", -1, &io->session, NULL) &&
	       !sqlite3_prepare_v2(io->db, "SELECT code, subject, procedure, status, due_at "
		"FROM case_file WHERE organisation = ? ORDER BY id DESC LIMIT 50", -1, &io->list,
		NULL);
}

int main(int argc, char **argv)
{
	static struct io ios[THREADS];
	int64_t port;
	if (argc < 3 || !str_int(str_z(argv[1]), 1, 65535, &port))
		return 2;
	signal(SIGPIPE, SIG_IGN);
	for (int i = 0; i < THREADS; i++) {
		pthread_t thread;
		arena_init(&ios[i].arena);
		if (!open_database(&ios[i], argv[2]))
			return 1;
		ios[i].daemon = MHD_start_daemon(MHD_USE_EPOLL, (uint16_t)port, NULL, NULL, take,
			&ios[i], MHD_OPTION_LISTENING_ADDRESS_REUSE, 1U, MHD_OPTION_END);
		if (!ios[i].daemon || pthread_create(&thread, NULL, loop, &ios[i]) != 0)
			return 1;
	}
	pause();
	return 0;
}
