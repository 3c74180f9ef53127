// SHA-256 by OpenSSL, which uses the processor's own instructions: four times as fast as
// libsodium's portable one, and the log hashes every entry.
#ifndef BAILIWICK_CSHA256_H
#define BAILIWICK_CSHA256_H

#include <stddef.h>
#include <stdint.h>

typedef struct bw_sha256 {
    uint64_t words[16];
} bw_sha256;

void bw_sha256_start(bw_sha256 *state);
void bw_sha256_update(bw_sha256 *state, const void *bytes, size_t count);
// Writes 32 bytes.
void bw_sha256_finish(bw_sha256 *state, uint8_t *digest);

#endif
