/*
 * carrier: between server.c (threads, sockets, loop) and link.c (one connection and its requests).
 * A link belongs to its I/O thread; only link_wake is called from others.
 */
#ifndef MOTCUA_WEB_CARRIER_H
#define MOTCUA_WEB_CARRIER_H

#include <microhttpd.h>

#include "web/internal.h"

struct io {
	struct web *web;
	struct server *server;
	struct MHD_Daemon *daemon;
	pthread_t thread;
	int lane, wake;
	usec now;            /* clock_monotonic at the last turn of the loop */
	bool tls, draining, quiet;
	atomic_bool stopping, woken;
	atomic_int busy;     /* links with a request under way */
	struct link *links;
	struct shelf shelf;
};

struct server {
	struct web *web;
	struct io *io;
	int n, port;
	atomic_bool draining;
};

enum phase {
	PHASE_HEAD, /* nothing or a part of the head has come */
	PHASE_BODY,
	PHASE_WORK, /* suspended: a worker has it */
	PHASE_SEND,
	PHASE_IDLE, /* between requests */
};

struct link {
	struct io *io;
	struct MHD_Connection *connection;
	struct exchange *exchange;
	struct listener *listener;
	struct link *next, **at;
	enum phase phase;
	int fd;
	bool busy, new_request;
	bool bodiless;                 /* GET, HEAD: what body they bring is not read */
	usec deadline;                 /* clock_monotonic; 0: none */
	uint64_t address;
	uint64_t swallowed;
	char peer[46];
	size_t target_n;               /* > TARGET_BYTES: too long */
	char target[TARGET_BYTES];
};

enum MHD_Result link_may_open(void *io, const struct sockaddr *address, socklen_t n);
void link_changed(void *io, struct MHD_Connection *connection, void **link,
		  enum MHD_ConnectionNotificationCode what);
void *link_request_line(void *io, const char *uri, struct MHD_Connection *connection);
size_t link_unescape(void *none, struct MHD_Connection *connection, char *text);
enum MHD_Result link_take(void *io, struct MHD_Connection *connection, const char *url,
			  const char *method, const char *version, const char *bytes,
			  size_t *n, void **link);
void link_completed(void *io, struct MHD_Connection *connection, void **link,
		    enum MHD_RequestTerminationCode why);
void link_make_page(struct page *page);
/* From any thread: the loop turns at once. Resuming a connection does not do that by itself. */
void io_wake(struct io *io);
usec link_send_time(const struct io *io, uint64_t bytes);

#endif
