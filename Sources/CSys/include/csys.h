// System calls that Swift cannot name itself: locks on the heap, typed shims over variadic calls,
// packed structures. Functions that can fail return a negative errno; EINTR is retried inside.
#ifndef BAILIWICK_CSYS_H
#define BAILIWICK_CSYS_H

#include <stddef.h>
#include <stdint.h>

// MARK: locks and threads

/// A mutex on the heap. Never stored inline: Swift may move a value that holds it.
typedef struct bw_lock bw_lock;

bw_lock *bw_lock_create(void);
void bw_lock_destroy(bw_lock *lock);
void bw_lock_acquire(bw_lock *lock);
void bw_lock_release(bw_lock *lock);

/// A counting semaphore on the heap.
typedef struct bw_semaphore bw_semaphore;

bw_semaphore *bw_semaphore_create(void);
void bw_semaphore_post(bw_semaphore *semaphore);
void bw_semaphore_wait(bw_semaphore *semaphore);

/// Starts a thread with every signal blocked. `name` is cut to 15 bytes.
int bw_thread_start(void (*body)(void *), void *context, const char *name, uint64_t *thread);
void bw_thread_join(uint64_t thread);
void bw_thread_detach(uint64_t thread);

/// The loop this thread runs, or NULL.
void *bw_current_loop(void);
void bw_current_loop_set(void *loop);

// MARK: clocks

uint64_t bw_monotonic_nanoseconds(void);
int64_t bw_realtime_microseconds(void);

// MARK: readiness

static const uint32_t BW_READABLE = 1;
static const uint32_t BW_WRITABLE = 2;
/// The peer will send nothing more (EPOLLRDHUP).
static const uint32_t BW_PEER_CLOSED = 4;
/// Both directions are gone, or the socket failed (EPOLLHUP, EPOLLERR).
static const uint32_t BW_HUNG_UP = 8;
/// Report changes only (EPOLLET).
static const uint32_t BW_EDGE = 16;

typedef struct {
    uint64_t token;
    uint32_t flags;
} bw_event;

int bw_epoll_create(void);
int bw_epoll_add(int epoll, int fd, uint32_t flags, uint64_t token);
int bw_epoll_modify(int epoll, int fd, uint32_t flags, uint64_t token);
int bw_epoll_remove(int epoll, int fd);
/// At most `capacity` events; `timeout` in milliseconds, -1 for none.
int bw_epoll_wait(int epoll, bw_event *events, int capacity, int timeout);

int bw_eventfd_create(void);
void bw_eventfd_signal(int fd);

// MARK: sockets

/// An IP address and a port. `high` and `low` are the 16 address bytes as big-endian numbers; an
/// IPv4 address is the last four bytes of `low`.
typedef struct {
    uint64_t high;
    uint64_t low;
    uint32_t scope;
    uint16_t port;
    /// 4 or 6.
    uint8_t version;
} bw_address;

/// 1 when `text` is an address literal (IPv6 may carry %scope), else 0.
int bw_address_parse(const char *text, uint16_t port, bw_address *address);
/// Writes the host as text, NUL-terminated; `capacity` ≥ 64.
void bw_address_format(const bw_address *address, char *text, size_t capacity);
/// getaddrinfo: the number of addresses, or a negative EAI_* code.
int bw_resolve(const char *host, uint16_t port, bw_address *addresses, int capacity);
const char *bw_resolve_error(int code);

/// A listening socket: non-blocking, close-on-exec, TCP_NODELAY (inherited by what it accepts).
int bw_tcp_listen(const bw_address *address, int backlog);
/// 0 when nobody listens there, else a negative errno. See Listener.
int bw_tcp_probe(const bw_address *address);
int bw_tcp_accept(int fd, bw_address *peer);
/// Starts to connect; the descriptor, with `*pending` 1 while the connection is being made.
int bw_tcp_connect(const bw_address *address, int *pending);
/// 0 or the negative errno that the socket holds.
int bw_socket_error(int fd);
int bw_socket_local(int fd, bw_address *address);
int bw_socket_close_write(int fd);
/// Closing then resets the connection: the peer sees a failure, never an end.
int bw_socket_reset_on_close(int fd);

ptrdiff_t bw_read(int fd, void *bytes, size_t count);
/// Never raises SIGPIPE.
ptrdiff_t bw_send(int fd, const void *bytes, size_t count);
void bw_close(int fd);

/// The text of an errno (positive), written into `text`.
void bw_error_text(int code, char *text, size_t capacity);
/// What a negative errno means.
int bw_would_block(int code);
int bw_address_in_use(int code);
int bw_out_of_descriptors(int code);

// MARK: signals

void bw_ignore_sigpipe(void);
/// Sends these signals into a pipe instead, a byte each; its read end, non-blocking. One at a time
/// in a process.
int bw_signals_open(const int *signals, int count);
/// Gives the signals their default meaning again and closes the pipe.
void bw_signals_close(int fd);

#endif
