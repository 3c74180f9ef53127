// libyaml: policies and configuration.
#ifndef BAILIWICK_CYAML_H
#define BAILIWICK_CYAML_H

#include <yaml.h>

#endif
