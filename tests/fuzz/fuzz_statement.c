/* Any file may be handed in as a bank's statement: what is read of it can be stored as it is, and a
 * refusal says why. Read as two banks write it, after the shapes packs may declare. */
#include "fuzz.h"

#include "base/json.h"
#include "cases/bank_statement.h"

static void holds_text(str s)
{
	FUZZ_HOLDS(utf8_valid(s));
	for (size_t i = 0; i < s.n; i++)
		FUZZ_HOLDS((unsigned char)s.p[i] >= ' ');
}

static void read_as(struct arena *arena, str input, const char *rules)
{
	struct ctx ctx = { .arena = arena };
	struct json_fault fault;
	struct value known;
	struct bank_lines lines;
	FUZZ_HOLDS(json_parse(arena, str_z(rules), &known, &fault));
	if (bank_read(&ctx, input, known, &lines) != OK) {
		FUZZ_HOLDS(!str_empty(ctx.fault.message));
		return;
	}
	FUZZ_HOLDS(lines.n <= BANK_LINES_MAX);
	for (size_t i = 0; i < lines.n; i++) {
		const struct bank_line *line = &lines.items[i];
		FUZZ_HOLDS(line->id.n >= 1 && line->id.n <= 64);
		FUZZ_HOLDS(line->amount > 0 && line->amount < 1000000000000000);
		FUZZ_HOLDS(line->day >= 10957 && line->day <= 47846); /* 2000 to 2100 */
		holds_text(line->id);
		holds_text(line->text);
	}
}

FUZZ(arena, input)
{
	read_as(arena, input, "{\"separator\":\",\",\"id\":\"So\",\"date\":\"Ngay\",\"amount\":\"Tien\","
			      "\"text\":\"Noi dung\",\"date_order\":\"dmy\"}");
	read_as(arena, input, "{\"separator\":\";\",\"id\":\"So\",\"date\":\"Ngay\",\"amount\":\"Tien\","
			      "\"text\":\"Noi dung\",\"date_order\":\"ymd\"}");
}
