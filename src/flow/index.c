/* Finding elements of the file by id, by the tree, by name. */
#include "flow/room.h"

void *list_add(struct arena *arena, struct list *list, size_t size)
{
	if (list->n == list->room) {
		uint32_t room = list->room ? list->room * 2 : 8;

		list->p = arena_grow(arena, list->p, list->room * size, room * size);
		list->room = room;
	}
	void *place = (char *)list->p + list->n++ * size;

	memset(place, 0, size);
	return place;
}

bool node_is(const struct xml_node *node, const char *bpmn_name)
{
	return xml_is(node, BPMN, str_z(bpmn_name));
}

bool node_is_one_of(const struct xml_node *node, const char *const *bpmn_names)
{
	for (; *bpmn_names; bpmn_names++)
		if (node_is(node, *bpmn_names))
			return true;
	return false;
}

const struct xml_node *node_child(const struct xml_node *node, const char *bpmn_name)
{
	return xml_child(node, BPMN, str_z(bpmn_name));
}

const struct xml_node *node_next(const struct xml_node *node, const char *bpmn_name)
{
	return xml_sibling(node, BPMN, str_z(bpmn_name));
}

str node_get(const struct xml_node *node, const char *attribute)
{
	return xml_get(node, str_z(attribute));
}

bool node_flag(const struct xml_node *node, const char *attribute, bool otherwise)
{
	str text = str_trim(node_get(node, attribute));

	if (str_empty(text))
		return otherwise;
	return str_eq(text, S("true")) || str_eq(text, S("1"));
}

static struct named *place_of(struct named *ids, uint32_t room, str id)
{
	uint32_t at = (uint32_t)str_hash(id) & (room - 1);

	while (ids[at].node && !str_eq(ids[at].id, id))
		at = (at + 1) & (room - 1);
	return &ids[at];
}

static void grow_ids(struct loader *loader)
{
	uint32_t room = loader->id_room ? loader->id_room * 2 : 256;
	struct named *ids = ARENA_ARRAY(loader->arena, struct named, room);

	for (uint32_t i = 0; i < loader->id_room; i++)
		if (loader->ids[i].node)
			*place_of(ids, room, loader->ids[i].id) = loader->ids[i];
	loader->ids = ids;
	loader->id_room = room;
}

static void index_node(struct loader *loader, const struct xml_node *node)
{
	str id = node_get(node, "id");

	if (str_empty(id))
		return;
	if (loader->id_count == LOAD_IDS_MAX) {
		fault_at(loader, node, N_("The file has too many elements"));
		return;
	}
	if (2 * loader->id_count >= loader->id_room)
		grow_ids(loader);
	struct named *place = place_of(loader->ids, loader->id_room, id);

	if (place->node) {
		fault_at(loader, node, N_("The id “%.*s” is there twice; the first is in line %u"),
			 STR_ARG(id), place->node->line);
		return;
	}
	*place = (struct named){ id, node, FLOW_NONE, FLOW_NONE };
	loader->id_count++;
}

static void index_under(struct loader *loader, const struct xml_node *node)
{
	/* Extensions have rules of their own; ids in them are none of BPMN's. */
	if (node_is(node, "extensionElements"))
		return;
	index_node(loader, node);
	for (const struct xml_node *n = node->first; n; n = n->next)
		index_under(loader, n);
}

void index_ids(struct loader *loader)
{
	grow_ids(loader);
	index_under(loader, loader->root);
}

struct named *index_find(const struct loader *loader, str id)
{
	struct named *place = place_of(loader->ids, loader->id_room, id);

	return place->node && !str_empty(id) ? place : NULL;
}

struct named *index_refer(const struct loader *loader, const struct xml_node *node, str reference)
{
	return index_find(loader, xml_local(node, str_trim(reference), NULL));
}
