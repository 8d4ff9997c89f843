/* VietQR: what a banking app reads to fill in a transfer. EMVCo QRCPS merchant-presented mode 1.1 with
 * NAPAS's account template (GUID A000000727, service QRIBFTTA: to an account). */
#include "cases/fee.h"
#include "cases/room.h"

enum { PURPOSE_MAX = 25 };

bool fee_account(struct cases *cases, int64_t organisation, struct fee_account *ret_account)
{
	const struct organisation *o = organisation_by_id(cases->people, organisation);
	for (int deep = 0; o && deep < 16; deep++) {
		struct value payment = value_get(o->data, S("payment"));
		*ret_account = (struct fee_account){
			.bank_bin = value_text(value_get(payment, S("bank_bin"))),
			.account = value_text(value_get(payment, S("account"))),
			.name = value_text(value_get(payment, S("name"))),
			.bank = value_text(value_get(payment, S("bank"))),
		};
		if (ret_account->bank_bin.n == 6 && !str_empty(ret_account->account))
			return true;
		o = o->parent ? organisation_by_id(cases->people, o->parent) : NULL;
	}
	return false;
}

str fee_memo(struct arena *arena, str text)
{
	struct buf out = { .arena = arena };
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		if (c >= 'a' && c <= 'z')
			c = (char)(c - 'a' + 'A');
		if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'))
			buf_byte(&out, c);
	}
	return buf_view(&out);
}

str fee_purpose(struct arena *arena, str code)
{
	str memo = fee_memo(arena, code);
	return str_slice(memo, memo.n > PURPOSE_MAX ? memo.n - PURPOSE_MAX : 0, memo.n);
}

static void field(struct buf *out, const char *id, str text)
{
	buf_printf(out, "%s%02d%.*s", id, (int)text.n, STR_ARG(text));
}

/* CRC-16/CCITT-FALSE: polynomial 0x1021, begun with 0xFFFF, as EMVCo asks. */
static unsigned crc16(str text)
{
	unsigned crc = 0xFFFF;
	for (size_t i = 0; i < text.n; i++) {
		crc ^= (unsigned)(unsigned char)text.p[i] << 8;
		for (int bit = 0; bit < 8; bit++)
			crc = (crc & 0x8000 ? crc << 1 ^ 0x1021 : crc << 1) & 0xFFFF;
	}
	return crc;
}

str fee_qr(struct arena *arena, const struct fee_account *account, int64_t amount, str text)
{
	struct buf out = { .arena = arena }, to = { .arena = arena }, whom = { .arena = arena };
	struct buf more = { .arena = arena };
	str memo = text.n <= PURPOSE_MAX ? text : fee_purpose(arena, text);
	field(&whom, "00", account->bank_bin);
	field(&whom, "01", account->account);
	field(&to, "00", S("A000000727"));
	field(&to, "01", buf_view(&whom));
	field(&to, "02", S("QRIBFTTA"));
	field(&more, "08", memo);
	field(&out, "00", S("01"));
	field(&out, "01", S("12"));
	field(&out, "38", buf_view(&to));
	field(&out, "53", S("704"));
	field(&out, "54", arena_printf(arena, "%lld", (long long)amount));
	field(&out, "58", S("VN"));
	field(&out, "62", buf_view(&more));
	buf_str(&out, S("6304"));
	buf_printf(&out, "%04X", crc16(buf_view(&out)));
	return buf_view(&out);
}
