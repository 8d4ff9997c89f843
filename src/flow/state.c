/*
 * A state as bytes. Numbers are 7 bits a byte, low first; signed ones folded; texts have their
 * length before them. The first byte is the version of this layout. Reading checks everything:
 * bytes from a damaged database must not lead anywhere.
 */
#include "flow/room.h"

#include "base/buf.h"
#include "rules/temporal.h"

enum { LAYOUT = 1, VALUE_DEPTH = 200 };

enum value_tag {
	TAG_NULL, TAG_FALSE, TAG_TRUE, TAG_INTEGER, TAG_DECIMAL, TAG_STRING, TAG_LIST, TAG_MAP,
	TAG_TEMPORAL, TAG_MONTHS,
};

/* ---- writing */

static void put(struct buf *out, uint64_t n)
{
	char *p = buf_reserve(out, 10);
	size_t length = 0;

	for (; n >= 0x80; n >>= 7)
		p[length++] = (char)(n | 0x80);
	p[length++] = (char)n;
	buf_wrote(out, length);
}

static void put_signed(struct buf *out, int64_t n)
{
	put(out, (uint64_t)n << 1 ^ (uint64_t)(n >> 63));
}

static void put_str(struct buf *out, str s)
{
	put(out, s.n);
	buf_str(out, s);
}

/* FLOW_NONE is 0, so that it costs one byte. */
static void put_index(struct buf *out, uint32_t i)
{
	put(out, i == FLOW_NONE ? 0 : (uint64_t)i + 1);
}

static void put_number(struct buf *out, struct decimal d)
{
	int64_t n;

	/* A decimal keeps its zeros: only what comes back the same is written short. */
	if (decimal_to_int(d, &n)) {
		struct decimal again = decimal_of(n);

		if (again.low == d.low && again.high == d.high) {
			buf_byte(out, TAG_INTEGER);
			put_signed(out, n);
			return;
		}
	}
	buf_byte(out, TAG_DECIMAL);
	buf_bytes(out, &d, sizeof(d));
}

static void put_value(struct buf *out, struct value v)
{
	switch (v.kind) {
	case VALUE_BOOL:
		buf_byte(out, v.boolean ? TAG_TRUE : TAG_FALSE);
		break;
	case VALUE_NUMBER:
		put_number(out, v.number);
		break;
	case VALUE_STRING:
		buf_byte(out, TAG_STRING);
		put_str(out, value_text(v));
		break;
	case VALUE_LIST:
		buf_byte(out, TAG_LIST);
		put(out, v.n);
		for (uint32_t i = 0; i < v.n; i++)
			put_value(out, v.items[i]);
		break;
	case VALUE_MAP:
		buf_byte(out, TAG_MAP);
		put(out, v.n);
		for (uint32_t i = 0; i < v.n; i++) {
			put_str(out, v.members[i].key);
			put_value(out, v.members[i].value);
		}
		break;
	case VALUE_DATE:
	case VALUE_TIME:
	case VALUE_DATE_TIME:
	case VALUE_DAYS_TIME:
		buf_byte(out, TAG_TEMPORAL);
		put(out, v.kind);
		put_str(out, feel_to_string(out->arena, v));
		break;
	case VALUE_YEARS_MONTHS:
		buf_byte(out, TAG_MONTHS);
		put_signed(out, v.integer);
		break;
	default: /* functions and ranges are nothing a case could keep */
		buf_byte(out, TAG_NULL);
	}
}

static void put_node(struct buf *out, const struct flow_node *node, uint32_t last)
{
	/* Most nodes are simple: one byte says which of the rest is there. */
	bool loop = node->loop || node->total || node->begun || node->ended;
	bool extra = node->compensates || node->retry || node->incident.n;
	bool lists = node->items.kind || node->outputs.kind;

	put(out, node->id - last);
	put(out, node->parent);
	put(out, node->element);
	buf_byte(out, (char)(node->phase | loop << 3 | extra << 4 | lists << 5));
	buf_byte(out, (char)node->holds);
	put_index(out, node->flow);
	put_value(out, node->variables);
	if (loop) {
		put(out, node->loop);
		put(out, node->total);
		put(out, node->begun);
		put(out, node->ended);
	}
	if (extra) {
		put(out, node->compensates);
		put(out, node->retry);
		put_str(out, node->incident);
	}
	if (lists) {
		put_value(out, node->items);
		put_value(out, node->outputs);
	}
}

static void put_wait(struct buf *out, const struct flow_wait *wait)
{
	put(out, wait->id);
	put(out, wait->node);
	put(out, wait->element);
	put(out, wait->trigger);
	buf_byte(out, (char)wait->taken);
	put_signed(out, wait->due);
	put_signed(out, wait->every);
	put_signed(out, wait->left);
	put_str(out, wait->key);
}

str flow_state_write(struct arena *arena, const struct flow_definition *definition,
		     const struct flow_state *state)
{
	struct buf out = { .arena = arena };
	uint32_t last = 0;

	buf_byte(&out, LAYOUT);
	put(&out, definition->element_count);
	buf_byte(&out, (char)state->status);
	put(&out, state->process);
	put(&out, state->last_id);
	put(&out, state->node_count);
	put(&out, state->join_count);
	put(&out, state->wait_count);
	for (uint32_t i = 0; i < state->node_count; i++) {
		put_node(&out, &state->nodes[i], last);
		last = state->nodes[i].id;
	}
	for (uint32_t i = 0; i < state->join_count; i++) {
		put(&out, state->joins[i].scope);
		put(&out, state->joins[i].flow);
		put(&out, state->joins[i].count);
	}
	for (uint32_t i = 0; i < state->wait_count; i++)
		put_wait(&out, &state->waits[i]);
	return buf_view(&out);
}

/* ---- reading */

struct source {
	struct arena *arena;
	const struct flow_definition *definition;
	str rest;
	bool bad;
};

static uint64_t take(struct source *in)
{
	uint64_t n = 0;

	for (size_t i = 0; i < 10 && i < in->rest.n; i++) {
		unsigned char byte = (unsigned char)in->rest.p[i];

		n |= (uint64_t)(byte & 0x7f) << (7 * i);
		if (byte < 0x80) {
			in->rest = str_slice(in->rest, i + 1, in->rest.n);
			return n;
		}
	}
	in->bad = true;
	in->rest.n = 0;
	return 0;
}

/* A number below `limit`; what is not makes the whole bad and gives 0. */
static uint32_t take_below(struct source *in, uint64_t limit)
{
	uint64_t n = take(in);

	if (n >= limit) {
		in->bad = true;
		return 0;
	}
	return (uint32_t)n;
}

static uint32_t take_index(struct source *in, uint32_t limit)
{
	uint32_t n = take_below(in, (uint64_t)limit + 1);

	return n == 0 ? FLOW_NONE : n - 1;
}

static int64_t take_signed(struct source *in)
{
	uint64_t n = take(in);

	return (int64_t)(n >> 1) ^ -(int64_t)(n & 1);
}

static str take_str(struct source *in)
{
	uint64_t n = take(in);
	str s;

	if (n > in->rest.n) {
		in->bad = true;
		return S("");
	}
	s = str_of(in->rest.p, n);
	in->rest = str_slice(in->rest, n, in->rest.n);
	return s;
}

/* As many as could be in what is left: a count cannot make us allocate more than the bytes say. */
static uint32_t take_count(struct source *in)
{
	return take_below(in, in->rest.n + 1);
}

static struct value take_value(struct source *in, int depth);

static struct value take_list(struct source *in, int depth)
{
	struct value list = value_list();

	for (uint32_t n = take_count(in); n > 0 && !in->bad; n--)
		value_push(in->arena, &list, take_value(in, depth + 1));
	return list;
}

static struct value take_map(struct source *in, int depth)
{
	struct value map = value_map();

	for (uint32_t n = take_count(in); n > 0 && !in->bad; n--) {
		str key = take_str(in);

		value_append(in->arena, &map, key, take_value(in, depth + 1));
	}
	return map;
}

static struct value take_temporal(struct source *in)
{
	uint32_t kind = take_below(in, VALUE_FUNCTION);
	str text = take_str(in);
	struct value v = value_null();
	bool fine = kind == VALUE_DATE	    ? temporal_parse_date(in->arena, text, &v)
		    : kind == VALUE_TIME    ? temporal_parse_time(in->arena, text, &v)
		    : kind == VALUE_DATE_TIME ? temporal_parse_date_time(in->arena, text, &v)
					      : temporal_parse_duration(in->arena, text, &v);

	in->bad = in->bad || !fine;
	return v;
}

static struct value take_decimal(struct source *in)
{
	struct decimal d;

	if (in->rest.n < sizeof(d)) {
		in->bad = true;
		return value_null();
	}
	memcpy(&d, in->rest.p, sizeof(d));
	in->rest = str_slice(in->rest, sizeof(d), in->rest.n);
	return value_decimal(d);
}

static struct value take_value(struct source *in, int depth)
{
	if (depth > VALUE_DEPTH || in->bad) {
		in->bad = true;
		return value_null();
	}
	switch (take_below(in, TAG_MONTHS + 1)) {
	case TAG_FALSE:
		return value_bool(false);
	case TAG_TRUE:
		return value_bool(true);
	case TAG_INTEGER:
		return value_int(take_signed(in));
	case TAG_DECIMAL:
		return take_decimal(in);
	case TAG_STRING:
		return value_str(take_str(in));
	case TAG_LIST:
		return take_list(in, depth);
	case TAG_MAP:
		return take_map(in, depth);
	case TAG_TEMPORAL:
		return take_temporal(in);
	case TAG_MONTHS:
		return (struct value){ .kind = VALUE_YEARS_MONTHS, .integer = take_signed(in) };
	default:
		return value_null();
	}
}

static void take_node(struct source *in, uint32_t last_id, struct flow_node *node)
{
	uint32_t flags;

	node->id = take_below(in, (uint64_t)last_id + 1);
	node->parent = take_below(in, (uint64_t)last_id + 1);
	node->element = take_below(in, in->definition->element_count);
	flags = take_below(in, 64);
	node->phase = flags & 7;
	in->bad = in->bad || node->phase > FLOW_ENDING;
	node->holds = take_below(in, FLOW_HOLDS_CALL + 1);
	node->flow = take_index(in, in->definition->flow_count);
	node->variables = take_value(in, 0);
	if (flags & 8) {
		node->loop = take_below(in, UINT32_MAX);
		node->total = take_below(in, (uint64_t)UINT32_MAX + 1);
		node->begun = take_below(in, (uint64_t)UINT32_MAX + 1);
		node->ended = take_below(in, UINT32_MAX);
	}
	if (flags & 16) {
		node->compensates = take_below(in, (uint64_t)last_id + 1);
		node->retry = take_below(in, 3);
		node->incident = take_str(in);
	}
	if (flags & 32) {
		node->items = take_value(in, 0);
		node->outputs = take_value(in, 0);
	}
}

static bool has_node(const struct flow_state *state, uint32_t n, uint32_t id)
{
	for (uint32_t i = n; i-- > 0;)
		if (state->nodes[i].id == id)
			return true;
	return false;
}

/* Ids rise, parents come first, only the first has none. */
static void take_nodes(struct source *in, struct flow_state *state)
{
	uint32_t last = 0;

	for (uint32_t i = 0; i < state->node_count && !in->bad; i++) {
		struct flow_node *node = &state->nodes[i];

		take_node(in, state->last_id, node);
		/* Written as the distance from the one before. */
		if (node->id == 0 || node->id > state->last_id - last)
			in->bad = true;
		node->id += last;
		last = node->id;
		if ((i == 0) != (node->parent == 0) ||
		    (i > 0 && !has_node(state, i, node->parent)))
			in->bad = true;
	}
}

static void take_joins(struct source *in, struct flow_state *state)
{
	for (uint32_t i = 0; i < state->join_count && !in->bad; i++) {
		struct flow_join *join = &state->joins[i];

		join->scope = take_below(in, (uint64_t)state->last_id + 1);
		join->flow = take_below(in, in->definition->flow_count);
		join->count = take_below(in, UINT32_MAX);
		if (join->count == 0 || !has_node(state, state->node_count, join->scope))
			in->bad = true;
	}
}

static void take_waits(struct source *in, struct flow_state *state)
{
	for (uint32_t i = 0; i < state->wait_count && !in->bad; i++) {
		struct flow_wait *wait = &state->waits[i];
		const struct flow_element *element;

		wait->id = take_below(in, (uint64_t)state->last_id + 1);
		wait->node = take_below(in, (uint64_t)state->last_id + 1);
		wait->element = take_below(in, in->definition->element_count);
		element = &in->definition->elements[wait->element];
		wait->trigger = take_below(in, element->trigger_count);
		wait->taken = take_below(in, 2);
		wait->due = take_signed(in);
		wait->every = take_signed(in);
		wait->left = take_signed(in);
		wait->key = take_str(in);
		if (in->bad || !has_node(state, state->node_count, wait->node)) {
			in->bad = true;
			return;
		}
		wait->kind = element->triggers[wait->trigger].kind;
		wait->name = element->triggers[wait->trigger].name;
	}
}

enum err flow_state_read(struct ctx *ctx, const struct flow_definition *definition, str bytes,
			 struct flow_state *ret_state)
{
	struct source in = { .arena = ctx->arena, .definition = definition, .rest = bytes };
	struct flow_state state = { 0 };

	in.bad = take(&in) != LAYOUT || take(&in) != definition->element_count;
	state.status = take_below(&in, FLOW_TERMINATED + 1);
	state.process = take_below(&in, definition->element_count);
	state.last_id = take_below(&in, UINT32_MAX / 2);
	state.node_count = take_count(&in);
	state.join_count = take_count(&in);
	state.wait_count = take_count(&in);
	in.bad = in.bad || state.node_count == 0;
	if (!in.bad) {
		state.nodes = ARENA_ARRAY(ctx->arena, struct flow_node, state.node_count);
		state.joins = ARENA_ARRAY(ctx->arena, struct flow_join, state.join_count);
		state.waits = ARENA_ARRAY(ctx->arena, struct flow_wait, state.wait_count);
		take_nodes(&in, &state);
		take_joins(&in, &state);
		take_waits(&in, &state);
		in.bad = in.bad || state.nodes[0].element != state.process ||
			 definition->elements[state.process].kind != FLOW_PROCESS;
	}
	if (in.bad || in.rest.n)
		return fail(ctx, ERR_INVALID, N_("The saved state does not belong to this"
						 " procedure"));
	*ret_state = state;
	return OK;
}
