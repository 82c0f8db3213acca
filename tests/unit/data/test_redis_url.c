/* Urls of servers, right and wrong. */
#include "../harness.h"

#include <errno.h>
#include <string.h>

#include "data/redis_url.h"

static void check_text(const char *is, const char *should)
{
    if (should == NULL)
        assert_null(is);
    else
        assert_string_equal(is, should);
}

static void test_good_ones(void **state)
{
    static const struct {
        const char *url, *host, *user, *password, *path;
        unsigned port, database;
    } good[] = {
        {"redis://host", "host", NULL, NULL, NULL, 6379, 0},
        {"redis://host/", "host", NULL, NULL, NULL, 6379, 0},
        {"redis://10.0.0.1:7000/3", "10.0.0.1", NULL, NULL, NULL, 7000, 3},
        {"redis://[::1]", "::1", NULL, NULL, NULL, 6379, 0},
        {"redis://[fe80::1%25eth0]:1/65535", "fe80::1%eth0", NULL, NULL, NULL, 1, 65535},
        {"redis://me:se%40c%3aret@h:65535", "h", "me", "se@c:ret", NULL, 65535, 0},
        {"redis://:p@q@h", "h", NULL, "p@q", NULL, 6379, 0},
        {"redis://m%2Fe:@h", "h", "m/e", "", NULL, 6379, 0},
        {"unix:/run/redis.sock", NULL, NULL, NULL, "/run/redis.sock", 6379, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        struct whet_redis_url u;
        struct whet_error err = {0};

        assert_int_equal(whet__redis_url_parse(&u, good[i].url, &err), 0);
        check_text(u.host, good[i].host);
        check_text(u.user, good[i].user);
        check_text(u.password, good[i].password);
        check_text(u.path, good[i].path);
        assert_int_equal(u.port, good[i].port);
        assert_int_equal(u.database, good[i].database);
        whet__redis_url_clear(&u);
    }
}

static void test_bad_ones(void **state)
{
    static const struct {
        const char *url, *says;
    } bad[] = {
        {"", "not a server's url"},
        {"http://host", "not a server's url"},
        {"redis://", "no host"},
        {"redis://:6379", "no host"},
        {"redis://host:0", "no such port: '0'"},
        {"redis://host:", "no such port: ''"},
        {"redis://host:65536", "no such port: '65536'"},
        {"redis://host:99999999999999999999", "no such port"},
        {"redis://host/x", "no such database: 'x'"},
        {"redis://host/65536", "no such database"},
        {"redis://::1", "in brackets"},
        {"redis://[::1", "in brackets"},
        {"redis://[::1]x", "in brackets"},
        {"redis://secret@host", "no password"},
        {"redis://u:secret%4@host", "hex"},
        {"redis://u:secret%00@host", "hex"},
        {"redis://ho%zzst", "hex"},
        {"unix:", "no path"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct whet_redis_url u = {0};
        struct whet_error err = {0};

        assert_int_equal(whet__redis_url_parse(&u, bad[i].url, &err), -EINVAL);
        assert_non_null(strstr(err.text, bad[i].says));
        assert_null(strstr(err.text, "secret"));
        assert_null(u.block);
    }
}

static void test_without_memory(void **state)
{
    int rc = 0;

    (void)state;
    EACH_ALLOCATION_FAILS
    {
        struct whet_redis_url u;

        rc = whet__redis_url_parse(&u, "redis://u:p@h", NULL);
        if (rc == 0)
            whet__redis_url_clear(&u);
        else
            assert_int_equal(rc, -ENOMEM);
    }
    assert_int_equal(rc, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good_ones),
        cmocka_unit_test(test_bad_ones),
        cmocka_unit_test(test_without_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
