/* A key in a file: what most offices have to begin with. */
#include "sign/room.h"

#include <openssl/evp.h>
#include <openssl/pkcs12.h>
#include <openssl/x509v3.h>

static enum err sign_here(struct ctx *ctx, const struct signer *signer, const uint8_t digest[32],
			  str *ret_value)
{
	EVP_PKEY_CTX *job = EVP_PKEY_CTX_new(signer->key, NULL);
	size_t n = 1024; /* RSA of 8192 bits */
	unsigned char *value = arena_alloc(ctx->arena, n);
	bool good = job && EVP_PKEY_sign_init(job) == 1 &&
		    EVP_PKEY_CTX_set_signature_md(job, EVP_sha256()) == 1 &&
		    EVP_PKEY_sign(job, value, &n, digest, 32) == 1;
	EVP_PKEY_CTX_free(job);
	if (!good)
		return openssl_fail(ctx, "The key cannot sign");
	*ret_value = str_of((const char *)value, n);
	return OK;
}

static void free_key(void *key)
{
	EVP_PKEY_free(key);
}

static str certificate_der(struct arena *arena, X509 *x509)
{
	unsigned char *bytes = NULL;
	int n = i2d_X509(x509, &bytes);
	str copy = n > 0 ? arena_copy(arena, str_of((const char *)bytes, (size_t)n)) : S("");
	OPENSSL_free(bytes);
	return copy;
}

static void keep_chain(struct arena *arena, const STACK_OF(X509) *others, struct signer *signer)
{
	size_t most = sizeof signer->chain / sizeof *signer->chain;
	for (int i = 0; i < sk_X509_num(others) && signer->n_chain < most; i++)
		signer->chain[signer->n_chain++] = certificate_der(arena, sk_X509_value(others, i));
}

enum err sign_pkcs12(struct ctx *ctx, struct arena *arena, str file, str passphrase,
		     struct signer **ret_signer)
{
	const unsigned char *at = (const unsigned char *)file.p;
	struct signer *signer = ARENA_NEW(arena, struct signer);
	EVP_PKEY *key = NULL;
	X509 *x509 = NULL;
	STACK_OF(X509) *others = NULL;
	PKCS12 *box = d2i_PKCS12(NULL, &at, (long)file.n);
	int opened = box ? PKCS12_parse(box, arena_copy(ctx->arena, passphrase).p, &key, &x509, &others)
			 : 0;
	PKCS12_free(box);
	signer->sign = sign_here;
	if (key)
		arena_defer(arena, free_key, key);
	signer->key = key;
	if (x509)
		signer->certificate = certificate_der(arena, x509);
	keep_chain(arena, others, signer);
	X509_free(x509);
	sk_X509_pop_free(others, X509_free);
	if (!opened || !key || str_empty(signer->certificate))
		return openssl_fail(ctx, "This is no PKCS#12 file with a key, or the passphrase is wrong");
	TRY(certificate_read(ctx, arena, signer));
	*ret_signer = signer;
	return OK;
}

/* ---- for demonstrations ---- */

static bool name_it(X509 *x509, str organisation)
{
	X509_NAME *name = X509_get_subject_name(x509);
	static const char warning[] = "DEMONSTRATION - không có giá trị pháp lý";
	return X509_NAME_add_entry_by_txt(name, "C", MBSTRING_UTF8, (const unsigned char *)"VN", -1,
					  -1, 0) == 1 &&
	       X509_NAME_add_entry_by_txt(name, "OU", MBSTRING_UTF8, (const unsigned char *)warning,
					  -1, -1, 0) == 1 &&
	       X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
					  (const unsigned char *)organisation.p, (int)organisation.n,
					  -1, 0) == 1 &&
	       X509_set_issuer_name(x509, name) == 1;
}

static bool say(X509 *x509, int what, const char *value)
{
	X509V3_CTX about;
	X509V3_set_ctx_nodb(&about);
	X509V3_set_ctx(&about, x509, x509, NULL, NULL, 0);
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &about, what, value);
	bool good = extension && X509_add_ext(x509, extension, -1) == 1;
	X509_EXTENSION_free(extension);
	return good;
}

/* Good for letters dated in the demonstration's own years as well as for today's. */
static bool date_it(X509 *x509)
{
	return ASN1_TIME_set_string(X509_getm_notBefore(x509), "20140101000000Z") == 1 &&
	       ASN1_TIME_set_string(X509_getm_notAfter(x509), "20491231235959Z") == 1;
}

static X509 *certify(EVP_PKEY *key, str organisation, int64_t serial)
{
	X509 *x509 = X509_new();
	bool good = x509 && X509_set_version(x509, X509_VERSION_3) == 1 &&
		    ASN1_INTEGER_set_int64(X509_get_serialNumber(x509), serial) == 1 &&
		    X509_set_pubkey(x509, key) == 1 && date_it(x509) && name_it(x509, organisation) &&
		    say(x509, NID_basic_constraints, "critical,CA:FALSE") &&
		    say(x509, NID_key_usage, "critical,digitalSignature,nonRepudiation") &&
		    say(x509, NID_subject_key_identifier, "hash") &&
		    X509_sign(x509, key, EVP_sha256()) > 0;
	if (good)
		return x509;
	X509_free(x509);
	return NULL;
}

enum err sign_demonstration(struct ctx *ctx, str organisation, str passphrase, str *ret_pkcs12)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *x509 = key ? certify(key, organisation, (int64_t)(str_hash(organisation) >> 1) | 1) : NULL;
	PKCS12 *box = x509 ? PKCS12_create(arena_copy(ctx->arena, passphrase).p,
					   "Motcua demonstration", key, x509, NULL, 0, 0, 0, 0, 0)
			   : NULL;
	unsigned char *bytes = NULL;
	int n = box ? i2d_PKCS12(box, &bytes) : 0;
	if (n > 0)
		*ret_pkcs12 = arena_copy(ctx->arena, str_of((const char *)bytes, (size_t)n));
	OPENSSL_free(bytes);
	PKCS12_free(box);
	X509_free(x509);
	EVP_PKEY_free(key);
	return n > 0 ? OK : openssl_fail(ctx, "A demonstration key cannot be made");
}
