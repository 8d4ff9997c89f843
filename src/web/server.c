/*
 * The carrier: libmicrohttpd, one daemon a thread, each driven by our own loop around its epoll
 * descriptor. Its internal threads are not used: they sleep when the number of ready connections
 * is a multiple of 128. Its time-out counts inactivity only, so the absolute deadlines are ours:
 * a connection beyond its deadline is shut down, and the library finds it closed.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "web/carrier.h"

enum { TICK_MS = 250, BACKLOG = 1024, FILE_LIMIT = 8 << 10 };

#define SEND_TIME (30 * USEC_SECOND)

static void see_deadlines(struct io *io)
{
	for (struct link *link = io->links, *next; link; link = next) {
		next = link->next;
		bool over = link->deadline && io->now > link->deadline;
		if (!over && !(link->phase == PHASE_IDLE && io->draining))
			continue;
		if (over && link->phase != PHASE_IDLE)
			metrics_add(&io->web->metrics.lanes[io->lane].deadlines, 1);
		if ((link->phase == PHASE_HEAD || link->phase == PHASE_BODY) && !io->tls) {
			static const char late[] = "HTTP/1.1 408 Request Timeout\r\n"
				"Connection: close\r\nContent-Length: 0\r\n\r\n";
			if (send(link->fd, late, sizeof late - 1, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
				link->deadline = 0; /* it is gone already */
		}
		shutdown(link->fd, SHUT_RDWR);
		link->deadline = 0;
	}
}

static void stop_listening(struct io *io)
{
	if (io->quiet)
		return;
	io->quiet = true;
	MHD_socket fd = MHD_quiesce_daemon(io->daemon);
	if (fd != MHD_INVALID_SOCKET)
		close(fd);
}

static int wait_ms(struct io *io)
{
	MHD_UNSIGNED_LONG_LONG ms;
	if (MHD_get_timeout(io->daemon, &ms) != MHD_YES || ms > TICK_MS)
		return TICK_MS;
	return (int)ms;
}

static void *io_loop(void *object)
{
	struct io *io = object;
	const union MHD_DaemonInfo *info = MHD_get_daemon_info(io->daemon,
							       MHD_DAEMON_INFO_EPOLL_FD);
	struct pollfd fds[] = { { .fd = info->epoll_fd, .events = POLLIN },
				{ .fd = io->wake, .events = POLLIN } };
	usec looked = 0;
	while (!atomic_load(&io->stopping)) {
		poll(fds, 2, wait_ms(io));
		uint64_t ignored;
		if ((fds[1].revents & POLLIN) && read(io->wake, &ignored, sizeof ignored) < 0)
			continue;
		/* Before the run: what comes after it wakes the loop again. */
		atomic_store(&io->woken, false);
		io->now = clock_monotonic();
		if (atomic_load(&io->server->draining)) {
			io->draining = true;
			stop_listening(io);
		}
		MHD_run(io->daemon);
		if (io->now - looked > TICK_MS * 1000 || io->draining) {
			see_deadlines(io);
			shelf_tidy(&io->shelf);
			looked = io->now;
		}
	}
	return NULL;
}

void io_wake(struct io *io)
{
	uint64_t one = 1;
	if (atomic_exchange(&io->woken, true))
		return;
	while (write(io->wake, &one, sizeof one) < 0 && errno == EINTR)
		;
}

/* ── addresses ── */

/* "127.0.0.1:8080", "[::1]:8080", ":8080". */
static enum err resolve(struct ctx *ctx, const char *listen_at, struct addrinfo **ret_list)
{
	str whole = str_z(listen_at);
	size_t colon = whole.n;
	while (colon > 0 && whole.p[colon - 1] != ':')
		colon--;
	if (colon == 0)
		return fail(ctx, ERR_INVALID, "The address to listen on needs a port: %s", listen_at);
	str host = str_slice(whole, 0, colon - 1);
	if (host.n > 1 && host.p[0] == '[' && host.p[host.n - 1] == ']')
		host = str_slice(host, 1, host.n - 1);
	host = arena_copy(ctx->arena, host);
	struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM,
				  .ai_flags = AI_PASSIVE | AI_NUMERICHOST | AI_NUMERICSERV };
	int wrong = getaddrinfo(host.n ? host.p : NULL, whole.p + colon, &hints, ret_list);
	if (wrong)
		return fail(ctx, ERR_INVALID, "This is not an address to listen on: %s", listen_at);
	return OK;
}

static int open_socket(const struct sockaddr *address, socklen_t n)
{
	int one = 1, fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof one);
	if (bind(fd, address, n) < 0 || listen(fd, BACKLOG) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static enum err open_sockets(struct ctx *ctx, struct web *web, int *fds, int *ret_port)
{
	struct addrinfo *list;
	TRY(resolve(ctx, web->options.listen, &list));
	struct sockaddr_storage address = { 0 };
	socklen_t n = list->ai_addrlen;
	memcpy(&address, list->ai_addr, n);
	freeaddrinfo(list);
	/* Two servers on one port would share its connections without a word: refuse the second. */
	int probe = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
	setsockopt(probe, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	bool taken = bind(probe, (struct sockaddr *)&address, n) < 0;
	int why = errno;
	close(probe);
	for (int i = 0; i < web->options.threads && !taken; i++) {
		fds[i] = open_socket((struct sockaddr *)&address, n);
		taken = fds[i] < 0;
		why = errno;
		socklen_t got = sizeof address;
		if (!taken)
			getsockname(fds[i], (struct sockaddr *)&address, &got);
	}
	if (taken)
		return fail(ctx, ERR_IO, "Cannot listen on %s: %s", web->options.listen,
			    strerror(why));
	*ret_port = ntohs(address.ss_family == AF_INET6 ?
			  ((struct sockaddr_in6 *)&address)->sin6_port :
			  ((struct sockaddr_in *)&address)->sin_port);
	return OK;
}

static enum err read_pem(struct ctx *ctx, const char *path, char **ret_text)
{
	FILE *f = fopen(path, "re");
	if (!f)
		return fail(ctx, ERR_IO, "Cannot read %s", path);
	char *text = arena_zalloc(ctx->arena, FILE_LIMIT * 8 + 1);
	size_t n = fread(text, 1, FILE_LIMIT * 8, f);
	fclose(f);
	*ret_text = text;
	return n ? OK : fail(ctx, ERR_IO, "%s is empty", path);
}

/* ── one daemon a thread ── */

static void ignore_log(void *object, const char *format, va_list list)
{
	/* What clients do wrong is counted in /metrics. */
	(void)object, (void)format, (void)list;
}

static enum err io_start(struct ctx *ctx, struct io *io, int fd, char *certificate, char *key)
{
	const struct web_options *o = &io->web->options;
	struct MHD_OptionItem items[] = {
		{ MHD_OPTION_LISTEN_SOCKET, fd, NULL },
		{ MHD_OPTION_CONNECTION_LIMIT, o->connections / o->threads, NULL },
		{ MHD_OPTION_CONNECTION_TIMEOUT, 0, NULL },
		{ MHD_OPTION_CONNECTION_MEMORY_LIMIT, HEAD_BYTES, NULL },
		{ MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL },
		{ MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, NULL },
		{ certificate ? MHD_OPTION_HTTPS_MEM_CERT : MHD_OPTION_END, 0, certificate },
		{ MHD_OPTION_HTTPS_MEM_KEY, 0, key },
		{ MHD_OPTION_END, 0, NULL },
	};
	unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG |
			 (certificate ? MHD_USE_TLS : 0);
	io->tls = certificate;
	io->now = clock_monotonic();
	io->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	io->daemon = MHD_start_daemon(flags, 0, link_may_open, io, link_take, io,
		MHD_OPTION_EXTERNAL_LOGGER, ignore_log, NULL,
		MHD_OPTION_ARRAY, items,
		MHD_OPTION_NOTIFY_CONNECTION, link_changed, io,
		MHD_OPTION_NOTIFY_COMPLETED, link_completed, io,
		MHD_OPTION_URI_LOG_CALLBACK, link_request_line, io,
		MHD_OPTION_UNESCAPE_CALLBACK, link_unescape, NULL,
		MHD_OPTION_END);
	if (!io->daemon)
		return fail(ctx, ERR_IO, certificate ? "The server or its certificate does not work"
						     : "The server does not start");
	return OK;
}

enum err server_start(struct ctx *ctx, struct web *web, struct server **ret_server)
{
	int n = web->options.threads, fds[LANES];
	struct server *server = ARENA_NEW(&web->arena, struct server);
	char *certificate = NULL, *key = NULL;
	memset(fds, -1, sizeof fds);
	if (web->options.certificate) {
		TRY(read_pem(ctx, web->options.certificate, &certificate));
		TRY(read_pem(ctx, web->options.key ? web->options.key : "", &key));
	}
	server->web = web;
	server->io = ARENA_ARRAY(&web->arena, struct io, n);
	web->make_page = link_make_page;
	enum err err = open_sockets(ctx, web, fds, &server->port);
	for (int i = 0; i < n && err == OK; i++) {
		struct io *io = &server->io[i];
		*io = (struct io){ .web = web, .server = server, .lane = LANES - 1 - i };
		err = io_start(ctx, io, fds[i], certificate, key);
		if (err != OK)
			break;
		server->n++;
		fds[i] = -1;
		if (pthread_create(&io->thread, NULL, io_loop, io) != 0)
			abort();
	}
	if (err != OK) {
		for (int i = 0; i < n; i++)
			if (fds[i] >= 0)
				close(fds[i]);
		server_stop(server);
		return err;
	}
	*ret_server = server;
	return OK;
}

static int open_links(struct server *server)
{
	int n = 0;
	for (int i = 0; i < server->n; i++)
		n += atomic_load(&server->io[i].busy);
	return n;
}

void server_drain(struct server *server, usec until)
{
	atomic_store(&server->draining, true);
	for (int i = 0; i < server->n; i++)
		io_wake(&server->io[i]);
	while (open_links(server) > 0 && clock_monotonic() < until)
		poll(NULL, 0, 10);
}

void server_stop(struct server *server)
{
	for (int i = 0; i < server->n; i++) {
		struct io *io = &server->io[i];
		atomic_store(&io->stopping, true);
		io_wake(io);
		pthread_join(io->thread, NULL);
		MHD_stop_daemon(io->daemon);
		shelf_clear(&io->shelf);
		close(io->wake);
	}
	server->n = 0;
}

int server_port(const struct server *server)
{
	return server->port;
}

usec link_send_time(const struct io *io, uint64_t bytes)
{
	return io->now + SEND_TIME + (usec)(bytes >> 14) * USEC_SECOND;
}
