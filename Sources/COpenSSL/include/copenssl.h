// OpenSSL 3: TLS on both sides.
#ifndef BAILIWICK_COPENSSL_H
#define BAILIWICK_COPENSSL_H

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#endif
