#include "text/i18n.h"

/* The binary form of a gettext catalogue: seven 32-bit numbers, then two tables of (length,
 * offset) pairs, msgids in byte order and their translations. Little end first here: msgfmt
 * writes the order of the machine it runs on, the other one is refused. */
enum { MAGIC_AT = 0, REVISION_AT = 4, COUNT_AT = 8, IDS_AT = 12, TEXTS_AT = 16, HEADER = 28 };
static const uint32_t magic = 0x950412de;

struct entry {
	str id;     /* up to the first NUL: the singular */
	str text;   /* all forms, parted by NUL; NUL-terminated */
};

struct language {
	str code;
	bool is_vietnamese;
	struct entry *table; /* open addressing */
	size_t mask;
};

static uint32_t number_at(str mo, size_t at)
{
	const unsigned char *p = (const unsigned char *)mo.p + at;
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* The string entry `i` of a table points to; it must lie within and end in NUL. */
static bool string_at(str mo, size_t table, uint32_t i, str *ret_s)
{
	size_t at = table + 8 * (size_t)i;
	if (at + 8 > mo.n)
		return false;
	size_t n = number_at(mo, at), offset = number_at(mo, at + 4);
	if (offset >= mo.n || n >= mo.n - offset || mo.p[offset + n] != '\0')
		return false;
	*ret_s = str_of(mo.p + offset, n);
	return true;
}

static struct entry *slot_of(const struct language *language, str id)
{
	size_t at = str_hash(id) & language->mask;
	while (language->table[at].id.p && !str_eq(language->table[at].id, id))
		at = (at + 1) & language->mask;
	return &language->table[at];
}

static bool read_entries(struct language *language, str mo, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		str id, text;
		if (!string_at(mo, number_at(mo, IDS_AT), i, &id) ||
		    !string_at(mo, number_at(mo, TEXTS_AT), i, &text))
			return false;
		if (str_empty(id) || str_empty(text))
			continue; /* the header of the catalogue */
		id = str_slice(id, 0, str_find_byte(id, '\0'));
		*slot_of(language, id) = (struct entry){ id, text };
	}
	return true;
}

static void make_table(struct arena *arena, struct language *language, size_t count)
{
	size_t room = 8;
	while (room < 2 * count)
		room *= 2;
	language->mask = room - 1;
	language->table = ARENA_ARRAY(arena, struct entry, room);
}

enum err language_load(struct ctx *ctx, struct arena *arena, str code, str mo,
		       const struct language **ret_language)
{
	struct language *language = ARENA_NEW(arena, struct language);
	language->code = arena_copy(arena, code);
	language->is_vietnamese = str_eq(code, S("vi"));
	if (str_empty(mo)) {
		make_table(arena, language, 0);
		*ret_language = language;
		return OK;
	}
	if (mo.n < HEADER || number_at(mo, MAGIC_AT) != magic || number_at(mo, REVISION_AT) >> 16)
		return fail(ctx, ERR_INVALID, "The catalogue of %.*s is not a .mo file",
			    STR_ARG(code));
	uint32_t count = number_at(mo, COUNT_AT);
	if (count > mo.n / 16)
		return fail(ctx, ERR_INVALID, "The catalogue of %.*s is damaged", STR_ARG(code));
	make_table(arena, language, count);
	if (!read_entries(language, mo, count))
		return fail(ctx, ERR_INVALID, "The catalogue of %.*s is damaged", STR_ARG(code));
	*ret_language = language;
	return OK;
}

str language_code(const struct language *language)
{
	return language->code;
}

str language_text(const struct language *language, str msgid)
{
	const struct entry *entry = slot_of(language, msgid);
	if (!entry->id.p)
		return msgid;
	return str_slice(entry->text, 0, str_find_byte(entry->text, '\0'));
}

const char *language_translate(const void *language, const char *msgid)
{
	if (!language)
		return msgid;
	/* Texts of a catalogue end in NUL, and so does msgid. */
	return language_text(language, str_z(msgid)).p;
}

/* Vietnamese has one form; English, and whatever else comes with two, parts one from many. */
int language_plural_forms(const struct language *language)
{
	return language && language->is_vietnamese ? 1 : 2;
}

int language_plural_form(const struct language *language, int64_t n)
{
	return language_plural_forms(language) == 1 ? 0 : n != 1;
}

str language_plural_entry(const struct language *language, str one)
{
	const struct entry *entry = slot_of(language, one);
	return entry->id.p ? entry->text : S("");
}

str language_plural(const struct language *language, str one, str many, int64_t n)
{
	int form = language_plural_form(language, n);
	str forms = language_plural_entry(language, one), text;
	for (int i = 0; str_next(&forms, '\0', &text); i++)
		if (i == form)
			return text;
	return n == 1 ? one : many;
}
