/* How many connections each address holds, over all I/O threads. IPv6 clients count by their /64:
 * that is what one household or one attacker is given. */
#include <netinet/in.h>
#include <sodium.h>

#include "web/internal.h"

struct place {
	uint64_t key; /* 0: free */
	int n;
};

struct addresses {
	pthread_mutex_t lock;
	int limit;
	uint64_t spared[2];
	size_t room;
	struct place places[];
};

struct addresses *addresses_new(int limit, bool spare_loopback, int connections)
{
	size_t room = 64;
	while (room < (size_t)connections * 2)
		room *= 2;
	struct addresses *addresses = calloc(1, sizeof *addresses + room * sizeof(struct place));
	if (!addresses)
		abort();
	pthread_mutex_init(&addresses->lock, NULL);
	addresses->limit = limit;
	struct sockaddr_in loopback = { .sin_family = AF_INET,
					.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr_in6 loopback6 = { .sin6_family = AF_INET6,
					  .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	if (spare_loopback) {
		addresses->spared[0] = address_key(&loopback);
		addresses->spared[1] = address_key(&loopback6);
	}
	addresses->room = room;
	return addresses;
}

void addresses_free(struct addresses *addresses)
{
	if (!addresses)
		return;
	pthread_mutex_destroy(&addresses->lock);
	free(addresses);
}

uint64_t address_key(const void *sockaddr)
{
	const struct sockaddr *any = sockaddr;
	uint64_t key = 1;
	if (any->sa_family == AF_INET) {
		key = ((const struct sockaddr_in *)sockaddr)->sin_addr.s_addr;
	} else if (any->sa_family == AF_INET6) {
		const struct in6_addr *a = &((const struct sockaddr_in6 *)sockaddr)->sin6_addr;
		if (IN6_IS_ADDR_V4MAPPED(a)) {
			uint32_t v4;
			memcpy(&v4, a->s6_addr + 12, sizeof v4);
			key = v4;
		} else {
			memcpy(&key, a->s6_addr, sizeof key);
		}
	}
	/* Spread over the table; an odd factor loses nothing. */
	key = (key ^ key >> 31) * UINT64_C(0x9e3779b97f4a7c15);
	return key ? key : 1;
}

static size_t place_of(const struct addresses *addresses, uint64_t key)
{
	size_t i = (key >> 20) & (addresses->room - 1);
	while (addresses->places[i].key && addresses->places[i].key != key)
		i = (i + 1) & (addresses->room - 1);
	return i;
}

bool addresses_may(struct addresses *addresses, uint64_t key)
{
	if (addresses->limit <= 0 || key == addresses->spared[0] || key == addresses->spared[1])
		return true;
	pthread_mutex_lock(&addresses->lock);
	bool may = addresses->places[place_of(addresses, key)].n < addresses->limit;
	pthread_mutex_unlock(&addresses->lock);
	return may;
}

/* Closes the gap that a freed place leaves in the chains that ran over it. */
static void remove_place(struct addresses *addresses, size_t hole)
{
	size_t mask = addresses->room - 1;
	for (size_t i = (hole + 1) & mask; addresses->places[i].key; i = (i + 1) & mask) {
		size_t home = (addresses->places[i].key >> 20) & mask;
		if (((i - home) & mask) < ((i - hole) & mask))
			continue;
		addresses->places[hole] = addresses->places[i];
		hole = i;
	}
	addresses->places[hole] = (struct place){ 0 };
}

void addresses_add(struct addresses *addresses, uint64_t key, int change)
{
	pthread_mutex_lock(&addresses->lock);
	size_t i = place_of(addresses, key);
	addresses->places[i].key = key;
	addresses->places[i].n += change;
	if (addresses->places[i].n <= 0)
		remove_place(addresses, i);
	pthread_mutex_unlock(&addresses->lock);
}
