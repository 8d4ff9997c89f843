/* motcua check: what is wrong with a pack, every fault with file, element and a plain sentence. */
#include "app/app.h"

#include "base/json.h"
#include "calendar/calendar.h"
#include "cases/fee_rules.h"
#include "links/links.h"
#include "rules/dmn.h"
#include "rules/feel.h"

struct check {
	struct ctx *ctx;
	const char *pack;
	str file; /* being looked at */
	int faults, warnings;
	struct value organisations;
	struct value books;   /* of numbering.json */
	struct value codes;   /* national code → procedure */
	struct value letters; /* files every procedure may use: name → text */
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

static bool is_kind(struct check *check, str kind)
{
	for (uint32_t i = 0; i < check->organisations.n; i++) {
		struct value o = check->organisations.items[i], more = value_get(o, S("acts_as"));
		if (str_eq(value_text(value_get(o, S("kind"))), kind))
			return true;
		for (uint32_t k = 0; more.kind == VALUE_LIST && k < more.n; k++)
			if (str_eq(value_text(more.items[k]), kind))
				return true;
	}
	return false;
}

static void check_agency(struct check *check, const struct flow_element *e)
{
	str kind = flow_property(e, S("motcua:agency"));
	if (str_empty(kind))
		return;
	if (!is_kind(check, kind))
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

static void check_book(struct check *check, const struct flow_element *e)
{
	str book = flow_property(e, S("motcua:book"));
	if (!str_empty(book) && !value_find(check->books, book))
		say(check, true, e->id, arena_printf(check->ctx->arena,
			"numbering.json has no book “%.*s” (motcua:book)", STR_ARG(book)));
}

static bool has_letter(struct check *check, const struct procedure *p, str name)
{
	struct arena *arena = check->ctx->arena;
	str file = arena_printf(arena, "%.*s.html", STR_ARG(name));
	return value_find(check->letters, file) ||
	       value_find(p->files, arena_printf(arena, "letters/%.*s", STR_ARG(file)));
}

static void check_letter(struct check *check, const struct procedure *p, str element, str name)
{
	if (!str_empty(name) && !has_letter(check, p, name))
		say(check, true, element, arena_printf(check->ctx->arena,
			"there is no letter “%.*s.html” in the pack or the procedure", STR_ARG(name)));
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

static void check_letters(struct check *check, const struct procedure *p)
{
	struct value letters = value_get(p->body, S("letters"));
	for (uint32_t i = 0; letters.kind == VALUE_MAP && i < letters.n; i++)
		check_letter(check, p, arena_printf(check->ctx->arena, "letters.%.*s",
						    STR_ARG(letters.members[i].key)),
			     value_text(letters.members[i].value));
}

static void check_competence(struct check *check, struct value body)
{
	struct value kinds = value_path(body, S("competence.kinds"));
	struct value legs = value_get(body, S("legs"));
	if (kinds.n == 0)
		say(check, true, S("competence"), S("names no kind of organisation: nobody receives it"));
	for (uint32_t i = 0; i < kinds.n; i++)
		if (!is_kind(check, value_text(kinds.items[i])))
			say(check, true, S("competence"), arena_printf(check->ctx->arena,
				"no organisation is of the kind “%.*s”",
				STR_ARG(value_text(kinds.items[i]))));
	for (uint32_t i = 0; legs.kind == VALUE_LIST && i < legs.n; i++) {
		str agency = value_text(value_get(legs.items[i], S("agency")));
		if (!str_empty(agency) && !is_kind(check, agency))
			say(check, true, value_text(value_get(legs.items[i], S("code"))),
			    arena_printf(check->ctx->arena,
				"no organisation is of the kind “%.*s”", STR_ARG(agency)));
	}
}

static void check_path(struct check *check, const char *element, str path, struct value names)
{
	if (!str_empty(path) && !is_known(names, path))
		say(check, true, str_z(element), arena_printf(check->ctx->arena,
			"reads “%.*s”, which no form fills in", STR_ARG(path)));
}

static void check_feel(struct check *check, str at, const struct feel *feel, struct value names)
{
	struct value reads = feel_reads(feel, check->ctx->arena);
	for (uint32_t i = 0; i < reads.n; i++)
		check_path(check, at.p, value_text(reads.items[i]), names);
}

/* Where procedure.json says what the engine takes out of the data. */
static void check_paths(struct check *check, const struct procedure *p, struct value names)
{
	static const char *const maps[] = { "applicant", "return_to" };
	struct value rules = value_get(p->body, S("duplicates"));
	struct value signers = value_get(p->body, S("signers"));
	for (size_t m = 0; m < sizeof maps / sizeof *maps; m++) {
		struct value map = value_get(p->body, str_z(maps[m]));
		for (uint32_t i = 0; map.kind == VALUE_MAP && i < map.n; i++)
			check_path(check, maps[m], value_text(map.members[i].value), names);
	}
	for (uint32_t r = 0; rules.kind == VALUE_LIST && r < rules.n; r++)
		for (uint32_t i = 0; i < rules.items[r].n; i++)
			check_path(check, "duplicates", value_text(rules.items[r].items[i]), names);
	for (uint32_t i = 0; signers.kind == VALUE_LIST && i < signers.n; i++) {
		check_path(check, "signers", value_text(value_get(signers.items[i], S("name"))), names);
		check_path(check, "signers", value_text(value_get(signers.items[i], S("id_number"))), names);
	}
	if (p->subject)
		check_feel(check, S("subject"), p->subject, names);
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

/* A word nobody knows would be taken for the usual one. */
static void check_supplement(struct check *check, struct value body)
{
	str after = value_text(value_path(body, S("supplement.unanswered")));
	if (!str_empty(after) && !str_eq(after, S("stop")) && !str_eq(after, S("wait")))
		say(check, true, S("supplement.unanswered"), S("is neither “stop” nor “wait”"));
}

static void check_waiver(struct check *check, const struct procedure *p, size_t i,
			 struct value names)
{
	const struct fee_waiver *waiver = &p->fee->waivers[i];
	struct value said = value_path(p->body, arena_printf(check->ctx->arena,
		"fee.waivers.%zu.legal_basis", i));
	str at = arena_printf(check->ctx->arena, "fee.waivers.%.*s", STR_ARG(waiver->code));
	if (value_is_null(said) || (said.kind == VALUE_STRING && str_empty(value_text(said))))
		say(check, true, at, S("names no legal basis"));
	if (waiver->condition)
		check_feel(check, at, waiver->condition, names);
}

static void check_fee(struct check *check, const struct procedure *p, struct value names)
{
	struct arena *arena = check->ctx->arena;
	const struct fee_rules *fee = p->fee;
	bool known = !fee || str_empty(fee->decision);
	for (size_t i = 0; i < p->n_decisions && !known; i++)
		known = dmn_has(p->decisions[i], fee->decision);
	if (!known)
		say(check, true, S("fee"), arena_printf(arena,
			"no .dmn file has the decision “%.*s”", STR_ARG(fee->decision)));
	for (size_t i = 0; fee && i < fee->n_inputs; i++)
		check_feel(check, arena_printf(arena, "fee.inputs.%.*s", STR_ARG(fee->inputs[i].name)),
			    fee->inputs[i].feel, names);
	for (size_t i = 0; fee && i < fee->n_waivers; i++)
		check_waiver(check, p, i, names);
}

/* What the town has to compare with its own law before it uses the procedure: said, no fault. */
static void note_open_points(struct check *check, const struct procedure *p)
{
	struct value points = value_get(p->body, S("to_check"));
	for (uint32_t i = 0; points.kind == VALUE_LIST && i < points.n; i++)
		printf("to check: %.*s: %.*s\n", STR_ARG(check->file),
		       STR_ARG(value_text(value_get(points.items[i], S("en")))));
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
			check_book(check, e);
			check_letter(check, p, e->id, flow_property(e, S("motcua:letter")));
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

/* National codes name procedures in addresses and reports. */
static void check_code(struct check *check, const struct procedure *p)
{
	const struct value *other = value_find(check->codes, p->code);
	if (str_empty(p->code))
		return;
	if (other)
		say(check, true, S("national_code"), arena_printf(check->ctx->arena,
			"“%.*s” is the code of %.*s already", STR_ARG(p->code),
			STR_ARG(value_text(*other))));
	else
		value_set(check->ctx->arena, &check->codes, p->code, value_str(p->name));
}

/* Every fault the flow is refused for; false where it cannot be used. */
static bool check_flow_loads(struct check *check, str name, struct value files)
{
	struct flow_definition *flow;
	struct flow_faults faults = { 0 };
	const struct value *xml = value_find(files, S("flow.bpmn"));
	struct ctx *ctx = check->ctx;
	if (!xml || flow_load(ctx, value_text(*xml), &flow, &faults) == OK)
		return true;
	check->file = arena_printf(ctx->arena, "procedures/%.*s/flow.bpmn", STR_ARG(name));
	for (uint32_t i = 0; i < faults.count; i++)
		say(check, true, arena_printf(ctx->arena, "line %u, %.*s", faults.items[i].line,
					      STR_ARG(faults.items[i].element)),
		    faults.items[i].message);
	return false;
}

/* A message that begins with the name of a file is about that file. */
static void say_refusal(struct check *check, str name, struct value files)
{
	str message = check->ctx->fault.message;
	for (uint32_t i = 0; i < files.n; i++) {
		str file = files.members[i].key;
		if (!str_starts(message, file))
			continue;
		check->file = arena_printf(check->ctx->arena, "procedures/%.*s/%.*s", STR_ARG(name),
					   STR_ARG(file));
		message = str_trim(str_slice(message, file.n + 1, message.n));
		break;
	}
	say(check, true, S(""), message);
}

static void check_procedure(struct check *check, str name, struct value files)
{
	struct procedure *p = ARENA_NEW(check->ctx->arena, struct procedure);
	struct value names = value_map();
	p->name = name;
	check_forms(check, name, files, &names);
	if (!check_flow_loads(check, name, files))
		return;
	check->file = arena_printf(check->ctx->arena, "procedures/%.*s", STR_ARG(name));
	if (procedure_read(check->ctx, files, p) != OK) {
		say_refusal(check, name, files);
		return;
	}
	check->file = arena_printf(check->ctx->arena, "procedures/%.*s/procedure.json", STR_ARG(name));
	check_texts(check, p->body);
	check_code(check, p);
	check_competence(check, p->body);
	check_letters(check, p);
	check_paths(check, p, names);
	check_papers(check, p->body, names);
	check_supplement(check, p->body);
	check_fee(check, p, names);
	note_open_points(check, p);
	check_flow_file(check, p);
	check_conditions(check, p, names);
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

/* How many of `list` say `text` for `key`. */
static int count_of(struct value list, const char *key, str text)
{
	int n = 0;
	for (uint32_t i = 0; i < list.n; i++)
		n += str_eq(value_text(value_get(list.items[i], str_z(key))), text);
	return n;
}

static void check_place(struct check *check, struct value o)
{
	str code = value_text(value_get(o, S("code")));
	str parent = value_text(value_get(o, S("parent")));
	str agency = value_text(value_get(o, S("agency_code")));
	if (count_of(check->organisations, "code", code) > 1)
		say(check, true, code, S("this code is used twice"));
	if (!str_empty(agency) && count_of(check->organisations, "agency_code", agency) > 1)
		say(check, true, code, S("its agency_code is used twice: cases could get one code"));
	if (!str_empty(parent) && count_of(check->organisations, "code", parent) == 0)
		say(check, true, code, arena_printf(check->ctx->arena,
			"its parent “%.*s” is no organisation", STR_ARG(parent)));
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
		check_place(check, o);
		if (value_is_true(value_get(o, S("receives"))) &&
		    str_empty(value_text(value_get(o, S("agency_code")))))
			say(check, true, code, S("receives cases and has no agency_code"));
	}
}

static void check_people(struct check *check)
{
	struct value v;
	check->file = S("people.json");
	enum err err = pack_json(check->ctx, check->pack, "people.json", &v);
	if (err != OK) {
		/* Only a demonstration has people; what is there must be right. */
		if (err != ERR_NOT_FOUND)
			say_fault_of(check, S(""));
		return;
	}
	struct value people = value_get(v, S("people"));
	for (uint32_t i = 0; i < people.n; i++) {
		struct value roles = value_get(people.items[i], S("roles"));
		str login = value_text(value_get(people.items[i], S("login")));
		if (count_of(people, "login", login) > 1)
			say(check, true, login, S("this login is used twice"));
		for (uint32_t r = 0; r < roles.n; r++) {
			str role = value_text(value_get(roles.items[r], S("role")));
			str office = value_text(value_get(roles.items[r], S("organisation")));
			if (count_of(check->organisations, "code", office) == 0)
				say(check, true, login, arena_printf(check->ctx->arena,
					"there is no organisation “%.*s”", STR_ARG(office)));
			if (role_of(role) == ROLES)
				say(check, true, login,
				    arena_printf(check->ctx->arena, "there is no role “%.*s”",
						 STR_ARG(role)));
		}
	}
}

/* Registers and reports: each must compile, its book and procedures must be there. */
static void check_declared_book(struct check *check, const struct declared *d)
{
	if (!str_empty(d->book) && !value_find(check->books, d->book))
		say(check, true, S("book"), arena_printf(check->ctx->arena,
			"numbering.json has no book “%.*s”", STR_ARG(d->book)));
}

static void check_declared(struct check *check, const char *folder,
			   enum err (*read)(struct ctx *, str, struct value, struct declared *))
{
	struct value files;
	if (pack_shared(check->ctx, check->pack, folder, &files) != OK)
		return;
	for (uint32_t i = 0; i < files.n; i++) {
		struct json_fault fault;
		struct declared d;
		struct value v;
		str name = files.members[i].key;
		check->file = arena_printf(check->ctx->arena, "%s/%.*s", folder, STR_ARG(name));
		if (!json_parse(check->ctx->arena, value_text(files.members[i].value), &v, &fault))
			say(check, true, S(""), arena_printf(check->ctx->arena, "line %d: %s",
							     (int)fault.line, fault.message));
		else if (read(check->ctx, name, v, &d) != OK)
			say_fault_of(check, S(""));
		else
			check_declared_book(check, &d);
	}
}

static enum err check_settings(struct check *check)
{
	struct value v;
	check->file = S("pack.json");
	if (pack_json(check->ctx, check->pack, "pack.json", &v) != OK)
		say_fault_of(check, S(""));
	check->file = S("numbering.json");
	if (pack_numbering(check->ctx, check->pack, &v) != OK) {
		say_fault_of(check, S(""));
		v = value_map();
	} else if (str_empty(value_text(value_path(v, S("cases.pattern"))))) {
		say(check, true, S("cases"), S("has no pattern for the codes of cases"));
	}
	check->books = value_get(v, S("books"));
	return pack_shared(check->ctx, check->pack, "letters", &check->letters);
}

/* A hall may name what other packs bring, so an unknown procedure is no fault. */
static void check_hall_names(struct check *check, struct value hall, struct value procedures)
{
	struct value codes = value_get(hall, S("organisations")), services = value_get(hall, S("services"));
	for (uint32_t i = 0; codes.kind == VALUE_LIST && i < codes.n; i++)
		if (!count_of(check->organisations, "code", value_text(codes.items[i])))
			say(check, true, value_text(codes.items[i]), S("there is no such organisation"));
	for (uint32_t i = 0; services.kind == VALUE_LIST && i < services.n; i++) {
		struct value names = value_get(services.items[i], S("procedures"));
		for (uint32_t k = 0; names.kind == VALUE_LIST && k < names.n; k++)
			if (!value_find(procedures, value_text(names.items[k])))
				say(check, false, value_text(names.items[k]),
				    S("there is no such procedure"));
	}
}

static void check_hall(struct check *check, struct value procedures)
{
	struct value file, halls;
	check->file = S("hall.json");
	enum err err = pack_json(check->ctx, check->pack, "hall.json", &file);
	if (err == ERR_NOT_FOUND)
		return;
	if (err != OK || reception_check(check->ctx, file) != OK) {
		say_fault_of(check, S(""));
		return;
	}
	halls = value_get(file, S("halls"));
	for (uint32_t i = 0; halls.kind == VALUE_LIST && i < halls.n; i++)
		check_hall_names(check, halls.items[i], procedures);
}

static enum err check_notices(struct check *check, struct app *app)
{
	struct value file;
	check->file = S("notices.json");
	enum err err = pack_json(check->ctx, check->pack, "notices.json", &file);
	if (err == ERR_NOT_FOUND)
		return OK;
	TRY(app_texts(check->ctx, app));
	if (err != OK || notices_check(check->ctx, file, app->templates, app->languages[0]) != OK)
		say_fault_of(check, S(""));
	return OK;
}

enum err command_check(struct ctx *ctx, struct app *app)
{
	struct check check = { .ctx = ctx, .codes = value_map() };
	struct value procedures;
	if (app->options.n_arguments != 1)
		return fail(ctx, ERR_INVALID, "check needs the folder of one pack");
	check.pack = app->options.arguments[0];
	check_organisations(&check);
	check_people(&check);
	check_calendar(&check);
	TRY(check_settings(&check));
	TRY(pack_procedures(ctx, check.pack, &procedures));
	for (uint32_t i = 0; i < procedures.n; i++)
		check_procedure(&check, procedures.members[i].key, procedures.members[i].value);
	check_hall(&check, procedures);
	TRY(check_notices(&check, app));
	check_declared(&check, "registers", declared_register);
	check_declared(&check, "reports", declared_report);
	if (check.faults)
		return fail(ctx, ERR_INVALID, "%s: faults: %d, warnings: %d", check.pack, check.faults,
			    check.warnings);
	printf("%s: no faults, warnings: %d\n", check.pack, check.warnings);
	return OK;
}
