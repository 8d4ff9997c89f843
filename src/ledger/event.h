/*
 * event: the exact bytes of one act in the ledger. They are text, so that a citizen can read
 * what was proved to them, and canonical: the same event has one spelling only, and whatever
 * ledger_event_read accepts is written again byte for byte. The leaf of the tree is
 * merkle_leaf(bytes).
 *
 *	motcua event 1
 *	kind case.accepted
 *	recorded 2015-01-26T09:00:00.000000Z
 *	effective 2015-01-26T08:50:00.000000Z     left out where it is the same
 *	object 123                                 left out where it is 0; so are the next three
 *	actor 45
 *	organisation 6
 *	reason typed in after the power cut
 *	open {"due_at":"2015-02-05T17:00:00+07:00"}
 *	closed 9f86d081…                           64 hexadecimal digits, left out without one
 *
 * Lines end in a newline, come in this order, and have one blank after their name. `open` is
 * JSON in its shortest form with the keys of every map in byte order, as ledger_open_write makes
 * it. Control characters in the reason become blanks. Personal data never stands in `open`: it
 * is a payload kept beside the event, to which `closed` commits: SHA-256(salt ‖ payload). Without
 * salt and payload the commitment tells nothing, so both can be erased while the event stays.
 */
#ifndef MOTCUA_LEDGER_EVENT_H
#define MOTCUA_LEDGER_EVENT_H

#include "base/buf.h"
#include "base/datetime.h"
#include "base/value.h"
#include "ledger/merkle.h"

enum { LEDGER_SALT = 16 };

struct ledger_event {
	str kind; /* small letters, digits, '.', '_' */
	usec recorded_at, effective_at;
	int64_t object, actor, organisation;
	str reason;
	struct value open; /* a map, or null */
	bool has_closed;
	struct merkle_hash closed;
};

/* Errors: ERR_INVALID the kind is empty or has other characters, the times lie outside the
 * years 1 to 9999, `open` is neither map nor null. */
enum err ledger_event_write(struct ctx *ctx, const struct ledger_event *event, str *ret_bytes);
/* Errors: ERR_INVALID anything but the canonical form. Strings are views into `bytes`. */
enum err ledger_event_read(struct ctx *ctx, str bytes, struct ledger_event *ret_event);

/* The canonical JSON alone: also the form of a private payload. */
void ledger_open_write(struct buf *out, struct value v);

void ledger_salt(uint8_t ret_salt[static LEDGER_SALT]);
struct merkle_hash ledger_commitment(str salt, str payload);

#endif
