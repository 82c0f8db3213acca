/* A file that cannot be had costs its level alone: memory goes on. */
#include "../harness.h"

#include <dirent.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include <whet/cache.h>

#include "base/text.h"
#include "os/file.h"

static void works_in_memory(const char *path)
{
    struct whet_cache_options options = {.path = path, .bytes = 16 << 20};
    struct whet_cache *cache;
    struct whet_cache_value value;
    char note[600];

    assert_int_equal(whet_cache_new(&cache, &options, NULL), 0);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(whet_cache_put(cache, "key", 3, "value", 5, NULL), 0);
        assert_int_equal(whet_cache_get(cache, "key", 3, &value), 1);
        assert_memory_equal(value.data, "value", 5);
        whet_cache_value_clear(&value);
        /* Nobody else has the file, who would have to be told. */
        assert_int_equal(whet_cache_invalidate(cache, "key", 3), 0);
        assert_int_equal(whet_cache_get(cache, "key", 3, &value), 0);
    }
    assert_non_null(whet_cache_note(cache, note, sizeof(note)));
    whet_cache_free(cache);
}

static void no_such_folder(void **state)
{
    (void)state;
    works_in_memory("/proc/nowhere/cache.db");
}

static void a_folder_is_no_file(void **state)
{
    struct whet_text folder, path;

    (void)state;
    whet__text_init(&folder, 4096);
    whet__text_init(&path, 4096);
    assert_int_equal(whet__file_make_temp_dir(&folder), 0);
    whet__text_printf(&path, "%s/in", whet__text_str(&folder));
    assert_int_equal(whet__file_make_dirs(whet__text_str(&path), 0700), 0);
    works_in_memory(whet__text_str(&path));
    assert_int_equal(whet__file_remove_tree(whet__text_str(&folder)), 0);
    whet__text_clear(&path);
    whet__text_clear(&folder);
}

static void a_file_of_others(void **state)
{
    (void)state;
    works_in_memory("/proc/self/maps");
}

static unsigned count_files(const char *folder)
{
    DIR *dir = opendir(folder);
    unsigned count = 0;

    assert_non_null(dir);
    for (struct dirent *e; (e = readdir(dir)) != NULL;)
        count += e->d_name[0] != '.';
    closedir(dir);
    return count;
}

static void nothing_is_left_beside_a_file_of_others(void **state)
{
    static const char words[] = "Notes that nobody has a second copy of: long enough to have a "
                                "header's length, and then some more of it.\n";
    struct whet_text folder, path;
    sqlite3 *db;

    (void)state;
    whet__text_init(&folder, 4096);
    whet__text_init(&path, 4096);
    assert_int_equal(whet__file_make_temp_dir(&folder), 0);
    whet__text_printf(&path, "%s/notes", whet__text_str(&folder));
    assert_int_equal(whet__file_write(whet__text_str(&path), words, sizeof(words), 0), 0);
    works_in_memory(whet__text_str(&path));
    assert_int_equal(count_files(whet__text_str(&folder)), 1);
    assert_int_equal(remove(whet__text_str(&path)), 0);
    assert_int_equal(sqlite3_open(whet__text_str(&path), &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "CREATE TABLE notes (note)", NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    works_in_memory(whet__text_str(&path));
    assert_int_equal(count_files(whet__text_str(&folder)), 1);
    assert_int_equal(whet__file_remove_tree(whet__text_str(&folder)), 0);
    whet__text_clear(&path);
    whet__text_clear(&folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_such_folder),
        cmocka_unit_test(a_folder_is_no_file),
        cmocka_unit_test(a_file_of_others),
        cmocka_unit_test(nothing_is_left_beside_a_file_of_others),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
