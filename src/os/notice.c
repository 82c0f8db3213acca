/* Notifications of seccomp. Expected load: some hundred for each process of a compiler, a
 * hundred thousand a minute; a filter of some forty rules, run by the kernel for each system
 * call of what is traced. */
#include "os/notice.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/mem.h"

#define RULE_MAX 10 /* instructions for one rule */
#define REST_MAX 4  /* rules' worth of instructions beside them */

/* Linux 5.19; older headers and kernels do without. */
#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#    define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif

/* Linux 6.6: who is answered runs where the answer was given, which spares a quarter of the
 * cost. */
#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS
#    define SECCOMP_IOCTL_NOTIF_SET_FLAGS      _IOW('!', 4, uint64_t)
#    define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP 1UL
#endif

/* The child runs on a stack that sanitizers know nothing of. */
#define PLAIN __attribute__((no_sanitize("address", "thread", "undefined")))

#if defined(__x86_64__)
const uint32_t whet__notice_machine = AUDIT_ARCH_X86_64;
const uint32_t whet__notice_machine_32 = AUDIT_ARCH_I386;
#elif defined(__aarch64__)
const uint32_t whet__notice_machine = AUDIT_ARCH_AARCH64;
const uint32_t whet__notice_machine_32 = 0;
#else
const uint32_t whet__notice_machine = 0;
const uint32_t whet__notice_machine_32 = 0;
#endif

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#    error "the halves of an argument are in another order"
#endif
#define LOW(arg)  ((uint32_t)offsetof(struct seccomp_data, args) + 8 * (uint32_t)(arg))
#define HIGH(arg) (LOW(arg) + 4)

struct writer {
    struct sock_filter *code;
    unsigned short length;
};

static void put(struct writer *w, uint16_t code, uint32_t k, unsigned yes, unsigned no)
{
    w->code[w->length++] = (struct sock_filter){code, (uint8_t)yes, (uint8_t)no, k};
}

static void put_load(struct writer *w, uint32_t offset)
{
    put(w, BPF_LD | BPF_W | BPF_ABS, offset, 0, 0);
}

static void put_end(struct writer *w, uint32_t action)
{
    put(w, BPF_RET | BPF_K, action, 0, 0);
}

/* With the number of the call in hand. */
static void put_rule(struct writer *w, const struct whet_notice_rule *rule)
{
    unsigned skip = rule->pass ? 6 : rule->flags >= 0 ? 4 : 1;

    put(w, BPF_JMP | BPF_JEQ | BPF_K, rule->number, 0, skip);
    if (rule->pass) {
        put_load(w, LOW(3));
        put(w, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)WHET_NOTICE_PASS, 0, 3);
        put_load(w, HIGH(3));
        put(w, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(WHET_NOTICE_PASS >> 32), 0, 1);
        put_end(w, SECCOMP_RET_ALLOW);
    } else if (rule->flags >= 0) {
        put_load(w, LOW(rule->flags));
        put(w, BPF_JMP | BPF_JSET | BPF_K, WHET_NOTICE_EMPTY_PATH, 0, 1);
        put_end(w, SECCOMP_RET_ALLOW);
    }
    put_end(w, SECCOMP_RET_USER_NOTIF);
}

/* With the number of the call in hand. One that a debugger has taken away is -1. */
static void put_x32(struct writer *w)
{
#ifdef WHET_NOTICE_X32
    put(w, BPF_JMP | BPF_JGE | BPF_K, WHET_NOTICE_X32, 0, 3);
    put(w, BPF_JMP | BPF_JGE | BPF_K, 0x80000000u, 0, 1);
    put_end(w, SECCOMP_RET_ALLOW);
    put_end(w, SECCOMP_RET_USER_NOTIF);
#else
    (void)w;
#endif
}

/* A jump reaches 255 instructions, so the way past a machine's rules is by their own tests:
 * each rule is behind one that asks for the machine. */
static void put_machine(struct writer *w, uint32_t machine,
                        const struct whet_notice_rule *rules, size_t count)
{
    put_load(w, offsetof(struct seccomp_data, arch));
    put(w, BPF_JMP | BPF_JEQ | BPF_K, machine, 1, 0);
    put(w, BPF_JMP | BPF_JA, 0, 0, 0); /* its length follows */
    {
        unsigned short jump = (unsigned short)(w->length - 1);

        put_load(w, offsetof(struct seccomp_data, nr));
        if (machine == whet__notice_machine)
            put_x32(w);
        for (size_t i = 0; i < count; i++)
            if (rules[i].machine == machine)
                put_rule(w, &rules[i]);
        put_end(w, SECCOMP_RET_ALLOW);
        w->code[jump].k = w->length - jump - 1u;
    }
}

/* 0: notices are there, and no larger than we know. */
static int check_kernel(void)
{
    struct seccomp_notif_sizes sizes;
    uint32_t action = SECCOMP_RET_USER_NOTIF;

    if (whet__notice_machine == 0 ||
        syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) != 0 ||
        syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes) != 0)
        return errno == EPERM || errno == EACCES ? -errno : -ENOSYS;
    return sizes.seccomp_notif <= sizeof(struct seccomp_notif) &&
                   sizes.seccomp_notif_resp <= sizeof(struct seccomp_notif_resp)
               ? 0
               : -ENOSYS;
}

int whet__notice_filter_make(struct whet_notice_filter *f, const struct whet_notice_rule *rules,
                             size_t count)
{
    struct whet_notice_filter made = {.flags = SECCOMP_FILTER_FLAG_NEW_LISTENER |
                                               SECCOMP_FILTER_FLAG_SPEC_ALLOW |
                                               SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV};
    struct writer w = {.code = whet__mem_zalloc(count + REST_MAX, RULE_MAX * sizeof(*w.code))};
    int rc;

    if (w.code == NULL)
        return -ENOMEM;
    put_machine(&w, whet__notice_machine, rules, count);
    if (whet__notice_machine_32 != 0)
        put_machine(&w, whet__notice_machine_32, rules, count);
    put_end(&w, SECCOMP_RET_ALLOW);
    made.code = w.code;
    made.length = w.length;
    rc = check_kernel();
    if (rc == 0 && socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, made.sockets) != 0)
        rc = -errno;
    if (rc == 0)
        *f = made;
    else
        whet__mem_free(w.code);
    return rc;
}

void whet__notice_filter_clear(struct whet_notice_filter *f)
{
    close(f->sockets[0]);
    close(f->sockets[1]);
    whet__mem_free(f->code);
}

/* Who may administer the system needs give up nothing. */
PLAIN static int filter_set(const struct whet_notice_filter *f)
{
    const struct sock_fprog program = {f->length, f->code};
    unsigned flags = f->flags;
    long fd = -1;

    for (int tries = 0; fd < 0 && tries < 3; tries++) {
        fd = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
        if (fd < 0 && errno == EACCES &&
            syscall(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1UL, 0UL, 0UL, 0UL) != 0)
            break;
        if (fd < 0 && errno == EINVAL)
            flags &= ~(unsigned)SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
    }
    return (int)fd;
}

union descriptor {
    char bytes[CMSG_SPACE(sizeof(int))];
    struct cmsghdr head;
};

PLAIN int whet__notice_enter(const struct whet_notice_filter *f)
{
    union descriptor control = {{0}};
    char byte = 0;
    struct iovec data = {&byte, 1};
    const struct msghdr message = {.msg_iov = &data,
                                   .msg_iovlen = 1,
                                   .msg_control = control.bytes,
                                   .msg_controllen = sizeof(control.bytes)};
    int fd = filter_set(f);

    if (fd < 0)
        return errno;
    control.head.cmsg_level = SOL_SOCKET;
    control.head.cmsg_type = SCM_RIGHTS;
    control.head.cmsg_len = CMSG_LEN(sizeof(int));
    *(int *)(void *)CMSG_DATA(&control.head) = fd;
    return syscall(SYS_sendmsg, f->sockets[1], &message, 0) < 0 ? errno : 0;
}

int whet__notice_listener(const struct whet_notice_filter *f)
{
    union descriptor control = {{0}};
    char byte;
    struct iovec data = {&byte, 1};
    struct msghdr message = {.msg_iov = &data,
                             .msg_iovlen = 1,
                             .msg_control = control.bytes,
                             .msg_controllen = sizeof(control.bytes)};
    ssize_t got;
    int fd;

    do
        got = recvmsg(f->sockets[0], &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return -errno;
    /* Without it we have no room for another descriptor. */
    if (message.msg_controllen < CMSG_LEN(sizeof(int)))
        return -EMFILE;
    memcpy(&fd, CMSG_DATA(&control.head), sizeof(fd));
    (void)ioctl(fd, SECCOMP_IOCTL_NOTIF_SET_FLAGS, SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP);
    return fd;
}

int whet__notice_take(int listener, struct whet_notice *out)
{
    struct seccomp_notif n;

    memset(&n, 0, sizeof(n)); /* the kernel wants it so */
    if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &n) != 0)
        return -errno;
    out->id = n.id;
    out->pid = (pid_t)n.pid;
    out->machine = n.data.arch;
    out->number = (uint32_t)n.data.nr;
    for (int i = 0; i < 6; i++)
        out->args[i] = n.data.args[i];
    return 0;
}

int whet__notice_answer(int listener, uint64_t id)
{
    struct seccomp_notif_resp r = {.id = id, .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE};

    return ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &r) == 0 ? 0 : -errno;
}
