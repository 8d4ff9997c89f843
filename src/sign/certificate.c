#include "sign/room.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <limits.h>

enum err openssl_fail(struct ctx *ctx, const char *what)
{
	char why[200];
	ERR_error_string_n(ERR_get_error(), why, sizeof why);
	ERR_clear_error();
	fail(ctx, ERR_INVALID, "%s", what);
	return fail_detail(ctx, "%s", why);
}

static enum err parse(struct ctx *ctx, str der, X509 **ret_x509)
{
	const unsigned char *at = (const unsigned char *)der.p;
	X509 *x509 = d2i_X509(NULL, &at, (long)der.n);
	if (!x509)
		return openssl_fail(ctx, "The certificate cannot be read");
	*ret_x509 = x509;
	return OK;
}

static str kept(struct arena *arena, unsigned char *bytes, int n)
{
	str copy = n > 0 ? arena_copy(arena, str_of((const char *)bytes, (size_t)n)) : S("");
	OPENSSL_free(bytes);
	return copy;
}

enum err certificate_names(struct ctx *ctx, str certificate, str *ret_issuer, str *ret_serial)
{
	unsigned char *issuer = NULL, *serial = NULL;
	X509 *x509;
	TRY(parse(ctx, certificate, &x509));
	int n_issuer = i2d_X509_NAME(X509_get_issuer_name(x509), &issuer);
	int n_serial = i2d_ASN1_INTEGER(X509_get0_serialNumber(x509), &serial);
	*ret_issuer = kept(ctx->arena, issuer, n_issuer);
	*ret_serial = kept(ctx->arena, serial, n_serial);
	X509_free(x509);
	return OK;
}

static str common_name(struct arena *arena, X509 *x509)
{
	X509_NAME *subject = X509_get_subject_name(x509);
	int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
	unsigned char *text = NULL;
	if (at < 0)
		return S("");
	int n = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
	return kept(arena, text, n);
}

enum err certificate_read(struct ctx *ctx, struct arena *arena, struct signer *signer)
{
	X509 *x509;
	TRY(parse(ctx, signer->certificate, &x509));
	EVP_PKEY *key = X509_get0_pubkey(x509);
	int kind = key ? EVP_PKEY_get_base_id(key) : EVP_PKEY_NONE;
	signer->name = common_name(arena, x509);
	signer->elliptic = kind == EVP_PKEY_EC;
	X509_free(x509);
	if (kind == EVP_PKEY_RSA || kind == EVP_PKEY_EC)
		return OK;
	return fail(ctx, ERR_INVALID, "The certificate's key is neither RSA nor on a curve");
}

enum err certificate_check(struct ctx *ctx, const struct signer *signer, const uint8_t digest[32],
			   str value)
{
	X509 *x509;
	TRY(parse(ctx, signer->certificate, &x509));
	EVP_PKEY_CTX *check = EVP_PKEY_CTX_new(X509_get0_pubkey(x509), NULL);
	bool good = check && EVP_PKEY_verify_init(check) == 1 &&
		    EVP_PKEY_CTX_set_signature_md(check, EVP_sha256()) == 1 &&
		    EVP_PKEY_verify(check, (const unsigned char *)value.p, value.n, digest, 32) == 1;
	EVP_PKEY_CTX_free(check);
	X509_free(x509);
	return good ? OK : openssl_fail(ctx, "The signature does not fit its certificate");
}

const struct signer *signers_find(const struct signers *signers, str organisation)
{
	for (size_t i = 0; signers && i < signers->n; i++)
		if (str_eq(signers->items[i].organisation, organisation))
			return signers->items[i].signer;
	return NULL;
}
