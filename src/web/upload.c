/* Files of a form on their way to DATA/tmp: hashed while written, deleted with the request unless
 * kept. What they are is told by their bytes. */
#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include "web/internal.h"

struct upload_sink {
	struct exchange *exchange;
	size_t index;           /* in request.uploads, which may move */
	int fd;
	uint64_t most;
	crypto_hash_sha256_state hash;
};

static void sink_done(void *object)
{
	struct upload_sink *sink = object;
	if (sink->fd >= 0)
		close(sink->fd);
	const struct upload *upload = &sink->exchange->request.uploads[sink->index];
	if (!upload->kept)
		unlink(upload->path.p);
}

/* The last part of whatever path the client told. */
static str base_name(str name)
{
	for (size_t i = name.n; i > 0; i--)
		if (name.p[i - 1] == '/' || name.p[i - 1] == '\\')
			return str_slice(name, i, name.n);
	return name;
}

struct upload_sink *upload_open(struct exchange *exchange, str field, str name, str type)
{
	struct request *request = &exchange->request;
	struct arena *arena = &exchange->arena;
	str path = arena_printf(arena, "%s/upload-%s", exchange->web->options.temp_dir,
				random_token(arena).p);
	int fd = open(path.p, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return NULL;
	if (!request->uploads)
		request->uploads = ARENA_ARRAY(arena, struct upload, request->route->uploads);
	struct upload_sink *sink = ARENA_NEW(arena, struct upload_sink);
	uint64_t most = request->route->upload_max;
	*sink = (struct upload_sink){ .exchange = exchange, .index = request->n_uploads,
				      .fd = fd, .most = most ? most : 10 << 20 };
	crypto_hash_sha256_init(&sink->hash);
	request->uploads[request->n_uploads++] = (struct upload){
		.field = field, .name = base_name(name), .type = type, .path = path };
	arena_defer(arena, sink_done, sink);
	return sink;
}

bool upload_write(struct upload_sink *sink, const char *bytes, size_t n)
{
	struct upload *upload = &sink->exchange->request.uploads[sink->index];
	if (upload->size + n > sink->most)
		return false;
	crypto_hash_sha256_update(&sink->hash, (const unsigned char *)bytes, n);
	upload->size += n;
	while (n) {
		ssize_t wrote = write(sink->fd, bytes, n);
		if (wrote <= 0)
			return false;
		bytes += wrote;
		n -= (size_t)wrote;
	}
	return true;
}

bool upload_close(struct upload_sink *sink)
{
	struct upload *upload = &sink->exchange->request.uploads[sink->index];
	crypto_hash_sha256_final(&sink->hash, upload->sha256);
	int fd = sink->fd;
	sink->fd = -1;
	return close(fd) == 0;
}

void upload_keep(struct upload *upload)
{
	upload->kept = true;
}

static bool begins(const uint8_t *head, size_t n, const void *mark, size_t mark_n)
{
	return n >= mark_n && memcmp(head, mark, mark_n) == 0;
}

enum upload_kind upload_kind(const struct upload *upload)
{
	uint8_t head[32] = { 0 };
	int fd = open(upload->path.p, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return UPLOAD_OTHER;
	ssize_t got = pread(fd, head, sizeof head, 0);
	close(fd);
	size_t n = got > 0 ? (size_t)got : 0;
	if (begins(head, n, "%PDF-1.", 7) || begins(head, n, "%PDF-2.", 7))
		return UPLOAD_PDF;
	if (begins(head, n, "\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16))
		return UPLOAD_PNG;
	/* Start of image, then the marker of a segment every real picture begins with. */
	if (begins(head, n, "\xff\xd8\xff", 3) && head[3] >= 0xc0 && head[3] != 0xff)
		return UPLOAD_JPEG;
	return UPLOAD_OTHER;
}

const char *upload_kind_type(enum upload_kind kind)
{
	static const char *const types[] = {
		[UPLOAD_OTHER] = "application/octet-stream",
		[UPLOAD_PDF] = "application/pdf",
		[UPLOAD_JPEG] = "image/jpeg",
		[UPLOAD_PNG] = "image/png",
	};
	return types[kind];
}
