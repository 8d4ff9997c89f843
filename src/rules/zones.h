/*
 * zones: offsets of the time zones of the IANA database, compiled in, so that no file is read.
 * Beyond the last known change the rule of each zone goes on.
 */
#ifndef MOTCUA_RULES_ZONES_H
#define MOTCUA_RULES_ZONES_H

#include "base/str.h"

struct zone {
	const char *name;
	uint32_t first;       /* into the tables of changes */
	uint16_t n;           /* changes of this zone */
	int32_t initial;      /* offset before the first, seconds east of UTC */
};

const struct zone *zone_find(str name);
/* Seconds east of UTC at a moment (seconds since 1970 UTC). */
int32_t zone_offset(const struct zone *zone, int64_t at);
/* The same for what clocks show there; in the hour that occurs twice the earlier, in the hour
 * that is left out the offset before. */
int32_t zone_offset_local(const struct zone *zone, int64_t local);

#endif
