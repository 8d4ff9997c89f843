#include "base/clock.h"

#include <time.h>

static usec business_ahead;

static usec read_clock(clockid_t id)
{
	struct timespec now;
	clock_gettime(id, &now);
	return (usec)now.tv_sec * USEC_SECOND + now.tv_nsec / 1000;
}

usec clock_real(void)
{
	return read_clock(CLOCK_REALTIME);
}

usec clock_monotonic(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

void clock_set_business(usec at)
{
	business_ahead = at - clock_real();
}

bool clock_is_shifted(void)
{
	return business_ahead != 0;
}

usec clock_business(void)
{
	return clock_real() + business_ahead;
}
