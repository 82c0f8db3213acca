/* cache/truth/inputs.h: what a value was made of, from its naming to the bytes that are kept.
 */
#include "truth.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>

#include "base/random.h"
#include "os/clock.h"

static struct user u;

static int enter(void **state)
{
    u = user_open(NULL, 0);
    return folder_enter(state);
}

static int leave(void **state)
{
    user_close(&u);
    return folder_leave(state);
}

static struct whet_inputs *inputs_new(void)
{
    struct whet_inputs *in;

    assert_int_equal(whet__inputs_new(&in, u.validity, NULL, NULL), 0);
    return in;
}

/* Packs and frees; the answer of the packing. */
static int pack(struct whet_inputs *in, struct whet_text *out)
{
    int rc;

    whet__text_init(out, WHET_INPUTS_MAX);
    rc = whet__inputs_pack(in, out, NULL);
    whet_inputs_free(in);
    return rc;
}

/* As if the last change were this long ago: mtime alone, ctime cannot be set. */
static void sleep_until_settled(void)
{
    whet__clock_sleep_ns(150000000);
}

/* 1: the file has the content it had; *look is how it looks now. */
static int is_same(const struct whet_input_file *file, struct whet_input_file *look)
{
    struct whet_input_file now;
    int rc = whet__input_look(file->path, &file, 1, &now);

    if (rc != 0)
        return rc;
    *look = now;
    return whet__input_equal(file, &now);
}

static void everything_comes_back(void **state)
{
    struct whet_inputs *in = inputs_new();
    struct whet_about_piece piece;
    struct whet_about about;
    struct whet_text text;

    (void)state;
    file_put("file", "content");
    assert_int_equal(whet_inputs_file(in, below("file")), 0);
    assert_int_equal(whet_inputs_file(in, below("missing")), 0);
    assert_int_equal(whet_inputs_need(in, "need\0", 5), 0);
    assert_int_equal(whet_inputs_tag(in, "tag"), 0);
    assert_int_equal(whet_inputs_tag(in, "tag"), 0);          /* once */
    assert_int_equal(whet_inputs_file(in, below("file")), 0); /* once */
    assert_int_equal(pack(in, &text), 0);

    whet__about_init(&about, text.data, text.len);
    assert_int_equal(whet__about_next(&about, &piece), 1);
    assert_int_equal(piece.kind, WHET_ABOUT_TAG);
    assert_int_equal(piece.tag_len, 3);
    assert_memory_equal(piece.tag, "tag", 3);
    assert_int_equal(whet__about_next(&about, &piece), 1);
    assert_int_equal(piece.kind, WHET_ABOUT_NEED);
    assert_int_equal(piece.need.key_len, 5);
    assert_memory_equal(piece.need.key, "need\0", 5);
    assert_int_equal(whet__about_next(&about, &piece), 1);
    assert_int_equal(piece.kind, WHET_ABOUT_FILE);
    assert_string_equal(piece.file.path, below("file"));
    assert_int_equal(piece.file.stat.size, 7);
    assert_int_equal(is_same(&piece.file, &piece.file), 1);
    assert_int_equal(whet__about_next(&about, &piece), 1);
    assert_string_equal(piece.file.path, below("missing"));
    assert_int_equal(piece.file.stat.kind, WHET_FILE_GONE);
    assert_int_equal(is_same(&piece.file, &piece.file), 1);
    assert_int_equal(whet__about_next(&about, &piece), 0);
    whet__text_clear(&text);
}

static void wrong_names_are_refused(void **state)
{
    struct whet_inputs *in = inputs_new();
    char tag[300];

    (void)state;
    memset(tag, 't', sizeof(tag));
    tag[256] = '\0';
    assert_int_equal(whet_inputs_file(in, ""), -EINVAL);
    assert_int_equal(whet_inputs_file(in, NULL), -EINVAL);
    assert_int_equal(whet_inputs_file(in, whet__text_str(&truth_folder)), -EISDIR);
    assert_int_equal(mkfifo(below("fifo"), 0600), 0);
    assert_int_equal(whet_inputs_file(in, below("fifo")), -EINVAL);
    assert_int_equal(whet_inputs_need(in, "", 0), -EINVAL);
    assert_int_equal(whet_inputs_need(in, NULL, 1), -EINVAL);
    assert_int_equal(whet_inputs_need(in, tag, WHET_CACHE_KEY_MAX + 1), -EINVAL);
    assert_int_equal(whet_inputs_tag(in, ""), -EINVAL);
    assert_int_equal(whet_inputs_tag(in, NULL), -EINVAL);
    assert_int_equal(whet_inputs_tag(in, tag), -EINVAL);
    tag[255] = '\0';
    assert_int_equal(whet_inputs_tag(in, tag), 0);
    whet_inputs_free(in);
    whet_inputs_free(NULL);
}

static void relative_paths_are_of_the_working_folder(void **state)
{
    struct whet_inputs *in = inputs_new();
    struct whet_about_piece piece;
    struct whet_about about;
    struct whet_text text;
    char before[600];

    (void)state;
    assert_non_null(getcwd(before, sizeof(before)));
    assert_int_equal(chdir(whet__text_str(&truth_folder)), 0);
    assert_int_equal(whet_inputs_file(in, "missing"), 0);
    assert_int_equal(chdir(before), 0);
    assert_int_equal(pack(in, &text), 0);
    whet__about_init(&about, text.data, text.len);
    assert_int_equal(whet__about_next(&about, &piece), 1);
    assert_string_equal(piece.file.path, below("missing"));
    whet__text_clear(&text);
}

/* Until what is written to the file is seen by its times, however coarse they are. */
static void wait_for_tick(void)
{
    struct stat file, now;

    assert_int_equal(stat(below("file"), &file), 0);
    do {
        file_put("now", "");
        assert_int_equal(stat(below("now"), &now), 0);
    } while (now.st_ctim.tv_sec == file.st_ctim.tv_sec &&
             now.st_ctim.tv_nsec == file.st_ctim.tv_nsec);
}

/* Between naming and packing: another content, another look, one more file, one less. */
static void what_changes_meanwhile_is_stale(void **state)
{
    for (int way = 0; way < 10; way++) {
        struct whet_inputs *in = inputs_new();
        const char *stale = NULL;
        struct whet_text text;

        whet__text_init(&text, 1 << 20);
        unlink(below("file"));
        if (way % 5 != 4)
            file_put("file", "content");
        if (way >= 5)
            sleep_until_settled();
        assert_int_equal(whet_inputs_file(in, below("file")), 0);
        switch (way % 5) {
        case 0:
            file_put("file", "CONTENT");
            break;
        case 1:
            assert_int_equal(unlink(below("file")), 0);
            break;
        case 2: /* back and forth, but later by the clock of the file system */
            wait_for_tick();
            file_put("file", "CONTENT");
            file_put("file", "content");
            break;
        case 3:
            assert_int_equal(unlink(below("file")), 0);
            assert_int_equal(mkdir(below("file"), 0700), 0);
            break;
        default:
            file_put("file", "content");
            break;
        }
        assert_int_equal(whet__inputs_pack(in, &text, &stale), -ESTALE);
        assert_string_equal(stale, below("file"));
        assert_int_equal(text.len, 0);
        rmdir(below("file"));
        whet_inputs_free(in);
        whet__text_clear(&text);
    }
    (void)state;
}

/* What is kept of a file that was just written, or was left alone for a while; the path is in
 * `text`. On a busy machine much time may go by between the two: then it is written again. */
static struct whet_input_file file_named(int settled, struct whet_text *text)
{
    struct whet_about_piece piece;
    struct whet_about about;

    for (;;) {
        struct whet_inputs *in = inputs_new();

        file_put("file", "content");
        if (settled)
            sleep_until_settled();
        assert_int_equal(whet_inputs_file(in, below("file")), 0);
        assert_int_equal(pack(in, text), 0);
        whet__about_init(&about, text->data, text->len);
        assert_int_equal(whet__about_next(&about, &piece), 1);
        if (settled || !piece.file.settled)
            return piece.file;
        whet__text_clear(text);
    }
}

/* An edit of the same size whose times are set back to what they were: only ctime, or the
 * content where ctime is too young, tells. */
static void equal_size_and_mtime_are_seen_through(void **state)
{
    for (int way = 0; way < 2; way++) {
        struct whet_input_file look, file;
        struct whet_text text;
        struct timespec times[2];
        struct stat st;

        file = file_named(way, &text);
        assert_int_equal(stat(below("file"), &st), 0);
        file_put("file", "CONTENT");
        times[0] = st.st_atim;
        times[1] = st.st_mtim;
        assert_int_equal(utimensat(AT_FDCWD, below("file"), times, 0), 0);
        assert_int_equal(file.settled, way);
        assert_int_equal(is_same(&file, &look), 0);
        /* The same look, as a coarse clock would have it. */
        assert_int_equal(stat(below("file"), &st), 0);
        file.stat.ctime_ns = st.st_ctim.tv_sec * 1000000000 + st.st_ctim.tv_nsec;
        assert_int_equal(is_same(&file, &look), way == 0 ? 0 : 1);
        whet__text_clear(&text);
    }
    (void)state;
}

static void a_touch_is_no_change(void **state)
{
    struct whet_input_file look, file;
    struct whet_text text;

    (void)state;
    file = file_named(1, &text);
    do { /* until nothing comes between */
        assert_int_equal(utimensat(AT_FDCWD, below("file"), NULL, 0), 0);
        assert_int_equal(is_same(&file, &look), 1);
    } while (look.settled);
    assert_int_not_equal(look.stat.ctime_ns, file.stat.ctime_ns);
    sleep_until_settled();
    assert_int_equal(is_same(&look, &look), 1);
    assert_int_equal(look.settled, 1);
    whet__text_clear(&text);
}

static void any_bytes_are_survived(void **state)
{
    struct whet_inputs *in = inputs_new();
    struct whet_about_piece piece;
    struct whet_about about;
    struct whet_random r;
    struct whet_text text;

    (void)state;
    file_put("file", "content");
    assert_int_equal(whet_inputs_file(in, below("file")), 0);
    assert_int_equal(whet_inputs_need(in, "need", 4), 0);
    assert_int_equal(whet_inputs_tag(in, "tag"), 0);
    assert_int_equal(pack(in, &text), 0);
    whet__random_init(&r, 7);
    for (int i = 0; i < 20000; i++) {
        unsigned char bytes[700];
        size_t len = whet__random_below(&r, text.len + 1), pieces = 0;

        memcpy(bytes, text.data, len);
        for (int k = 0; k < 3 && len > 0; k++)
            bytes[whet__random_below(&r, len)] = (unsigned char)whet__random_next(&r);
        whet__about_init(&about, bytes, len);
        while (whet__about_next(&about, &piece) == 1)
            pieces++;
        assert_true(pieces <= len);
    }
    whet__text_clear(&text);
}

static void memory_may_run_out(void **state)
{
    (void)state;
    file_put("file", "content");
    EACH_ALLOCATION_FAILS
    {
        struct whet_inputs *in = NULL;
        struct whet_text text;
        int rc = whet__inputs_new(&in, u.validity, NULL, NULL), failed = rc;

        whet__text_init(&text, 1 << 20);
        for (int i = 0; i < 20 && rc == 0; i++) {
            char name[40];

            snprintf(name, sizeof(name), "key %ld %d", fail_n, i);
            rc = i == 0 ? whet_inputs_file(in, below("file")) : whet_inputs_tag(in, name);
            failed = failed != 0 ? failed : rc;
            if (i == 1 && rc == 0)
                failed = rc = whet_inputs_need(in, name, strlen(name));
        }
        if (rc == 0)
            failed = rc = whet__inputs_pack(in, &text, NULL);
        assert_true(failed == 0 || failed == -ENOMEM);
        whet_inputs_free(in);
        whet__text_clear(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(everything_comes_back, enter, leave),
        cmocka_unit_test_setup_teardown(wrong_names_are_refused, enter, leave),
        cmocka_unit_test_setup_teardown(relative_paths_are_of_the_working_folder, enter, leave),
        cmocka_unit_test_setup_teardown(what_changes_meanwhile_is_stale, enter, leave),
        cmocka_unit_test_setup_teardown(equal_size_and_mtime_are_seen_through, enter, leave),
        cmocka_unit_test_setup_teardown(a_touch_is_no_change, enter, leave),
        cmocka_unit_test_setup_teardown(any_bytes_are_survived, enter, leave),
        cmocka_unit_test_setup_teardown(memory_may_run_out, enter, leave),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
