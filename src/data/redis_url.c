/* Where a server is. Expected load: once per cache. */
#include "data/redis_url.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"

#define URL_MAX      4096
#define PORT         6379
#define PORT_MAX     65535
#define DATABASE_MAX 65535

#define FORM         "redis://[USER:PASSWORD@]HOST[:PORT][/DB] or unix:PATH"

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Turns %XX into bytes, in place. A NUL would end the text early: not taken. */
static int decode(char *text)
{
    char *to = text;

    for (const char *at = text; *at != '\0'; at++) {
        int high;
        int low;

        if (*at != '%') {
            *to++ = *at;
            continue;
        }
        high = hex_digit(at[1]);
        low = high >= 0 ? hex_digit(at[2]) : -1;
        if (low < 0 || high + low == 0)
            return -EINVAL;
        *to++ = (char)(high * 16 + low);
        at += 2;
    }
    *to = '\0';
    return 0;
}

/* -EINVAL: no digits, others than digits, or over `max`. */
static int parse_number(const char *text, unsigned max, unsigned *out)
{
    unsigned value = 0;

    if (*text == '\0')
        return -EINVAL;
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9')
            return -EINVAL;
        value = value * 10 + (unsigned)(*text - '0');
        if (value > max)
            return -EINVAL;
    }
    *out = value;
    return 0;
}

/* USER:PASSWORD. */
static int parse_login(struct whet_redis_url *u, char *login, struct whet_error *err)
{
    char *colon = strchr(login, ':');

    if (colon == NULL)
        return whet_error_set(err, -EINVAL,
                              "no password in the server's url: write USER:PASSWORD@, or "
                              ":PASSWORD@ without a user");
    *colon = '\0';
    if (decode(login) != 0 || decode(colon + 1) != 0)
        return whet_error_set(err, -EINVAL,
                              "a '%%' without two hex digits in the server's url: user or "
                              "password: write %%25");
    if (*login != '\0')
        u->user = login;
    u->password = colon + 1;
    return 0;
}

/* "[::1]:6379" and "host:6379", from which `rest` (after the host) is cut off. */
static int split_host(char *text, char **rest)
{
    char *end;

    if (*text == '[') {
        end = strchr(text, ']');
        if (end == NULL || (end[1] != '\0' && end[1] != ':'))
            return -EINVAL;
        memmove(text, text + 1, (size_t)(end - text - 1));
        end[-1] = '\0';
        *rest = end + 1;
        return 0;
    }
    end = strchr(text, ':');
    if (end != NULL && strchr(end + 1, ':') != NULL)
        return -EINVAL; /* IPv6 without brackets */
    *rest = end != NULL ? end : text + strlen(text);
    return 0;
}

static int parse_host(struct whet_redis_url *u, char *text, struct whet_error *err)
{
    char *rest;

    if (split_host(text, &rest) != 0)
        return whet_error_set(err, -EINVAL,
                              "cannot read the server's address: '%s': write an IPv6 address "
                              "in brackets, as [::1]:6379",
                              text);
    if (*rest == ':') {
        *rest = '\0';
        if (parse_number(rest + 1, PORT_MAX, &u->port) != 0 || u->port == 0)
            return whet_error_set(err, -EINVAL, "no such port: '%s': it is 1 to 65535",
                                  rest + 1);
    }
    if (decode(text) != 0)
        return whet_error_set(err, -EINVAL, "a '%%' without two hex digits in a host: '%s'",
                              text);
    if (*text == '\0')
        return whet_error_set(err, -EINVAL, "no host in the server's url: write " FORM);
    u->host = text;
    return 0;
}

static int parse_redis(struct whet_redis_url *u, char *text, struct whet_error *err)
{
    char *slash = strchr(text, '/');
    char *at;
    int rc = 0;

    if (slash != NULL) {
        *slash = '\0';
        if (slash[1] != '\0' && parse_number(slash + 1, DATABASE_MAX, &u->database) != 0)
            return whet_error_set(err, -EINVAL, "no such database: '%s': it is a number from 0",
                                  slash + 1);
    }
    at = strrchr(text, '@'); /* the last one: people forget to write %40 in passwords */
    if (at != NULL) {
        *at = '\0';
        rc = parse_login(u, text, err);
        text = at + 1;
    }
    return rc != 0 ? rc : parse_host(u, text, err);
}

static int parse_unix(struct whet_redis_url *u, char *text, struct whet_error *err)
{
    u->path = text;
    if (*text == '\0')
        return whet_error_set(err, -EINVAL, "no path of a socket behind 'unix:'");
    return 0;
}

int whet__redis_url_parse(struct whet_redis_url *out, const char *url, struct whet_error *err)
{
    struct whet_redis_url u = {.port = PORT};
    int rc;

    if (strlen(url) > URL_MAX)
        return whet_error_set(err, -EINVAL, "the server's url is longer than %d bytes",
                              URL_MAX);
    u.block = whet__mem_strdup(url);
    if (u.block == NULL)
        return whet_error_set(err, -ENOMEM, "not enough memory");
    if (strncmp(url, "redis://", 8) == 0)
        rc = parse_redis(&u, u.block + 8, err);
    else if (strncmp(url, "unix:", 5) == 0)
        rc = parse_unix(&u, u.block + 5, err);
    else
        rc = whet_error_set(err, -EINVAL, "not a server's url: write " FORM);
    if (rc == 0)
        *out = u;
    else
        whet__redis_url_clear(&u);
    return rc;
}

void whet__redis_url_clear(struct whet_redis_url *url)
{
    /* A password is not left lying about. */
    if (url->block != NULL && url->password != NULL)
        memset(url->password, 0, strlen(url->password));
    whet__mem_free(url->block);
    memset(url, 0, sizeof(*url));
}
