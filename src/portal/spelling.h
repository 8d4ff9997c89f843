/*
 * spelling: words of a Vietnamese text that look mistyped. It only points; nothing is ever
 * altered. Two ways of looking: a written syllable that no Vietnamese syllable can be ("tthực",
 * "ngiêm"), and two words that are a set phrase of administration but for a mark or a letter
 * ("Thành tra", "tên sóng"). Names and rare words may be pointed at too: a person decides.
 *
 *	if (spelling_odd_word(S("ngiêm"))) …
 *	str meant = spelling_near_phrase(arena, S("tâm"), S("gương"));   // "tấm gương"
 */
#ifndef MOTCUA_PORTAL_SPELLING_H
#define MOTCUA_PORTAL_SPELLING_H

#include "base/arena.h"

/* `word` is letters only, NFC. Abbreviations in capitals and words without any Vietnamese letter
 * ("mail", "video") are never odd, unless they begin with a doubled consonant. */
bool spelling_odd_word(str word);
/* The set phrase that `first` `second` nearly are, or the empty str: also where they are it. */
str spelling_near_phrase(struct arena *arena, str first, str second);

#endif
