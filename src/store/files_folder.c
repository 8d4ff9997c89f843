/*
 * Files in a folder: DATA/files/ab/abcdef…, written under a temporary name in DATA/files/new.
 * The bytes are synced, then renamed, then the folder is synced: each of the three is needed for
 * the file to be there after a power cut.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "store/place.h"

struct folder {
	int fd;       /* DATA/files */
	uint64_t next; /* atomic: numbers temporary names */
};

struct temporary {
	struct folder *folder;
	int fd;
	char name[64];
};

static enum err io_fail(struct ctx *ctx, const char *what)
{
	int number = errno;
	if (number == ENOENT)
		return fail(ctx, ERR_NOT_FOUND, "There is no such file");
	fail(ctx, ERR_IO, "The file cannot be stored or read");
	return fail_detail(ctx, "%s: %s", what, strerror(number));
}

static bool make_folder(int at, const char *name)
{
	return mkdirat(at, name, 0700) == 0 || errno == EEXIST;
}

enum err folder_open(struct ctx *ctx, struct store *store, void **ret_place)
{
	const char *path = arena_printf(ctx->arena, "%.*s/files", STR_ARG(store->data)).p;
	if (!make_folder(AT_FDCWD, path))
		return io_fail(ctx, "mkdir");
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return io_fail(ctx, "open");
	if (!make_folder(fd, "new") || fsync(fd) != 0) {
		close(fd);
		return io_fail(ctx, "mkdir");
	}
	struct folder *folder = must_alloc(sizeof *folder);
	folder->fd = fd;
	*ret_place = folder;
	return OK;
}

void folder_close(void *place)
{
	struct folder *folder = place;
	close(folder->fd);
	free(folder);
}

static enum err begin(struct ctx *ctx, void *place, void **ret_temporary)
{
	struct folder *folder = place;
	struct temporary *temporary = must_alloc(sizeof *temporary);
	temporary->folder = folder;
	snprintf(temporary->name, sizeof temporary->name, "new/%d-%lld-%llu", (int)getpid(),
		 (long long)clock_real(),
		 (unsigned long long)__atomic_add_fetch(&folder->next, 1, __ATOMIC_RELAXED));
	temporary->fd = openat(folder->fd, temporary->name,
			       O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (temporary->fd < 0) {
		free(temporary);
		return io_fail(ctx, "create");
	}
	*ret_temporary = temporary;
	return OK;
}

static enum err append(struct ctx *ctx, void *object, str bytes)
{
	struct temporary *temporary = object;
	while (bytes.n) {
		ssize_t n = write(temporary->fd, bytes.p, bytes.n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return io_fail(ctx, "write");
		bytes = str_slice(bytes, (size_t)n, bytes.n);
	}
	return OK;
}

static void abandon(void *object)
{
	struct temporary *temporary = object;
	close(temporary->fd);
	unlinkat(temporary->folder->fd, temporary->name, 0);
	free(temporary);
}

static str path_of(struct ctx *ctx, str hash)
{
	return arena_printf(ctx->arena, "%.2s/%.*s", hash.p, STR_ARG(hash));
}

/* The folder of the first two digits, made and made durable when it is the first of its kind. */
static int open_shelf(struct folder *folder, str hash)
{
	char name[3] = { hash.p[0], hash.p[1], '\0' };
	int fd = openat(folder->fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0)
		return fd;
	if (!make_folder(folder->fd, name) || fsync(folder->fd) != 0)
		return -1;
	return openat(folder->fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static enum err commit(struct ctx *ctx, void *object, str hash)
{
	struct temporary *temporary = object;
	struct folder *folder = temporary->folder;
	int shelf = open_shelf(folder, hash);
	if (shelf < 0)
		return io_fail(ctx, "mkdir");
	const char *name = arena_copy(ctx->arena, hash).p;
	bool done = fsync(temporary->fd) == 0 && fchmod(temporary->fd, 0400) == 0 &&
		    renameat(folder->fd, temporary->name, shelf, name) == 0 && fsync(shelf) == 0;
	enum err e = done ? OK : io_fail(ctx, "rename");
	close(shelf);
	if (e != OK)
		return e;
	close(temporary->fd);
	free(temporary);
	return OK;
}

static enum err read_part(struct ctx *ctx, int fd, int64_t from, int64_t n, str *ret_bytes)
{
	struct stat stat;
	if (fstat(fd, &stat) != 0)
		return io_fail(ctx, "stat");
	int64_t rest = stat.st_size > from ? stat.st_size - from : 0;
	if (n > rest)
		n = rest;
	if (n < 0)
		n = 0;
	char *bytes = arena_alloc(ctx->arena, (size_t)n);
	int64_t have = 0;
	while (have < n) {
		ssize_t got = pread(fd, bytes + have, (size_t)(n - have), from + have);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return io_fail(ctx, "read");
		have += got;
	}
	*ret_bytes = str_of(bytes, (size_t)n);
	return OK;
}

static enum err read_file(struct ctx *ctx, void *place, str hash, int64_t from, int64_t n,
			  str *ret_bytes)
{
	struct folder *folder = place;
	int fd = openat(folder->fd, path_of(ctx, hash).p, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return io_fail(ctx, "open");
	enum err e = read_part(ctx, fd, from, n, ret_bytes);
	close(fd);
	return e;
}

static void each_on_shelf(int shelf, void (*found)(void *, str, usec), void *arg)
{
	DIR *dir = fdopendir(shelf);
	if (!dir) {
		close(shelf);
		return;
	}
	for (struct dirent *entry; (entry = readdir(dir));) {
		struct stat stat;
		if (strlen(entry->d_name) != 64 ||
		    fstatat(dirfd(dir), entry->d_name, &stat, 0) != 0)
			continue;
		found(arg, str_z(entry->d_name), clock_real() - stat.st_ctim.tv_sec * USEC_SECOND);
	}
	closedir(dir);
}

static enum err each(struct ctx *ctx, void *place, void (*found)(void *, str, usec), void *arg)
{
	struct folder *folder = place;
	for (int i = 0; i < 256; i++) {
		char name[3];
		snprintf(name, sizeof name, "%02x", (unsigned)i & 255);
		int shelf = openat(folder->fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (shelf >= 0)
			each_on_shelf(shelf, found, arg);
		else if (errno != ENOENT)
			return io_fail(ctx, "open");
	}
	return OK;
}

static enum err remove_file(struct ctx *ctx, void *place, str hash)
{
	struct folder *folder = place;
	if (unlinkat(folder->fd, path_of(ctx, hash).p, 0) != 0)
		return io_fail(ctx, "unlink");
	return OK;
}

const struct file_place folder_place = {
	.begin = begin,
	.append = append,
	.commit = commit,
	.abandon = abandon,
	.read = read_file,
	.each = each,
	.remove = remove_file,
};
