/* motcua check: what is wrong with a pack, every fault with file, element and a plain sentence. */
#include "app/app.h"

#include "base/json.h"
#include "calendar/calendar.h"
#include "rules/feel.h"

struct check {
	struct ctx *ctx;
	const char *pack;
	str file; /* being looked at */
	int faults, warnings;
	struct value organisations;
};

static void say(struct check *check, bool fault, str element, str message)
{
	printf("%s: %.*s%s%.*s: %.*s\n", fault ? "fault" : "warning", STR_ARG(check->file),
	       str_empty(element) ? "" : ", ", STR_ARG(element), STR_ARG(message));
	if (fault)
		check->faults++;
	else
		check->warnings++;
}

static void say_fault_of(struct check *check, str element)
{
	say(check, true, element, check->ctx->fault.message);
}

/* ---- one procedure ---- */

static const char *const english[] = { "title", "summary" };

static void check_texts(struct check *check, struct value body)
{
	for (size_t i = 0; i < sizeof english / sizeof *english; i++) {
		struct value text = value_get(body, str_z(english[i]));
		if (str_empty(value_text(value_get(text, S("vi")))))
			say(check, true, str_z(english[i]), S("has no Vietnamese text"));
		else if (str_empty(value_text(value_get(text, S("en")))))
			say(check, false, str_z(english[i]), S("has no English translation"));
	}
}

static void check_role(struct check *check, const struct flow_element *e)
{
	struct arena *arena = check->ctx->arena;
	str group = e->candidate_groups.source;
	if (str_empty(group))
		say(check, true, e->id, S("names no role (candidateGroups): nobody can take it"));
	else if (!e->candidate_groups.code && role_of(group) == ROLES)
		say(check, true, e->id, arena_printf(arena, "there is no role “%.*s”", STR_ARG(group)));
}

static void check_agency(struct check *check, const struct flow_element *e)
{
	str kind = flow_property(e, S("motcua:agency"));
	if (str_empty(kind))
		return;
	for (uint32_t i = 0; i < check->organisations.n; i++)
		if (str_eq(value_text(value_get(check->organisations.items[i], S("kind"))), kind))
			return;
	say(check, true, e->id, arena_printf(check->ctx->arena,
		"no organisation is of the kind “%.*s” (motcua:agency)", STR_ARG(kind)));
}

static void check_form_of(struct check *check, const struct procedure *p,
			  const struct flow_element *e)
{
	if (!str_empty(e->form_id) && !procedure_form(p, e->form_id, S("vi")))
		say(check, true, e->id, arena_printf(check->ctx->arena,
			"its form %.*s.form is missing", STR_ARG(e->form_id)));
}

/* Names a condition may read: fields of all forms, what the engine adds, and results of tasks. */
static void collect_fields(struct arena *arena, struct value schema, struct value *names)
{
	struct value components = value_get(schema, S("components"));
	struct value key = value_get(schema, S("key"));
	if (key.kind == VALUE_STRING)
		value_set(arena, names, value_text(key), value_bool(true));
	struct value path = value_get(schema, S("path"));
	if (path.kind == VALUE_STRING && path.n)
		value_set(arena, names, value_text(path), value_bool(true));
	for (uint32_t i = 0; components.kind == VALUE_LIST && i < components.n; i++)
		collect_fields(arena, components.items[i], names);
}

static bool is_known(struct value names, str path)
{
	static const char *const added[] = { "outcome", "case", "entry" };
	for (size_t i = 0; i < sizeof added / sizeof *added; i++)
		if (str_eq(path, str_z(added[i])) || (str_starts(path, str_z(added[i])) &&
		    path.p[strlen(added[i])] == '.'))
			return true;
	for (uint32_t i = 0; i < names.n; i++) {
		str name = names.members[i].key;
		if (str_eq(name, path))
			return true;
		/* "child" is known where "child.name" is a field, and the other way round. */
		if (str_starts(name, path) && name.n > path.n && name.p[path.n] == '.')
			return true;
		if (str_starts(path, name) && path.n > name.n && path.p[name.n] == '.')
			return true;
	}
	return false;
}

static void check_reads(struct check *check, str element, const struct flow_expression *expression,
			struct value names)
{
	if (!expression->code)
		return;
	struct value reads = feel_reads(expression->code, check->ctx->arena);
	for (uint32_t i = 0; i < reads.n; i++)
		if (!is_known(names, value_text(reads.items[i])))
			say(check, true, element, arena_printf(check->ctx->arena,
				"the condition reads “%.*s”, which no form fills in",
				STR_ARG(value_text(reads.items[i]))));
}

static void check_conditions(struct check *check, const struct procedure *p, struct value names)
{
	for (uint32_t i = 0; i < p->flow->flow_count; i++)
		check_reads(check, p->flow->flows[i].id, &p->flow->flows[i].condition, names);
}

static void check_papers(struct check *check, struct value body, struct value names)
{
	struct value papers = value_get(body, S("papers"));
	for (uint32_t i = 0; i < papers.n; i++) {
		str path = value_text(value_get(papers.items[i], S("path")));
		str code = value_text(value_get(papers.items[i], S("code")));
		if (!str_empty(path) && !is_known(names, path))
			say(check, true, code, arena_printf(check->ctx->arena,
				"its file field “%.*s” is in no form", STR_ARG(path)));
	}
}

static void check_flow_file(struct check *check, const struct procedure *p)
{
	struct flow_finding *findings;
	uint32_t n;
	check->file = arena_printf(check->ctx->arena, "procedures/%.*s/flow.bpmn", STR_ARG(p->name));
	flow_check(check->ctx, p->flow, &findings, &n);
	for (uint32_t i = 0; i < n; i++) {
		str at = arena_printf(check->ctx->arena, "line %u, %.*s", findings[i].line,
				      STR_ARG(findings[i].element_id));
		say(check, findings[i].severity == FLOW_FAULT, at, findings[i].message);
	}
	for (uint32_t i = 0; i < p->flow->element_count; i++) {
		const struct flow_element *e = &p->flow->elements[i];
		if (e->kind == FLOW_USER_TASK) {
			check_role(check, e);
			check_agency(check, e);
			check_form_of(check, p, e);
		}
		if (e->kind == FLOW_SERVICE_TASK || e->kind == FLOW_CALL)
			say(check, true, e->id, S("asks for a service that is not connected"));
	}
}

static void check_forms(struct check *check, str folder, struct value files, struct value *names)
{
	struct json_fault fault;
	for (uint32_t i = 0; i < files.n; i++) {
		str name = files.members[i].key;
		struct value schema, findings;
		struct form_source source = { .text = value_text(files.members[i].value),
					      .strict = true };
		if (!str_ends(name, S(".form")))
			continue;
		str side = arena_printf(check->ctx->arena, "%.*s.en.json", (int)name.n - 5, name.p);
		source.side = value_text(value_get(files, side));
		check->file = arena_printf(check->ctx->arena, "procedures/%.*s/%.*s", STR_ARG(folder),
					   STR_ARG(name));
		findings = form_lint(check->ctx->arena, &source);
		for (uint32_t f = 0; f < findings.n; f++) {
			str property = value_text(value_get(findings.items[f], S("property")));
			say(check, !str_eq(property, S("translation")),
			    value_text(value_get(findings.items[f], S("id"))),
			    value_text(value_get(findings.items[f], S("message"))));
		}
		if (json_parse(check->ctx->arena, source.text, &schema, &fault))
			collect_fields(check->ctx->arena, schema, names);
	}
}

static enum err check_procedure(struct check *check, str name)
{
	struct procedure *p = ARENA_NEW(check->ctx->arena, struct procedure);
	struct value files, names = value_map();
	TRY(pack_files(check->ctx, arena_printf(check->ctx->arena, "%s/procedures/%.*s", check->pack,
						STR_ARG(name)).p, &files));
	p->name = name;
	check_forms(check, name, files, &names);
	check->file = arena_printf(check->ctx->arena, "procedures/%.*s", STR_ARG(name));
	if (procedure_read(check->ctx, files, p) != OK) {
		say_fault_of(check, S(""));
		return OK;
	}
	check->file = arena_printf(check->ctx->arena, "procedures/%.*s/procedure.json", STR_ARG(name));
	check_texts(check, p->body);
	check_papers(check, p->body, names);
	check_flow_file(check, p);
	check_conditions(check, p, names);
	return OK;
}

/* ---- the pack ---- */

static void check_calendar(struct check *check)
{
	const struct calendar *calendar;
	struct value v;
	check->file = S("calendar.json");
	if (pack_json(check->ctx, check->pack, "calendar.json", &v) != OK ||
	    calendar_load(check->ctx, v, &calendar) != OK)
		say_fault_of(check, S(""));
}

static void check_organisations(struct check *check)
{
	struct value v;
	check->file = S("organisations.json");
	if (pack_json(check->ctx, check->pack, "organisations.json", &v) != OK) {
		say_fault_of(check, S(""));
		return;
	}
	check->organisations = value_get(v, S("organisations"));
	for (uint32_t i = 0; i < check->organisations.n; i++) {
		struct value o = check->organisations.items[i];
		str code = value_text(value_get(o, S("code")));
		if (str_empty(code) || str_empty(value_text(value_get(o, S("name")))))
			say(check, true, code, S("has no code or no name"));
		if (value_is_true(value_get(o, S("receives"))) &&
		    str_empty(value_text(value_get(o, S("agency_code")))))
			say(check, true, code, S("receives cases and has no agency_code"));
	}
}

static void check_people(struct check *check)
{
	struct value v;
	check->file = S("people.json");
	if (pack_json(check->ctx, check->pack, "people.json", &v) != OK)
		return;
	struct value people = value_get(v, S("people"));
	for (uint32_t i = 0; i < people.n; i++) {
		struct value roles = value_get(people.items[i], S("roles"));
		for (uint32_t r = 0; r < roles.n; r++) {
			str role = value_text(value_get(roles.items[r], S("role")));
			if (role_of(role) == ROLES)
				say(check, true, value_text(value_get(people.items[i], S("login"))),
				    arena_printf(check->ctx->arena, "there is no role “%.*s”",
						 STR_ARG(role)));
		}
	}
}

enum err command_check(struct ctx *ctx, struct app *app)
{
	struct check check = { .ctx = ctx };
	struct value names;
	if (app->options.n_arguments != 1)
		return fail(ctx, ERR_INVALID, "check needs the folder of one pack");
	check.pack = app->options.arguments[0];
	check_organisations(&check);
	check_people(&check);
	check_calendar(&check);
	TRY(pack_folders(ctx, arena_printf(ctx->arena, "%s/procedures", check.pack).p, &names));
	for (uint32_t i = 0; i < names.n; i++)
		TRY(check_procedure(&check, value_text(names.items[i])));
	if (check.faults)
		return fail(ctx, ERR_INVALID, "%s: faults: %d, warnings: %d", check.pack, check.faults,
			    check.warnings);
	printf("%s: no faults, warnings: %d\n", check.pack, check.warnings);
	return OK;
}
