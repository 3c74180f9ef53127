// IP addresses as plain numbers, and name resolution.
#define _GNU_SOURCE
#include "address.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>

static uint64_t load(const uint8_t *bytes) {
    uint64_t value = 0;
    for (int i = 0; i < 8; i++) value = value << 8 | bytes[i];
    return value;
}

static void store(uint64_t value, uint8_t *bytes) {
    for (int i = 7; i >= 0; i--, value >>= 8) bytes[i] = (uint8_t)value;
}

socklen_t bw_address_to(const bw_address *address, struct sockaddr_storage *storage) {
    memset(storage, 0, sizeof *storage);
    if (address->version == 4) {
        struct sockaddr_in *v4 = (struct sockaddr_in *)storage;
        v4->sin_family = AF_INET;
        v4->sin_port = htons(address->port);
        v4->sin_addr.s_addr = htonl((uint32_t)address->low);
        return sizeof *v4;
    }
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)storage;
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(address->port);
    v6->sin6_scope_id = address->scope;
    store(address->high, v6->sin6_addr.s6_addr);
    store(address->low, v6->sin6_addr.s6_addr + 8);
    return sizeof *v6;
}

int bw_address_from(const struct sockaddr_storage *storage, bw_address *address) {
    memset(address, 0, sizeof *address);
    if (storage->ss_family == AF_INET) {
        const struct sockaddr_in *v4 = (const struct sockaddr_in *)storage;
        address->version = 4;
        address->low = ntohl(v4->sin_addr.s_addr);
        address->port = ntohs(v4->sin_port);
        return 1;
    }
    if (storage->ss_family != AF_INET6) return 0;
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)storage;
    address->port = ntohs(v6->sin6_port);
    address->high = load(v6->sin6_addr.s6_addr);
    address->low = load(v6->sin6_addr.s6_addr + 8);
    if (address->high == 0 && address->low >> 32 == 0xffff) {
        // An IPv4 peer of a dual-stack socket (RFC 4291, 2.5.5.2) is an IPv4 peer.
        address->version = 4;
        address->low &= 0xffffffffu;
        return 1;
    }
    address->version = 6;
    address->scope = v6->sin6_scope_id;
    return 1;
}

int bw_address_parse(const char *text, uint16_t port, bw_address *address) {
    memset(address, 0, sizeof *address);
    address->port = port;
    struct in_addr v4;
    if (inet_pton(AF_INET, text, &v4) == 1) {
        address->version = 4;
        address->low = ntohl(v4.s_addr);
        return 1;
    }
    char host[INET6_ADDRSTRLEN + 1];
    const char *percent = strchr(text, '%');
    size_t length = percent ? (size_t)(percent - text) : strlen(text);
    if (length >= sizeof host) return 0;
    memcpy(host, text, length);
    host[length] = 0;
    struct in6_addr v6;
    if (inet_pton(AF_INET6, host, &v6) != 1) return 0;
    if (percent) {
        address->scope = if_nametoindex(percent + 1);
        if (address->scope == 0) return 0;
    }
    address->version = 6;
    address->high = load(v6.s6_addr);
    address->low = load(v6.s6_addr + 8);
    return 1;
}

void bw_address_format(const bw_address *address, char *text, size_t capacity) {
    struct sockaddr_storage storage;
    bw_address_to(address, &storage);
    const void *bytes = address->version == 4
                            ? (const void *)&((struct sockaddr_in *)&storage)->sin_addr
                            : (const void *)&((struct sockaddr_in6 *)&storage)->sin6_addr;
    if (inet_ntop(storage.ss_family, bytes, text, (socklen_t)capacity) == NULL) text[0] = 0;
    if (address->version == 4 || address->scope == 0) return;
    size_t length = strlen(text);
    snprintf(text + length, capacity - length, "%%%u", address->scope);
}

int bw_resolve(const char *host, uint16_t port, bw_address *addresses, int capacity) {
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *list = NULL;
    int code = getaddrinfo(host, NULL, &hints, &list);
    if (code != 0) return code < 0 ? code : -code;
    int count = 0;
    for (struct addrinfo *each = list; each != NULL && count < capacity; each = each->ai_next) {
        struct sockaddr_storage storage = {0};
        if (each->ai_addrlen > sizeof storage) continue;
        memcpy(&storage, each->ai_addr, each->ai_addrlen);
        if (!bw_address_from(&storage, &addresses[count])) continue;
        addresses[count].port = port;
        count++;
    }
    freeaddrinfo(list);
    return count;
}

const char *bw_resolve_error(int code) { return gai_strerror(code); }
