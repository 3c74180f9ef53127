// libsodium: AEAD, hashing, signatures, password hashing.
#ifndef BAILIWICK_CSODIUM_H
#define BAILIWICK_CSODIUM_H

#include <sodium.h>

#endif
