// Between the C files only: sockaddr never reaches Swift.
#ifndef BAILIWICK_CSYS_ADDRESS_H
#define BAILIWICK_CSYS_ADDRESS_H

#include "include/csys.h"

#include <netinet/in.h>
#include <sys/socket.h>

socklen_t bw_address_to(const bw_address *address, struct sockaddr_storage *storage);
int bw_address_from(const struct sockaddr_storage *storage, bw_address *address);

#endif
