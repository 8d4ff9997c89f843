/* Counters in lanes, one a thread, so that counting costs no cache line its peace; summed when
 * /metrics asks. Format: Prometheus text 0.0.4. */
#include <unistd.h>

#include "web/internal.h"

/* Upper ends of the latency buckets, microseconds. */
static const usec ends[LATENCIES] = { 100, 250, 500, 1000, 2500, 5000, 10000, 25000, 50000,
				      100000, 250000, 500000, 1000000, 5000000 };

void metrics_count(struct metrics *metrics, int lane, int status)
{
	int class = status / 100;
	metrics_add(&metrics->lanes[lane].status[class >= 1 && class <= 5 ? class : 0], 1);
}

void metrics_latency(struct metrics *metrics, int lane, usec took)
{
	int i = 0;
	while (i < LATENCIES && took > ends[i])
		i++;
	metrics_add(&metrics->lanes[lane].latency[i], 1);
	metrics_add(&metrics->lanes[lane].latency_sum, (uint64_t)took);
}

#define SUM(metrics, member)                                                       \
	({                                                                         \
		uint64_t sum_ = 0;                                                 \
		for (int lane_ = 0; lane_ < LANES; lane_++)                        \
			sum_ += (uint64_t)atomic_load(&(metrics)->lanes[lane_].member); \
		sum_;                                                              \
	})

static void counter(struct buf *out, const char *name, const char *kind, uint64_t n)
{
	buf_printf(out, "# TYPE motcua_%s %s\nmotcua_%s %llu\n", name, kind, name,
		   (unsigned long long)n);
}

static void write_latencies(struct metrics *metrics, struct buf *out)
{
	uint64_t below = 0;
	buf_str(out, S("# TYPE motcua_request_seconds histogram\n"));
	for (int i = 0; i <= LATENCIES; i++) {
		below += SUM(metrics, latency[i]);
		if (i < LATENCIES)
			buf_printf(out, "motcua_request_seconds_bucket{le=\"%g\"} %llu\n",
				   (double)ends[i] / 1e6, (unsigned long long)below);
	}
	buf_printf(out, "motcua_request_seconds_bucket{le=\"+Inf\"} %llu\n",
		   (unsigned long long)below);
	buf_printf(out, "motcua_request_seconds_sum %.6f\nmotcua_request_seconds_count %llu\n",
		   (double)SUM(metrics, latency_sum) / 1e6, (unsigned long long)below);
}

static uint64_t resident_bytes(void)
{
	unsigned long long pages = 0;
	FILE *f = fopen("/proc/self/statm", "re");
	if (!f)
		return 0;
	if (fscanf(f, "%*u %llu", &pages) != 1)
		pages = 0;
	fclose(f);
	return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

void metrics_write(struct web *web, struct buf *out)
{
	struct metrics *metrics = &web->metrics;
	size_t bytes, pages;
	cache_usage(web->cache, &bytes, &pages);
	buf_str(out, S("# TYPE motcua_requests_total counter\n"));
	for (int class = 1; class <= 5; class++)
		buf_printf(out, "motcua_requests_total{status=\"%dxx\"} %llu\n", class,
			   (unsigned long long)SUM(metrics, status[class]));
	write_latencies(metrics, out);
	counter(out, "cache_hits_total", "counter", SUM(metrics, cached));
	counter(out, "cache_bytes", "gauge", bytes);
	counter(out, "cache_pages", "gauge", pages);
	counter(out, "overload_total", "counter", SUM(metrics, overload));
	counter(out, "deadlines_total", "counter", SUM(metrics, deadlines));
	counter(out, "connections", "gauge", SUM(metrics, connections));
	counter(out, "listeners", "gauge", events_listeners(web->events));
	counter(out, "queue", "gauge", web->pool ? (uint64_t)pool_waiting(web->pool) : 0);
	counter(out, "workers", "gauge", (uint64_t)web_workers(web));
	buf_printf(out, "# TYPE process_resident_memory_bytes gauge\n"
		   "process_resident_memory_bytes %llu\n", (unsigned long long)resident_bytes());
	if (web->hooks.metrics)
		web->hooks.metrics(web->hooks.app, out);
}
