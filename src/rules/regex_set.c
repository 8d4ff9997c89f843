#include "rules/regex.h"
#include "rules/regex_parse.h"

#include <utf8proc.h>

/* ---- membership ---- */

static bool item_has(const struct regex_item *item, uint32_t code)
{
	if (item->inner)
		return regex_set_has(item->inner, code, false);
	if (item->categories) {
		uint32_t bit = UINT32_C(1) << utf8proc_category((utf8proc_int32_t)code);
		return ((item->categories & bit) != 0) != item->negated;
	}
	return code >= item->low && code <= item->high;
}

static bool has_exactly(const struct regex_set *set, uint32_t code)
{
	for (uint32_t i = 0; i < set->n; i++)
		if (item_has(&set->items[i], code))
			return true;
	return false;
}

/* Case is of no account for characters and spans, but it is for categories such as \p{Lu}. */
static bool has_in_case(const struct regex_set *set, uint32_t code)
{
	for (uint32_t i = 0; i < set->n; i++)
		if (!set->items[i].inner && !set->items[i].categories &&
		    item_has(&set->items[i], code))
			return true;
	return false;
}

bool regex_set_has(const struct regex_set *set, uint32_t code, bool ignore_case)
{
	bool has = has_exactly(set, code);
	if (!has && ignore_case) {
		utf8proc_int32_t c = (utf8proc_int32_t)code;
		has = has_in_case(set, (uint32_t)utf8proc_tolower(c)) ||
		      has_in_case(set, (uint32_t)utf8proc_toupper(c));
	}
	if (has == set->negated)
		return false;
	return !set->minus || !regex_set_has(set->minus, code, ignore_case);
}

/* ---- making ---- */

struct regex_set *regex_set_new(struct regex_parser *p)
{
	return ARENA_NEW(p->run->arena, struct regex_set);
}

void regex_set_add(struct regex_parser *p, struct regex_set *set, struct regex_item item)
{
	if ((set->n & (set->n - 1)) == 0)
		set->items = arena_grow(p->run->arena, set->items, set->n * sizeof item,
					(set->n ? set->n * 2 : 1) * sizeof item);
	set->items[set->n++] = item;
}

static void add_span(struct regex_parser *p, struct regex_set *set, uint32_t low, uint32_t high)
{
	regex_set_add(p, set, (struct regex_item){ .low = low, .high = high });
}

#define BIT(category) (UINT32_C(1) << UTF8PROC_CATEGORY_##category)

static uint32_t categories_named(str name)
{
	static const struct {
		char name[3];
		uint32_t bits;
	} all[] = {
		{ "L", BIT(LU) | BIT(LL) | BIT(LT) | BIT(LM) | BIT(LO) }, { "Lu", BIT(LU) },
		{ "Ll", BIT(LL) }, { "Lt", BIT(LT) }, { "Lm", BIT(LM) }, { "Lo", BIT(LO) },
		{ "M", BIT(MN) | BIT(MC) | BIT(ME) }, { "Mn", BIT(MN) }, { "Mc", BIT(MC) },
		{ "Me", BIT(ME) }, { "N", BIT(ND) | BIT(NL) | BIT(NO) }, { "Nd", BIT(ND) },
		{ "Nl", BIT(NL) }, { "No", BIT(NO) },
		{ "P", BIT(PC) | BIT(PD) | BIT(PS) | BIT(PE) | BIT(PI) | BIT(PF) | BIT(PO) },
		{ "Pc", BIT(PC) }, { "Pd", BIT(PD) }, { "Ps", BIT(PS) }, { "Pe", BIT(PE) },
		{ "Pi", BIT(PI) }, { "Pf", BIT(PF) }, { "Po", BIT(PO) },
		{ "Z", BIT(ZS) | BIT(ZL) | BIT(ZP) }, { "Zs", BIT(ZS) }, { "Zl", BIT(ZL) },
		{ "Zp", BIT(ZP) }, { "S", BIT(SM) | BIT(SC) | BIT(SK) | BIT(SO) },
		{ "Sm", BIT(SM) }, { "Sc", BIT(SC) }, { "Sk", BIT(SK) }, { "So", BIT(SO) },
		{ "C", BIT(CC) | BIT(CF) | BIT(CO) | BIT(CN) | BIT(CS) }, { "Cc", BIT(CC) },
		{ "Cf", BIT(CF) }, { "Co", BIT(CO) }, { "Cn", BIT(CN) },
	};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (str_eq(name, str_z(all[i].name)))
			return all[i].bits;
	return 0;
}

/* Unicode's blocks, as \p{IsCyrillic}. */
static bool block_named(str name, uint32_t *ret_low, uint32_t *ret_high)
{
	static const struct {
		const char *name;
		uint32_t low, high;
	} all[] = {
		{ "BasicLatin", 0, 0x7f }, { "Latin-1Supplement", 0x80, 0xff },
		{ "LatinExtended-A", 0x100, 0x17f }, { "LatinExtended-B", 0x180, 0x24f },
		{ "IPAExtensions", 0x250, 0x2af }, { "SpacingModifierLetters", 0x2b0, 0x2ff },
		{ "CombiningDiacriticalMarks", 0x300, 0x36f }, { "Greek", 0x370, 0x3ff },
		{ "GreekandCoptic", 0x370, 0x3ff }, { "Cyrillic", 0x400, 0x4ff },
		{ "Armenian", 0x530, 0x58f }, { "Hebrew", 0x590, 0x5ff },
		{ "Arabic", 0x600, 0x6ff }, { "Syriac", 0x700, 0x74f },
		{ "Thaana", 0x780, 0x7bf }, { "Devanagari", 0x900, 0x97f },
		{ "Bengali", 0x980, 0x9ff }, { "Gurmukhi", 0xa00, 0xa7f },
		{ "Gujarati", 0xa80, 0xaff }, { "Oriya", 0xb00, 0xb7f },
		{ "Tamil", 0xb80, 0xbff }, { "Telugu", 0xc00, 0xc7f },
		{ "Kannada", 0xc80, 0xcff }, { "Malayalam", 0xd00, 0xd7f },
		{ "Sinhala", 0xd80, 0xdff }, { "Thai", 0xe00, 0xe7f }, { "Lao", 0xe80, 0xeff },
		{ "Tibetan", 0xf00, 0xfff }, { "Myanmar", 0x1000, 0x109f },
		{ "Georgian", 0x10a0, 0x10ff }, { "HangulJamo", 0x1100, 0x11ff },
		{ "Ethiopic", 0x1200, 0x137f }, { "Cherokee", 0x13a0, 0x13ff },
		{ "Khmer", 0x1780, 0x17ff }, { "Mongolian", 0x1800, 0x18af },
		{ "LatinExtendedAdditional", 0x1e00, 0x1eff }, { "GreekExtended", 0x1f00, 0x1fff },
		{ "GeneralPunctuation", 0x2000, 0x206f },
		{ "SuperscriptsandSubscripts", 0x2070, 0x209f },
		{ "CurrencySymbols", 0x20a0, 0x20cf }, { "LetterlikeSymbols", 0x2100, 0x214f },
		{ "NumberForms", 0x2150, 0x218f }, { "Arrows", 0x2190, 0x21ff },
		{ "MathematicalOperators", 0x2200, 0x22ff },
		{ "MiscellaneousTechnical", 0x2300, 0x23ff }, { "BoxDrawing", 0x2500, 0x257f },
		{ "BlockElements", 0x2580, 0x259f }, { "GeometricShapes", 0x25a0, 0x25ff },
		{ "MiscellaneousSymbols", 0x2600, 0x26ff }, { "Dingbats", 0x2700, 0x27bf },
		{ "CJKSymbolsandPunctuation", 0x3000, 0x303f }, { "Hiragana", 0x3040, 0x309f },
		{ "Katakana", 0x30a0, 0x30ff }, { "Bopomofo", 0x3100, 0x312f },
		{ "CJKUnifiedIdeographs", 0x4e00, 0x9fff }, { "HangulSyllables", 0xac00, 0xd7a3 },
		{ "PrivateUse", 0xe000, 0xf8ff }, { "PrivateUseArea", 0xe000, 0xf8ff },
		{ "AlphabeticPresentationForms", 0xfb00, 0xfb4f },
		{ "ArabicPresentationForms-A", 0xfb50, 0xfdff },
		{ "ArabicPresentationForms-B", 0xfe70, 0xfeff },
		{ "HalfwidthandFullwidthForms", 0xff00, 0xffef },
	};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (str_eq(name, str_z(all[i].name))) {
			*ret_low = all[i].low;
			*ret_high = all[i].high;
			return true;
		}
	return false;
}

const struct regex_set *regex_set_property(struct regex_parser *p, str name, bool negated)
{
	struct regex_set *set = regex_set_new(p);
	uint32_t low, high, categories = categories_named(name);
	set->negated = negated;
	if (categories) {
		regex_set_add(p, set, (struct regex_item){ .categories = categories });
		return set;
	}
	if (!str_starts(name, S("Is")) || !block_named(str_slice(name, 2, name.n), &low, &high))
		return NULL;
	add_span(p, set, low, high);
	return set;
}

/* What may begin a name of XML, and what may be in it. */
static void add_name_characters(struct regex_parser *p, struct regex_set *set, bool inside)
{
	static const uint32_t starts[][2] = {
		{ ':', ':' }, { 'A', 'Z' }, { '_', '_' }, { 'a', 'z' }, { 0xc0, 0xd6 },
		{ 0xd8, 0xf6 }, { 0xf8, 0x2ff }, { 0x370, 0x37d }, { 0x37f, 0x1fff },
		{ 0x200c, 0x200d }, { 0x2070, 0x218f }, { 0x2c00, 0x2fef }, { 0x3001, 0xd7ff },
		{ 0xf900, 0xfdcf }, { 0xfdf0, 0xfffd }, { 0x10000, 0xeffff },
	};
	static const uint32_t parts[][2] = {
		{ '-', '.' }, { '0', '9' }, { 0xb7, 0xb7 }, { 0x300, 0x36f }, { 0x203f, 0x2040 },
	};
	for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
		add_span(p, set, starts[i][0], starts[i][1]);
	for (size_t i = 0; inside && i < sizeof parts / sizeof *parts; i++)
		add_span(p, set, parts[i][0], parts[i][1]);
}

/* \d \s \w \i \c and, in capitals, all but these. */
const struct regex_set *regex_set_escape(struct regex_parser *p, char letter)
{
	struct regex_set *set = regex_set_new(p);
	char lower = (char)(letter | 0x20);
	set->negated = letter != lower;
	switch (lower) {
	case 'd':
		regex_set_add(p, set, (struct regex_item){ .categories = BIT(ND) });
		break;
	case 's':
		add_span(p, set, '\t', '\n');
		add_span(p, set, '\r', '\r');
		add_span(p, set, ' ', ' ');
		break;
	case 'w':
		regex_set_add(p, set, (struct regex_item){
			.categories = categories_named(S("P")) | categories_named(S("Z")) |
				      categories_named(S("C")),
			.negated = true });
		break;
	default:
		add_name_characters(p, set, lower == 'c');
	}
	return set;
}
