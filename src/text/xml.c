#include "text/xml.h"

#include <expat.h>
#include <iconv.h>
#include <limits.h>

#include "base/buf.h"
#include "base/err.h"

/* Expat joins URI and local name with this; it refuses it inside a URI. */
#define SEPARATOR '\n'

struct reader {
	struct arena *arena;
	XML_Parser parser;
	struct xml_node *root, *open;
	struct buf *texts; /* one for each open element */
	struct xml_prefix *prefixes; /* declared for the element about to start */
	uint32_t prefix_count;
	int depth;
	const char *refusal;
};

static void reader_stop(struct reader *reader, const char *why)
{
	if (reader->refusal)
		return;
	reader->refusal = why;
	XML_StopParser(reader->parser, XML_FALSE);
}

static void split_name(struct reader *reader, const char *joined, str *ret_space, str *ret_name)
{
	str whole = arena_copy(reader->arena, str_z(joined));
	size_t at = str_find_byte(whole, SEPARATOR);

	if (at == SIZE_MAX) {
		*ret_space = S("");
		*ret_name = whole;
		return;
	}
	*ret_space = str_slice(whole, 0, at);
	*ret_name = str_slice(whole, at + 1, whole.n);
}

static void read_attributes(struct reader *reader, struct xml_node *node, const char **pairs)
{
	uint32_t n = 0;

	while (pairs[2 * n])
		n++;
	struct xml_attribute *attributes = ARENA_ARRAY(reader->arena, struct xml_attribute, n);

	for (uint32_t i = 0; i < n; i++) {
		split_name(reader, pairs[2 * i], &attributes[i].space, &attributes[i].name);
		attributes[i].value = arena_copy(reader->arena, str_z(pairs[2 * i + 1]));
	}
	node->attributes = attributes;
	node->attribute_count = n;
}

static void on_start(void *data, const char *name, const char **pairs)
{
	struct reader *reader = data;
	struct xml_node *node = ARENA_NEW(reader->arena, struct xml_node);

	if (reader->depth >= XML_DEPTH) {
		reader_stop(reader, N_("elements are nested too deeply"));
		return;
	}
	split_name(reader, name, &node->space, &node->name);
	node->line = (uint32_t)XML_GetCurrentLineNumber(reader->parser);
	node->column = (uint32_t)XML_GetCurrentColumnNumber(reader->parser) + 1;
	node->prefixes = reader->prefixes;
	node->prefix_count = reader->prefix_count;
	reader->prefixes = NULL;
	reader->prefix_count = 0;
	read_attributes(reader, node, pairs);
	node->parent = reader->open;
	if (!reader->open)
		reader->root = node;
	else if (reader->open->last)
		reader->open->last->next = node;
	else
		reader->open->first = node;
	if (reader->open)
		reader->open->last = node;
	reader->open = node;
	reader->texts[reader->depth++] = (struct buf){ .arena = reader->arena };
}

static void on_end(void *data, const char *name)
{
	struct reader *reader = data;

	if (reader->refusal)
		return;
	str text = buf_view(&reader->texts[--reader->depth]);

	if (reader->open->first && str_empty(str_trim(text)))
		text = S("");
	reader->open->text = text;
	reader->open = reader->open->parent;
}

static void on_text(void *data, const char *bytes, int n)
{
	struct reader *reader = data;

	if (reader->depth > 0 && !reader->refusal)
		buf_bytes(&reader->texts[reader->depth - 1], bytes, (size_t)n);
}

static void on_prefix(void *data, const char *prefix, const char *uri)
{
	struct reader *reader = data;
	size_t size = sizeof(struct xml_prefix);
	uint32_t n = reader->prefix_count;

	reader->prefixes = arena_grow(reader->arena, reader->prefixes, n * size, (n + 1) * size);
	reader->prefixes[n] = (struct xml_prefix){ arena_copy(reader->arena, str_z(prefix)),
						   arena_copy(reader->arena, str_z(uri)) };
	reader->prefix_count++;
}

/* Whatever is declared, an entity is no part of a procedure file: refusing the declaration ends
 * every way of making a small text grow. */
static void on_entity(void *data, const char *name, int is_parameter, const char *value, int n,
		      const char *base, const char *system, const char *public,
		      const char *notation)
{
	reader_stop(data, N_("entity declarations are not allowed"));
}

/* A single byte in the named encoding as a code point, or -1 where it stands for none. */
static int code_of_byte(iconv_t converter, unsigned char byte)
{
	char in = (char)byte, *from = &in;
	unsigned char out[8] = { 0 };
	char *to = (char *)out;
	size_t left = 1, room = sizeof(out);

	iconv(converter, NULL, NULL, NULL, NULL);
	if (iconv(converter, &from, &left, &to, &room) == (size_t)-1)
		return -1;
	/* Some encodings hold a letter back to see whether a mark follows. */
	iconv(converter, NULL, NULL, &to, &room);
	if (room != 4 || out[3] || out[2] > 0x10)
		return -1;
	return out[0] | out[1] << 8 | out[2] << 16;
}

/* The upper half of windows-1252 by heart, because modelers on Windows declare it and a sandboxed
 * process cannot load the C library's tables; ISO-8859-1 elsewhere. */
static void map_windows_1252(int *map)
{
	static const uint16_t upper[32] = {
		0x20ac, 0x81, 0x201a, 0x192, 0x201e, 0x2026, 0x2020, 0x2021,
		0x2c6, 0x2030, 0x160, 0x2039, 0x152, 0x8d, 0x17d, 0x8f,
		0x90, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
		0x2dc, 0x2122, 0x161, 0x203a, 0x153, 0x9d, 0x17e, 0x178,
	};

	for (int i = 0; i < 256; i++)
		map[i] = i >= 0x80 && i < 0xa0 ? upper[i - 0x80] : i;
}

static int on_unknown_encoding(void *data, const char *name, XML_Encoding *ret_encoding)
{
	ret_encoding->data = NULL;
	ret_encoding->convert = NULL;
	ret_encoding->release = NULL;
	if (str_eq_nocase(str_z(name), S("windows-1252")) ||
	    str_eq_nocase(str_z(name), S("cp1252"))) {
		map_windows_1252(ret_encoding->map);
		return XML_STATUS_OK;
	}
	iconv_t converter = iconv_open("UTF-32LE", name);

	if (converter == (iconv_t)-1)
		return XML_STATUS_ERROR;
	for (int i = 0; i < 256; i++)
		ret_encoding->map[i] = code_of_byte(converter, (unsigned char)i);
	iconv_close(converter);
	return XML_STATUS_OK;
}

static const char *expat_message(XML_Parser parser)
{
	switch (XML_GetErrorCode(parser)) {
	case XML_ERROR_NO_ELEMENTS:
		return N_("there is no element in the file");
	case XML_ERROR_TAG_MISMATCH:
		return N_("the end tag does not fit its start tag");
	case XML_ERROR_DUPLICATE_ATTRIBUTE:
		return N_("an attribute is there twice");
	case XML_ERROR_UNDEFINED_ENTITY:
		return N_("an entity is not defined");
	case XML_ERROR_UNKNOWN_ENCODING:
	case XML_ERROR_INCORRECT_ENCODING:
		return N_("the declared encoding is not known");
	case XML_ERROR_UNBOUND_PREFIX:
		return N_("a namespace prefix is not declared");
	default:
		return N_("the file is not well-formed XML");
	}
}

static void set_handlers(struct reader *reader)
{
	XML_SetUserData(reader->parser, reader);
	XML_SetElementHandler(reader->parser, on_start, on_end);
	XML_SetCharacterDataHandler(reader->parser, on_text);
	XML_SetStartNamespaceDeclHandler(reader->parser, on_prefix);
	XML_SetEntityDeclHandler(reader->parser, on_entity);
	XML_SetUnknownEncodingHandler(reader->parser, on_unknown_encoding, NULL);
}

bool xml_parse(struct arena *arena, str text, struct xml_node **ret_root,
	       struct xml_fault *ret_fault)
{
	struct reader reader = { .arena = arena, .parser = XML_ParserCreateNS(NULL, SEPARATOR) };
	bool fine = text.n < INT_MAX;

	if (!reader.parser)
		abort();
	reader.texts = ARENA_ARRAY(arena, struct buf, XML_DEPTH);
	set_handlers(&reader);
	if (!fine)
		*ret_fault = (struct xml_fault){ 1, 1, N_("the file is too large") };
	else
		fine = XML_Parse(reader.parser, text.p, (int)text.n, 1) == XML_STATUS_OK;
	if (!fine && text.n < INT_MAX)
		*ret_fault = (struct xml_fault){
			(uint32_t)XML_GetCurrentLineNumber(reader.parser),
			(uint32_t)XML_GetCurrentColumnNumber(reader.parser) + 1,
			reader.refusal ? reader.refusal : expat_message(reader.parser),
		};
	XML_ParserFree(reader.parser);
	if (fine)
		*ret_root = reader.root;
	return fine;
}

bool xml_is(const struct xml_node *node, str space, str name)
{
	return node && str_eq(node->name, name) && (str_empty(space) || str_eq(node->space, space));
}

static struct xml_node *first_named(struct xml_node *node, str space, str name)
{
	while (node && !xml_is(node, space, name))
		node = node->next;
	return node;
}

struct xml_node *xml_child(const struct xml_node *node, str space, str name)
{
	return node ? first_named(node->first, space, name) : NULL;
}

struct xml_node *xml_sibling(const struct xml_node *node, str space, str name)
{
	return node ? first_named(node->next, space, name) : NULL;
}

const str *xml_find(const struct xml_node *node, str name)
{
	for (uint32_t i = 0; node && i < node->attribute_count; i++)
		if (str_empty(node->attributes[i].space) &&
		    str_eq(node->attributes[i].name, name))
			return &node->attributes[i].value;
	return NULL;
}

str xml_get(const struct xml_node *node, str name)
{
	const str *found = xml_find(node, name);

	return found ? *found : S("");
}

str xml_get_in(const struct xml_node *node, str space, str name)
{
	for (uint32_t i = 0; node && i < node->attribute_count; i++)
		if (str_eq(node->attributes[i].space, space) &&
		    str_eq(node->attributes[i].name, name))
			return node->attributes[i].value;
	return S("");
}

str xml_space_of(const struct xml_node *node, str prefix)
{
	for (; node; node = node->parent)
		for (uint32_t i = 0; i < node->prefix_count; i++)
			if (str_eq(node->prefixes[i].prefix, prefix))
				return node->prefixes[i].space;
	return S("");
}

str xml_local(const struct xml_node *node, str qname, str *ret_space)
{
	size_t at = str_find_byte(qname, ':');
	str prefix = at == SIZE_MAX ? S("") : str_slice(qname, 0, at);

	if (ret_space)
		*ret_space = xml_space_of(node, prefix);
	return at == SIZE_MAX ? qname : str_slice(qname, at + 1, qname.n);
}

str xml_child_text(const struct xml_node *node, str space, str name)
{
	const struct xml_node *child = xml_child(node, space, name);

	return child ? str_trim(child->text) : S("");
}
