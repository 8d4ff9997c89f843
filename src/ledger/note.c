#include "ledger/note.h"

#include <sodium.h>

_Static_assert(sizeof((struct note_key){ 0 }.secret) == crypto_sign_SECRETKEYBYTES, "Ed25519");

enum { ED25519 = 1, ID_BYTES = 4, SIGNATURE = crypto_sign_BYTES };

#define DASH "\xe2\x80\x94 " /* em dash and a blank begin a signature line */

/* ---- base64 ---- */

static const char base64_digits[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_write(struct buf *out, str bytes)
{
	const unsigned char *p = (const unsigned char *)bytes.p;
	for (size_t i = 0; i < bytes.n; i += 3) {
		size_t left = bytes.n - i;
		uint32_t group = (uint32_t)p[i] << 16;
		if (left > 1)
			group |= (uint32_t)p[i + 1] << 8;
		if (left > 2)
			group |= p[i + 2];
		char text[4] = {
			base64_digits[group >> 18], base64_digits[group >> 12 & 63],
			left > 1 ? base64_digits[group >> 6 & 63] : '=',
			left > 2 ? base64_digits[group & 63] : '='
		};
		buf_bytes(out, text, 4);
	}
}

static int base64_digit(char c)
{
	const char *at = c ? strchr(base64_digits, c) : NULL;
	return at ? (int)(at - base64_digits) : -1;
}

/* Takes 4 characters, `used` of them digits (2 to 4); false for anything else. */
static bool read_group(const char *text, size_t used, unsigned char *ret_bytes)
{
	uint32_t group = 0;
	for (size_t i = 0; i < 4; i++) {
		int digit = i < used ? base64_digit(text[i]) : 0;
		if (digit < 0)
			return false;
		group = group << 6 | (uint32_t)digit;
	}
	if (group & (used == 2 ? 0xffff : used == 3 ? 0xff : 0))
		return false;
	for (size_t i = 0; i + 1 < used; i++)
		ret_bytes[i] = (unsigned char)(group >> (16 - 8 * i));
	return true;
}

bool base64_read(struct arena *arena, str text, str *ret_bytes)
{
	if (text.n % 4)
		return false;
	unsigned char *bytes = arena_alloc(arena, text.n / 4 * 3 + 1);
	size_t n = 0;
	for (size_t i = 0; i < text.n; i += 4) {
		size_t used = 4;
		if (i + 4 == text.n)
			while (used > 2 && text.p[i + used - 1] == '=')
				used--;
		if (!read_group(text.p + i, used, bytes + n))
			return false;
		n += used - 1;
	}
	*ret_bytes = str_of((const char *)bytes, n);
	return true;
}

/* ---- keys ---- */

bool note_name_valid(str name)
{
	if (!utf8_valid(name))
		return false;
	for (size_t i = 0; i < name.n; i++)
		if ((unsigned char)name.p[i] <= ' ' || name.p[i] == '+')
			return false;
	return name.n > 0;
}

void note_key_new(str name, struct note_key *ret_key)
{
	uint8_t public_key[NOTE_PUBLIC];
	ret_key->name = name;
	crypto_sign_keypair(public_key, ret_key->secret);
}

bool note_key_of(str name, str seed, struct note_key *ret_key)
{
	uint8_t public_key[NOTE_PUBLIC];
	if (seed.n != NOTE_SEED || !note_name_valid(name))
		return false;
	ret_key->name = name;
	crypto_sign_seed_keypair(public_key, ret_key->secret, (const uint8_t *)seed.p);
	return true;
}

/* The key's id is bound to the name it signs under. */
static uint32_t key_id(str name, const uint8_t *public_key)
{
	crypto_hash_sha256_state state;
	uint8_t hash[crypto_hash_sha256_BYTES];
	crypto_hash_sha256_init(&state);
	crypto_hash_sha256_update(&state, (const uint8_t *)name.p, name.n);
	crypto_hash_sha256_update(&state, (const uint8_t[]){ '\n', ED25519 }, 2);
	crypto_hash_sha256_update(&state, public_key, NOTE_PUBLIC);
	crypto_hash_sha256_final(&state, hash);
	return (uint32_t)hash[0] << 24 | (uint32_t)hash[1] << 16 | (uint32_t)hash[2] << 8 | hash[3];
}

struct note_verifier note_verifier_of(const struct note_key *key)
{
	struct note_verifier verifier = { .name = key->name };
	crypto_sign_ed25519_sk_to_pk(verifier.public_key, key->secret);
	verifier.id = key_id(key->name, verifier.public_key);
	return verifier;
}

str note_verifier_text(struct arena *arena, const struct note_verifier *verifier)
{
	struct buf text = { .arena = arena };
	char key[1 + NOTE_PUBLIC] = { ED25519 };
	memcpy(key + 1, verifier->public_key, NOTE_PUBLIC);
	buf_printf(&text, "%.*s+%08x+", STR_ARG(verifier->name), verifier->id);
	base64_write(&text, str_of(key, sizeof key));
	return buf_view(&text);
}

bool note_verifier_parse(struct arena *arena, str text, struct note_verifier *ret_verifier)
{
	struct note_verifier verifier;
	str name, id, key;
	if (!str_next(&text, '+', &name) || !str_next(&text, '+', &id) || id.n != 8 ||
	    !note_name_valid(name) || !base64_read(arena, text, &key))
		return false;
	if (key.n != 1 + NOTE_PUBLIC || key.p[0] != ED25519)
		return false;
	verifier.name = name;
	memcpy(verifier.public_key, key.p + 1, NOTE_PUBLIC);
	verifier.id = key_id(name, verifier.public_key);
	if (!str_eq(id, arena_printf(arena, "%08x", verifier.id)))
		return false;
	*ret_verifier = verifier;
	return true;
}

/* ---- notes ---- */

str note_sign(struct arena *arena, str text, const struct note_key *key)
{
	struct note_verifier verifier = note_verifier_of(key);
	uint8_t signature[ID_BYTES + SIGNATURE];
	for (int i = 0; i < ID_BYTES; i++)
		signature[i] = (uint8_t)(verifier.id >> (24 - 8 * i));
	crypto_sign_detached(signature + ID_BYTES, NULL, (const uint8_t *)text.p, text.n,
			     key->secret);
	struct buf note = { .arena = arena };
	buf_str(&note, text);
	buf_printf(&note, "\n" DASH "%.*s ", STR_ARG(key->name));
	base64_write(&note, str_of((const char *)signature, sizeof signature));
	buf_byte(&note, '\n');
	return buf_view(&note);
}

/* The text ends with the newline before the last empty line; signature lines follow it. */
static bool part_note(str note, str *ret_text, str *ret_signatures)
{
	if (!utf8_valid(note) || !str_ends(note, S("\n")))
		return false;
	for (size_t i = 0; i < note.n; i++)
		if ((unsigned char)note.p[i] < ' ' && note.p[i] != '\n')
			return false;
	for (size_t at = note.n; at-- > 1;)
		if (note.p[at] == '\n' && note.p[at - 1] == '\n') {
			*ret_text = str_of(note.p, at);
			*ret_signatures = str_of(note.p + at + 1, note.n - at - 1);
			return true;
		}
	return false;
}

enum line_says { NOT_A_SIGNATURE, SOMEBODY_ELSES, BAD, GOOD };

static enum line_says read_signature(str line, str text, const struct note_verifier *verifier)
{
	struct arena arena;
	str name, bytes;
	if (!str_starts(line, S(DASH)))
		return NOT_A_SIGNATURE;
	line = str_slice(line, sizeof(DASH) - 1, line.n);
	if (!str_next(&line, ' ', &name) || line.n == 0 || !note_name_valid(name))
		return NOT_A_SIGNATURE;
	arena_init(&arena);
	enum line_says says = NOT_A_SIGNATURE;
	if (base64_read(&arena, line, &bytes) && bytes.n > ID_BYTES) {
		const uint8_t *p = (const uint8_t *)bytes.p;
		uint32_t id = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
			      (uint32_t)p[2] << 8 | p[3];
		if (id != verifier->id || !str_eq(name, verifier->name))
			says = SOMEBODY_ELSES;
		else if (bytes.n == ID_BYTES + SIGNATURE &&
			 crypto_sign_verify_detached(p + ID_BYTES, (const uint8_t *)text.p, text.n,
						     verifier->public_key) == 0)
			says = GOOD;
		else
			says = BAD;
	}
	arena_done(&arena);
	return says;
}

bool note_verify(str note, const struct note_verifier *verifier, str *ret_text)
{
	str text, signatures;
	bool good = false;
	if (!part_note(note, &text, &signatures))
		return false;
	for (str line; str_next(&signatures, '\n', &line);) {
		enum line_says says = read_signature(line, text, verifier);
		if (says == NOT_A_SIGNATURE || says == BAD)
			return false;
		good |= says == GOOD;
	}
	if (good)
		*ret_text = text;
	return good;
}

/* ---- checkpoints ---- */

str checkpoint_text(struct arena *arena, str origin, uint64_t size, struct merkle_hash root)
{
	struct buf text = { .arena = arena };
	buf_printf(&text, "%.*s\n%llu\n", STR_ARG(origin), (unsigned long long)size);
	base64_write(&text, merkle_bytes(&root));
	buf_byte(&text, '\n');
	return buf_view(&text);
}

static bool read_size(str digits, uint64_t *ret_size)
{
	int64_t n;
	if (!str_int(digits, 0, INT64_MAX, &n) || (digits.n > 1 && digits.p[0] == '0') ||
	    digits.p[0] == '-')
		return false;
	*ret_size = (uint64_t)n;
	return true;
}

bool checkpoint_parse(str text, struct checkpoint *ret_checkpoint)
{
	struct checkpoint checkpoint;
	struct arena arena;
	str size, root, bytes;
	if (!str_ends(text, S("\n")) || !str_next(&text, '\n', &checkpoint.origin) ||
	    !str_next(&text, '\n', &size) || !str_next(&text, '\n', &root))
		return false;
	if (str_empty(checkpoint.origin) || !read_size(size, &checkpoint.size))
		return false;
	arena_init(&arena);
	bool good = base64_read(&arena, root, &bytes) && merkle_hash_of(bytes, &checkpoint.root);
	arena_done(&arena);
	if (good)
		*ret_checkpoint = checkpoint;
	return good;
}
