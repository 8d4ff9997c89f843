/* A key that never leaves a signing service: the digest goes there, the signature comes back. */
#include "sign/room.h"

#include "base/json.h"

#include <curl/curl.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

enum { ANSWER_MAX = 64 * 1024, SECONDS = 20 };

static str base64(struct arena *arena, str bytes)
{
	unsigned char *text = arena_alloc(arena, bytes.n / 3 * 4 + 8);
	int n = EVP_EncodeBlock(text, (const unsigned char *)bytes.p, (int)bytes.n);
	return str_of((const char *)text, (size_t)n);
}

static bool base64_read(struct arena *arena, str text, str *ret_bytes)
{
	unsigned char *bytes = arena_alloc(arena, text.n + 4);
	int n = EVP_DecodeBlock(bytes, (const unsigned char *)text.p, (int)text.n);
	for (size_t i = text.n; n > 0 && i > 0 && text.p[i - 1] == '='; i--)
		n--;
	*ret_bytes = str_of((const char *)bytes, n > 0 ? (size_t)n : 0);
	return n > 0;
}

static str question(struct arena *arena, const struct signer *signer, const uint8_t digest[32])
{
	const struct sign_service *service = signer->key;
	struct value body = value_map(), hashes = value_list();
	struct buf text = { .arena = arena };
	value_push(arena, &hashes, value_str(base64(arena, str_of((const char *)digest, 32))));
	value_set(arena, &body, S("credentialID"), value_str(service->credential));
	if (!str_empty(service->activation))
		value_set(arena, &body, S("SAD"), value_str(service->activation));
	value_set(arena, &body, S("hash"), hashes);
	value_set(arena, &body, S("hashAlgo"), value_str(S("2.16.840.1.101.3.4.2.1")));
	value_set(arena, &body, S("signAlgo"), value_str(signer->elliptic ?
		S("1.2.840.10045.4.3.2") : S("1.2.840.113549.1.1.11")));
	json_write(&text, body);
	return buf_view(&text);
}

static size_t take(char *from, size_t size, size_t n, void *arg)
{
	struct buf *answer = arg;
	if (answer->n + size * n > ANSWER_MAX)
		return 0;
	buf_bytes(answer, from, size * n);
	return size * n;
}

static struct curl_slist *headers_of(struct arena *arena, const struct sign_service *service)
{
	struct curl_slist *list = curl_slist_append(NULL, "Content-Type: application/json");
	if (!str_empty(service->token))
		list = curl_slist_append(list, arena_printf(arena, "Authorization: Bearer %.*s",
							    STR_ARG(service->token)).p);
	return list;
}

/* 4xx is the service's last word; everything else may pass. */
static enum err ask(struct ctx *ctx, const struct sign_service *service, str body,
		    struct buf *answer)
{
	CURL *curl = curl_easy_init();
	struct curl_slist *headers = headers_of(ctx->arena, service);
	long status = 0;
	if (!curl || !headers)
		abort(); /* out of memory */
	curl_easy_setopt(curl, CURLOPT_URL, service->url.p);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)SECONDS);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.p);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)body.n);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
	CURLcode code = curl_easy_perform(curl);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	curl_slist_free_all(headers);
	curl_easy_cleanup(curl);
	if (code == CURLE_OK && status == 200)
		return OK;
	bool refused = code == CURLE_OK && status >= 400 && status < 500;
	fail(ctx, refused ? ERR_INVALID : ERR_BUSY, refused ? "The signing service refuses"
							    : "The signing service cannot be reached");
	return fail_detail(ctx, "%s, answer %ld", curl_easy_strerror(code), status);
}

static enum err sign_there(struct ctx *ctx, const struct signer *signer, const uint8_t digest[32],
			   str *ret_value)
{
	struct buf answer = { .arena = ctx->arena };
	struct json_fault fault;
	struct value v;
	TRY(ask(ctx, signer->key, question(ctx->arena, signer, digest), &answer));
	if (!json_parse(ctx->arena, buf_view(&answer), &v, &fault) ||
	    !base64_read(ctx->arena, value_text(value_item(value_get(v, S("signatures")), 0)),
			 ret_value))
		return fail(ctx, ERR_INVALID, "The signing service's answer is not understood");
	return OK;
}

static str next_certificate(struct arena *arena, BIO *pem)
{
	unsigned char *bytes = NULL;
	X509 *x509 = PEM_read_bio_X509(pem, NULL, NULL, NULL);
	int n = x509 ? i2d_X509(x509, &bytes) : 0;
	str copy = n > 0 ? arena_copy(arena, str_of((const char *)bytes, (size_t)n)) : S("");
	OPENSSL_free(bytes);
	X509_free(x509);
	return copy;
}

enum err sign_remote(struct ctx *ctx, struct arena *arena, const struct sign_service *service,
		     struct signer **ret_signer)
{
	struct signer *signer = ARENA_NEW(arena, struct signer);
	struct sign_service *own = ARENA_NEW(arena, struct sign_service);
	size_t most = sizeof signer->chain / sizeof *signer->chain;
	*own = (struct sign_service){
		.url = arena_copy(arena, service->url), .token = arena_copy(arena, service->token),
		.credential = arena_copy(arena, service->credential),
		.activation = arena_copy(arena, service->activation),
	};
	signer->sign = sign_there;
	signer->key = own;
	BIO *pem = BIO_new_mem_buf(service->certificates.p, (int)service->certificates.n);
	signer->certificate = next_certificate(arena, pem);
	for (str more = signer->certificate; !str_empty(more) && signer->n_chain < most;) {
		more = next_certificate(arena, pem);
		if (!str_empty(more))
			signer->chain[signer->n_chain++] = more;
	}
	BIO_free(pem);
	if (!str_empty(signer->certificate))
		ERR_clear_error(); /* the end of the file is told as a fault */
	if (str_empty(signer->certificate))
		return openssl_fail(ctx, "The signing service's certificate is no PEM file");
	TRY(certificate_read(ctx, arena, signer));
	*ret_signer = signer;
	return OK;
}
