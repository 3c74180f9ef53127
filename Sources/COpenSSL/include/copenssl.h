// OpenSSL 3: TLS on both sides, through calls that Swift can make (much of its API is macros).
#ifndef BAILIWICK_COPENSSL_H
#define BAILIWICK_COPENSSL_H

#include <stddef.h>
#include <stdint.h>

typedef struct ssl_ctx_st bw_tls_context;
typedef struct ssl_st bw_tls;

/// Which of its inputs a context could not be made from.
enum bw_tls_input {
    BW_TLS_OTHER,
    BW_TLS_CERTIFICATE,
    BW_TLS_KEY,
    /// The key is not that of the certificate.
    BW_TLS_MISMATCH,
    BW_TLS_AUTHORITIES,
};

/// Why a context could not be made. `reason` is OpenSSL's text.
typedef struct {
    enum bw_tls_input input;
    char reason[256];
} bw_tls_problem;

/// Server side from two PEM files; NULL when refused. TLS 1.2 and later, no renegotiation.
bw_tls_context *bw_tls_server_context(
    const char *certificate, const char *key, bw_tls_problem *problem);
/// Client side that verifies against the authorities of a PEM file, or the system's when NULL.
bw_tls_context *bw_tls_client_context(const char *authorities, bw_tls_problem *problem);
void bw_tls_context_free(bw_tls_context *context);

/// A connection over a socket, which it does not own.
bw_tls *bw_tls_accept(bw_tls_context *context, int fd);
/// `name` is a host name (sent as SNI and verified) or, when `is_address`, an address literal.
bw_tls *bw_tls_connect(bw_tls_context *context, int fd, const char *name, int is_address);
void bw_tls_free(bw_tls *tls);

enum bw_tls_result {
    /// Handshake over; or, of a read, the peer said that it will send nothing more.
    BW_TLS_DONE = 0,
    BW_TLS_WANT_READ = -1,
    BW_TLS_WANT_WRITE = -2,
    BW_TLS_FAILED = -3,
    /// The peer closed the socket without saying so first.
    BW_TLS_TRUNCATED = -4,
};

/// A `bw_tls_result`.
int bw_tls_handshake(bw_tls *tls);
/// A number of bytes, or a `bw_tls_result`.
ptrdiff_t bw_tls_read(bw_tls *tls, void *bytes, size_t count);
ptrdiff_t bw_tls_write(bw_tls *tls, const void *bytes, size_t count);
/// Says that nothing more will be sent. A `bw_tls_result`.
int bw_tls_close_write(bw_tls *tls);
/// Why the call before failed: the certificate's fault, OpenSSL's reason or the system's.
void bw_tls_error(bw_tls *tls, char *text, size_t capacity);

#endif
