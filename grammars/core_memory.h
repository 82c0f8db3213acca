/* Included before the core of tree-sitter. Three scanners (python 0.25.0, ruby 0.23.1,
 * yaml 0.7.1) write a few bytes more of their state than the 1024 they are given, in
 * files nested some 250 levels deep: a byte of python's indentation, two of yaml's and
 * ruby's. So the core gets a larger buffer than the scanners know of. */
#ifndef WHET_GRAMMARS_CORE_MEMORY_H
#define WHET_GRAMMARS_CORE_MEMORY_H

#include "tree_sitter/api.h"
#include "parser.h"

#undef TREE_SITTER_SERIALIZATION_BUFFER_SIZE
#define TREE_SITTER_SERIALIZATION_BUFFER_SIZE (1024 + 64)

#endif
