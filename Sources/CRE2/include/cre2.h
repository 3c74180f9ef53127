// RE2 behind a C interface: patterns, and plain bytes, found in linear time.
#ifndef BAILIWICK_CRE2_H
#define BAILIWICK_CRE2_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct bw_regex bw_regex;

/// Compiles a pattern; on failure returns NULL and writes RE2's reason (NUL-terminated) to `error`.
bw_regex *bw_regex_compile(const char *pattern, size_t length, char *error, size_t error_size);
void bw_regex_destroy(bw_regex *regex);
/// True when the pattern matches anywhere in the text.
bool bw_regex_search(const bw_regex *regex, const char *text, size_t length);
/// Instructions of the compiled program: what a byte of text can cost at worst.
int bw_regex_program_size(const bw_regex *regex);
/// True when the bytes occur in the text; linear in the text.
bool bw_bytes_contain(const void *text, size_t length, const void *wanted, size_t wanted_length);

#ifdef __cplusplus
}
#endif

#endif
