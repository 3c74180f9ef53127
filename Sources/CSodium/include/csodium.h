// libsodium: AEAD, hashing, signatures, password hashing.
#ifndef BAILIWICK_CSODIUM_H
#define BAILIWICK_CSODIUM_H

#include <sodium.h>
#include <stddef.h>
#include <stdint.h>

// BLAKE2b of three parts one after another, in one call: libsodium's streaming state is aligned to
// 64 bytes, which Swift cannot import. `key` is 32 bytes or NULL; parts may be NULL when empty.
// `out_len` is 16 to 64. The state is wiped.
void bw_blake2b(
    uint8_t *out, size_t out_len, const uint8_t *key, const void *a, size_t a_len, const void *b,
    size_t b_len, const void *c, size_t c_len);

#endif
