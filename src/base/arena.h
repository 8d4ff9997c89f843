/*
 * arena: memory by lifetime. One arena per request or per job; everything made for it is
 * freed at once by arena_done. Nothing in it is freed singly, and no destructor runs except
 * what was handed to arena_defer (last handed in, first undone).
 *
 *	struct arena arena;
 *	arena_init(&arena);
 *	char *name = arena_copy(&arena, S("Hòa Xuân")).p;
 *	arena_defer(&arena, close_file, file);
 *	…
 *	arena_done(&arena);
 *
 * Running out of memory aborts: a request's arena is bounded by the limits on its input.
 * Under AddressSanitizer what is not handed out is poisoned.
 */
#ifndef MOTCUA_BASE_ARENA_H
#define MOTCUA_BASE_ARENA_H

#include "base/str.h"

struct arena_chunk;
struct arena_deferred;

struct arena {
	struct arena_chunk *chunk;
	struct arena_deferred *deferred;
	char *at, *end;
	size_t used; /* bytes handed out since init or the last arena_reset */
};

struct arena_mark {
	struct arena_chunk *chunk;
	char *at;
	size_t used;
};

void arena_init(struct arena *arena);
/* Runs what was deferred, then frees all. The arena may be initialised again. */
void arena_done(struct arena *arena);
/* As arena_done, but keeps one chunk: for a worker that serves one request after another. */
void arena_reset(struct arena *arena);

/* Uninitialised bytes, aligned for any type; never NULL. Zero bytes give a valid pointer. */
void *arena_alloc(struct arena *arena, size_t bytes) __attribute__((malloc, alloc_size(2)));
void *arena_zalloc(struct arena *arena, size_t bytes) __attribute__((malloc, alloc_size(2)));
/* Grows what was handed out last in place, anything else by copying. */
void *arena_grow(struct arena *arena, void *old, size_t old_bytes, size_t new_bytes);
/* A copy that lives in the arena, followed by a NUL that .n does not count. */
str arena_copy(struct arena *arena, str s);
str arena_printf(struct arena *arena, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* All of `n` parts joined. */
str arena_join(struct arena *arena, const str *parts, size_t n);
/* Calls undo(object) in arena_done or arena_reset. */
void arena_defer(struct arena *arena, void (*undo)(void *), void *object);

/* Scratch: what is allocated between the two is given back. Nothing may have been deferred. */
struct arena_mark arena_mark(const struct arena *arena);
void arena_rewind(struct arena *arena, struct arena_mark mark);

#define ARENA_NEW(arena, type) ((type *)arena_zalloc((arena), sizeof(type)))
#define ARENA_ARRAY(arena, type, n) ((type *)arena_zalloc((arena), sizeof(type) * (size_t)(n)))

/* Undoes a local when it goes out of scope: DEFER(undo_file) FILE *f = …; where
 * undo_file takes FILE **. */
#define DEFER(function) __attribute__((cleanup(function)))

#endif
