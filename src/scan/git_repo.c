/* Where a git repository keeps its rules. Expected load: asked once per repository in
 * a tree, of which there are one or a few; hundreds in a tree with submodules. */
#include "scan/git_repo.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "os/dir.h"
#include "os/file.h"
#include "os/path.h"
#include "scan/git_config.h"

#define LINK_MAX_BYTES ((size_t)8192)

/* Appends the first line of a file, without `lead` at its start. */
static int read_link_file(int dirfd, const char *path, const char *lead, struct whet_text *out)
{
    struct whet_text text;
    size_t lead_len = strlen(lead);
    int rc;

    whet__text_init(&text, LINK_MAX_BYTES);
    rc = whet__file_read(dirfd, path, LINK_MAX_BYTES, &text);
    if (rc == 0 && strncmp(whet__text_str(&text), lead, lead_len) != 0)
        rc = -ENOENT;
    if (rc == 0) {
        const char *line = whet__text_str(&text) + lead_len;

        whet__text_append(out, line, strcspn(line, "\r\n"));
        rc = whet__text_error(out);
    }
    whet__text_clear(&text);
    return rc;
}

/* A worktree's own folder names the one it shares with the others in "commondir". */
static int follow_common(int dirfd, struct whet_text *dir)
{
    struct whet_text path, link;
    int rc;

    whet__text_init(&path, LINK_MAX_BYTES);
    whet__text_init(&link, LINK_MAX_BYTES);
    whet__text_printf(&path, "%s/commondir", whet__text_str(dir));
    rc = whet__text_error(&path);
    if (rc == 0)
        rc = read_link_file(dirfd, whet__text_str(&path), "", &link);
    if (rc == 0 && link.len > 0) {
        if (link.data[0] == '/')
            whet__text_reset(dir);
        else
            whet__text_putc(dir, '/');
        whet__text_puts(dir, link.data);
        rc = whet__text_error(dir);
    }
    whet__text_clear(&path);
    whet__text_clear(&link);
    return rc == -ENOMEM ? rc : 0;
}

int whet__git_repo_common(int dirfd, struct whet_text *out)
{
    struct whet_file_stat st;
    int rc = whet__dir_stat(dirfd, ".git", &st);

    if (rc != 0)
        return -ENOENT;
    whet__text_reset(out);
    if (st.kind != WHET_FILE_REGULAR) {
        whet__text_puts(out, ".git");
        return whet__text_error(out);
    }
    rc = read_link_file(dirfd, ".git", "gitdir: ", out);
    if (rc == 0)
        rc = follow_common(dirfd, out);
    if (rc == 0 && out->len > 0)
        return 0;
    whet__text_reset(out); /* a broken link is still where a repository starts */
    whet__text_puts(out, ".git");
    return rc == -ENOMEM ? rc : whet__text_error(out);
}

static int read_config(const char *path, struct whet_text *out)
{
    int rc = whet__git_config_excludes(AT_FDCWD, path, out);

    return rc == -ENOENT ? 0 : rc;
}

/* `folder` + `name`, when the folder is known. */
static int read_config_below(int known, struct whet_text *folder, const char *name,
                             struct whet_text *out)
{
    int rc;

    if (known == -ENOENT)
        return 0;
    whet__text_puts(folder, name);
    rc = known != 0 ? known : whet__text_error(folder);
    return rc != 0 ? rc : read_config(whet__text_str(folder), out);
}

static int read_user_configs(struct whet_text *out)
{
    const char *global = getenv("GIT_CONFIG_GLOBAL");
    struct whet_text path;
    int rc;

    if (global != NULL)
        return read_config(global, out);
    whet__text_init(&path, LINK_MAX_BYTES);
    rc = read_config_below(whet__path_config_home(&path), &path, "/git/config", out);
    whet__text_reset(&path);
    if (rc == 0)
        rc = read_config_below(whet__path_home(&path), &path, "/.gitconfig", out);
    whet__text_clear(&path);
    return rc;
}

static int read_system_config(struct whet_text *out)
{
    const char *off = getenv("GIT_CONFIG_NOSYSTEM"), *path = getenv("GIT_CONFIG_SYSTEM");

    if (off != NULL && off[0] != '\0' && strcmp(off, "0") != 0 && strcmp(off, "false") != 0)
        return 0;
    return read_config(path != NULL ? path : "/etc/gitconfig", out);
}

int whet__git_repo_user_excludes(struct whet_text *out)
{
    int rc;

    whet__text_reset(out);
    rc = whet__path_config_home(out);
    if (rc == 0) {
        whet__text_puts(out, "/git/ignore");
        rc = whet__text_error(out);
    }
    if (rc == 0 || rc == -ENOENT)
        rc = read_system_config(out);
    return rc == 0 ? read_user_configs(out) : rc;
}
