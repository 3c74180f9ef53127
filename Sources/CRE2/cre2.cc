#include "include/cre2.h"

#include <re2/re2.h>

#include <cstring>
#include <new>

struct bw_regex {
    re2::RE2 compiled;
    bw_regex(const re2::StringPiece &pattern, const re2::RE2::Options &options)
        : compiled(pattern, options) {}
};

extern "C" bw_regex *bw_regex_compile(const char *pattern, size_t length, char *error,
                                      size_t error_size) {
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_never_capture(true);
    options.set_max_mem(1 << 20);
    bw_regex *regex = new (std::nothrow) bw_regex(re2::StringPiece(pattern, length), options);
    if (regex != nullptr && regex->compiled.ok()) return regex;
    if (error_size > 0) {
        const char *reason = regex == nullptr ? "out of memory" : regex->compiled.error().c_str();
        std::strncpy(error, reason, error_size - 1);
        error[error_size - 1] = '\0';
    }
    delete regex;
    return nullptr;
}

extern "C" void bw_regex_destroy(bw_regex *regex) { delete regex; }

extern "C" bool bw_regex_search(const bw_regex *regex, const char *text, size_t length) {
    return re2::RE2::PartialMatch(re2::StringPiece(text, length), regex->compiled);
}

extern "C" int bw_regex_program_size(const bw_regex *regex) {
    return regex->compiled.ProgramSize();
}

extern "C" bool bw_bytes_contain(const void *text, size_t length, const void *wanted,
                                 size_t wanted_length) {
    return memmem(text, length, wanted, wanted_length) != nullptr;
}
