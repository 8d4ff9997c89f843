/*
 * motcua-verify: checks what a town hall's ledger promised, without asking the town hall.
 *
 *	motcua-verify proof FILE KEY               the act in FILE (from the receipt or the case page)
 *	                                           stands in the ledger; prints it
 *	motcua-verify payload FILE KEY SALT DATA   also: the private part in file DATA is what the act
 *	                                           commits to (SALT in hexadecimal)
 *	motcua-verify growth OLD NEW HASHES KEY    nothing was taken back between two checkpoints
 *	motcua-verify checkpoints FILE KEY         every checkpoint kept in FILE is signed, none is
 *	                                           shorter than the one before, none contradicts it
 *
 * KEY is the published text "name+hash+key", or a file that holds it. Prints "ok: …" and ends
 * with 0, or "not ok: …" and 1; wrong usage 2. See docs/LEDGER.md.
 */
#include "ledger/bundle.h"
#include "ledger/event.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

struct check {
	struct arena arena;
	struct note_verifier verifier;
};

static int usage(void)
{
	fputs("usage: motcua-verify proof FILE KEY\n"
	      "       motcua-verify payload FILE KEY SALT DATA\n"
	      "       motcua-verify growth OLD NEW HASHES KEY\n"
	      "       motcua-verify checkpoints FILE KEY\n", stderr);
	return 2;
}

static int not_ok(const char *why)
{
	printf("not ok: %s\n", why);
	return 1;
}

static str read_file(struct check *check, const char *path)
{
	struct buf text = { .arena = &check->arena };
	FILE *file = fopen(path, "rb");
	size_t n;
	if (!file) {
		perror(path);
		exit(2);
	}
	while ((n = fread(buf_reserve(&text, 65536), 1, 65536, file)) > 0)
		buf_wrote(&text, n);
	fclose(file);
	return buf_view(&text);
}

static void take_key(struct check *check, const char *argument)
{
	if (note_verifier_parse(&check->arena, str_z(argument), &check->verifier))
		return;
	str text = str_trim(read_file(check, argument));
	if (!note_verifier_parse(&check->arena, text, &check->verifier)) {
		fprintf(stderr, "%s is no key of the form name+hash+key\n", argument);
		exit(2);
	}
}

/* ---- an act ---- */

static const char *check_act(struct check *check, const char *path, struct bundle *ret_bundle,
			     struct checkpoint *ret_checkpoint)
{
	if (!bundle_read(&check->arena, read_file(check, path), ret_bundle))
		return "the file is not a proof";
	return bundle_check(ret_bundle, &check->verifier, ret_checkpoint);
}

static void print_act(const struct bundle *bundle, const struct checkpoint *checkpoint)
{
	printf("%.*s", STR_ARG(bundle->event));
	printf("ok: act %llu of %llu in the ledger %.*s\n", (unsigned long long)bundle->index,
	       (unsigned long long)checkpoint->size, STR_ARG(checkpoint->origin));
}

static int do_proof(struct check *check, char **arguments)
{
	struct bundle bundle;
	struct checkpoint checkpoint;
	take_key(check, arguments[1]);
	const char *fault = check_act(check, arguments[0], &bundle, &checkpoint);
	if (fault)
		return not_ok(fault);
	print_act(&bundle, &checkpoint);
	return 0;
}

static bool commits_to(struct check *check, str event, const char *salt_text, str payload)
{
	uint8_t salt[64];
	char hex[2 * MERKLE_HASH + 1];
	size_t n;
	if (sodium_hex2bin(salt, sizeof salt, salt_text, strlen(salt_text), NULL, &n, NULL))
		return false;
	struct merkle_hash hash = ledger_commitment(str_of((const char *)salt, n), payload);
	sodium_bin2hex(hex, sizeof hex, hash.bytes, MERKLE_HASH);
	return str_ends(event, arena_printf(&check->arena, "\nclosed %s\n", hex));
}

static int do_payload(struct check *check, char **arguments)
{
	struct bundle bundle;
	struct checkpoint checkpoint;
	take_key(check, arguments[1]);
	const char *fault = check_act(check, arguments[0], &bundle, &checkpoint);
	if (fault)
		return not_ok(fault);
	if (!commits_to(check, bundle.event, arguments[2], read_file(check, arguments[3])))
		return not_ok("the act does not commit to this private part");
	print_act(&bundle, &checkpoint);
	return 0;
}

/* ---- checkpoints ---- */

static bool signed_checkpoint(struct check *check, str note, struct checkpoint *ret_checkpoint)
{
	str text;
	return note_verify(note, &check->verifier, &text) &&
	       checkpoint_parse(text, ret_checkpoint);
}

static int do_growth(struct check *check, char **arguments)
{
	struct checkpoint old, new;
	struct merkle_proof proof;
	take_key(check, arguments[3]);
	if (!signed_checkpoint(check, read_file(check, arguments[0]), &old) ||
	    !signed_checkpoint(check, read_file(check, arguments[1]), &new))
		return not_ok("a checkpoint is not signed by this key");
	if (!hashes_read(&check->arena, read_file(check, arguments[2]), &proof))
		return not_ok("the hashes are out of form");
	if (!merkle_verify_consistency(old.size, old.root, new.size, new.root, &proof))
		return not_ok("the newer ledger does not begin with the older one");
	printf("ok: the ledger of %llu acts begins with that of %llu\n",
	       (unsigned long long)new.size, (unsigned long long)old.size);
	return 0;
}

static int do_checkpoints(struct check *check, char **arguments)
{
	struct checkpoint last = { 0 }, next;
	int n = 0;
	take_key(check, arguments[1]);
	str rest = read_file(check, arguments[0]);
	for (str note; note_next(&rest, &note); n++, last = next) {
		if (!signed_checkpoint(check, note, &next))
			return not_ok(arena_printf(&check->arena, "checkpoint %d is not signed by "
						   "this key", n + 1).p);
		if (n && next.size < last.size)
			return not_ok(arena_printf(&check->arena, "checkpoint %d is shorter than "
						   "the one before", n + 1).p);
		if (n && next.size == last.size && !merkle_eq(next.root, last.root))
			return not_ok(arena_printf(&check->arena, "checkpoint %d contradicts the "
						   "one before: the ledger was rewritten",
						   n + 1).p);
	}
	if (n == 0)
		return not_ok("there is no checkpoint");
	printf("ok: %d checkpoints, the last over %llu acts\n", n, (unsigned long long)last.size);
	return 0;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int arguments;
		int (*run)(struct check *, char **);
	} commands[] = {
		{ "proof", 2, do_proof }, { "payload", 4, do_payload }, { "growth", 4, do_growth },
		{ "checkpoints", 2, do_checkpoints },
	};
	struct check check;
	if (argc < 2 || sodium_init() < 0)
		return usage();
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
		if (strcmp(argv[1], commands[i].name) != 0 || argc != 2 + commands[i].arguments)
			continue;
		arena_init(&check.arena);
		int status = commands[i].run(&check, argv + 2);
		arena_done(&check.arena);
		return status;
	}
	return usage();
}
