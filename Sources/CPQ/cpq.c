#include "include/cpq.h"
