/* zones_data: the tables that zones_make.py writes when the program is built. */
#ifndef MOTCUA_RULES_ZONES_DATA_H
#define MOTCUA_RULES_ZONES_DATA_H

#include "rules/zones.h"

/* Moments count pairs of seconds since 1850. */
#define ZONE_BASE INT64_C(-3786825600)
/* The last year that is written out. */
#define ZONE_LAST_YEAR 2064

extern const int32_t zone_offsets[];
extern const uint32_t zone_moments[];
extern const uint16_t zone_indexes[]; /* beside each moment: into zone_offsets */
extern const struct zone zone_table[]; /* by name, in byte order */
extern const uint32_t zone_count;

#endif
