/* Whether what a file has would be answered. Load: a judgement per entry that is listed, which
 * looks at the files that it was made of. */
#include "front/cache_files.h"

#include <stdio.h>
#include <string.h>

#include "cache/truth/validity.h"

void whet__files_judge_clear(struct whet_files_judge *j)
{
    whet__validity_free(j->validity);
    j->validity = NULL;
}

/* The ledger of a client; the last one's is kept. */
static int judge_for(struct whet_files_judge *j, struct whet_cache_file *file,
                     const char *client)
{
    struct whet_validity_options o = {
        .shared = file->shared, .disk = file->disk, .seed = whet__key_seed(client)};

    if (j->validity != NULL && j->file == file && j->seed == o.seed)
        return 0;
    whet__files_judge_clear(j);
    j->file = file;
    j->seed = o.seed;
    return whet__validity_new(&j->validity, &o);
}

int whet__files_judge(struct whet_files_judge *j, struct whet_cache_file *file,
                      const struct whet_disk_row *row, uint64_t now_ns,
                      enum whet_files_state *out)
{
    int rc = judge_for(j, file, row->client);
    struct whet_hash128 hash = whet__key_hash(j->seed, row->key, row->key_len);
    struct whet_entry *e;

    if (rc == 0)
        rc = whet__entry_new(&e, &hash, row->key, row->key_len, row->about, row->about_len, 0);
    if (rc != 0)
        return rc;
    e->epoch = row->epoch;
    e->made_ns = row->made_ns;
    if (row->end_ns != 0 && row->end_ns <= now_ns)
        *out = WHET_FILES_ENDED;
    else
        *out = whet__validity_check(j->validity, e, NULL) ? WHET_FILES_TRUE : WHET_FILES_UNTRUE;
    whet__entry_drop(e);
    return 0;
}
