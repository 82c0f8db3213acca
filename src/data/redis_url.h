/* data/redis_url.h - where a server is, as a person writes it.
 *
 * Shape    redis://[USER:PASSWORD@]HOST[:PORT][/DB] or unix:PATH. HOST may be a name, numbers,
 *          or an IPv6 address in brackets; "%40" and the like stand for bytes that would end a
 *          part. "redis://:PASSWORD@HOST" has no user.
 * Units    the port is 1..65535, 6379 when not given; the database is 0..65535.
 * Memory   parts are texts of one block, freed by _clear.
 * Errors   -EINVAL with the reason, which never shows the password; -ENOMEM.
 * Threads  read only once parsed.
 */
#ifndef WHET_DATA_REDIS_URL_H
#define WHET_DATA_REDIS_URL_H

#include <whet/api.h>
#include <whet/error.h>

struct whet_redis_url {
    const char *path; /* of a Unix socket; NULL: by host and port */
    const char *host;
    unsigned port;
    unsigned database;
    const char *user; /* NULL: the default one */
    char *password;   /* NULL: none is sent */
    char *block;
};

WHET_MUST_USE int whet__redis_url_parse(struct whet_redis_url *out, const char *url,
                                        struct whet_error *err);
void whet__redis_url_clear(struct whet_redis_url *url);

#endif
