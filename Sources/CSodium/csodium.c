#include "include/csodium.h"
