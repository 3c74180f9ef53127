#include "include/csodium.h"

void bw_blake2b(
    uint8_t *out, size_t out_len, const uint8_t *key, const void *a, size_t a_len, const void *b,
    size_t b_len, const void *c, size_t c_len) {
    crypto_generichash_state state;
    crypto_generichash_init(&state, key, key == NULL ? 0 : 32, out_len);
    if (a_len > 0) crypto_generichash_update(&state, a, a_len);
    if (b_len > 0) crypto_generichash_update(&state, b, b_len);
    if (c_len > 0) crypto_generichash_update(&state, c, c_len);
    crypto_generichash_final(&state, out, out_len);
    sodium_memzero(&state, sizeof state);
}
