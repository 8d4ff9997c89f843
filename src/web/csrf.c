/*
 * Tokens that only this server makes. All are keyed BLAKE2b over the secret of DATA/keys.
 *
 * A CSRF token is nonce ‖ MAC("csrf", nonce, cookie): bound to the session cookie (or, before
 * sign-in, to the visitor cookie), different on every page, checked without any store.
 */
#include <sodium.h>

#include "web/internal.h"

enum { NONCE = 12, MAC = 16, TOKEN_TEXT = 38 };

static void mac(const uint8_t secret[static 32], const char *purpose, const uint8_t *nonce,
		str text, uint8_t ret_mac[static MAC])
{
	crypto_generichash_state state;
	crypto_generichash_init(&state, secret, 32, MAC);
	crypto_generichash_update(&state, (const uint8_t *)purpose, strlen(purpose) + 1);
	crypto_generichash_update(&state, nonce, NONCE);
	crypto_generichash_update(&state, (const uint8_t *)text.p, text.n);
	crypto_generichash_final(&state, ret_mac, MAC);
}

void csrf_token(const uint8_t secret[static 32], str binding, char ret_token[static 64])
{
	uint8_t raw[NONCE + MAC];
	randombytes_buf(raw, NONCE);
	mac(secret, "csrf", raw, binding, raw + NONCE);
	sodium_bin2base64(ret_token, 64, raw, sizeof raw,
			  sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

bool csrf_is_valid(const uint8_t secret[static 32], str binding, str token)
{
	uint8_t raw[NONCE + MAC], expected[MAC];
	size_t n;
	if (binding.n == 0 || token.n != TOKEN_TEXT ||
	    sodium_base642bin(raw, sizeof raw, token.p, token.n, NULL, &n, NULL,
			      sodium_base64_VARIANT_URLSAFE_NO_PADDING) || n != sizeof raw)
		return false;
	mac(secret, "csrf", raw, binding, expected);
	return sodium_memcmp(expected, raw + NONCE, MAC) == 0;
}

bool csrf_same_origin(const struct request *request)
{
	str site = header_get(&request->headers, "Sec-Fetch-Site");
	if (str_eq(site, S("cross-site")))
		return false;
	str origin = header_get(&request->headers, "Origin");
	if (origin.n == 0)
		return true;
	size_t at = str_find(origin, S("://"));
	return at != SIZE_MAX && str_eq_nocase(str_slice(origin, at + 3, origin.n), request->host);
}

bool csrf_was_sent(struct exchange *exchange)
{
	const struct request *request = &exchange->request;
	if (request->bearer || (request->route->flags & ROUTE_NO_CSRF))
		return true;
	str token = header_get(&request->headers, "X-CSRF-Token");
	if (token.n == 0)
		token = request_field(request, "_csrf");
	return csrf_is_valid(exchange->web->options.secret, exchange->cookie, token);
}

/* nonce ‖ MAC ‖ kind \n text, in base64: a cookie holds no other bytes safely. */
str flash_seal(struct arena *arena, const uint8_t secret[static 32], str kind, str text)
{
	str plain = arena_printf(arena, "%.*s\n%.*s", STR_ARG(kind), STR_ARG(text));
	if (plain.n > 1000)
		plain.n = 1000;
	size_t n = NONCE + MAC + plain.n;
	uint8_t *raw = arena_alloc(arena, n);
	randombytes_buf(raw, NONCE);
	mac(secret, "flash", raw, plain, raw + NONCE);
	memcpy(raw + NONCE + MAC, plain.p, plain.n);
	size_t room = sodium_base64_encoded_len(n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	char *sealed = arena_alloc(arena, room);
	sodium_bin2base64(sealed, room, raw, n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	return str_z(sealed);
}

bool flash_open(struct arena *arena, const uint8_t secret[static 32], str sealed, str *ret_kind,
		str *ret_text)
{
	uint8_t expected[MAC], *raw = arena_alloc(arena, sealed.n + 1);
	size_t n;
	if (sodium_base642bin(raw, sealed.n + 1, sealed.p, sealed.n, NULL, &n, NULL,
			      sodium_base64_VARIANT_URLSAFE_NO_PADDING) || n < NONCE + MAC)
		return false;
	str plain = str_of((char *)raw + NONCE + MAC, n - NONCE - MAC);
	mac(secret, "flash", raw, plain, expected);
	size_t line = str_find_byte(plain, '\n');
	if (sodium_memcmp(expected, raw + NONCE, MAC) != 0 || line == SIZE_MAX)
		return false;
	*ret_kind = str_slice(plain, 0, line);
	*ret_text = str_slice(plain, line + 1, plain.n);
	/* A sentence cut at the limit may end inside a letter. */
	while (ret_text->n && !utf8_valid(*ret_text))
		ret_text->n--;
	return true;
}

str random_token(struct arena *arena)
{
	uint8_t raw[16];
	char text[32];
	randombytes_buf(raw, sizeof raw);
	sodium_bin2base64(text, sizeof text, raw, sizeof raw,
			  sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	return arena_copy(arena, str_z(text));
}
