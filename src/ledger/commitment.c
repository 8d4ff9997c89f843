#include "ledger/event.h"

#include <sodium.h>

void ledger_salt(uint8_t ret_salt[static LEDGER_SALT])
{
	randombytes_buf(ret_salt, LEDGER_SALT);
}

struct merkle_hash ledger_commitment(str salt, str payload)
{
	crypto_hash_sha256_state state;
	struct merkle_hash hash;
	crypto_hash_sha256_init(&state);
	crypto_hash_sha256_update(&state, (const uint8_t *)salt.p, salt.n);
	crypto_hash_sha256_update(&state, (const uint8_t *)payload.p, payload.n);
	crypto_hash_sha256_final(&state, hash.bytes);
	return hash;
}
