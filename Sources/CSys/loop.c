// epoll, eventfd and clocks.
#define _GNU_SOURCE
#include "include/csys.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 256 };

uint64_t bw_monotonic_nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

int64_t bw_realtime_microseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int bw_epoll_create(void) {
    int fd = epoll_create1(EPOLL_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

static int control(int epoll, int operation, int fd, uint32_t flags, uint64_t token) {
    struct epoll_event event = {.data.u64 = token};
    if (flags & BW_READABLE) event.events |= EPOLLIN;
    if (flags & BW_WRITABLE) event.events |= EPOLLOUT;
    if (flags & BW_PEER_CLOSED) event.events |= EPOLLRDHUP;
    if (flags & BW_EDGE) event.events |= EPOLLET;
    return epoll_ctl(epoll, operation, fd, &event) < 0 ? -errno : 0;
}

int bw_epoll_add(int epoll, int fd, uint32_t flags, uint64_t token) {
    return control(epoll, EPOLL_CTL_ADD, fd, flags, token);
}

int bw_epoll_modify(int epoll, int fd, uint32_t flags, uint64_t token) {
    return control(epoll, EPOLL_CTL_MOD, fd, flags, token);
}

int bw_epoll_remove(int epoll, int fd) { return control(epoll, EPOLL_CTL_DEL, fd, 0, 0); }

int bw_epoll_wait(int epoll, bw_event *events, int capacity, int timeout) {
    struct epoll_event batch[BATCH];
    if (capacity > BATCH) capacity = BATCH;
    int count = epoll_wait(epoll, batch, capacity, timeout);
    if (count < 0) return errno == EINTR ? 0 : -errno;
    for (int i = 0; i < count; i++) {
        uint32_t raw = batch[i].events, flags = 0;
        if (raw & EPOLLIN) flags |= BW_READABLE;
        if (raw & EPOLLOUT) flags |= BW_WRITABLE;
        if (raw & EPOLLRDHUP) flags |= BW_PEER_CLOSED;
        if (raw & (EPOLLHUP | EPOLLERR)) flags |= BW_HUNG_UP;
        events[i].token = batch[i].data.u64;
        events[i].flags = flags;
    }
    return count;
}

int bw_eventfd_create(void) {
    int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

void bw_eventfd_signal(int fd) {
    uint64_t one = 1;
    while (write(fd, &one, sizeof one) < 0 && errno == EINTR) {
    }
}
