/* tests/unit/cache/redis_server.h - a server of a test's own, on a socket in a folder of its
 * own, and a fake one that says what it is told to. */
#ifndef WHET_TESTS_REDIS_SERVER_H
#define WHET_TESTS_REDIS_SERVER_H

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "data/redis_link.h"
#include "os/clock.h"
#include "os/file.h"
#include "os/spawn.h"

#define SERVER_WAIT_NS UINT64_C(20000000000)

struct server {
    struct whet_text folder;
    char path[100]; /* of its socket */
    char url[600];
    pid_t pid; /* 0: it does not run */
};

static inline int server_init(struct server *s)
{
    memset(s, 0, sizeof(*s));
    whet__text_init(&s->folder, 400);
    if (whet__file_make_temp_dir(&s->folder) != 0)
        return -1;
    snprintf(s->path, sizeof(s->path), "%s/s", whet__text_str(&s->folder));
    snprintf(s->url, sizeof(s->url), "unix:%s", s->path);
    return 0;
}

/* A connection to it, when it answers within a time that nothing should take. */
static inline struct whet_redis_link *server_link(const struct server *s)
{
    uint64_t deadline_ns = whet__clock_now_ns() + SERVER_WAIT_NS;
    struct whet_redis_link *link = NULL;
    struct whet_redis_url url = {.path = s->path};
    struct whet_address to;

    if (whet__address_unix(&to, s->path) != 0)
        return NULL;
    while (whet__redis_link_new(&link, &url, &to, (size_t)1 << 24, deadline_ns) != 0) {
        if (whet__clock_now_ns() > deadline_ns)
            return NULL;
        whet__clock_sleep_ns(2000000);
    }
    return link;
}

/* The reply to a command of plain words; the caller's. */
static inline struct whet_redis_reply *server_ask(const struct server *s, const char *words)
{
    uint64_t deadline_ns = whet__clock_now_ns() + SERVER_WAIT_NS;
    struct whet_redis_link *link = server_link(s);
    struct whet_redis_reply *reply = NULL;
    struct whet_text text;

    assert_non_null(link);
    whet__text_init(&text, 100000);
    whet__redis_say(&text, words);
    assert_int_equal(whet__redis_link_send(link, &text, 1, deadline_ns), 0);
    assert_int_equal(whet__redis_link_reply(link, deadline_ns, &reply), 0);
    whet__text_clear(&text);
    whet__redis_link_free(link);
    return reply;
}

static inline int64_t server_number(const struct server *s, const char *words)
{
    struct whet_redis_reply *reply = server_ask(s, words);
    int64_t number = reply->number;

    assert_int_equal(reply->kind, WHET_REDIS_INTEGER);
    whet__redis_reply_free(reply);
    return number;
}

static inline void server_do(const struct server *s, const char *words)
{
    struct whet_redis_reply *reply = server_ask(s, words);

    assert_int_not_equal(reply->kind, WHET_REDIS_ERROR);
    whet__redis_reply_free(reply);
}

static inline void server_exec(const struct server *s)
{
    int null = open("/dev/null", O_RDWR);

    prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that crashes leaves none behind */
    dup2(null, 0);
    dup2(null, 1);
    dup2(null, 2);
    execlp("redis-server", "redis-server", "--port", "0", "--unixsocket", s->path, "--dir",
           whet__text_str(&s->folder), "--save", "", "--appendonly", "no", "--daemonize", "no",
           (char *)NULL);
    _exit(127);
}

/* An empty server. */
static inline void server_start(struct server *s)
{
    struct whet_redis_link *link;

    unlink(s->path);
    s->pid = fork();
    assert_true(s->pid >= 0);
    if (s->pid == 0)
        server_exec(s);
    link = server_link(s);
    assert_non_null(link);
    whet__redis_link_free(link);
}

static inline void server_stop(struct server *s)
{
    if (s->pid == 0)
        return;
    kill(s->pid, SIGCONT);
    kill(s->pid, SIGKILL);
    waitpid(s->pid, NULL, 0);
    s->pid = 0;
}

static inline void server_clear(struct server *s)
{
    server_stop(s);
    (void)!whet__file_remove_tree(whet__text_str(&s->folder));
    whet__text_clear(&s->folder);
}

/* 1: there is a server to be had. */
static inline int server_installed(void)
{
    struct whet_text path;
    int rc;

    whet__text_init(&path, 4096);
    rc = whet__spawn_find("redis-server", &path);
    whet__text_clear(&path);
    return rc == 0;
}

/* Says `bytes`, then `more` again and again with a pause between, to whoever connects and
 * whatever he asks; closes after it when `closes`. */
struct fake {
    struct server at;
    const char *bytes;
    size_t len;
    size_t step; /* bytes at a time; 0: all */
    int closes;
    int door;
    int client;
    pthread_t thread;
    atomic_int ends;
    atomic_int served;
};

static inline void fake_talk(struct fake *f)
{
    char in[4096];
    size_t step = f->step != 0 ? f->step : f->len;

    if (recv(f->client, in, sizeof(in), 0) <= 0)
        return;
    for (size_t at = 0; at < f->len && !atomic_load(&f->ends); at += step) {
        size_t n = step < f->len - at ? step : f->len - at;

        if (send(f->client, f->bytes + at, n, MSG_NOSIGNAL) < 0)
            return;
        if (f->step != 0)
            whet__clock_sleep_ns(2000000);
    }
    while (!f->closes && !atomic_load(&f->ends)) {
        if (recv(f->client, in, sizeof(in), 0) <= 0)
            return;
    }
}

static inline void *fake_run(void *ctx)
{
    struct fake *f = ctx;

    while (!atomic_load(&f->ends)) {
        f->client = accept(f->door, NULL, NULL);
        if (f->client < 0)
            break;
        atomic_fetch_add(&f->served, 1);
        fake_talk(f);
        close(f->client);
    }
    return NULL;
}

static inline void fake_start(struct fake *f)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};

    assert_int_equal(server_init(&f->at), 0);
    snprintf(name.sun_path, sizeof(name.sun_path), "%s", f->at.path);
    f->door = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(f->door, (struct sockaddr *)&name, sizeof(name)), 0);
    assert_int_equal(listen(f->door, 16), 0);
    assert_int_equal(pthread_create(&f->thread, NULL, fake_run, f), 0);
}

static inline void fake_stop(struct fake *f)
{
    atomic_store(&f->ends, 1);
    shutdown(f->door, SHUT_RDWR);
    pthread_join(f->thread, NULL);
    close(f->door);
    server_clear(&f->at);
}

#endif
