/*
 * network: which addresses a message to another system may go to. The address of a web hook is typed
 * by an administrator in a page; without this it would be a way to ask the machines beside the server.
 *
 *	if (!network_allows(named, address)) …
 *
 * Never: this machine's own and link-local addresses where clouds answer with their keys
 * (169.254.0.0/16, fe80::/10 and the like), unspecified and multicast ones. Private networks and
 * loopback: all of them while `named` is null, else only what it names, a list of texts like
 * "10.20.0.0/16". Everything else: yes. Pure.
 */
#ifndef MOTCUA_STORE_NETWORK_H
#define MOTCUA_STORE_NETWORK_H

#include "base/value.h"

#include <sys/socket.h>

bool network_allows(struct value named, const struct sockaddr *address);
/* "10.20.0.0/16", "fd12::/32", "10.1.2.3": whether it can be read. */
bool network_valid(str range);

#endif
