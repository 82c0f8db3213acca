/* Ignore rules against git itself: random trees under random ignore files, made to be
 * nasty, are listed by `git ls-files` and judged by `git check-ignore`; the walk must
 * agree on every entry and on the line that decides. */
#include "../harness.h"

#include "walk_fixture.h"

#include <spawn.h>
#include <sys/wait.h>

#include "base/random.h"
#include "base/vec.h"

#define ROUNDS  4   /* WHET_TEST_ROUNDS in the environment asks for more */
#define FOLDERS 250 /* per round, each with an ignore file of its own */

extern char **environ;

static struct whet_random rnd;

static size_t below(size_t n)
{
    return (size_t)whet__random_below(&rnd, n);
}

/* Runs git with standard input and output in files; the exit status. */
static int run_git(const char *const argv[], const char *in, const char *out)
{
    posix_spawn_file_actions_t files;
    pid_t pid;
    int status = -1;

    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, 0, in, O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, 1, out, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
    if (posix_spawnp(&pid, "git", &files, NULL, (char *const *)(uintptr_t)argv, environ) == 0)
        waitpid(pid, &status, 0);
    posix_spawn_file_actions_destroy(&files);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Small alphabets, so that names and patterns meet. */
static void random_name(struct whet_text *out)
{
    static const char *const common[] = {"a",   "b",   "ab",  "abc", "a.b", ".a", "b.o", "a.o",
                                         "a-b", "doc", "x.c", "tmp", "B",   "ba", "a b", "aa"};
    static const char odd[] = "abc.-_[]!#^:*?\\ ~\t\v\f\r\x01\x7f\xc3\xa9\xff$+{}\"'AZ09\n";
    size_t len = below(2) == 0 ? 1 : 1 + below(4);

    if (below(3) != 0) {
        whet__text_puts(out, common[below(sizeof(common) / sizeof(common[0]))]);
        return;
    }
    for (size_t i = 0; i < len; i++)
        whet__text_putc(out, odd[below(sizeof(odd) - 1)]);
}

static void random_set(struct whet_text *out)
{
    static const char *const sets[] = {"[ab]",         "[!a]",        "[^b]",
                                       "[a-c]",        "[]a]",        "[!]a]",
                                       "[[:alpha:]]",  "[[:space:]]", "[![:punct:]]",
                                       "[[:bogus:]]",  "[a",          "[[:alpha:]",
                                       "[\\]a]",       "[a-]",        "[-a]",
                                       "[b-\\c]",      "[/]",         "[a/b]",
                                       "[[:cntrl:]]",  "[[:graph:]]", "[[:print:]]",
                                       "[[:xdigit:]]", "[[:]a:]]",    "[[:a]",
                                       "[\\",          "[",           "[]",
                                       "[!]",          "[z-a]",       "[a-b-c]",
                                       "[[:upper:]]",  "[[:blank:]]", "[[:lower:][:digit:]]",
                                       "[\x80-\xff]",  "[[a]",        "[.-0]"};

    whet__text_puts(out, sets[below(sizeof(sets) / sizeof(sets[0]))]);
}

static void random_piece(struct whet_text *out)
{
    static const char *const pieces[] = {"*",   "**",  "?",     "/",   "**/",  "/**", "/**/",
                                         "*/",  "/*",  "\\",    "\\*", "\\\\", " ",   "\\ ",
                                         "***", "\\/", "**\\/", "\t",  "//"};

    switch (below(4)) {
    case 0:
        random_set(out);
        break;
    case 1:
        whet__text_puts(out, pieces[below(sizeof(pieces) / sizeof(pieces[0]))]);
        break;
    default:
        random_name(out);
        break;
    }
}

/* A path of the tree with some of it made wild: these match more often. */
static void random_path_pattern(struct whet_text *out, const struct whet_vec *paths)
{
    const char *path = *(char **)whet__vec_at(paths, below(paths->len));

    path += strcspn(path, "/"); /* without the folder the ignore file is in */
    if (below(2) == 0)
        path++;
    for (; *path != '\0'; path++) {
        switch (below(8)) {
        case 0:
            whet__text_puts(out, below(3) == 0 ? "**" : "*");
            break;
        case 1:
            random_piece(out);
            break;
        case 2:
            whet__text_puts(out, "[!q]");
            break;
        case 3:
            random_set(out);
            break;
        default:
            whet__text_putc(out, *path);
            break;
        }
    }
}

static void random_line(struct whet_text *out, const struct whet_vec *paths)
{
    static const char *const ends[] = {"\n",   "\n",    "\n",   "\n",  "\r\n", " \n",
                                       "  \n", "\\ \n", "\t\n", "/\n", "/\n",  "/ \n"};
    size_t pieces = 1 + below(3);

    if (below(5) == 0)
        whet__text_putc(out, '!');
    if (below(6) == 0)
        whet__text_putc(out, '/');
    if (below(40) == 0)
        whet__text_putc(out, "#\\!"[below(3)]);
    if (below(3) == 0 && paths->len > 0) {
        random_path_pattern(out, paths);
    } else {
        while (pieces-- > 0)
            random_piece(out);
    }
    if (below(60) == 0)
        whet__text_append(out, "\0z", 2);
    whet__text_puts(out, ends[below(sizeof(ends) / sizeof(ends[0]))]);
}

static void write_rules(const char *path, const struct whet_vec *paths)
{
    struct whet_text out;
    size_t lines = 1 + below(10);

    whet__text_init(&out, 1 << 20);
    if (below(10) == 0)
        whet__text_puts(&out, "\xef\xbb\xbf");
    while (lines-- > 0)
        random_line(&out, paths);
    if (below(5) == 0)
        whet__text_truncate(&out, out.len - 1);
    fixture_put(path, whet__text_str(&out), out.len);
    whet__text_clear(&out);
}

static void add_path(struct whet_vec *paths, const char *path)
{
    char **slot = whet__vec_push(paths);

    *slot = whet__mem_strdup(path);
}

/* Up to 14 files, up to 3 folders deep, below `root`; where a folder already has the
 * name of a file, or the other way round, there is one less. */
static void make_tree(const char *root, struct whet_vec *paths)
{
    size_t files = 4 + below(10);

    while (files-- > 0) {
        struct whet_text path;
        size_t depth = below(4);
        struct stat st;

        whet__text_init(&path, 4096);
        whet__text_puts(&path, root);
        for (size_t i = 0; i <= depth; i++) {
            whet__text_putc(&path, '/');
            random_name(&path);
            if (i < depth && mkdir(path.data, 0755) != 0 &&
                (lstat(path.data, &st) != 0 || !S_ISDIR(st.st_mode)))
                break;
            if (i < depth)
                continue;
            if (below(12) == 0 ? symlink("a", path.data) == 0 : lstat(path.data, &st) != 0) {
                if (lstat(path.data, &st) != 0)
                    fixture_write(path.data, "");
                add_path(paths, path.data);
            }
        }
        whet__text_clear(&path);
    }
    for (size_t i = below(3); i > 0 && paths->len > 0; i--) {
        struct whet_text path;
        const char *some = *(char **)whet__vec_at(paths, below(paths->len));

        whet__text_init(&path, 4096);
        whet__text_append(&path, some, (size_t)(strrchr(some, '/') - some) + 1);
        whet__text_puts(&path, ".gitignore");
        write_rules(path.data, paths);
        whet__text_clear(&path);
    }
}

/* A rule for one of the test's folders in a file that all of them share. */
static void append_far_rule(const char *path, const char *root, const struct whet_vec *paths)
{
    struct whet_text out;
    FILE *f = fopen(path, "ab");

    assert_non_null(f);
    whet__text_init(&out, 4096);
    whet__text_printf(&out, "%s%s%s", below(4) == 0 ? "!" : "", below(2) == 0 ? "/" : "", root);
    random_path_pattern(&out, paths);
    whet__text_putc(&out, '\n');
    assert_int_equal(fwrite(out.data, 1, out.len, f), out.len);
    assert_int_equal(fclose(f), 0);
    whet__text_clear(&out);
}

static void free_paths(struct whet_vec *paths)
{
    for (size_t i = 0; i < paths->len; i++)
        whet__mem_free(*(char **)whet__vec_at(paths, i));
    whet__vec_clear(paths);
}

static void make_round(void)
{
    const char *const init[] = {"git", "init", "-q", ".", NULL};

    assert_int_equal(run_git(init, "/dev/null", "/dev/null"), 0);
    for (int i = 0; i < FOLDERS; i++) {
        struct whet_vec paths;
        char root[16], rules[32];

        whet__vec_init(&paths, sizeof(char *), 1000);
        snprintf(root, sizeof(root), "t%03d", i);
        snprintf(rules, sizeof(rules), "%s/.gitignore", root);
        assert_int_equal(mkdir(root, 0755), 0);
        make_tree(root, &paths);
        write_rules(rules, &paths);
        if (i % 10 == 0)
            append_far_rule(i % 20 == 0 ? ".git/info/exclude" : "../global", root, &paths);
        free_paths(&paths);
    }
}

static int compare_lines(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Splits NUL-terminated lines. */
static void split_lines(const char *text, size_t len, struct whet_vec *lines)
{
    whet__vec_init(lines, sizeof(char *), (size_t)1 << 24);
    for (const char *at = text; at < text + len; at += strlen(at) + 1)
        *(const char **)whet__vec_push(lines) = at;
}

static char *read_all(const char *path, size_t *len)
{
    struct whet_text text;

    whet__text_init(&text, FIXTURE_TEXT_MAX);
    assert_int_equal(whet__file_read(AT_FDCWD, path, FIXTURE_TEXT_MAX, &text), 0);
    *len = text.len;
    return whet__text_take(&text);
}

/* The same files are left in. */
static void compare_lists(size_t *kept_in_all)
{
    const char *const list[] = {"git", "ls-files", "-z", "-o", "--exclude-standard", NULL};
    struct whet_vec ours, theirs;
    size_t our_len, their_len, kept = 0;
    char *our_text, *their_text;

    assert_int_equal(run_git(list, "/dev/null", "../git.out"), 0);
    their_text = read_all("../git.out", &their_len);
    our_text = fixture_walk_to(".", 0, 2, '\0', &our_len);
    split_lines(our_text, our_len, &ours);
    split_lines(their_text, their_len, &theirs);
    for (size_t i = 0; i < ours.len; i++) {
        char *line = *(char **)whet__vec_at(&ours, i);
        size_t len = strlen(line);

        if (line[len - 1] == '/')
            continue;
        if (line[len - 1] == '@')
            line[len - 1] = '\0';
        *(char **)whet__vec_at(&ours, kept++) = line;
    }
    ours.len = kept;
    qsort(theirs.items, theirs.len, sizeof(char *), compare_lines);
    qsort(ours.items, ours.len, sizeof(char *), compare_lines);
    for (size_t i = 0; i < ours.len && i < theirs.len; i++)
        assert_string_equal(*(char **)whet__vec_at(&ours, i),
                            *(char **)whet__vec_at(&theirs, i));
    assert_int_equal(ours.len, theirs.len);
    *kept_in_all += ours.len;
    whet__vec_clear(&ours);
    whet__vec_clear(&theirs);
    whet__mem_free(our_text);
    whet__mem_free(their_text);
}

/* Takes the mark of the line's kind off; for an ignored entry answers its rule. */
static const char *cut_mark(char *line)
{
    char *rule = strstr(line, " =");
    size_t len;

    for (char *later = rule; later != NULL; later = strstr(later + 1, " ="))
        rule = later;
    if (rule != NULL && (strstr(rule, ".gitignore:") != NULL ||
                         strstr(rule, "exclude:") != NULL || strstr(rule, "global:") != NULL)) {
        *rule = '\0';
        rule += 2;
    } else {
        rule = NULL;
    }
    len = strlen(line);
    if (line[len - 1] == '/' || (line[len - 1] == '@' && rule == NULL))
        line[len - 1] = '\0';
    return rule;
}

/* The same line decides about each entry. Git answers four fields for each path it is
 * asked about: source, line, pattern, path. */
static void compare_rules(void)
{
    const char *const check[] = {"git", "check-ignore", "--no-index", "-v",
                                 "-n",  "-z",           "--stdin",    NULL};
    struct whet_vec ours, fields;
    struct whet_text question, answer;
    const char **rules;
    size_t len, count = 0;
    char *our_text = fixture_walk_to(".", WHET_SCAN_IGNORED, 1, '\0', &len), *their_text;

    split_lines(our_text, len, &ours);
    rules = whet__mem_zalloc(ours.len, sizeof(*rules));
    whet__text_init(&question, FIXTURE_TEXT_MAX);
    whet__text_init(&answer, FIXTURE_TEXT_MAX);
    for (size_t i = 0; i < ours.len; i++) {
        char *line = *(char **)whet__vec_at(&ours, i);

        if (strstr(line, " =" WHET_WALK_VCS) != NULL)
            continue;
        rules[count] = cut_mark(line);
        *(char **)whet__vec_at(&ours, count++) = line;
        whet__text_append(&question, line, strlen(line) + 1);
    }
    fixture_put("../git.in", whet__text_str(&question), question.len);
    assert_in_range(run_git(check, "../git.in", "../git.out"), 0, 1);
    their_text = read_all("../git.out", &len);
    split_lines(their_text, len, &fields);
    assert_int_equal(fields.len, count * 4);
    for (size_t i = 0; i < count; i++) {
        const char **f = whet__vec_at(&fields, i * 4);

        assert_string_equal(f[3], *(char **)whet__vec_at(&ours, i));
        whet__text_reset(&answer);
        if (f[0][0] != '\0' && f[2][0] != '!')
            whet__text_printf(&answer, "%s:%s", f[0], f[1]);
        if (strcmp(whet__text_str(&answer), rules[i] != NULL ? rules[i] : "") != 0)
            print_error("'%s' by pattern '%s'\n", f[3], f[2]);
        assert_string_equal(rules[i] != NULL ? rules[i] : "", whet__text_str(&answer));
    }
    whet__text_clear(&question);
    whet__text_clear(&answer);
    whet__vec_clear(&ours);
    whet__vec_clear(&fields);
    whet__mem_free(rules);
    whet__mem_free(our_text);
    whet__mem_free(their_text);
}

static void agrees_with_git(void **state)
{
    const char *const version[] = {"git", "--version", NULL};
    const char *more = getenv("WHET_TEST_ROUNDS");
    size_t kept = 0;
    uint64_t rounds = more != NULL ? strtoull(more, NULL, 10) : ROUNDS;
    struct whet_text config;
    char *home;

    (void)state;
    home = fixture_enter();
    if (run_git(version, "/dev/null", "/dev/null") != 0) {
        print_message("git is not installed\n");
        fixture_leave(home);
        skip();
    }
    whet__text_init(&config, 8192);
    whet__text_printf(&config, "[core]\n\texcludesFile = %s/global\n", home);
    fixture_write(".gitconfig", whet__text_str(&config));
    whet__text_clear(&config);
    for (uint64_t seed = 1; seed <= rounds; seed++) {
        whet__random_init(&rnd, seed);
        assert_int_equal(mkdir("repo", 0755), 0);
        assert_int_equal(chdir("repo"), 0);
        make_round();
        compare_lists(&kept);
        compare_rules();
        assert_int_equal(chdir(".."), 0);
        assert_int_equal(whet__file_remove_tree("repo"), 0);
        assert_int_equal(unlink("global"), 0);
    }
    assert_true(kept > FOLDERS); /* it was not all about nothing */
    fixture_leave(home);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_git),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
