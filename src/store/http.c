#include "store/http.h"

#include "base/buf.h"

#include "store/network.h"

#include <curl/curl.h>
#include <unistd.h>

struct answer {
	struct buf text;
	const struct http_call *call;
	bool refused; /* by network_allows */
};

/* Asked with the address itself, after the name was looked up: a name cannot say one thing here and
 * another there. */
static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct answer *answer = arg;
	(void)purpose;
	if (answer->call->typed && !network_allows(answer->call->networks, &address->addr)) {
		answer->refused = true;
		return CURL_SOCKET_BAD;
	}
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static size_t take(char *from, size_t size, size_t n, void *arg)
{
	struct answer *answer = arg;
	size_t got = size * n, room = HTTP_ANSWER - answer->text.n;
	buf_str(&answer->text, str_of(from, got < room ? got : room));
	return got;
}

static struct curl_slist *headers_of(struct ctx *ctx, const struct http_call *call)
{
	str type = str_empty(call->type) ? S("application/json") : call->type;
	struct curl_slist *list = curl_slist_append(
		NULL, arena_printf(ctx->arena, "Content-Type: %.*s", STR_ARG(type)).p);
	for (size_t i = 0; list && i < call->n_headers; i++) {
		struct curl_slist *more = curl_slist_append(list, call->headers[i]);
		if (!more)
			abort(); /* out of memory */
		list = more;
	}
	return list;
}

static bool passes(long status)
{
	return status == 0 || status == 408 || status == 425 || status == 429 || status >= 500;
}

static enum err outcome(struct ctx *ctx, const struct answer *answer, CURLcode code)
{
	const struct http_call *call = answer->call;
	if (code == CURLE_OK && call->ret_status >= 200 && call->ret_status < 300)
		return OK;
	bool wrong = code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL;
	if (answer->refused)
		fail(ctx, ERR_INVALID, "This address lies in a network that nothing may be sent to");
	else if (code == CURLE_OK && !passes(call->ret_status))
		fail(ctx, ERR_INVALID, "The other system refuses the message");
	else if (wrong)
		fail(ctx, ERR_INVALID, "This is no web address");
	else
		fail(ctx, ERR_BUSY, "The other system cannot be reached");
	if (code == CURLE_OK)
		return fail_detail(ctx, "answer %ld", call->ret_status);
	return fail_detail(ctx, "%s", curl_easy_strerror(code));
}

static void set_up(CURL *curl, const struct http_call *call, struct answer *answer)
{
	curl_easy_setopt(curl, CURLOPT_URL, call->url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, call->timeout_s ? (long)call->timeout_s : 10L);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, 5L);
	curl_easy_setopt(curl, CURLOPT_POST, 1L);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDS, call->body.p);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)call->body.n);
	curl_easy_setopt(curl, CURLOPT_USERAGENT, "Motcua");
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
	curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, answer);
}

enum err http_post(struct ctx *ctx, struct http_call *call)
{
	struct answer answer = { .text = { .arena = ctx->arena }, .call = call };
	CURL *curl = curl_easy_init();
	struct curl_slist *headers = headers_of(ctx, call);
	if (!curl || !headers)
		abort(); /* out of memory */
	set_up(curl, call, &answer);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	CURLcode code = curl_easy_perform(curl);
	call->ret_status = 0;
	if (code == CURLE_OK)
		curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &call->ret_status);
	call->ret_body = buf_view(&answer.text);
	curl_slist_free_all(headers);
	curl_easy_cleanup(curl);
	return outcome(ctx, &answer, code);
}
