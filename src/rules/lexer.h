/*
 * lexer: FEEL text into tokens, one at a time. Internal to rules/. Names are left to the parser,
 * because where a name ends depends on the names that are known: a token of kind TOKEN_WORD is
 * a single word.
 */
#ifndef MOTCUA_RULES_LEXER_H
#define MOTCUA_RULES_LEXER_H

#include "rules/feel.h"

enum token_kind {
	TOKEN_END,
	TOKEN_NUMBER,
	TOKEN_STRING,   /* text holds the decoded string */
	TOKEN_WORD,     /* a word, or a keyword */
	TOKEN_QUOTED,   /* a name in backticks, text without them */
	TOKEN_SIGN,     /* one of the signs below, in sign */
	TOKEN_BAD,      /* fault tells why */
};

/* Two-character signs have codes beyond ASCII. */
enum {
	SIGN_POWER = 0x100, SIGN_DOTS, SIGN_LESS_EQUAL, SIGN_GREATER_EQUAL, SIGN_UNEQUAL, SIGN_ARROW,
};

struct token {
	uint8_t kind;
	uint16_t sign;
	uint32_t at, end; /* bytes in the source */
	str text;         /* the word, the number's digits, the decoded string, the name */
	const char *fault;
};

struct lexer {
	struct arena *arena;
	str source;
};

/* The token that begins at or after byte `at`. */
struct token lexer_token(const struct lexer *lexer, uint32_t at);
/* The first byte at or after `at` that is neither blank nor comment; the length at the end, also
 * where a comment is not closed (then *ret_open is set). */
uint32_t lexer_skip(str source, uint32_t at, bool *ret_open);
bool is_name_start(uint32_t code);
bool is_name_part(uint32_t code);
bool is_feel_blank(uint32_t code);
bool is_keyword(str word);

#endif
