/* What is known of a person laid over the fields of a form: from an identity card, or from the filing
 * before. */
#include "cases/desk_intake.h"
#include "cases/room.h"

str intake_applicant(const struct intake *in, struct value data, const char *which)
{
	str path = value_text(value_path(in->procedure->body,
		arena_printf(in->env.ctx->arena, "applicant.%s", which)));
	return str_empty(path) ? S("") : value_text(value_path(data, path));
}

/* Members of `map` along the dotted path, made where they are missing. */
static struct value with_path(struct arena *arena, struct value map, str path, struct value v)
{
	struct value copy = value_map();
	str key = str_slice(path, 0, str_find_byte(path, '.'));
	for (uint32_t i = 0; map.kind == VALUE_MAP && i < map.n; i++)
		value_append(arena, &copy, map.members[i].key, map.members[i].value);
	if (key.n < path.n)
		v = with_path(arena, value_get(map, key), str_slice(path, key.n + 1, path.n), v);
	value_set(arena, &copy, key, v);
	return copy;
}

/* Where the form asks for it: as the procedure says, else beside the applicant's name. */
static str path_of(const struct intake *in, const char *which)
{
	struct arena *arena = in->env.ctx->arena;
	struct value applicant = value_get(in->procedure->body, S("applicant"));
	str path = value_text(value_get(applicant, str_z(which)));
	str name = value_text(value_get(applicant, S("name")));
	size_t end = name.n;
	if (!str_empty(path) || str_empty(name))
		return path;
	while (end > 0 && name.p[end - 1] != '.')
		end--;
	return end == 0 ? S("") : arena_printf(arena, "%.*s%s", (int)end, name.p, which);
}

static void put(const struct intake *in, struct value *data, const char *which, str text)
{
	str path = path_of(in, which);
	if (!str_empty(text) && !str_empty(path))
		*data = with_path(in->env.ctx->arena, *data, path, value_str(text));
}

void intake_fill(struct intake *in, const struct scan_card *card, struct value *data)
{
	put(in, data, "id_number", card->number);
	put(in, data, "birth_date", card->birth_date);
	put(in, data, "id_date", card->issued);
	put(in, data, "name", card->name);
	put(in, data, "address", card->address);
	*data = form_start(in->form, *data, &in->env);
}

static const char *const person_fields[] = { "name", "id_number", "birth_date", "id_date", "id_place",
					     "phone", "email", "address" };

struct value intake_person(const struct intake *in, struct value data)
{
	struct arena *arena = in->env.ctx->arena;
	struct value person = value_map();
	for (size_t i = 0; i < sizeof person_fields / sizeof *person_fields; i++) {
		str text = value_text(value_path(data, path_of(in, person_fields[i])));
		if (!str_empty(text))
			value_append(arena, &person, str_z(person_fields[i]), value_str(text));
	}
	return person;
}

void intake_same_person(struct intake *in, const struct counter_filing *before,
			struct value *data)
{
	struct value person = value_get(before->body, S("person"));
	for (size_t i = 0; i < sizeof person_fields / sizeof *person_fields; i++)
		put(in, data, person_fields[i],
		    value_text(value_get(person, str_z(person_fields[i]))));
	*data = form_start(in->form, *data, &in->env);
}
