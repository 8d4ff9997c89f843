/* Server-sent events. Each listener has a small ring of bytes not yet sent; who does not keep up
 * is cut off and comes back by itself, as browsers do. */
#include "base/clock.h"
#include "web/internal.h"

enum { ROOM = 32 << 10, TOPIC = 96 };

#define BEAT (15 * USEC_SECOND)

struct listener {
	struct listener *next, **at;
	void (*doze)(void *);
	void (*wake)(void *);
	void *object;
	bool asleep, over;
	size_t topic_n, n, room;
	char topic[TOPIC];
	char *bytes;
};

struct events {
	pthread_mutex_t lock;
	struct listener *first;
	size_t n;
	usec beat;
};

struct events *events_new(void)
{
	struct events *events = calloc(1, sizeof *events);
	if (!events)
		abort();
	pthread_mutex_init(&events->lock, NULL);
	return events;
}

void events_free(struct events *events)
{
	if (!events)
		return;
	pthread_mutex_destroy(&events->lock);
	free(events);
}

struct listener *events_join(struct events *events, str topic, void (*doze)(void *),
			     void (*wake)(void *), void *object)
{
	struct listener *l = calloc(1, sizeof *l);
	if (!l)
		abort();
	l->topic_n = topic.n < TOPIC ? topic.n : TOPIC;
	memcpy(l->topic, topic.p, l->topic_n);
	l->doze = doze;
	l->wake = wake;
	l->object = object;
	pthread_mutex_lock(&events->lock);
	l->next = events->first;
	l->at = &events->first;
	if (l->next)
		l->next->at = &l->next;
	events->first = l;
	events->n++;
	pthread_mutex_unlock(&events->lock);
	return l;
}

void events_leave(struct events *events, struct listener *listener)
{
	pthread_mutex_lock(&events->lock);
	*listener->at = listener->next;
	if (listener->next)
		listener->next->at = listener->at;
	events->n--;
	pthread_mutex_unlock(&events->lock);
	free(listener->bytes);
	free(listener);
}

long events_read(struct events *events, struct listener *listener, char *into, size_t n)
{
	long result = 0;
	pthread_mutex_lock(&events->lock);
	if (listener->n) {
		size_t now = listener->n < n ? listener->n : n;
		memcpy(into, listener->bytes, now);
		memmove(listener->bytes, listener->bytes + now, listener->n - now);
		listener->n -= now;
		result = (long)now;
	} else if (listener->over) {
		result = -1;
	} else {
		listener->asleep = true;
		listener->doze(listener->object);
	}
	pthread_mutex_unlock(&events->lock);
	return result;
}

static void rouse(struct listener *listener)
{
	if (!listener->asleep)
		return;
	listener->asleep = false;
	listener->wake(listener->object);
}

static void append(struct listener *listener, str text)
{
	if (listener->n + text.n > ROOM) {
		listener->over = true;
	} else {
		if (listener->n + text.n > listener->room) {
			listener->room = (listener->n + text.n) * 2;
			listener->bytes = realloc(listener->bytes, listener->room);
			if (!listener->bytes)
				abort();
		}
		memcpy(listener->bytes + listener->n, text.p, text.n);
		listener->n += text.n;
	}
	rouse(listener);
}

/* Every line of the data is a field of its own. */
static void frame(struct buf *out, str event, str data)
{
	if (event.n) {
		buf_str(out, S("event: "));
		buf_str(out, event);
		buf_byte(out, '\n');
	}
	for (str line; str_next(&data, '\n', &line);) {
		buf_str(out, S("data: "));
		buf_str(out, line);
		buf_byte(out, '\n');
	}
	buf_byte(out, '\n');
}

size_t events_send(struct events *events, str topic, str event, str data)
{
	struct arena arena;
	arena_init(&arena);
	struct buf out = { .arena = &arena };
	frame(&out, event, data);
	size_t n = 0;
	pthread_mutex_lock(&events->lock);
	for (struct listener *l = events->first; l; l = l->next) {
		if (!str_eq(str_of(l->topic, l->topic_n), topic))
			continue;
		append(l, buf_view(&out));
		n++;
	}
	pthread_mutex_unlock(&events->lock);
	arena_done(&arena);
	return n;
}

void events_beat(struct events *events, usec now)
{
	pthread_mutex_lock(&events->lock);
	if (now - events->beat >= BEAT) {
		events->beat = now;
		/* A comment: keeps proxies patient and finds out who has gone. */
		for (struct listener *l = events->first; l; l = l->next)
			append(l, S(":\n\n"));
	}
	pthread_mutex_unlock(&events->lock);
}

void events_end(struct events *events)
{
	pthread_mutex_lock(&events->lock);
	for (struct listener *l = events->first; l; l = l->next) {
		l->over = true;
		rouse(l);
	}
	pthread_mutex_unlock(&events->lock);
}

size_t events_listeners(struct events *events)
{
	pthread_mutex_lock(&events->lock);
	size_t n = events->n;
	pthread_mutex_unlock(&events->lock);
	return n;
}

size_t web_event(struct web *web, str topic, str event, str data)
{
	return events_send(web->events, topic, event, data);
}
