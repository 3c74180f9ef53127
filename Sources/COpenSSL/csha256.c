// The EVP interface fetches and allocates for each digest; this one works on the stack. It is
// marked deprecated in OpenSSL 3 and kept by it.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "include/csha256.h"

#include <openssl/sha.h>

_Static_assert(sizeof(SHA256_CTX) <= sizeof(bw_sha256), "the state fits");

void bw_sha256_start(bw_sha256 *state) { SHA256_Init((SHA256_CTX *)state); }

void bw_sha256_update(bw_sha256 *state, const void *bytes, size_t count) {
    SHA256_Update((SHA256_CTX *)state, bytes, count);
}

void bw_sha256_finish(bw_sha256 *state, uint8_t *digest) {
    SHA256_Final(digest, (SHA256_CTX *)state);
}
