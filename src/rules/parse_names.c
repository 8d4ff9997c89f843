#include "rules/parser.h"

#include "base/buf.h"
#include "rules/builtin.h"

/* A name may hold blanks, and signs (. / - ' + *) when it is known. Names that are known are
 * tried first, the longest wins; else words that follow one another are one name. */

static bool is_sign_of_name(char c)
{
	return c == '.' || c == '/' || c == '-' || c == '\'' || c == '+' || c == '*';
}

static bool is_blank_at(str s, uint32_t at, uint32_t *ret_n)
{
	uint32_t code;
	size_t n = at < s.n ? utf8_decode(s, at, &code) : 0;
	*ret_n = (uint32_t)n;
	return n && is_feel_blank(code);
}

static uint32_t skip_blanks(str s, uint32_t at)
{
	uint32_t n;
	while (is_blank_at(s, at, &n))
		at += n;
	return at;
}

static bool is_part_at(str s, uint32_t at)
{
	uint32_t code;
	return at < s.n && utf8_decode(s, at, &code) && is_name_part(code);
}

/* Where the known name ends if it stands at `at`; 0 if it does not. Blanks match blanks of any
 * length; beside a sign they do not count. */
static uint32_t match_known(str known, str s, uint32_t at)
{
	for (size_t i = 0; i < known.n;) {
		bool beside_sign = is_sign_of_name(known.p[i]) ||
				   (i > 0 && is_sign_of_name(known.p[i - 1]));
		uint32_t after = skip_blanks(s, at), n;
		if (is_blank_at(known, (uint32_t)i, &n)) {
			i += n;
			if (after == at && !beside_sign && i < known.n &&
			    !is_sign_of_name(known.p[i]))
				return 0;
			at = after;
			continue;
		}
		if (beside_sign)
			at = after;
		if (at >= s.n || s.p[at] != known.p[i])
			return 0;
		at++;
		i++;
	}
	if (known.n && !is_sign_of_name(known.p[known.n - 1]) && is_part_at(s, at))
		return 0;
	return at;
}

/* Only these names need to be known: a single word is found anyway. */
static bool is_special(str name)
{
	for (uint32_t at = 0, n; at < name.n; at += n ? n : 1)
		if (is_blank_at(name, at, &n) || is_sign_of_name(name.p[at]))
			return true;
	return false;
}

struct match {
	str name;
	uint32_t end;
};

static void try_known(const struct parser *p, str name, struct match *best)
{
	if (!is_special(name))
		return;
	uint32_t end = match_known(name, p->lexer.source, p->token.at);
	if (end > best->end)
		*best = (struct match){ name, end };
}

/* "date and time(" is a function; "date and time" alone may be two variables. */
static void try_builtins(const struct parser *p, struct match *best)
{
	bool open;
	str s = p->lexer.source;
	char first = s.p[p->token.at];
	const struct builtin *b = NULL;
	while ((b = builtin_next_special(b, first)) != NULL) {
		str name = str_z(b->name);
		uint32_t end = match_known(name, s, p->token.at);
		uint32_t next = end ? lexer_skip(s, end, &open) : 0;
		if (end > best->end && next < s.n && s.p[next] == '(')
			*best = (struct match){ name, end };
	}
}

static struct match longest_known(const struct parser *p, bool after_dot)
{
	struct match best = { .end = 0 };
	for (const struct local *l = p->locals; l; l = l->outer)
		try_known(p, l->name, &best);
	if (after_dot || p->filters)
		for (const struct local *l = p->keys; l; l = l->outer)
			try_known(p, l->name, &best);
	for (size_t i = 0; p->options && i < p->options->name_count; i++)
		try_known(p, p->options->names[i], &best);
	if (!after_dot)
		try_builtins(p, &best);
	return best;
}

/* Words up to a keyword, joined by single blanks. */
static struct match greedy_words(struct parser *p)
{
	struct buf out = { .arena = p->lexer.arena };
	struct match words = { p->token.text, p->token.end };
	str s = p->lexer.source;
	for (;;) {
		uint32_t at = skip_blanks(s, words.end);
		if (at == words.end || !is_part_at(s, at))
			break;
		uint32_t end = at;
		while (is_part_at(s, end)) {
			uint32_t n;
			is_blank_at(s, end, &n);
			end += n;
		}
		str word = str_of(s.p + at, end - at);
		if (is_keyword(word) || str_eq(word, S("?")))
			break;
		if (!out.p)
			buf_str(&out, words.name);
		buf_byte(&out, ' ');
		buf_str(&out, word);
		words.end = end;
	}
	if (out.p)
		words.name = buf_view(&out);
	return words;
}

bool parse_name(struct parser *p, bool after_dot, str *ret_name)
{
	if (p->token.kind == TOKEN_QUOTED) {
		*ret_name = p->token.text;
		parse_next(p);
		return true;
	}
	if (p->token.kind != TOKEN_WORD)
		return false;
	struct match known = longest_known(p, after_dot);
	if (str_eq(p->token.text, S("?")) && !known.end) {
		*ret_name = p->token.text;
		parse_next(p);
		return true;
	}
	if (is_keyword(p->token.text) && !known.end && !after_dot)
		return false;
	struct match words = greedy_words(p);
	struct match best = known.end >= words.end ? known : words;
	*ret_name = best.name;
	parse_back(p, best.end);
	return true;
}

/* Blanks in a row become one, those at the ends none. */
static str normal_name(struct arena *arena, str raw)
{
	struct buf out = { .arena = arena };
	raw = str_trim(raw);
	for (uint32_t at = 0, n; at < raw.n;) {
		if (is_blank_at(raw, at, &n)) {
			buf_byte(&out, ' ');
			at = skip_blanks(raw, at);
		} else {
			buf_byte(&out, raw.p[at++]);
		}
	}
	return buf_view(&out);
}

static bool is_key_code(uint32_t code)
{
	return is_name_part(code) || is_feel_blank(code) ||
	       (code < 0x80 && is_sign_of_name((char)code));
}

bool parse_key(struct parser *p, str *ret_name)
{
	str s = p->lexer.source;
	uint32_t end = p->token.at, code;
	if (p->token.kind == TOKEN_STRING || p->token.kind == TOKEN_QUOTED) {
		*ret_name = p->token.text;
		parse_next(p);
		return true;
	}
	if (p->token.kind != TOKEN_WORD)
		return false;
	for (size_t n; end < s.n && (n = utf8_decode(s, end, &code)) && is_key_code(code);)
		end += (uint32_t)n;
	*ret_name = normal_name(p->lexer.arena, str_of(s.p + p->token.at, end - p->token.at));
	parse_back(p, end);
	return true;
}

bool parse_phrase(struct parser *p, str words)
{
	uint32_t end = 0;
	if (p->token.kind == TOKEN_WORD)
		end = match_known(words, p->lexer.source, p->token.at);
	if (end)
		parse_back(p, end);
	return end != 0;
}

bool parse_is_known(const struct parser *p, str name)
{
	for (const struct local *l = p->locals; l; l = l->outer)
		if (str_eq(l->name, name))
			return true;
	for (size_t i = 0; p->options && i < p->options->name_count; i++)
		if (str_eq(p->options->names[i], name))
			return true;
	return false;
}

void parse_local(struct parser *p, str name)
{
	struct local *local = ARENA_NEW(p->lexer.arena, struct local);
	*local = (struct local){ name, p->locals };
	p->locals = local;
}
