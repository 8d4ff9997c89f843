/* The checks a route's field table asks for. A field's text is brought into its one form in place:
 * what the handler reads is what was checked. */
#include "base/datetime.h"
#include "web/internal.h"

static const char *label_of(const struct request *request, const struct field *field)
{
	return ctx_text(&request->ctx, field->label ? field->label : field->name);
}

static void wrong(struct request *request, const struct field *field, const char *msgid)
{
	request_mistake(request, field->name, msgid, label_of(request, field));
}

/* As wrong, with the limit that was passed. */
static void wrong_by(struct request *request, const struct field *field, const char *msgid,
		     int64_t limit)
{
	request_mistake(request, field->name, msgid, label_of(request, field), (long long)limit);
}

static str *text_of(struct request *request, const char *name)
{
	for (size_t i = 0; i < request->fields.n; i++)
		if (str_eq(request->fields.items[i].name, str_z(name)))
			return &request->fields.items[i].text;
	return NULL;
}

/* Line breaks as \n, however the browser sent them. */
static str unix_lines(struct arena *arena, str s)
{
	if (str_find_byte(s, '\r') == SIZE_MAX)
		return s;
	char *p = arena_alloc(arena, s.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\r' && i + 1 < s.n && s.p[i + 1] == '\n')
			continue;
		p[n++] = s.p[i] == '\r' ? '\n' : s.p[i];
	}
	return str_of(p, n);
}

static void check_length(struct request *request, const struct field *field, str text)
{
	int64_t most = field->max ? field->max : 2000;
	int64_t length = (int64_t)utf8_length(text);
	if (length > most)
		wrong_by(request, field, N_("%s must be at most %lld characters long"), most);
	else if (length < field->min)
		wrong_by(request, field, N_("%s must be at least %lld characters long"),
			 field->min);
}

static void check_integer(struct request *request, const struct field *field, str text)
{
	int64_t n, most = field->max ? field->max : INT64_MAX;
	if (!str_int(text, INT64_MIN, INT64_MAX, &n))
		wrong(request, field, N_("%s must be a whole number"));
	else if (n < field->min)
		wrong_by(request, field, N_("%s must be at least %lld"), field->min);
	else if (n > most)
		wrong_by(request, field, N_("%s must be at most %lld"), most);
}

/* 26/1/2015, as people here write it, becomes 2015-01-26. */
static bool vietnamese_date(struct arena *arena, str text, str *ret_date)
{
	int64_t n[3];
	for (size_t i = 0; i < 3; i++) {
		str part;
		if (!str_next(&text, '/', &part) || !str_int(part, 1, 9999, &n[i]))
			return false;
	}
	if (text.n || !date_exists((int32_t)n[2], (int)n[1], (int)n[0]))
		return false;
	*ret_date = arena_printf(arena, "%04d-%02d-%02d", (int)n[2], (int)n[1], (int)n[0]);
	return true;
}

static void check_date(struct request *request, const struct field *field, str *text)
{
	int64_t days;
	if (!date_parse(*text, &days) && !vietnamese_date(request->ctx.arena, *text, text))
		wrong(request, field, N_("%s must be a real date, such as 26/01/2015"));
}

static bool is_email(str s)
{
	size_t at = str_find_byte(s, '@');
	if (at == SIZE_MAX || at == 0 || s.n > 254)
		return false;
	str domain = str_slice(s, at + 1, s.n);
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == ' ' || s.p[i] == '<' || s.p[i] == '>' || s.p[i] == ',')
			return false;
	size_t dot = str_find_byte(domain, '.');
	return dot != SIZE_MAX && dot > 0 && dot + 1 < domain.n &&
	       str_find_byte(domain, '@') == SIZE_MAX && !str_ends(domain, S("."));
}

static void check_phone(struct request *request, const struct field *field, str *text)
{
	char *p = arena_alloc(request->ctx.arena, text->n + 1);
	size_t n = 0, digits = 0;
	bool odd = false;
	for (size_t i = 0; i < text->n; i++) {
		char c = text->p[i];
		if (c == ' ' || c == '.' || c == '-' || c == '(' || c == ')')
			continue;
		odd |= !((c >= '0' && c <= '9') || (c == '+' && n == 0));
		digits += c != '+';
		p[n++] = c;
	}
	if (odd || digits < 8 || digits > 15)
		wrong(request, field, N_("%s must be a phone number, such as 0905 123 456"));
	else
		*text = str_of(p, n);
}

static void check_choice(struct request *request, const struct field *field, str text)
{
	str rest = str_z(field->choices);
	for (str choice; str_next(&rest, '|', &choice);)
		if (str_eq(choice, text))
			return;
	wrong(request, field, N_("Choose one of the answers for %s"));
}

static void check_text(struct request *request, const struct field *field, str *text)
{
	switch (field->kind) {
	case FIELD_LINE:
		if (str_find_byte(*text, '\n') != SIZE_MAX || str_find_byte(*text, '\r') != SIZE_MAX)
			wrong(request, field, N_("%s must be on one line"));
		check_length(request, field, *text);
		break;
	case FIELD_TEXT:
		check_length(request, field, *text);
		break;
	case FIELD_INTEGER:
		check_integer(request, field, *text);
		break;
	case FIELD_DATE:
		check_date(request, field, text);
		break;
	case FIELD_EMAIL:
		if (!is_email(*text))
			wrong(request, field,
			      N_("%s must be an e-mail address, such as ten@example.vn"));
		break;
	case FIELD_PHONE:
		check_phone(request, field, text);
		break;
	case FIELD_CHOICE:
		check_choice(request, field, *text);
		break;
	case FIELD_CHECK:
		break;
	}
}

void fields_check(struct request *request, const struct field *fields)
{
	for (const struct field *field = fields; field->name; field++) {
		str *text = text_of(request, field->name);
		if (!text && !value_is_null(request->body)) {
			str from_json = request_field(request, field->name);
			if (from_json.n)
				pairs_add(request->ctx.arena, &request->fields,
					  str_z(field->name), from_json);
			text = text_of(request, field->name);
		}
		if (text)
			*text = str_trim(unix_lines(request->ctx.arena, *text));
		if (text && text->n)
			check_text(request, field, text);
		else if (field->required && field->kind == FIELD_CHOICE)
			wrong(request, field, N_("Choose one of the answers for %s"));
		else if (field->required)
			wrong(request, field, N_("Enter %s"));
	}
}
