// libpq: the PostgreSQL client library.
#ifndef BAILIWICK_CPQ_H
#define BAILIWICK_CPQ_H

#include <postgresql/libpq-fe.h>

#endif
