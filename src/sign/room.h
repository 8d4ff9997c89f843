/* What the files of this room share: certificates as OpenSSL reads them. */
#ifndef MOTCUA_SIGN_ROOM_H
#define MOTCUA_SIGN_ROOM_H

#include "base/buf.h"
#include "sign/sign.h"

/* ERR_INVALID with what OpenSSL says of it. Empties its queue, so that the next fault is its own. */
enum err openssl_fail(struct ctx *ctx, const char *what);

/* DER of the issuer's name and of the serial number. */
enum err certificate_names(struct ctx *ctx, str certificate, str *ret_issuer, str *ret_serial);
/* Fills name and kind of key from signer->certificate. ERR_INVALID: neither RSA nor a curve. */
enum err certificate_read(struct ctx *ctx, struct arena *arena, struct signer *signer);
/* ERR_INVALID unless `value` is the certificate's signature of the digest. */
enum err certificate_check(struct ctx *ctx, const struct signer *signer, const uint8_t digest[32],
			   str value);

#endif
