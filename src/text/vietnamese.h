/*
 * vietnamese: text as Vietnamese people search, sort and read it. Input may be NFC or NFD, in any
 * case; results are NFC and live in the arena.
 *
 *	name = vietnamese_nfc(arena, input);
 *	str key = vietnamese_fold(arena, name);      // "dang thi hoa" for Đặng Thị Hoà and Hòa
 *	str order = vietnamese_sort_key(arena, name); // compare with str_cmp, ORDER BY bytes
 */
#ifndef MOTCUA_TEXT_VIETNAMESE_H
#define MOTCUA_TEXT_VIETNAMESE_H

#include "base/arena.h"

/* To NFC; bytes that are not UTF-8 become U+FFFD. Returns `s` itself where nothing changes. */
str vietnamese_nfc(struct arena *arena, str s);
/* As vietnamese_nfc, and: control characters but newline and tab are dropped, no-break and other
 * odd blanks become a blank, zero-width characters go. For everything people type in. */
str vietnamese_clean(struct arena *arena, str s);
/* For search and for finding duplicates: small letters without tones, marks and đ; everything
 * that is neither letter nor digit becomes one blank, none at the ends. */
str vietnamese_fold(struct arena *arena, str s);
/* Bytes whose order is that of a Vietnamese dictionary: letters a ă â b c d đ e ê g … first (for
 * the whole text), then tones ngang huyền hỏi ngã sắc nặng, then small before capital. */
str vietnamese_sort_key(struct arena *arena, str s);
/* For addresses: "tiep-nhan-ho-so"; at most `most` bytes, cut between words. */
str vietnamese_slug(struct arena *arena, str s, size_t most);
str vietnamese_lower(struct arena *arena, str s);
str vietnamese_upper(struct arena *arena, str s);
/* A person's name as it is written: "nguyễn THỊ  hòa" → "Nguyễn Thị Hòa". */
str vietnamese_name(struct arena *arena, str s);
/* The given name (the last word), by which people are sorted: sort key of "Hòa Nguyễn Thị". */
str vietnamese_name_sort_key(struct arena *arena, str name);
/* The tone mark of oa, oe, uy where schools and registers differ: new style "hoà" to the usual
 * "hòa". Words of other spelling are left as they are. */
str vietnamese_tone_style(struct arena *arena, str s);

/* "hai nghìn không trăm mười lăm"; every int64. */
str vietnamese_number_words(struct arena *arena, int64_t n);
/* "ngày hai mươi sáu tháng một năm hai nghìn không trăm mười lăm"; days from 1970. */
str vietnamese_date_words(struct arena *arena, int64_t days);
/* "Một trăm hai mươi nghìn đồng" */
str vietnamese_money_words(struct arena *arena, int64_t dong);
/* An amount as people type it: "4000", "4.000", "1 200 000đ", "10,000 VND". False where it is none:
 * thousands stand in groups of three behind one sign, and there are no hundredths of a đồng. */
bool vietnamese_money_read(str text, int64_t *ret_dong);
/* The text without "đ", "đồng", "VND" or "VNĐ" at its end, in capitals or not. */
str vietnamese_without_currency(str text);

#endif
