#include "portal/spelling.h"

#include "text/vietnamese.h"

/* A syllable is an onset, a rime and a tone. The letters of each vowel stand in the order of the
 * tones: none, huyền, hỏi, ngã, sắc, nặng. */
static const char *const vowels[] = {
	"aàảãáạ", "ăằẳẵắặ", "âầẩẫấậ", "eèẻẽéẹ", "êềểễếệ", "iìỉĩíị",
	"oòỏõóọ", "ôồổỗốộ", "ơờởỡớợ", "uùủũúụ", "ưừửữứự", "yỳỷỹýỵ",
};

static const char *const onsets[] = {
	"ngh", "ch", "gh", "gi", "kh", "ng", "nh", "ph", "qu", "th", "tr", "b", "c", "d", "đ",
	"g", "h", "k", "l", "m", "n", "p", "r", "s", "t", "v", "x", "",
};

static const char rimes[] =
	" a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây"
	" e ec em en eng eo ep et ê êch êm ên êng ênh êp êt êu"
	" i ia ich iêc iêm iên iêng iêp iêt iêu im in inh ip it iu"
	" o oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oc oe oen oeo"
	" oet oi om on ong ooc oong op ot ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt"
	" u ua uân uâng uât uây uc uê uêch uên uênh ui um un ung uô uôc uôi uôm uôn uông uôt uơ"
	" up ut uy uya uych uyên uyêt uynh uyp uyt uyu ư ưa ưc ưi ưm ưn ưng ươc ươi ươm ươn ương"
	" ươp ươt ươu ưt ưu y yêm yên yêng yêt yêu ynh yt ";

enum { SYLLABLE_MAX = 32 };

/* The word in small letters without its tone. False where it is no plain word. */
struct syllable {
	char text[SYLLABLE_MAX];
	size_t n;
	int tone;
	bool vietnamese; /* has a letter that only Vietnamese has, or a tone */
	bool capitals;   /* a second letter is a capital */
};

/* The toneless letter of a small vowel, and its tone; the letter itself for all others. */
static uint32_t letter_without_tone(uint32_t code, int *ret_tone)
{
	for (size_t i = 0; i < sizeof vowels / sizeof *vowels; i++) {
		str row = str_z(vowels[i]);
		uint32_t base = 0, each;
		int tone = 0;
		for (size_t at = 0; at < row.n; at += utf8_decode(row, at, &each), tone++) {
			utf8_decode(row, at, &each);
			if (!base)
				base = each;
			if (each == code) {
				*ret_tone = tone;
				return base;
			}
		}
	}
	*ret_tone = 0;
	return code;
}

/* Small letters of the Latin blocks Vietnamese uses: capital and small lie next to each other
 * beyond ASCII, and 32 apart within Latin-1. */
static uint32_t letter_small(uint32_t code)
{
	if ((code >= 'A' && code <= 'Z') || (code >= 0xC0 && code <= 0xDE && code != 0xD7))
		return code + 32;
	bool pairs = (code >= 0x100 && code <= 0x1B0) || (code >= 0x1EA0 && code <= 0x1EF9);
	if (code == 0x1AF) /* Ư is odd, unlike its neighbours */
		return 0x1B0;
	return pairs && code != 0x1B0 && code % 2 == 0 ? code + 1 : code;
}

static bool syllable_read(str word, struct syllable *s)
{
	*s = (struct syllable){ 0 };
	uint32_t code;
	for (size_t at = 0, length; at < word.n; at += length) {
		length = utf8_decode(word, at, &code);
		if (!length || s->n + 4 > SYLLABLE_MAX)
			return false;
		uint32_t small = letter_small(code);
		s->capitals |= at > 0 && small != code;
		int tone;
		uint32_t base = letter_without_tone(small, &tone);
		s->vietnamese |= tone > 0 || base > 0x7F;
		if (tone > 0)
			s->tone = s->tone ? -1 : tone;
		s->n += utf8_encode(base, s->text + s->n);
	}
	return s->n > 0;
}

static bool rime_known(str rime)
{
	char wanted[SYLLABLE_MAX + 3] = " ";
	memcpy(wanted + 1, rime.p, rime.n);
	wanted[rime.n + 1] = ' ';
	return rime.n && str_find(str_z(rimes), str_of(wanted, rime.n + 2)) != SIZE_MAX;
}

/* Before e, ê, i, y one writes k, gh, ngh; before all others c, g, ng. */
static bool onset_fits(str onset, str rime)
{
	bool front = str_starts(rime, S("e")) || str_starts(rime, S("ê")) ||
		     str_starts(rime, S("i")) || str_starts(rime, S("y"));
	if (str_eq(onset, S("k")) || str_eq(onset, S("gh")) || str_eq(onset, S("ngh")))
		return front;
	if (str_eq(onset, S("g")))
		return !front || str_starts(rime, S("i")); /* gì, giếng */
	return !front || (!str_eq(onset, S("c")) && !str_eq(onset, S("ng")));
}

/* Rimes that end in a stop are spoken only with sắc or nặng. */
static bool tone_fits(str rime, int tone)
{
	bool stop = str_ends(rime, S("c")) || str_ends(rime, S("ch")) || str_ends(rime, S("p")) ||
		    str_ends(rime, S("t"));
	return tone >= 0 && (!stop || tone >= 4);
}

static bool syllable_possible(const struct syllable *s)
{
	str whole = str_of(s->text, s->n);
	for (size_t i = 0; i < sizeof onsets / sizeof *onsets; i++) {
		str onset = str_z(onsets[i]);
		if (!str_starts(whole, onset))
			continue;
		str rime = str_slice(whole, onset.n, whole.n);
		if (rime_known(rime) && onset_fits(onset, rime) && tone_fits(rime, s->tone))
			return true;
	}
	return false;
}

bool spelling_odd_word(str word)
{
	struct syllable s;
	if (!syllable_read(word, &s) || s.capitals || syllable_possible(&s))
		return false;
	bool doubled = s.n > 2 && s.text[0] == s.text[1] && !strchr("aeiouy", s.text[0]);
	return s.vietnamese || doubled;
}

/* Set phrases of administration in whose neighbourhood no other common pair of words lies. */
static const char *const phrases[] = {
	"bảo hiểm", "cán bộ", "cải cách", "chất lượng", "chuyên mục", "công chức", "công dân",
	"công khai", "công vụ", "dân chủ", "đánh giá", "đạo đức", "đăng ký", "điện tử",
	"đoàn kết", "đơn vị", "giám sát", "hành chính", "hiệu quả", "kế hoạch", "khai sinh",
	"khiếu kiện", "khiếu nại", "kiểm tra", "kỷ cương", "kỷ luật", "lãnh đạo", "minh bạch",
	"nghiêm túc", "nghị quyết", "nhân dân", "nhiệm vụ", "phát thanh", "phát triển", "phần mềm",
	"quán triệt", "quyết định", "tấm gương", "tập huấn", "thanh tra", "thông báo",
	"thông tin", "thực hiện", "thường xuyên", "tổ chức", "tố cáo", "trách nhiệm", "trên sóng",
	"triển khai", "trung thực", "truyền thanh", "tuyên truyền", "tuyển dụng", "ứng dụng",
	"văn phòng", "viên chức", "vững mạnh", "xây dựng",
};

/* Whether `a` is `b` with one letter too few, not its first; shorter words are too much alike. */
static bool lacks_one(str a, str b)
{
	if (a.n < 3 || a.n + 1 != b.n || a.p[0] != b.p[0])
		return false;
	size_t same = 1;
	while (same < a.n && a.p[same] == b.p[same])
		same++;
	return str_eq(str_slice(a, same, a.n), str_slice(b, same + 1, b.n));
}

static bool phrase_near(struct arena *arena, str first, str second, str phrase)
{
	str rest = phrase, head;
	str_next(&rest, ' ', &head);
	str first_folded = vietnamese_fold(arena, first), head_folded = vietnamese_fold(arena, head);
	if (str_eq(first_folded, head_folded) &&
	    str_eq(vietnamese_fold(arena, second), vietnamese_fold(arena, rest)))
		return true;
	return str_eq(second, rest) && (lacks_one(first_folded, head_folded) ||
					lacks_one(head_folded, first_folded));
}

str spelling_near_phrase(struct arena *arena, str first, str second)
{
	struct arena_mark mark = arena_mark(arena);
	first = vietnamese_lower(arena, first);
	second = vietnamese_lower(arena, second);
	str found = S("");
	for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++) {
		str phrase = str_z(phrases[i]), rest = phrase, head;
		str_next(&rest, ' ', &head);
		if (str_eq(first, head) && str_eq(second, rest)) {
			found = S("");
			break;
		}
		if (phrase_near(arena, first, second, phrase))
			found = phrase;
	}
	arena_rewind(arena, mark);
	return found;
}
