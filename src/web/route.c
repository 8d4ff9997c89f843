/* The table of routes as a tree of path segments. A literal segment wins over a {name}, a {name}
 * over a {rest*}; where the winner leads nowhere, the next is tried. */
#include "web/internal.h"

struct node {
	str segment;
	struct node *children, *sibling; /* literal segments */
	struct node *any, *rest;         /* {name}, {name*} */
	const struct route_row *rows[METHODS];
};

struct router {
	struct node root;
};

static const struct {
	const char *name;
	unsigned method;
} method_names[METHODS] = {
	{ "GET", WEB_GET }, { "POST", WEB_POST }, { "PUT", WEB_PUT },
	{ "PATCH", WEB_PATCH }, { "DELETE", WEB_DELETE },
};

unsigned method_of(str name)
{
	if (str_eq(name, S("HEAD")))
		return WEB_GET;
	for (size_t i = 0; i < METHODS; i++)
		if (str_eq(name, str_z(method_names[i].name)))
			return method_names[i].method;
	return 0;
}

const char *method_name(unsigned method)
{
	for (size_t i = 0; i < METHODS; i++)
		if (method_names[i].method == method)
			return method_names[i].name;
	return "";
}

static struct node *child_of(const struct node *node, str segment)
{
	for (struct node *c = node->children; c; c = c->sibling)
		if (str_eq(c->segment, segment))
			return c;
	return NULL;
}

static bool is_variable(str segment)
{
	return segment.n > 2 && segment.p[0] == '{' && segment.p[segment.n - 1] == '}';
}

static struct node *descend(struct arena *arena, struct node *node, str segment,
			    struct route_row *row)
{
	struct node **slot, *child;
	if (!is_variable(segment)) {
		child = child_of(node, segment);
		if (child)
			return child;
		child = ARENA_NEW(arena, struct node);
		*child = (struct node){ .segment = segment, .sibling = node->children };
		return node->children = child;
	}
	str name = str_slice(segment, 1, segment.n - 1);
	bool rest = name.p[name.n - 1] == '*';
	row->names[row->n_names++] = rest ? str_slice(name, 0, name.n - 1) : name;
	slot = rest ? &node->rest : &node->any;
	if (!*slot)
		*slot = ARENA_NEW(arena, struct node);
	return *slot;
}

static enum err place(struct ctx *ctx, struct node *node, const struct route_row *row)
{
	for (size_t i = 0; i < METHODS; i++) {
		if (!(row->route->methods & method_names[i].method))
			continue;
		if (node->rows[i])
			return fail(ctx, ERR_INVALID, "Two routes for %s %s (tables %s and %s)",
				    method_names[i].name, row->route->path,
				    node->rows[i]->table->name, row->table->name);
		node->rows[i] = row;
	}
	return OK;
}

static enum err check_row(struct ctx *ctx, const struct route_table *table,
			  const struct route *route)
{
	const char *path = route->path ? route->path : "";
	if (path[0] != '/')
		return fail(ctx, ERR_INVALID, "Table %s: route path \"%s\" must begin with /",
			    table->name, path);
	if (route->permission == 0)
		return fail(ctx, ERR_INVALID, "Table %s: route %s has no permission", table->name,
			    path);
	if (!route->handle || !(route->methods & 31))
		return fail(ctx, ERR_INVALID, "Table %s: route %s has no method or handler",
			    table->name, path);
	if ((route->flags & ROUTE_CACHED) && route->permission != PERM_PUBLIC)
		return fail(ctx, ERR_INVALID, "Table %s: route %s is cached but not public",
			    table->name, path);
	return OK;
}

static enum err add_row(struct ctx *ctx, struct arena *arena, struct router *router,
			const struct route_table *table, const struct route *route)
{
	TRY(check_row(ctx, table, route));
	struct route_row *row = ARENA_NEW(arena, struct route_row);
	*row = (struct route_row){ .route = route, .table = table };
	struct node *node = &router->root;
	str rest = str_z(route->path + 1);
	for (str segment; str_next(&rest, '/', &segment);) {
		if (row->n_names == WEB_PARAMS)
			return fail(ctx, ERR_INVALID, "Route %s has too many parameters",
				    route->path);
		node = descend(arena, node, segment, row);
	}
	return place(ctx, node, row);
}

enum err router_new(struct ctx *ctx, struct arena *arena, const struct route_table *const *tables,
		    size_t n, struct router **ret_router)
{
	struct router *router = ARENA_NEW(arena, struct router);
	for (size_t t = 0; t < n; t++)
		for (size_t i = 0; i < tables[t]->n; i++)
			TRY(add_row(ctx, arena, router, tables[t], &tables[t]->routes[i]));
	*ret_router = router;
	return OK;
}

static unsigned node_methods(const struct node *node)
{
	unsigned methods = 0;
	for (size_t i = 0; i < METHODS; i++)
		if (node->rows[i])
			methods |= method_names[i].method;
	return methods;
}

static bool settle(const struct node *node, unsigned method, struct route_match *match)
{
	unsigned methods = node_methods(node);
	match->methods |= methods;
	for (size_t i = 0; i < METHODS; i++)
		if (node->rows[i] && method_names[i].method == method)
			match->row = node->rows[i];
	return methods & method;
}

/* No folder games in a parameter: they end in file names often enough. */
static bool is_safe(str segment)
{
	return segment.n && !str_eq(segment, S(".")) && !str_eq(segment, S(".."));
}

static bool walk(const struct node *node, unsigned method, str path, size_t depth,
		 struct route_match *match)
{
	if (path.n == 0)
		return settle(node, method, match);
	str rest = str_slice(path, 1, path.n);
	size_t end = str_find_byte(rest, '/');
	str segment = str_slice(rest, 0, end);
	str after = end == SIZE_MAX ? S("") : str_slice(rest, end, rest.n);
	const struct node *literal = child_of(node, segment);
	if (literal && walk(literal, method, after, depth, match))
		return true;
	if (!is_safe(segment) || depth == WEB_PARAMS)
		return false;
	if (node->any) {
		match->values[depth] = segment;
		if (walk(node->any, method, after, depth + 1, match))
			return true;
	}
	if (!node->rest || str_find(path, S("/../")) != SIZE_MAX || str_ends(path, S("/..")))
		return false;
	match->values[depth] = rest;
	return settle(node->rest, method, match);
}

void router_find(const struct router *router, unsigned method, str path,
		 struct route_match *ret_match)
{
	*ret_match = (struct route_match){ 0 };
	walk(&router->root, method, str_eq(path, S("/")) ? S("") : path, 0, ret_match);
}
