#include "people/room.h"

/* Whether one grant reaches the object. A partner agency reaches it only as one of those who work
 * on it; everybody else through the organisation that received it as well. */
static bool grant_reaches(const struct people *people, struct grant grant,
			  const struct object *object)
{
	if (object->has_role && object->role != grant.role)
		return false;
	for (size_t i = 0; i < object->n_agencies; i++)
		if (organisation_within(people, object->agencies[i], grant.organisation))
			return true;
	/* A task belongs to the agency it was given to, and to nobody else. */
	if (object->has_role || role_is_partner(grant.role))
		return object->has_role && object->n_agencies == 0 &&
		       organisation_within(people, object->organisation, grant.organisation);
	return object->organisation &&
	       organisation_within(people, object->organisation, grant.organisation);
}

static bool holds_capability(const struct principal *principal, enum act act,
			     const struct object *object)
{
	if (!object)
		return false;
	if (act == ACT_TRACK)
		return object->case_id && object->case_id == principal->case_id;
	return act == ACT_DRAFT && object->draft_id && object->draft_id == principal->draft_id;
}

bool may(const struct people *people, const struct principal *principal, enum act act,
	 const struct object *object)
{
	if (!principal || act <= ACT_NONE || act >= ACTS)
		return false;
	if (principal->system || holds_capability(principal, act, object))
		return true;
	for (size_t i = 0; i < principal->n_grants; i++) {
		if (!role_allows(principal->grants[i].role, act))
			continue;
		if (!object || grant_reaches(people, principal->grants[i], object))
			return true;
	}
	return false;
}

/* The ids of an organisation and all below it. */
static size_t subtree(const struct people *people, int64_t top, int64_t *ids, size_t n)
{
	struct organisations all = people_organisations(people);
	const struct organisation *above = organisation_by_id(people, top);
	if (!above)
		return n;
	for (int i = above->first; i <= above->last; i++)
		ids[n++] = all.items[i].id;
	return n;
}

static bool has_id(const int64_t *ids, size_t n, int64_t id)
{
	for (size_t i = 0; i < n; i++)
		if (ids[i] == id)
			return true;
	return false;
}

size_t may_organisations(const struct people *people, const struct principal *principal,
			 enum act act, struct arena *arena, int64_t **ret_ids)
{
	struct organisations all = people_organisations(people);
	int64_t *ids = ARENA_ARRAY(arena, int64_t, all.n + 1);
	int64_t *below = ARENA_ARRAY(arena, int64_t, all.n + 1);
	size_t n = 0, n_grants = principal ? principal->n_grants : 0;
	for (size_t i = 0; i < n_grants; i++) {
		struct grant grant = principal->grants[i];
		if (!role_allows(grant.role, act) || role_is_partner(grant.role))
			continue;
		size_t n_below = subtree(people, grant.organisation, below, 0);
		for (size_t k = 0; k < n_below; k++)
			if (!has_id(ids, n, below[k]))
				ids[n++] = below[k];
	}
	*ret_ids = ids;
	return n;
}

size_t may_tasks(const struct people *people, const struct principal *principal,
		 struct arena *arena, struct task_group **ret_groups)
{
	struct organisations all = people_organisations(people);
	size_t n = 0, n_grants = principal ? principal->n_grants : 0;
	struct task_group *groups = ARENA_ARRAY(arena, struct task_group, n_grants * all.n + 1);
	int64_t *ids = ARENA_ARRAY(arena, int64_t, all.n + 1);
	for (size_t i = 0; i < n_grants; i++) {
		struct grant grant = principal->grants[i];
		if (!role_allows(grant.role, ACT_CASE_WORK))
			continue;
		size_t n_ids = subtree(people, grant.organisation, ids, 0), before = n;
		for (size_t k = 0; k < n_ids; k++) {
			bool known = false;
			for (size_t g = 0; g < before && !known; g++)
				known = groups[g].role == grant.role && groups[g].agency == ids[k];
			if (!known)
				groups[n++] = (struct task_group){ grant.role, ids[k] };
		}
	}
	*ret_groups = groups;
	return n;
}

void may_where(const struct people *people, const struct principal *principal, enum act act,
	       struct sql column, sql_t *q)
{
	int64_t *ids;
	if (principal && principal->system)
		return;
	size_t n = may_organisations(people, principal, act, q->text.arena, &ids);
	sql_add(q, SQL(" AND "));
	sql_in(q, column, ids, n);
}

void may_where_task(const struct people *people, const struct principal *principal,
		    struct sql role_column, struct sql agency_column, sql_t *q)
{
	if (principal && principal->system)
		return;
	struct organisations all = people_organisations(people);
	int64_t *ids = ARENA_ARRAY(q->text.arena, int64_t, all.n + 1);
	size_t n = 0;
	for (size_t i = 0; principal && i < principal->n_grants; i++) {
		struct grant grant = principal->grants[i];
		if (!role_allows(grant.role, ACT_CASE_WORK))
			continue;
		str role = role_id(grant.role);
		sql_add(q, n++ ? SQL(" OR (") : SQL(" AND (("));
		sql_in_text(q, role_column, &role, 1);
		sql_add(q, SQL(" AND "));
		sql_in(q, agency_column, ids, subtree(people, grant.organisation, ids, 0));
		sql_add(q, SQL(")"));
	}
	/* A condition that is always false beside the others would keep SQLite from the index. */
	sql_add(q, n ? SQL(")") : SQL(" AND 1 = 0"));
}
