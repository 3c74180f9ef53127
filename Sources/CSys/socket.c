// TCP sockets, always non-blocking and close-on-exec.
#define _GNU_SOURCE
#include "address.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int flag(int fd, int level, int option, int value) {
    return setsockopt(fd, level, option, &value, sizeof value) < 0 ? -errno : 0;
}

static int open_socket(const bw_address *address) {
    int family = address->version == 4 ? AF_INET : AF_INET6;
    int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    return fd < 0 ? -errno : fd;
}

static int fail(int fd, int code) {
    close(fd);
    return code;
}

/// A bound socket. "::" serves IPv4 too.
static int bind_socket(const bw_address *address, int shared) {
    int fd = open_socket(address);
    if (fd < 0) return fd;
    int code = flag(fd, SOL_SOCKET, SO_REUSEADDR, 1);
    if (code == 0 && shared) code = flag(fd, SOL_SOCKET, SO_REUSEPORT, 1);
    if (code == 0 && address->version == 6) {
        int unspecified = address->high == 0 && address->low == 0;
        code = flag(fd, IPPROTO_IPV6, IPV6_V6ONLY, !unspecified);
    }
    if (code < 0) return fail(fd, code);
    struct sockaddr_storage storage;
    socklen_t length = bw_address_to(address, &storage);
    if (bind(fd, (struct sockaddr *)&storage, length) < 0) return fail(fd, -errno);
    return fd;
}

int bw_tcp_probe(const bw_address *address) {
    int fd = bind_socket(address, 0);
    if (fd < 0) return fd;
    close(fd);
    return 0;
}

int bw_tcp_listen(const bw_address *address, int backlog) {
    int fd = bind_socket(address, 1);
    if (fd < 0) return fd;
    int code = flag(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    if (code < 0) return fail(fd, code);
    if (listen(fd, backlog) < 0) return fail(fd, -errno);
    return fd;
}

int bw_tcp_accept(int fd, bw_address *peer) {
    for (;;) {
        struct sockaddr_storage storage = {0};
        socklen_t length = sizeof storage;
        int accepted =
            accept4(fd, (struct sockaddr *)&storage, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (accepted >= 0) {
            bw_address_from(&storage, peer);
            return accepted;
        }
        if (errno != EINTR) return -errno;
    }
}

int bw_tcp_connect(const bw_address *address, int *pending) {
    int fd = open_socket(address);
    if (fd < 0) return fd;
    int code = flag(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    if (code < 0) return fail(fd, code);
    struct sockaddr_storage storage;
    socklen_t length = bw_address_to(address, &storage);
    *pending = 0;
    if (connect(fd, (struct sockaddr *)&storage, length) == 0) return fd;
    // An interrupted connect goes on in the background, like one that is in progress.
    if (errno != EINPROGRESS && errno != EINTR) return fail(fd, -errno);
    *pending = 1;
    return fd;
}

int bw_socket_error(int fd) {
    int value = 0;
    socklen_t length = sizeof value;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &value, &length) < 0) return -errno;
    return -value;
}

int bw_socket_local(int fd, bw_address *address) {
    struct sockaddr_storage storage = {0};
    socklen_t length = sizeof storage;
    if (getsockname(fd, (struct sockaddr *)&storage, &length) < 0) return -errno;
    return bw_address_from(&storage, address) ? 0 : -EAFNOSUPPORT;
}


int bw_socket_close_write(int fd) { return shutdown(fd, SHUT_WR) < 0 ? -errno : 0; }

int bw_socket_reset_on_close(int fd) {
    struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    int result = setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    return result < 0 ? -errno : 0;
}

ptrdiff_t bw_read(int fd, void *bytes, size_t count) {
    for (;;) {
        ssize_t done = read(fd, bytes, count);
        if (done >= 0) return done;
        if (errno != EINTR) return -errno;
    }
}

ptrdiff_t bw_send(int fd, const void *bytes, size_t count) {
    for (;;) {
        ssize_t done = send(fd, bytes, count, MSG_NOSIGNAL);
        if (done >= 0) return done;
        if (errno != EINTR) return -errno;
    }
}

void bw_close(int fd) { close(fd); }

void bw_error_text(int code, char *text, size_t capacity) {
    // The GNU variant answers the text, which may or may not be in the buffer.
    const char *answer = strerror_r(code, text, capacity);
    if (answer != text) snprintf(text, capacity, "%s", answer);
}

int bw_would_block(int code) { return code == -EAGAIN || code == -EWOULDBLOCK; }

int bw_address_in_use(int code) { return code == -EADDRINUSE; }

int bw_out_of_descriptors(int code) {
    return code == -EMFILE || code == -ENFILE || code == -ENOBUFS || code == -ENOMEM;
}
