/* cache/disk/validity_tables.h - the tables in a cache's file that say what is still true.
 *
 * Shape    SQL that makes `mark` and `node` in an empty file; read and written by
 *          cache/truth/file_read.c and file_write.c alone.
 * Units    epochs of cache/disk/shared.h; `client` is the client's seed, as a signed number.
 * Memory   none.
 * Errors   none.
 * Threads  safe from any.
 *
 * `told` rises with every write of a client's rows, in the order of commits: who has read
 * up to some moment asks for what is later. Rows are never deleted alone: one without them is
 * a file that forgot what was invalidated. They go with all entries of the client, or not.
 */
#ifndef WHET_CACHE_VALIDITY_TABLES_H
#define WHET_CACHE_VALIDITY_TABLES_H

/* mark: `kind` is enum whet_mark_kind, `len` of a prefix, `epoch` the moment since which what
 * it names is untrue. node: an entry that others need; `flags` of struct whet_node. */
#define WHET_VALIDITY_TABLES                                                                   \
    "CREATE TABLE mark(client INTEGER NOT NULL, id BLOB NOT NULL, kind INTEGER NOT NULL,"      \
    " len INTEGER NOT NULL, epoch INTEGER NOT NULL, told INTEGER NOT NULL,"                    \
    " PRIMARY KEY(client, id)) WITHOUT ROWID;"                                                 \
    "CREATE INDEX mark_told ON mark(client, told);"                                            \
    "CREATE TABLE node(client INTEGER NOT NULL, id BLOB NOT NULL, key BLOB NOT NULL,"          \
    " flags INTEGER NOT NULL, needed INTEGER NOT NULL, epoch INTEGER NOT NULL,"                \
    " changed INTEGER NOT NULL, dead INTEGER NOT NULL, value BLOB NOT NULL,"                   \
    " about BLOB NOT NULL, told INTEGER NOT NULL, UNIQUE(client, id));"                        \
    "CREATE INDEX node_told ON node(client, told);"

#endif
