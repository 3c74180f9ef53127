// Signals as bytes in a pipe: independent of which thread the kernel picks, and of masks, which a
// child process would inherit.
#define _GNU_SOURCE
#include "include/csys.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

static atomic_int write_end = -1;
static sigset_t routed;

static void route(int signal) {
    int before = errno;
    int fd = atomic_load(&write_end);
    unsigned char byte = (unsigned char)signal;
    if (fd >= 0 && write(fd, &byte, 1) < 0) {
        // A full pipe already holds the news.
    }
    errno = before;
}

void bw_ignore_sigpipe(void) { signal(SIGPIPE, SIG_IGN); }

int bw_signals_open(const int *signals, int count) {
    int ends[2];
    if (atomic_load(&write_end) >= 0) return -EBUSY;
    if (pipe2(ends, O_NONBLOCK | O_CLOEXEC) < 0) return -errno;
    atomic_store(&write_end, ends[1]);
    sigemptyset(&routed);
    for (int i = 0; i < count; i++) {
        struct sigaction action = {.sa_handler = route, .sa_flags = SA_RESTART};
        sigfillset(&action.sa_mask);
        if (sigaction(signals[i], &action, NULL) < 0) {
            int code = -errno;
            bw_signals_close(ends[0]);
            return code;
        }
        sigaddset(&routed, signals[i]);
    }
    return ends[0];
}

void bw_signals_close(int fd) {
    for (int i = 1; i < NSIG; i++) {
        if (sigismember(&routed, i) == 1) signal(i, SIG_DFL);
    }
    sigemptyset(&routed);
    int other = atomic_exchange(&write_end, -1);
    close(fd);
    if (other >= 0) close(other);
}
