/* Numbers of threads, and the kernel's barrier among them. Load: a number is taken once in a
 * thread's life and looked at tens of millions of times a second; the barrier interrupts all
 * processors that this process runs on, and is for what happens a few times a minute. */
#include "os/thread_number.h"

#include <errno.h>
#include <linux/membarrier.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

static atomic_ullong taken;  /* a bit per number */
static pthread_key_t at_end; /* its value is whet__thread_own */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static int no_key;

_Thread_local unsigned whet__thread_own;

/* A key's destructor that runs after this one may still ask for the number: it has none then.
 */
static void give_back(void *number)
{
    whet__thread_own = WHET_THREAD_NUMBERS + 1;
    atomic_fetch_and(&taken, ~(UINT64_C(1) << ((uintptr_t)number - 1)));
}

/* In the child of a fork: the numbers of the parent's other threads are free. Where this is
 * not called they are lost to it, and no more than that. */
static void keep_own(void)
{
    int is_given = whet__thread_own != 0 && whet__thread_own <= WHET_THREAD_NUMBERS;

    atomic_store(&taken, is_given ? UINT64_C(1) << (whet__thread_own - 1) : 0);
}

static void make_key(void)
{
    no_key = pthread_key_create(&at_end, give_back);
    (void)pthread_atfork(NULL, NULL, keep_own);
}

static unsigned take(void)
{
    unsigned long long now = atomic_load(&taken);
    unsigned number;

    (void)pthread_once(&once, make_key);
    if (no_key)
        return WHET_THREAD_NUMBERS;
    do {
        if (~now == 0)
            return WHET_THREAD_NUMBERS;
        number = (unsigned)__builtin_ctzll(~now);
    } while (!atomic_compare_exchange_weak(&taken, &now, now | UINT64_C(1) << number));
    if (pthread_setspecific(at_end, (void *)(uintptr_t)(number + 1)) != 0) {
        atomic_fetch_and(&taken, ~(UINT64_C(1) << number));
        return WHET_THREAD_NUMBERS;
    }
    return number;
}

unsigned whet__thread_number(void)
{
    if (whet__thread_own == 0)
        whet__thread_own = take() + 1;
    return whet__thread_own - 1;
}

static int ask_kernel(int command)
{
    return syscall(SYS_membarrier, command, 0, 0) == 0 ? 0 : -errno;
}

int whet__thread_barrier_init(void)
{
    return ask_kernel(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED);
}

int whet__thread_barrier(void)
{
    int rc = ask_kernel(MEMBARRIER_CMD_PRIVATE_EXPEDITED);

    if (rc == 0 || whet__thread_barrier_init() != 0)
        return rc;
    return ask_kernel(MEMBARRIER_CMD_PRIVATE_EXPEDITED);
}
