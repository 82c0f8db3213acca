/* Connections that are refused, silent, full and closed; hosts by number and by name. */
#include "../harness.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "os/clock.h"
#include "os/resolve.h"
#include "os/socket.h"

#define SHORT_NS UINT64_C(20000000)
#define LONG_NS  UINT64_C(20000000000)

static uint64_t soon(void)
{
    return whet__clock_now_ns() + SHORT_NS;
}

static uint64_t late(void)
{
    return whet__clock_now_ns() + LONG_NS;
}

/* A socket with a port that is nobody else's as long as it is open. */
static int bind_anywhere(unsigned *port)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(a);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &len), 0);
    *port = ntohs(a.sin_port);
    return fd;
}

static int listen_anywhere(unsigned *port)
{
    int fd = bind_anywhere(port);

    assert_int_equal(listen(fd, 4), 0);
    return fd;
}

/* Both ends of a connection. */
static void connect_pair(int *near, int *far)
{
    struct whet_address to;
    unsigned port;
    int door = listen_anywhere(&port);

    assert_int_equal(whet__address_numeric(&to, 1, "127.0.0.1", port), 1);
    *near = whet__socket_connect(&to, late());
    assert_true(*near >= 0);
    *far = accept(door, NULL, NULL);
    assert_true(*far >= 0);
    close(door);
}

static void test_bytes_both_ways(void **state)
{
    char in[8];
    size_t got;
    int near;
    int far;

    (void)state;
    connect_pair(&near, &far);
    assert_int_equal(whet__socket_send(near, "ask", 3, late()), 0);
    assert_int_equal(read(far, in, sizeof(in)), 3);
    assert_int_equal(write(far, "answer", 6), 6);
    assert_int_equal(whet__socket_receive(near, in, sizeof(in), late(), &got), 0);
    assert_int_equal(got, 6);
    assert_memory_equal(in, "answer", 6);
    assert_int_equal(whet__socket_receive(near, in, sizeof(in), soon(), &got), -ETIMEDOUT);
    close(far);
    assert_int_equal(whet__socket_receive(near, in, sizeof(in), late(), &got), -EPIPE);
    whet__socket_close(near);
}

static void test_nobody_reads(void **state)
{
    static char block[1 << 20];
    int near;
    int far;
    int rc = 0;

    (void)state;
    connect_pair(&near, &far);
    for (int i = 0; i < 64 && rc == 0; i++)
        rc = whet__socket_send(near, block, sizeof(block), soon());
    assert_int_equal(rc, -ETIMEDOUT);
    close(far);
    /* And no SIGPIPE. */
    for (int i = 0; i < 4 && rc != -EPIPE; i++)
        rc = whet__socket_send(near, block, sizeof(block), late());
    assert_true(rc == -EPIPE || rc == -ECONNRESET);
    whet__socket_close(near);
}

static void test_nobody_listens(void **state)
{
    struct whet_address to;
    char path[200];
    unsigned port;
    int fd;

    (void)state;
    fd = bind_anywhere(&port);
    assert_int_equal(whet__address_numeric(&to, 1, "127.0.0.1", port), 1);
    assert_int_equal(whet__socket_connect(&to, late()), -ECONNREFUSED);
    close(fd);
    assert_int_equal(whet__address_unix(&to, "/nowhere/at/all"), 0);
    assert_int_equal(whet__socket_connect(&to, late()), -ENOENT);
    memset(path, 'x', sizeof(path));
    path[sizeof(path) - 1] = '\0';
    assert_int_equal(whet__address_unix(&to, path), -ENAMETOOLONG);
}

static void test_hosts(void **state)
{
    struct whet_address found[WHET_RESOLVE_MAX];
    struct whet_resolve *r;

    (void)state;
    assert_int_equal(whet__address_numeric(found, 1, "localhost", 1), -ENOENT);
    assert_int_equal(whet__address_numeric(found, 1, "::1", 1), 1);
    assert_int_equal(whet__resolve_begin(&r, "127.0.0.1", 1), 0);
    assert_int_equal(whet__resolve_answer(r, 0, found), 1);
    whet__resolve_free(r);
    assert_int_equal(whet__resolve_begin(&r, "localhost", 1), 0);
    assert_true(whet__resolve_answer(r, late(), found) >= 1);
    whet__resolve_free(r);
    /* Left while it is under way. */
    assert_int_equal(whet__resolve_begin(&r, "localhost", 1), 0);
    whet__resolve_free(r);
    whet__resolve_free(NULL);
}

static void test_lookup_without_memory(void **state)
{
    int rc = 0;

    (void)state;
    EACH_ALLOCATION_FAILS
    {
        struct whet_resolve *r;

        rc = whet__resolve_begin(&r, "127.0.0.1", 1);
        if (rc == 0)
            whet__resolve_free(r);
        else
            assert_int_equal(rc, -ENOMEM);
    }
    assert_int_equal(rc, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bytes_both_ways),       cmocka_unit_test(test_nobody_reads),
        cmocka_unit_test(test_nobody_listens),        cmocka_unit_test(test_hosts),
        cmocka_unit_test(test_lookup_without_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
