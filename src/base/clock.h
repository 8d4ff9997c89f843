/*
 * clock: the only readers of time. Business time (what a case, a deadline, an article is dated
 * with) may start elsewhere, for demonstration and tests: serve --clock. Sessions, rate limits,
 * identifiers and time-outs keep real time.
 */
#ifndef MOTCUA_BASE_CLOCK_H
#define MOTCUA_BASE_CLOCK_H

#include "base/datetime.h"

/* Business time starts at `at` now and runs on; call once, before threads start. */
void clock_set_business(usec at);
bool clock_is_shifted(void);
usec clock_business(void);
usec clock_real(void);
/* Never goes back; unrelated to the date. For durations. */
usec clock_monotonic(void);

#endif
