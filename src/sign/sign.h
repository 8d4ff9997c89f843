/*
 * sign: digital signatures of the organisations. A signer holds a certificate and can sign a SHA-256
 * digest; who keeps the key is its own affair: a PKCS#12 file here, a signing service elsewhere, a
 * hardware module by whoever writes its two functions. What comes of it is one detached CMS
 * signature as PAdES baseline B-B wants it (EN 319 142-1, RFC 5652, RFC 5035).
 *
 *	struct signer *signer;
 *	TRY(sign_pkcs12(ctx, arena, bytes, S("passphrase"), &signer));
 *	TRY(sign_pdf(ctx, signer, pdf, &about, &signed_pdf));
 *
 * A signer may be used by several threads at once. It lives as long as the arena it was made in.
 */
#ifndef MOTCUA_SIGN_SIGN_H
#define MOTCUA_SIGN_SIGN_H

#include "base/datetime.h"
#include "base/err.h"
#include "print/print.h"

struct signer {
	/* The raw signature value of a SHA-256 digest: RSA PKCS#1 v1.5, or DER of ECDSA. ERR_BUSY:
	 * the key cannot be reached now, try again. */
	enum err (*sign)(struct ctx *ctx, const struct signer *signer, const uint8_t digest[32],
			 str *ret_value);
	void *key;        /* of the implementation */
	str certificate;  /* DER */
	str chain[4];     /* DER, the issuer first */
	size_t n_chain;
	str name;         /* common name of the certificate's subject */
	bool elliptic;    /* ECDSA on a curve, else RSA */
};

/* The organisations' signers, by organisation code. */
struct signers {
	struct organisation_signer {
		str organisation;
		const struct signer *signer;
	} *items;
	size_t n;
};

/* NULL where it has none. */
const struct signer *signers_find(const struct signers *signers, str organisation);

/* A key in a PKCS#12 file. ERR_INVALID: not such a file, wrong passphrase, or no key in it that can
 * sign. */
enum err sign_pkcs12(struct ctx *ctx, struct arena *arena, str file, str passphrase,
		     struct signer **ret_signer);

/* A key at a signing service that speaks signatures/signHash of the Cloud Signature Consortium
 * (API 1.0.4): POST {"credentialID", "SAD", "hash": [base64], "hashAlgo", "signAlgo"}, answered by
 * {"signatures": [base64]}. Certificates are PEM, the signer's own first. */
struct sign_service {
	str url;          /* of signatures/signHash, https://… (http:// on the same machine) */
	str credential;   /* which key */
	str token;        /* bearer token; may be empty */
	str activation;   /* "SAD", what releases the key; may be empty */
	str certificates;
};
enum err sign_remote(struct ctx *ctx, struct arena *arena, const struct sign_service *service,
		     struct signer **ret_signer);

/* The largest a signature of this signer can be, in bytes. */
size_t sign_cms_room(const struct signer *signer);
/* Over what has this SHA-256. ERR_INVALID: what came of the key does not fit the certificate. */
enum err sign_cms(struct ctx *ctx, const struct signer *signer, const uint8_t digest[32],
		  str *ret_cms);

/* A letter of print_pdf, signed: visible where it has a <signature>. `about` without name and room,
 * which are the signer's. */
enum err sign_pdf(struct ctx *ctx, const struct signer *signer, str pdf,
		  const struct print_signature *about, str *ret_pdf);

/* A new key with a certificate it signed itself, for demonstrations: the subject says so. */
enum err sign_demonstration(struct ctx *ctx, str organisation, str passphrase, str *ret_pkcs12);

#endif
