/* The address of a list: its words read, written, and understood. */
#include "cases/lists.h"
#include "cases/room.h"
#include "cases/view.h"

#include "web/view.h"

const char *const list_word_names[LIST_WORDS] = {
	[WORD_LIST] = "xem", [WORD_WORDS] = "q", [WORD_PROCEDURE] = "thu-tuc",
	[WORD_OFFICE] = "don-vi", [WORD_STEP] = "buoc", [WORD_HOLDER] = "nguoi",
	[WORD_STATUS] = "trang-thai", [WORD_FROM] = "tu", [WORD_TO] = "den", [WORD_HURRY] = "han",
};

const char *const list_keys[LISTS] = {
	[LIST_TODO] = "can-lam", [LIST_MINE] = "cua-toi", [LIST_LATE] = "tre",
	[LIST_WAITING] = "cho", [LIST_TEAM] = "don-vi", [LIST_ALL] = "tat-ca",
};

struct list_words list_words_read(const struct request *request)
{
	struct list_words words;
	for (int i = 0; i < LIST_WORDS; i++) {
		words.of[i] = str_trim(request_query(request, list_word_names[i]));
		if (str_empty(words.of[i]))
			words.of[i] = str_trim(request_field(request, list_word_names[i]));
		if (words.of[i].n > 200)
			words.of[i] = S("");
	}
	return words;
}

str list_words_text(struct arena *arena, const struct list_words *words)
{
	struct buf out = { .arena = arena };
	for (int i = 0; i < LIST_WORDS; i++)
		if (!str_empty(words->of[i]))
			buf_printf(&out, "%s=%.*s\n", list_word_names[i], STR_ARG(words->of[i]));
	return buf_view(&out);
}

struct list_words list_words_parse(struct arena *arena, str text)
{
	struct list_words words;
	str line;
	(void)arena;
	for (int i = 0; i < LIST_WORDS; i++)
		words.of[i] = S("");
	while (str_next(&text, '\n', &line)) {
		str name;
		if (!str_next(&line, '=', &name))
			continue;
		for (int i = 0; i < LIST_WORDS; i++)
			if (str_eq(name, str_z(list_word_names[i])))
				words.of[i] = line;
	}
	return words;
}

str list_words_url(struct request *request, const struct list_words *words)
{
	struct buf url = { .arena = request->ctx.arena };
	char mark = '?';
	buf_str(&url, S("/ban"));
	for (int i = 0; i < LIST_WORDS; i++) {
		if (str_empty(words->of[i]))
			continue;
		buf_byte(&url, mark);
		buf_str(&url, str_z(list_word_names[i]));
		buf_byte(&url, '=');
		url_encode(&url, words->of[i]);
		mark = '&';
	}
	return request_link(request, buf_view(&url));
}

static enum list list_of(str key)
{
	for (int i = 0; i < LISTS; i++)
		if (str_eq(str_z(list_keys[i]), key))
			return (enum list)i;
	return LIST_TODO;
}

static int64_t status_of(str name)
{
	for (int64_t i = CASE_NEW; i <= CASE_RETURNED; i++)
		if (str_eq(str_z(case_status_name(i)), name))
			return i;
	return 0;
}

static enum err holder_of(struct ctx *ctx, struct db *db, const struct principal *principal,
			  str login, int64_t *ret_holder)
{
	struct account account = { 0 };
	*ret_holder = HOLDER_ANY;
	if (str_eq(login, S("-")))
		*ret_holder = HOLDER_NOBODY;
	if (str_empty(login) || *ret_holder)
		return OK;
	if (str_eq(login, principal->login)) {
		*ret_holder = principal->account;
		return OK;
	}
	enum err err = account_by_login(ctx, db, login, &account);
	*ret_holder = account.id;
	return err == ERR_NOT_FOUND ? OK : err;
}

/* The beginning of that day, `days` later. */
static usec day_of(const struct cases *cases, str text, int days)
{
	int64_t day;
	if (!date_parse(text, &day))
		return 0;
	return (day + days) * USEC_DAY - calendar_zone(cases_calendar(cases)) * USEC_MINUTE;
}

enum err list_words_wanted(struct request *request, struct db *db, struct cases *cases,
			   const struct list_words *words, struct wanted *ret_wanted)
{
	const struct organisation *office =
		organisation_by_code(cases->people, words->of[WORD_OFFICE]);
	*ret_wanted = (struct wanted){
		.list = list_of(words->of[WORD_LIST]), .words = words->of[WORD_WORDS],
		.procedure = words->of[WORD_PROCEDURE], .step = words->of[WORD_STEP],
		.organisation = office ? office->id : 0,
		.status = status_of(words->of[WORD_STATUS]),
		.due_from = day_of(cases, words->of[WORD_FROM], 0),
		.due_before = day_of(cases, words->of[WORD_TO], 1),
		.hurry = str_eq(words->of[WORD_HURRY], S("tre")) ? HURRY_LATE
			: str_eq(words->of[WORD_HURRY], S("sap-tre")) ? HURRY_SOON : HURRY_ANY,
		.principal = request_principal(request), .cases = cases, .now = clock_business(),
	};
	return holder_of(&request->ctx, db, ret_wanted->principal, words->of[WORD_HOLDER],
			 &ret_wanted->holder);
}
