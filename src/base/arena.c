#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#ifdef __has_feature
#define CLANG_ASAN __has_feature(address_sanitizer)
#else
#define CLANG_ASAN 0
#endif

#if defined(__SANITIZE_ADDRESS__) || CLANG_ASAN
#include <sanitizer/asan_interface.h>
#define POISON(p, n) __asan_poison_memory_region((p), (n))
#define UNPOISON(p, n) __asan_unpoison_memory_region((p), (n))
#else
#define POISON(p, n) ((void)(p), (void)(n))
#define UNPOISON(p, n) ((void)(p), (void)(n))
#endif

enum { FIRST_CHUNK = 16 << 10, LARGEST_CHUNK = 1 << 20, ALIGN = 16 };

struct arena_chunk {
	struct arena_chunk *before;
	size_t size;
	_Alignas(ALIGN) char bytes[];
};

struct arena_deferred {
	struct arena_deferred *before;
	void (*undo)(void *);
	void *object;
};

void arena_init(struct arena *arena)
{
	*arena = (struct arena){ 0 };
}

static void run_deferred(struct arena *arena)
{
	while (arena->deferred) {
		struct arena_deferred *last = arena->deferred;
		arena->deferred = last->before;
		last->undo(last->object);
	}
}

static void free_chunks(struct arena_chunk *chunk, const struct arena_chunk *until)
{
	while (chunk != until) {
		struct arena_chunk *before = chunk->before;
		UNPOISON(chunk->bytes, chunk->size);
		free(chunk);
		chunk = before;
	}
}

void arena_done(struct arena *arena)
{
	run_deferred(arena);
	free_chunks(arena->chunk, NULL);
	arena_init(arena);
}

void arena_reset(struct arena *arena)
{
	run_deferred(arena);
	struct arena_chunk *first = arena->chunk;
	if (!first)
		return;
	free_chunks(first->before, NULL);
	first->before = NULL;
	POISON(first->bytes, first->size);
	*arena = (struct arena){
		.chunk = first, .at = first->bytes, .end = first->bytes + first->size
	};
}

static void add_chunk(struct arena *arena, size_t least)
{
	size_t size = arena->chunk ? arena->chunk->size * 2 : FIRST_CHUNK;
	if (size > LARGEST_CHUNK)
		size = LARGEST_CHUNK;
	if (size < least)
		size = least;
	struct arena_chunk *chunk = malloc(sizeof *chunk + size);
	if (!chunk) {
		fputs("motcua: out of memory\n", stderr);
		abort();
	}
	chunk->before = arena->chunk;
	chunk->size = size;
	POISON(chunk->bytes, size);
	arena->chunk = chunk;
	arena->at = chunk->bytes;
	arena->end = chunk->bytes + size;
}

void *arena_alloc(struct arena *arena, size_t bytes)
{
	if (bytes > SIZE_MAX / 2)
		abort();
	size_t whole = (bytes + ALIGN - 1) & ~(size_t)(ALIGN - 1);
	if ((size_t)(arena->end - arena->at) < whole)
		add_chunk(arena, whole);
	char *p = arena->at;
	arena->at += whole;
	arena->used += whole;
	UNPOISON(p, bytes);
	return p;
}

void *arena_zalloc(struct arena *arena, size_t bytes)
{
	void *p = arena_alloc(arena, bytes);
	return bytes ? memset(p, 0, bytes) : p;
}

void *arena_grow(struct arena *arena, void *old, size_t old_bytes, size_t new_bytes)
{
	size_t old_whole = (old_bytes + ALIGN - 1) & ~(size_t)(ALIGN - 1);
	size_t new_whole = (new_bytes + ALIGN - 1) & ~(size_t)(ALIGN - 1);
	bool last = old && (char *)old + old_whole == arena->at;
	if (last && new_whole >= old_whole &&
	    new_whole - old_whole <= (size_t)(arena->end - arena->at)) {
		arena->at += new_whole - old_whole;
		arena->used += new_whole - old_whole;
		UNPOISON(old, new_bytes);
		return old;
	}
	void *p = arena_alloc(arena, new_bytes);
	if (old_bytes)
		memcpy(p, old, old_bytes < new_bytes ? old_bytes : new_bytes);
	return p;
}

str arena_copy(struct arena *arena, str s)
{
	char *p = arena_alloc(arena, s.n + 1);
	if (s.n)
		memcpy(p, s.p, s.n);
	p[s.n] = '\0';
	return str_of(p, s.n);
}

str arena_printf(struct arena *arena, const char *format, ...)
{
	va_list list;
	va_start(list, format);
	int n = vsnprintf(NULL, 0, format, list);
	va_end(list);
	if (n < 0)
		abort();
	char *p = arena_alloc(arena, (size_t)n + 1);
	va_start(list, format);
	vsnprintf(p, (size_t)n + 1, format, list);
	va_end(list);
	return str_of(p, (size_t)n);
}

str arena_join(struct arena *arena, const str *parts, size_t n)
{
	size_t total = 0;
	for (size_t i = 0; i < n; i++)
		total += parts[i].n;
	char *p = arena_alloc(arena, total + 1), *at = p;
	for (size_t i = 0; i < n; at += parts[i++].n)
		if (parts[i].n)
			memcpy(at, parts[i].p, parts[i].n);
	*at = '\0';
	return str_of(p, total);
}

void arena_defer(struct arena *arena, void (*undo)(void *), void *object)
{
	struct arena_deferred *last = arena_alloc(arena, sizeof *last);
	*last = (struct arena_deferred){ arena->deferred, undo, object };
	arena->deferred = last;
}

struct arena_mark arena_mark(const struct arena *arena)
{
	return (struct arena_mark){ arena->chunk, arena->at, arena->used };
}

void arena_rewind(struct arena *arena, struct arena_mark mark)
{
	if (!mark.chunk) {
		arena_reset(arena);
		return;
	}
	free_chunks(arena->chunk, mark.chunk);
	arena->chunk = mark.chunk;
	arena->end = mark.chunk->bytes + mark.chunk->size;
	arena->at = mark.at;
	arena->used = mark.used;
	POISON(arena->at, (size_t)(arena->end - arena->at));
}
