/* Bodies, files and the headers every answer carries. */
#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include "web/internal.h"

enum { WORTH_COMPRESSING = 1400 };

void answer_header(struct answer *answer, const char *name, str text)
{
	if (answer->n_headers == ANSWER_HEADERS)
		abort();
	answer->headers[answer->n_headers++] = (struct pair){ str_z(name), text };
}

static bool has_header(const struct answer *answer, const char *name)
{
	for (size_t i = 0; i < answer->n_headers; i++)
		if (str_eq_nocase(answer->headers[i].name, str_z(name)))
			return true;
	return false;
}

void answer_plain(struct exchange *exchange, int status)
{
	struct request *request = &exchange->request;
	const char *title = ctx_text(&request->ctx, status_title(status));
	const char *advice = ctx_text(&request->ctx, status_advice(status));
	str language = request->language.n ? request->language : S("vi");
	str page = arena_printf(&exchange->arena,
		"<!DOCTYPE html>\n<html lang=\"%.*s\"><head><meta charset=\"utf-8\">"
		"<meta name=\"viewport\" content=\"width=device-width\"><title>%s</title></head>"
		"<body><main><h1>%s</h1><p>%s</p><p>%d · %.*s</p></main></body></html>\n",
		STR_ARG(language), title, title, advice, status, STR_ARG(request->id));
	exchange->answer.status = status;
	exchange->answer.n_headers = 0;
	answer_bytes(exchange, S("text/html; charset=utf-8"), page);
}

/* attachment; filename="ascii"; filename*=UTF-8''… (RFC 6266) */
static void answer_disposition(struct exchange *exchange)
{
	const struct response *response = &exchange->response;
	if (response->file_name.n == 0)
		return;
	struct buf out = { .arena = &exchange->arena };
	buf_str(&out, S("attachment; filename=\""));
	for (size_t i = 0; i < response->file_name.n; i++) {
		char c = response->file_name.p[i];
		buf_byte(&out, c >= ' ' && c < 0x7f && c != '"' && c != '\\' ? c : '_');
	}
	buf_str(&out, S("\"; filename*=UTF-8''"));
	url_encode(&out, response->file_name);
	buf_z(&out);
	answer_header(&exchange->answer, "Content-Disposition", buf_view(&out));
}

/* Narrows the answer to the range asked for; false: the whole is sent. */
static bool answer_range(struct exchange *exchange, uint64_t size, str etag)
{
	struct answer *answer = &exchange->answer;
	const struct pairs *headers = &exchange->request.headers;
	str condition = header_get(headers, "If-Range");
	uint64_t from, length;
	answer_header(answer, "Accept-Ranges", S("bytes"));
	if (condition.n && !str_eq(condition, etag))
		return false;
	switch (range_parse(header_get(headers, "Range"), size, &from, &length)) {
	case RANGE_NONE:
		return false;
	case RANGE_BEYOND:
		answer->status = 416;
		answer->length = 0;
		answer_header(answer, "Content-Range", arena_printf(&exchange->arena, "bytes */%llu",
			      (unsigned long long)size));
		return true;
	case RANGE_PART:
		break;
	}
	answer->status = 206;
	answer->from = from;
	answer->length = length;
	answer_header(answer, "Content-Range", arena_printf(&exchange->arena,
		      "bytes %llu-%llu/%llu", (unsigned long long)from,
		      (unsigned long long)(from + length - 1), (unsigned long long)size));
	return true;
}

static str hash_tag(struct arena *arena, const uint8_t secret[static 32], const void *bytes,
		    size_t n)
{
	uint8_t hash[crypto_shorthash_BYTES];
	crypto_shorthash(hash, bytes, n, secret);
	char hex[2 * sizeof hash + 1];
	sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
	return arena_printf(arena, "\"%s\"", hex);
}

enum err answer_file(struct exchange *exchange)
{
	struct answer *answer = &exchange->answer;
	const struct response *response = &exchange->response;
	struct stat st;
	str path = arena_copy(&exchange->arena, response->file);
	int fd = open(path.p, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		if (fd >= 0)
			close(fd);
		return fail(&exchange->request.ctx, ERR_NOT_FOUND, "The file is not there");
	}
	int64_t identity[] = { st.st_size, st.st_mtim.tv_sec, st.st_mtim.tv_nsec,
			       (int64_t)st.st_ino };
	str etag = hash_tag(&exchange->arena, exchange->web->options.secret, identity,
			    sizeof identity);
	answer->length = (uint64_t)st.st_size;
	answer_header(answer, "Content-Type", header_text(&exchange->arena, response->type));
	answer_header(answer, "ETag", etag);
	answer_disposition(exchange);
	answer_range(exchange, (uint64_t)st.st_size, etag);
	if (etag_listed(header_get(&exchange->request.headers, "If-None-Match"), etag)) {
		answer->status = 304;
		answer->length = 0;
	}
	answer->fd = fd;
	return OK;
}

void answer_bytes(struct exchange *exchange, str type, str bytes)
{
	struct answer *answer = &exchange->answer;
	const struct response *response = &exchange->response;
	answer_header(answer, "Content-Type", header_text(&exchange->arena, type));
	answer->body = bytes;
	if (response->file_name.n) {
		answer_disposition(exchange);
		answer->length = bytes.n;
		if (answer_range(exchange, bytes.n, S("")))
			answer->body = str_slice(bytes, answer->from, answer->from + answer->length);
		return;
	}
	/* Pages for the cache are compressed there, with more effort. */
	if ((exchange->anonymous && response->cacheable) || !exchange->takes_gzip ||
	    bytes.n < WORTH_COMPRESSING || !header_is_compressible(type))
		return;
	str smaller = compress_gzip(&exchange->arena, bytes, 1);
	if (smaller.n == 0)
		return;
	answer->body = smaller;
	answer_header(answer, "Content-Encoding", S("gzip"));
}

static void security_headers(struct exchange *exchange)
{
	struct answer *answer = &exchange->answer;
	str nonce = exchange->response.script_nonce;
	static const char *const policy =
		"default-src 'self'; img-src 'self' data:; style-src 'self'; object-src 'none'; "
		"base-uri 'none'; form-action 'self'; frame-ancestors 'none'; script-src 'self'";
	if (!has_header(answer, "Content-Security-Policy"))
		answer_header(answer, "Content-Security-Policy", nonce.n == 0 ? str_z(policy) :
			arena_printf(&exchange->arena, "%s 'nonce-%.*s'", policy, STR_ARG(nonce)));
	answer_header(answer, "X-Content-Type-Options", S("nosniff"));
	answer_header(answer, "X-Frame-Options", S("DENY"));
	answer_header(answer, "Referrer-Policy", S("same-origin"));
	answer_header(answer, "Cross-Origin-Opener-Policy", S("same-origin"));
	answer_header(answer, "Cross-Origin-Resource-Policy", S("same-origin"));
	answer_header(answer, "Permissions-Policy",
		      S("camera=(), geolocation=(), microphone=(), payment=()"));
	if (exchange->request.https)
		answer_header(answer, "Strict-Transport-Security", S("max-age=31536000"));
}

static void cookie_headers(struct exchange *exchange)
{
	struct response *response = &exchange->response;
	if (exchange->new_visitor)
		response_cookie(response, COOKIE_VISITOR, exchange->visitor, 0);
	/* A flash is gone once it was shown. */
	if (exchange->request.flash.n && response->kind == RESPONSE_VIEW &&
	    !exchange->request.wants_json)
		response_cookie(response, COOKIE_FLASH, S(""), -1);
}

/* Whatever is not the same for all is kept by nobody: it may be personal data. */
static str cache_control(const struct exchange *exchange)
{
	const struct response *response = &exchange->response;
	bool shared = exchange->anonymous && response->cacheable;
	return shared ? S("public, max-age=0, s-maxage=1, must-revalidate")
		      : S("private, no-store");
}

void answer_finish(struct exchange *exchange)
{
	struct answer *answer = &exchange->answer;
	struct response *response = &exchange->response;
	cookie_headers(exchange);
	for (size_t i = 0; i < response->n_headers; i++)
		answer_header(answer, response->headers[i].name.p, response->headers[i].text);
	security_headers(exchange);
	if (!has_header(answer, "Cache-Control"))
		answer_header(answer, "Cache-Control", cache_control(exchange));
	const struct route *route = exchange->request.route;
	bool for_all = route && (route->flags & ROUTE_FOR_ALL);
	answer_header(answer, "Vary", for_all ? S("Accept-Encoding") :
		      S("Accept, Accept-Encoding, Cookie"));
	if (exchange->request.language.n && !for_all)
		answer_header(answer, "Content-Language",
			      arena_copy(&exchange->arena, exchange->request.language));
}

void answer_overload(struct exchange *exchange)
{
	exchange->anonymous = false;
	answer_plain(exchange, 503);
	answer_header(&exchange->answer, "Retry-After", S("1"));
	answer_finish(exchange);
}
