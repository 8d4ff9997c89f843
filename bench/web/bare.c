/* The peer: libmicrohttpd with nothing around it, 12 KB from memory, two threads, each with its
 * own daemon in its own epoll loop. bare PORT */
#include <microhttpd.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/str.h"

enum { PAGE = 12 << 10, THREADS = 2 };

static char page_bytes[PAGE];
static struct MHD_Response *page;

static enum MHD_Result take(void *object, struct MHD_Connection *connection, const char *url,
			    const char *method, const char *version, const char *bytes, size_t *n,
			    void **state)
{
	static int seen;
	(void)object, (void)url, (void)method, (void)version, (void)bytes, (void)n;
	if (!*state) {
		*state = &seen;
		return MHD_YES;
	}
	return MHD_queue_response(connection, 200, page);
}

static void *loop(void *object)
{
	struct MHD_Daemon *daemon = object;
	struct pollfd fd = { .events = POLLIN,
		.fd = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd };
	for (;;) {
		MHD_UNSIGNED_LONG_LONG ms;
		poll(&fd, 1, MHD_get_timeout(daemon, &ms) == MHD_YES && ms < 1000 ? (int)ms : 1000);
		MHD_run(daemon);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	int64_t port;
	if (argc < 2 || !str_int(str_z(argv[1]), 1, 65535, &port))
		return 2;
	signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; i < PAGE; i++)
		page_bytes[i] = (char)('a' + i % 26);
	page = MHD_create_response_from_buffer(PAGE, page_bytes, MHD_RESPMEM_PERSISTENT);
	MHD_add_response_header(page, "Content-Type", "text/html; charset=utf-8");
	for (int i = 0; i < THREADS; i++) {
		pthread_t thread;
		struct MHD_Daemon *daemon = MHD_start_daemon(MHD_USE_EPOLL, (uint16_t)port, NULL,
			NULL, take, NULL, MHD_OPTION_LISTENING_ADDRESS_REUSE, 1U, MHD_OPTION_END);
		if (!daemon || pthread_create(&thread, NULL, loop, daemon) != 0)
			return 1;
	}
	pause();
	return 0;
}
