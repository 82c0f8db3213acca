/* System calls that name files. Expected load: a hundred thousand a minute; each costs one
 * system call for its path, and one more for the folder that a relative path begins in. */
#include "os/file_call.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define PAGE 4096 /* no machine has smaller ones */

enum form {
    FORM_OPEN,    /* flags say what for */
    FORM_OPENAT2, /* they are in a struct */
    FORM_LOOK,
    FORM_RUN,
    FORM_WRITE, /* it is made, or replaced */
    FORM_MOVE,  /* a file becomes, or is linked to, another */
    FORM_RING   /* what is asked by it is not seen */
};

struct call {
    struct whet_notice_rule rule;
    enum form form;
    int8_t folder; /* which argument is the descriptor of a folder; -1: none */
    int8_t path;
    int8_t flags;
};

#if defined(__x86_64__)
#    define MACHINE    0xC000003Eu
#    define MACHINE_32 0x40000003u
#elif defined(__aarch64__)
#    define MACHINE 0xC00000B7u
#else
#    define MACHINE 0u
#endif

#define RING_SETUP 425 /* io_uring_setup, on every machine */

/* clang-format off */
#define CALL(nr, form, folder, path, flags) {{MACHINE, nr, -1, 0}, form, folder, path, flags}
/* With AT_EMPTY_PATH in its flags it is about a descriptor. */
#define CALL_EMPTY(nr, form, folder, path, flags) {{MACHINE, nr, flags, 0}, form, folder, path, flags}

static const struct call calls[] = {
    CALL(SYS_openat, FORM_OPEN, 0, 1, 2),
    CALL_EMPTY(SYS_newfstatat, FORM_LOOK, 0, 1, 3),
    CALL_EMPTY(SYS_statx, FORM_LOOK, 0, 1, 2),
    {{MACHINE, SYS_execve, -1, 1}, FORM_RUN, -1, 0, -1},
    CALL_EMPTY(SYS_execveat, FORM_RUN, 0, 1, 4),
    CALL(SYS_openat2, FORM_OPENAT2, 0, 1, 2),
    CALL(SYS_faccessat, FORM_LOOK, 0, 1, -1),
    CALL(SYS_faccessat2, FORM_LOOK, 0, 1, -1),
    CALL(SYS_linkat, FORM_MOVE, 0, 1, -1),
    CALL(SYS_symlinkat, FORM_WRITE, 1, 2, -1),
    CALL(SYS_renameat2, FORM_MOVE, 0, 1, -1),
    CALL(RING_SETUP, FORM_RING, -1, -1, -1),
#ifdef SYS_renameat
    CALL(SYS_renameat, FORM_MOVE, 0, 1, -1),
#endif
#ifdef SYS_open
    CALL(SYS_open, FORM_OPEN, -1, 0, 1),
    CALL(SYS_creat, FORM_WRITE, -1, 0, -1),
    CALL(SYS_stat, FORM_LOOK, -1, 0, -1),
    CALL(SYS_lstat, FORM_LOOK, -1, 0, -1),
    CALL(SYS_access, FORM_LOOK, -1, 0, -1),
    CALL(SYS_link, FORM_MOVE, -1, 0, -1),
    CALL(SYS_symlink, FORM_WRITE, -1, 1, -1),
    CALL(SYS_rename, FORM_MOVE, -1, 0, -1),
#endif
#ifdef MACHINE_32
    /* Of 32-bit programs, by the table that Linux has for i386. */
#    define CALL_32(nr, form, folder, path, flags) {{MACHINE_32, nr, -1, 0}, form, folder, path, flags}
    CALL_32(5, FORM_OPEN, -1, 0, 1),       /* open */
    CALL_32(8, FORM_WRITE, -1, 0, -1),     /* creat */
    CALL_32(9, FORM_MOVE, -1, 0, -1),      /* link */
    CALL_32(11, FORM_RUN, -1, 0, -1),      /* execve */
    CALL_32(33, FORM_LOOK, -1, 0, -1),     /* access */
    CALL_32(38, FORM_MOVE, -1, 0, -1),     /* rename */
    CALL_32(83, FORM_WRITE, -1, 1, -1),    /* symlink */
    CALL_32(106, FORM_LOOK, -1, 0, -1),    /* stat */
    CALL_32(107, FORM_LOOK, -1, 0, -1),    /* lstat */
    CALL_32(195, FORM_LOOK, -1, 0, -1),    /* stat64 */
    CALL_32(196, FORM_LOOK, -1, 0, -1),    /* lstat64 */
    CALL_32(295, FORM_OPEN, 0, 1, 2),      /* openat */
    {{MACHINE_32, 300, 3, 0}, FORM_LOOK, 0, 1, 3}, /* fstatat64 */
    CALL_32(302, FORM_MOVE, 0, 1, -1),     /* renameat */
    CALL_32(303, FORM_MOVE, 0, 1, -1),     /* linkat */
    CALL_32(304, FORM_WRITE, 1, 2, -1),    /* symlinkat */
    CALL_32(307, FORM_LOOK, 0, 1, -1),     /* faccessat */
    CALL_32(353, FORM_MOVE, 0, 1, -1),     /* renameat2 */
    {{MACHINE_32, 358, 4, 0}, FORM_RUN, 0, 1, 4},  /* execveat */
    {{MACHINE_32, 383, 2, 0}, FORM_LOOK, 0, 1, 2}, /* statx */
    CALL_32(RING_SETUP, FORM_RING, -1, -1, -1),
    CALL_32(437, FORM_OPENAT2, 0, 1, 2),   /* openat2 */
    CALL_32(439, FORM_LOOK, 0, 1, -1),     /* faccessat2 */
#endif
};
/* clang-format on */

enum { CALLS = sizeof(calls) / sizeof(calls[0]) };

const struct whet_notice_rule *whet__file_call_rules(size_t *count)
{
    static struct whet_notice_rule rules[CALLS];

    for (size_t i = 0; i < CALLS; i++)
        rules[i] = calls[i].rule;
    *count = CALLS;
    return rules;
}

static const struct call *call_of(const struct whet_notice *n)
{
    for (size_t i = 0; i < CALLS; i++)
        if (calls[i].rule.number == n->number && calls[i].rule.machine == n->machine)
            return &calls[i];
    return NULL;
}

static int memory_read(pid_t pid, uint64_t from, void *to, size_t size)
{
    const struct iovec here = {to, size}, there = {(void *)(uintptr_t)from, size};
    ssize_t got = process_vm_readv(pid, &here, 1, &there, 1, 0);

    return got < 0 ? -errno : (int)got;
}

/* A text, page by page: what is behind its own pages may not be there. */
static int text_read(pid_t pid, uint64_t from, char *to, size_t size)
{
    size_t len = 0;

    while (len < size) {
        size_t more = PAGE - (size_t)((from + len) % PAGE);
        int got;

        more = more < size - len ? more : size - len;
        got = memory_read(pid, from + len, to + len, more);
        if (got <= 0)
            return got < 0 ? got : -EFAULT;
        if (memchr(to + len, '\0', (size_t)got) != NULL)
            return 0;
        len += (size_t)got;
    }
    return -ENAMETOOLONG;
}

/* Takes out empty parts and ".". */
static void path_clean(char *path)
{
    char *to = path;

    for (const char *at = path; *at != '\0';) {
        size_t len;

        at += strspn(at, "/");
        len = strcspn(at, "/");
        if (len > 0 && !(len == 1 && at[0] == '.')) {
            *to++ = '/';
            memmove(to, at, len);
            to += len;
        }
        at += len;
    }
    if (to == path)
        *to++ = '/';
    *to = '\0';
}

/* Of the folder that the path is relative to. 0: of none that has a name. */
static int folder_read(pid_t pid, int fd, char *to, size_t size)
{
    char link[64];
    ssize_t len;

    if (fd == AT_FDCWD)
        snprintf(link, sizeof(link), "/proc/%d/cwd", (int)pid);
    else
        snprintf(link, sizeof(link), "/proc/%d/fd/%d", (int)pid, fd);
    len = readlink(link, to, size - 1);
    if (len < 0)
        return errno == ENOENT ? 0 : -errno;
    return to[0] == '/' ? (int)len : 0;
}

/* 1: the path is known; 0: it names nothing. */
static int path_read(const struct whet_notice *n, int folder, int argument, char *path)
{
    int fd = folder >= 0 ? (int)(uint32_t)n->args[folder] : AT_FDCWD;
    char name[PATH_MAX];
    size_t head = 0;
    int rc = text_read(n->pid, n->args[argument], name, sizeof(name));

    if (rc != 0) /* what the kernel will not read either names nothing */
        return rc == -EFAULT || rc == -ENAMETOOLONG ? 0 : rc;
    if (name[0] == '\0')
        return 0;
    if (name[0] != '/') {
        rc = folder_read(n->pid, fd, path, PATH_MAX);
        if (rc <= 0)
            return rc;
        head = (size_t)rc;
        path[head++] = '/';
    }
    memcpy(path + head, name, strlen(name) + 1);
    path_clean(path);
    return 1;
}

static unsigned use_of_flags(uint64_t flags)
{
    /* A file without a name is nobody's; what is named is the folder that it is in. */
    if ((flags & O_PATH) != 0 || (flags & O_TMPFILE) == O_TMPFILE)
        return WHET_FILE_LOOK;
    if ((flags & O_TRUNC) != 0 || (flags & O_ACCMODE) == O_WRONLY ||
        (flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL))
        return WHET_FILE_WRITE;
    return WHET_FILE_READ;
}

static unsigned use_of(const struct whet_notice *n, const struct call *c)
{
    struct open_how how;

    switch (c->form) {
    case FORM_OPEN:
        return use_of_flags(n->args[c->flags]);
    case FORM_OPENAT2:
        if (memory_read(n->pid, n->args[c->flags], &how, sizeof(how)) != (int)sizeof(how))
            return WHET_FILE_READ;
        return use_of_flags(how.flags);
    case FORM_RUN:
        return WHET_FILE_RUN;
    case FORM_WRITE:
        return WHET_FILE_WRITE;
    case FORM_MOVE:
        return WHET_FILE_READ;
    case FORM_LOOK:
    case FORM_RING:
        break;
    }
    return WHET_FILE_LOOK;
}

int whet__file_call_read(const struct whet_notice *n, struct whet_file_call out[2])
{
    const struct call *c = call_of(n);
    int step, rc, count;

    if (c == NULL || c->form == FORM_RING)
        return 0;
    count = path_read(n, c->folder, c->path, out[0].path);
    if (count < 0)
        return count;
    if (count > 0)
        out[0].use = use_of(n, c);
    if (c->form != FORM_MOVE)
        return count;
    step = c->folder >= 0 ? 2 : 1;
    rc = path_read(n, c->folder >= 0 ? c->folder + step : -1, c->path + step, out[count].path);
    if (rc > 0)
        out[count].use = WHET_FILE_WRITE;
    return rc < 0 ? rc : count + rc;
}

/* Whether the kernel, and a sandbox that is around us and so around what we run, has such
 * calls. The arguments are wrong, so nothing is made. */
static int is_there(long number)
{
    return syscall(number, 0, NULL) >= 0 || (errno != ENOSYS && errno != EPERM);
}

unsigned whet__file_call_unseen(const struct whet_notice *n)
{
    const struct call *c = call_of(n);

    if (c != NULL && c->form == FORM_RING && is_there(RING_SETUP))
        return WHET_UNSEEN_RING;
#ifdef WHET_NOTICE_X32
    if (n->machine == whet__notice_machine && n->number >= WHET_NOTICE_X32 &&
        is_there((long)(WHET_NOTICE_X32 | SYS_getpid)))
        return WHET_UNSEEN_X32;
#endif
    return 0;
}
