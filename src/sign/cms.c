/* One detached signature as CMS writes it (RFC 5652), with the attributes PAdES asks for: what kind
 * of content, its digest, and the digest of the certificate, so that it cannot be exchanged. */
#include "sign/room.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

enum {
	DER_INTEGER = 0x02,
	DER_OCTETS = 0x04,
	DER_SEQUENCE = 0x30,
	DER_SET = 0x31,
	DER_TAGGED = 0xa0, /* [0] */
};

#define BYTES(literal) str_of(literal, sizeof(literal) - 1)
#define OID_SIGNED_DATA BYTES("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02")
#define OID_DATA BYTES("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01")
#define OID_CONTENT_TYPE BYTES("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x09\x03")
#define OID_MESSAGE_DIGEST BYTES("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x09\x04")
/* id-aa-signingCertificateV2 */
#define OID_CERTIFICATE BYTES("\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x02\x2f")
/* Whole AlgorithmIdentifiers. */
#define SHA_256 BYTES("\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00")
#define RSA BYTES("\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00")
#define ECDSA_SHA_256 BYTES("\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02")
#define VERSION_1 BYTES("\x02\x01\x01")

/* Tag, length, and the parts one behind the other. */
static str der(struct arena *arena, int tag, const str *parts, size_t n)
{
	struct buf out = { .arena = arena };
	size_t length = 0, bytes = 1;
	for (size_t i = 0; i < n; i++)
		length += parts[i].n;
	buf_byte(&out, (char)tag);
	if (length >= 0x80) {
		while (length >> (8 * bytes))
			bytes++;
		buf_byte(&out, (char)(0x80 | bytes));
	}
	while (bytes--)
		buf_byte(&out, (char)(length >> (8 * bytes)));
	for (size_t i = 0; i < n; i++)
		buf_str(&out, parts[i]);
	return buf_view(&out);
}

#define DER(arena, tag, ...)                                      \
	der((arena), (tag), (const str[]){ __VA_ARGS__ },           \
	    sizeof((const str[]){ __VA_ARGS__ }) / sizeof(str))

static str sha256(struct arena *arena, str bytes)
{
	unsigned char *hash = arena_alloc(arena, 32);
	SHA256((const unsigned char *)bytes.p, bytes.n, hash);
	return str_of((const char *)hash, 32);
}

/* In the order DER wants of a set: the shorter encodings first, as these begin alike. */
static str attributes(struct arena *arena, const struct signer *signer, const uint8_t digest[32])
{
	str hash = DER(arena, DER_OCTETS, str_of((const char *)digest, 32));
	str certificate = DER(arena, DER_OCTETS, sha256(arena, signer->certificate));
	str id = DER(arena, DER_SEQUENCE, DER(arena, DER_SEQUENCE, DER(arena, DER_SEQUENCE,
								      certificate)));
	const str all[] = {
		DER(arena, DER_SEQUENCE, OID_CONTENT_TYPE, DER(arena, DER_SET, OID_DATA)),
		DER(arena, DER_SEQUENCE, OID_MESSAGE_DIGEST, DER(arena, DER_SET, hash)),
		DER(arena, DER_SEQUENCE, OID_CERTIFICATE, DER(arena, DER_SET, id)),
	};
	return arena_join(arena, all, 3);
}

/* The raw value holds the leading zero a whole number would drop; each signer gives its own form. */
static enum err signer_info(struct ctx *ctx, const struct signer *signer, const uint8_t digest[32],
			    str *ret_info)
{
	struct arena *arena = ctx->arena;
	str signed_part = attributes(arena, signer, digest), issuer, serial, value;
	/* Signed as a set of its own, sent under a tag. */
	str to_sign = sha256(arena, DER(arena, DER_SET, signed_part));
	TRY(certificate_names(ctx, signer->certificate, &issuer, &serial));
	TRY(signer->sign(ctx, signer, (const uint8_t *)to_sign.p, &value));
	TRY(certificate_check(ctx, signer, (const uint8_t *)to_sign.p, value));
	*ret_info = DER(arena, DER_SEQUENCE, VERSION_1, DER(arena, DER_SEQUENCE, issuer, serial),
			SHA_256, DER(arena, DER_TAGGED, signed_part),
			signer->elliptic ? ECDSA_SHA_256 : RSA, DER(arena, DER_OCTETS, value));
	return OK;
}

enum err sign_cms(struct ctx *ctx, const struct signer *signer, const uint8_t digest[32],
		  str *ret_cms)
{
	struct arena *arena = ctx->arena;
	str info, certificates = signer->certificate;
	TRY(signer_info(ctx, signer, digest, &info));
	for (size_t i = 0; i < signer->n_chain; i++)
		certificates = arena_join(arena, (const str[]){ certificates, signer->chain[i] }, 2);
	str data = DER(arena, DER_SEQUENCE, VERSION_1, DER(arena, DER_SET, SHA_256),
		       DER(arena, DER_SEQUENCE, OID_DATA), DER(arena, DER_TAGGED, certificates),
		       DER(arena, DER_SET, info));
	*ret_cms = DER(arena, DER_SEQUENCE, OID_SIGNED_DATA, DER(arena, DER_TAGGED, data));
	return OK;
}

enum err sign_pdf(struct ctx *ctx, const struct signer *signer, str pdf,
		  const struct print_signature *about, str *ret_pdf)
{
	struct print_signature own = *about;
	struct print_unsigned hollow;
	str cms;
	own.name = signer->name;
	own.room = sign_cms_room(signer);
	TRY(print_sign_prepare(ctx, pdf, &own, &hollow));
	str whole = arena_join(ctx->arena, (const str[]){ hollow.before, hollow.behind }, 2);
	TRY(sign_cms(ctx, signer, (const uint8_t *)sha256(ctx->arena, whole).p, &cms));
	return print_sign_finish(ctx, &hollow, cms, ret_pdf);
}

size_t sign_cms_room(const struct signer *signer)
{
	size_t n = 2 * signer->certificate.n + 2048; /* the issuer's name is told again */
	for (size_t i = 0; i < signer->n_chain; i++)
		n += signer->chain[i].n;
	return n;
}
