/*
 * i18n: languages. A language is a gettext catalogue (the bytes of a .mo file, compiled from
 * po/vi.po or po/en.po) and the habits of writing dates, numbers and money. It is made once,
 * never changed, and shared by all threads.
 *
 *	const struct language *vi;
 *	TRY(language_load(ctx, arena, S("vi"), mo_bytes, &vi));
 *	ctx->language = vi;
 *	ctx->translate = language_translate;
 *	str due = language_date_long(arena, vi, days);          // "thứ hai, 26/01/2015"
 *
 * msgids are English. English itself needs a catalogue only for plural forms its templates do not
 * have; it may be loaded from no bytes at all. A msgid without translation stands for itself.
 */
#ifndef MOTCUA_TEXT_I18N_H
#define MOTCUA_TEXT_I18N_H

#include "base/datetime.h"
#include "base/err.h"
#include "base/value.h"

struct language;

/* `code` is "vi" or "en"; `mo` may be empty, and must outlive the language. ERR_INVALID names
 * what is wrong with the bytes. The language lives in `arena`. */
enum err language_load(struct ctx *ctx, struct arena *arena, str code, str mo,
		       const struct language **ret_language);
str language_code(const struct language *language);

/* The translation, or the msgid itself. */
str language_text(const struct language *language, str msgid);
/* The form for n of "file" / "files": catalogue entry msgid_plural. */
str language_plural(const struct language *language, str one, str many, int64_t n);
/* Which form of a plural entry n takes: 0 … language_plural_forms - 1. */
int language_plural_form(const struct language *language, int64_t n);
int language_plural_forms(const struct language *language);
/* All forms of a plural entry joined by NUL, or the empty str. */
str language_plural_entry(const struct language *language, str one);
/* For struct ctx: its `language` is a const struct language *; NULL gives the msgid. */
const char *language_translate(const void *language, const char *msgid);

/* ---- how things are written ---- */

/*                                                       vi                    en              */
/* days since 1970-01-01 */
str language_date(struct arena *, const struct language *, int64_t days);
						      /* 26/01/2015            26 Jan 2015     */
str language_date_long(struct arena *, const struct language *, int64_t days);
						      /* thứ hai, 26/01/2015   Monday, 26 January 2015 */
str language_date_words(struct arena *, const struct language *, int64_t days);
						      /* ngày 26 tháng 01 năm 2015   26 January 2015 */
/* `offset`: minutes east of UTC */
str language_time(struct arena *, const struct language *, usec at, int offset);
						      /* 08:05                 08:05           */
str language_date_time(struct arena *, const struct language *, usec at, int offset);
						      /* 08:05, 26/01/2015     26 Jan 2015, 08:05 */
str language_number(struct arena *, const struct language *, struct decimal n);
						      /* 1.234.567,5           1,234,567.5     */
str language_money(struct arena *, const struct language *, int64_t dong);
						      /* 1.234.567 đ           VND 1,234,567   */
str language_percent(struct arena *, const struct language *, struct decimal percent);
						      /* 97,5 %                97.5%           */
/* A span in its two largest units: "2 ngày 3 giờ", "2 days 3 hours"; under a minute: seconds. */
str language_duration(struct arena *, const struct language *, usec span);
/* "1,2 MB" / "1.2 MB" */
str language_bytes(struct arena *, const struct language *, int64_t bytes);
/* Names: weekday 1 Monday … 7 Sunday. */
str language_weekday(const struct language *, int weekday);

#endif
