/* fee_testing: what the tests of fees and of the till share: cases that cost something, and paying them. */
#ifndef MOTCUA_CASES_FEE_TESTING_H
#define MOTCUA_CASES_FEE_TESTING_H

#include "cases/cases_fixture.h"
#include "cases/fee.h"

#define assert_text(text, expected)                                                   \
	do {                                                                          \
		str text_ = (text);                                                   \
		assert_string_equal(arena_copy(town->ctx->arena, text_).p, expected); \
	} while (0)

struct asked {
	struct town *town;
	str code;
	struct fee *fee;
	struct fee_receipts *receipts;
	struct fee_till *till; /* of the ward's desk */
	int64_t cashier;
};

struct value json(struct town *town, const char *text);
/* Filed at the desk of Hòa Phát on Monday 2015-01-26, 8:50. */
str file_case(struct town *town, const char *procedure, const char *data);
/* Copies: 2.000 đồng each of the first two pages, 1.000 each further one. */
str copies(struct town *town, const char *data);
struct asked ask(struct town *town, str code);
struct fee fee_of(struct town *town, str code);
/* In cash at the desk; "2015-01-28T09:00", or NULL: now. */
enum err pay_then(struct town *town, str code, int64_t amount, const char *time);
enum err pay(struct town *town, str code, int64_t amount);
struct actor because(struct town *town, const char *login, const char *reason);

#endif
