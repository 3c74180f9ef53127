#include "include/copenssl.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

static void take_reason(char *text, size_t capacity) {
    unsigned long code = ERR_peek_last_error();
    const char *reason = code == 0 ? NULL : ERR_reason_error_string(code);
    if (ERR_SYSTEM_ERROR(code)) reason = strerror(ERR_GET_REASON(code));
    snprintf(text, capacity, "%s", reason != NULL ? reason : "unknown reason");
}

static bw_tls_context *refuse(SSL_CTX *context, enum bw_tls_input input, bw_tls_problem *problem) {
    problem->input = input;
    // The first error is the file's; a later one only says that no PEM block was found.
    unsigned long code = ERR_peek_error();
    if (ERR_SYSTEM_ERROR(code))
        snprintf(problem->reason, sizeof problem->reason, "%s", strerror(ERR_GET_REASON(code)));
    else
        take_reason(problem->reason, sizeof problem->reason);
    ERR_clear_error();
    SSL_CTX_free(context);
    return NULL;
}

/// An encrypted key is refused; OpenSSL would ask for its password on the terminal.
static int no_password(char *text, int capacity, int writing, void *context) {
    (void)text, (void)capacity, (void)writing, (void)context;
    return -1;
}

static SSL_CTX *new_context(const SSL_METHOD *method) {
    SSL_CTX *context = SSL_CTX_new(method);
    if (context == NULL) return NULL;
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20");
    SSL_CTX_set_mode(
        context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                     SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    // One system call a record instead of two.
    SSL_CTX_set_read_ahead(context, 1);
    SSL_CTX_set_default_passwd_cb(context, no_password);
    return context;
}

bw_tls_context *bw_tls_server_context(
    const char *certificate, const char *key, bw_tls_problem *problem) {
    ERR_clear_error();
    SSL_CTX *context = new_context(TLS_server_method());
    if (context == NULL) return refuse(NULL, BW_TLS_OTHER, problem);
    SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_num_tickets(context, 1);
    if (SSL_CTX_use_certificate_chain_file(context, certificate) != 1)
        return refuse(context, BW_TLS_CERTIFICATE, problem);
    if (SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1) {
        int mismatch = ERR_GET_LIB(ERR_peek_last_error()) == ERR_LIB_X509;
        return refuse(context, mismatch ? BW_TLS_MISMATCH : BW_TLS_KEY, problem);
    }
    // A key of another type than the certificate's is taken silently, without a certificate.
    if (SSL_CTX_check_private_key(context) != 1) return refuse(context, BW_TLS_MISMATCH, problem);
    return context;
}

bw_tls_context *bw_tls_client_context(const char *authorities, bw_tls_problem *problem) {
    ERR_clear_error();
    SSL_CTX *context = new_context(TLS_client_method());
    if (context == NULL) return refuse(NULL, BW_TLS_OTHER, problem);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    int loaded = authorities != NULL ? SSL_CTX_load_verify_file(context, authorities)
                                     : SSL_CTX_set_default_verify_paths(context);
    if (loaded != 1) return refuse(context, BW_TLS_AUTHORITIES, problem);
    return context;
}

void bw_tls_context_free(bw_tls_context *context) { SSL_CTX_free(context); }

bw_tls *bw_tls_accept(bw_tls_context *context, int fd) {
    ERR_clear_error();
    SSL *tls = SSL_new(context);
    if (tls == NULL) return NULL;
    if (SSL_set_fd(tls, fd) != 1) {
        SSL_free(tls);
        return NULL;
    }
    SSL_set_accept_state(tls);
    return tls;
}

bw_tls *bw_tls_connect(bw_tls_context *context, int fd, const char *name, int is_address) {
    ERR_clear_error();
    SSL *tls = SSL_new(context);
    if (tls == NULL) return NULL;
    int ready = SSL_set_fd(tls, fd) == 1;
    if (is_address) {
        ready = ready && X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls), name) == 1;
    } else {
        SSL_set_hostflags(tls, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
        ready = ready && SSL_set1_host(tls, name) == 1;
        ready = ready && SSL_set_tlsext_host_name(tls, name) == 1;
    }
    if (!ready) {
        SSL_free(tls);
        return NULL;
    }
    SSL_set_connect_state(tls);
    return tls;
}

void bw_tls_free(bw_tls *tls) { SSL_free(tls); }

static int result(SSL *tls, int returned) {
    switch (SSL_get_error(tls, returned)) {
    case SSL_ERROR_WANT_READ: return BW_TLS_WANT_READ;
    case SSL_ERROR_WANT_WRITE: return BW_TLS_WANT_WRITE;
    case SSL_ERROR_ZERO_RETURN: return BW_TLS_DONE;
    case SSL_ERROR_SSL:
        if (ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING)
            return BW_TLS_TRUNCATED;
        return BW_TLS_FAILED;
    default: return BW_TLS_FAILED;
    }
}

int bw_tls_handshake(bw_tls *tls) {
    ERR_clear_error();
    int returned = SSL_do_handshake(tls);
    if (returned == 1) return BW_TLS_DONE;
    int code = result(tls, returned);
    return code == BW_TLS_DONE ? BW_TLS_TRUNCATED : code;
}

ptrdiff_t bw_tls_read(bw_tls *tls, void *bytes, size_t count) {
    ERR_clear_error();
    size_t done = 0;
    int returned = SSL_read_ex(tls, bytes, count, &done);
    return returned == 1 ? (ptrdiff_t)done : result(tls, returned);
}

ptrdiff_t bw_tls_write(bw_tls *tls, const void *bytes, size_t count) {
    ERR_clear_error();
    size_t done = 0;
    int returned = SSL_write_ex(tls, bytes, count, &done);
    if (returned == 1) return (ptrdiff_t)done;
    int code = result(tls, returned);
    return code == BW_TLS_DONE ? BW_TLS_FAILED : code;
}

int bw_tls_close_write(bw_tls *tls) {
    ERR_clear_error();
    int returned = SSL_shutdown(tls);
    return returned >= 0 ? BW_TLS_DONE : result(tls, returned);
}

void bw_tls_error(bw_tls *tls, char *text, size_t capacity) {
    int before = errno;
    long verified = SSL_get_verify_result(tls);
    if (verified != X509_V_OK)
        snprintf(text, capacity, "%s", X509_verify_cert_error_string(verified));
    else if (ERR_peek_last_error() != 0)
        take_reason(text, capacity);
    else
        snprintf(text, capacity, "%s", strerror(before));
    ERR_clear_error();
}
