/* The options of a cache: copied, checked, filled in. Once per cache. */
#include "cache/engine.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "evict/policy.h"

#define DEFAULT_BYTES ((uint64_t)64 << 20)
#define DEFAULT_WAIT  UINT64_C(20000000)
#define DEFAULT_CHECK UINT64_C(1000000000)
#define LONGEST_WAIT  UINT64_C(3600000000000) /* an hour: what is longer says the same */
#define DEFAULT_KEYS  2048u /* mean error of the curve <= .006; 8,192 cost hits a fifth */
#define KEYS_MAX      ((uint32_t)1 << 24)
#define SHARDS_MAX    1024u
#define CLIENT_MAX    64u
#define BETA_MAX      1000.0
#define LOCAL_LEVELS  3

static const uint64_t weights[LOCAL_LEVELS] = {1, 4, 10};

void whet__cache_options_clear(struct whet_cache_options *o)
{
    whet__mem_free((char *)(uintptr_t)o->path);
    whet__mem_free((char *)(uintptr_t)o->remote);
    whet__mem_free((char *)(uintptr_t)o->client);
    whet__mem_free((char *)(uintptr_t)o->policy);
    o->path = o->remote = o->client = o->policy = NULL;
}

static int copy_text(const char **text, const char *otherwise)
{
    const char *from = *text != NULL ? *text : otherwise;

    *text = NULL;
    if (from == NULL)
        return 0;
    *text = whet__mem_strdup(from);
    return *text != NULL ? 0 : -ENOMEM;
}

/* All four are ours or NULL afterwards, also when one could not be copied. */
static int copy_texts(struct whet_cache_options *o)
{
    int path = copy_text(&o->path, NULL);
    int remote = copy_text(&o->remote, NULL);
    int client = copy_text(&o->client, "default");
    int policy = copy_text(&o->policy, "s3fifo");

    return path != 0 || remote != 0 || client != 0 || policy != 0 ? -ENOMEM : 0;
}

static int check_client(const char *name, struct whet_error *err)
{
    size_t len = strlen(name);

    if (len >= 1 && len <= CLIENT_MAX &&
        strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_.") == len)
        return 0;
    return whet_error_set(err, -EINVAL,
                          "not a name for a client: '%.80s': use 1 to %u of a-z, 0-9, '-', "
                          "'_' and '.'",
                          name, CLIENT_MAX);
}

/* One that waits for its other end, or that is no file at all, would never answer. A folder, or
 * a file of somebody else's, is found out when it is opened. */
static int check_path(const char *path, struct whet_error *err)
{
    struct stat st;

    if (path == NULL || stat(path, &st) != 0 || S_ISREG(st.st_mode) || S_ISDIR(st.st_mode))
        return 0;
    return whet_error_set(err, -EINVAL, "not a file: '%.200s': give the cache one of its own",
                          path);
}

static int check_policy(const char *name, struct whet_error *err)
{
    const struct whet_policy_ops *policy = whet__policy_need(name, err);

    if (policy == NULL)
        return -EINVAL;
    if (policy->flags & WHET_POLICY_FUTURE)
        return whet_error_set(err, -EINVAL,
                              "this policy has to know the future: '%s': choose another", name);
    return 0;
}

static int check_numbers(const struct whet_cache_options *o, struct whet_error *err)
{
    if (!(o->ttl_jitter >= 0 && o->ttl_jitter <= 1))
        return whet_error_set(err, -EINVAL, "ttl_jitter is out of range: '%g': use 0 to 1",
                              o->ttl_jitter);
    if (!(o->early_refresh >= 0 && o->early_refresh <= BETA_MAX))
        return whet_error_set(err, -EINVAL, "early_refresh is out of range: '%g': use 0 to %g",
                              o->early_refresh, BETA_MAX);
    if (o->shards > SHARDS_MAX)
        return whet_error_set(err, -EINVAL, "too many shards: '%u': use at most %u", o->shards,
                              SHARDS_MAX);
    if (o->sample_keys != UINT32_MAX && o->sample_keys > KEYS_MAX)
        return whet_error_set(err, -EINVAL,
                              "too many sample_keys: '%" PRIu32 "': use at most %" PRIu32,
                              o->sample_keys, KEYS_MAX);
    if (o->flags & ~(unsigned)(WHET_CACHE_PREDICT | WHET_CACHE_READ_ONLY | WHET_CACHE_FRUGAL))
        return whet_error_set(err, -EINVAL, "unknown flags: '%#x'", o->flags);
    return 0;
}

/* What the levels without a size of their own share, for each unit of weight. A large file says
 * nothing of how much memory there is: its size alone leaves the others as they are. */
static int share_unit(const struct whet_cache_options *o, const uint64_t sizes[LOCAL_LEVELS],
                      uint64_t *unit, struct whet_error *err)
{
    uint64_t taken = 0, open = 0, given = 0;

    for (unsigned i = 0; i < LOCAL_LEVELS; i++) {
        if (sizes[i] == 0) {
            open += weights[i];
        } else if (sizes[i] != WHET_CACHE_NONE && (i != WHET_CACHE_DISK || o->bytes != 0)) {
            taken = taken + sizes[i] >= taken ? taken + sizes[i] : UINT64_MAX;
            given = given != 0 ? given : sizes[i] / weights[i];
        }
    }
    if (o->bytes == WHET_CACHE_NONE)
        return whet_error_set(err, -EINVAL,
                              "bytes is WHET_CACHE_NONE: that leaves out single levels");
    *unit = given;
    if (open == 0 || (o->bytes == 0 && taken != 0))
        return 0;
    if (o->bytes != 0 && taken >= o->bytes)
        return whet_error_set(err, -EINVAL,
                              "nothing is left of 'bytes' for the other levels: '%" PRIu64
                              "', and single levels take '%" PRIu64
                              "': raise it, or leave levels out with WHET_CACHE_NONE",
                              o->bytes, taken);
    *unit = ((o->bytes != 0 ? o->bytes : DEFAULT_BYTES) - taken) / open;
    return 0;
}

static int share_out(struct whet_cache_options *o, struct whet_error *err)
{
    uint64_t sizes[LOCAL_LEVELS] = {o->memory_bytes, o->packed_bytes, o->disk_bytes};
    uint64_t unit = 0;
    int none = 1;
    int rc;

    if (o->path == NULL) {
        if (sizes[WHET_CACHE_DISK] != 0 && sizes[WHET_CACHE_DISK] != WHET_CACHE_NONE)
            return whet_error_set(err, -EINVAL,
                                  "disk_bytes without a file: '%" PRIu64 "': give a path",
                                  sizes[WHET_CACHE_DISK]);
        sizes[WHET_CACHE_DISK] = WHET_CACHE_NONE;
    }
    rc = share_unit(o, sizes, &unit, err);
    for (unsigned i = 0; rc == 0 && i < LOCAL_LEVELS; i++) {
        if (sizes[i] == 0)
            sizes[i] = unit > (WHET_CACHE_NONE - 1) / weights[i] ? WHET_CACHE_NONE - 1
                                                                 : unit * weights[i];
        if (sizes[i] == 0)
            rc =
                whet_error_set(err, -EINVAL, "no room for all levels: '%s': give it more bytes",
                               o->bytes != 0 ? "bytes" : "packed_bytes");
        none = none && sizes[i] == WHET_CACHE_NONE;
    }
    if (rc == 0 && none && o->remote == NULL)
        rc = whet_error_set(err, -EINVAL, "no level is left: leave fewer out");
    o->memory_bytes = sizes[WHET_CACHE_MEMORY];
    o->packed_bytes = sizes[WHET_CACHE_PACKED];
    o->disk_bytes = sizes[WHET_CACHE_DISK];
    return rc;
}

/* "Never ends" and "no end" are one thing from here on. */
static void fill_in(struct whet_cache_options *o)
{
    o->ttl_ns = o->ttl_ns == WHET_CACHE_NEVER ? 0 : o->ttl_ns;
    o->idle_ns = o->idle_ns == WHET_CACHE_NEVER ? 0 : o->idle_ns;
    if (o->remote_timeout_ns == 0)
        o->remote_timeout_ns = DEFAULT_WAIT;
    if (o->remote_timeout_ns > LONGEST_WAIT)
        o->remote_timeout_ns = LONGEST_WAIT;
    if (o->remote_check_ns == 0)
        o->remote_check_ns = DEFAULT_CHECK;
    if (o->sample_keys == 0)
        o->sample_keys = DEFAULT_KEYS;
    if (o->sample_keys == UINT32_MAX)
        o->sample_keys = 0;
}

int whet__cache_options_init(struct whet_cache_options *out,
                             const struct whet_cache_options *in, struct whet_error *err)
{
    static const struct whet_cache_options none = {0};
    struct whet_cache_options o = in != NULL ? *in : none;
    int rc = copy_texts(&o);

    if (rc != 0)
        (void)whet_error_set(err, rc, "no memory for the options of a cache");
    if (rc == 0)
        rc = check_client(o.client, err);
    if (rc == 0)
        rc = check_path(o.path, err);
    if (rc == 0)
        rc = check_policy(o.policy, err);
    if (rc == 0)
        rc = check_numbers(&o, err);
    if (rc == 0)
        rc = share_out(&o, err);
    if (rc != 0) {
        whet__cache_options_clear(&o);
        return rc;
    }
    fill_in(&o);
    *out = o;
    return 0;
}
