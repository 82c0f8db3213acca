/* Ending cleanly when asked to. */
#include "os/signal.h"

#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "os/watch.h"

static atomic_int caught; /* set in a handler, asked by any thread: lock-free (C11 7.17.1) */

static void on_signal(int number)
{
    if (caught == 0) {
        caught = number;
        return;
    }
    /* Someone means it. Nothing that was started goes on without us. The signal is blocked in
     * its handler and comes at its end. */
    whet__watch_kill_all();
    signal(number, SIG_DFL);
    raise(number);
}

static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
static int installed;

void whet__interrupt_install(void)
{
    struct sigaction action = {.sa_handler = on_signal}, old;

    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        if (sigaction(numbers[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
            (void)sigaction(numbers[i], &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    /* Where it is ignored, children vanish before they can be waited for. */
    signal(SIGCHLD, SIG_DFL);
    installed = 1;
}

void whet__interrupt_remove(void)
{
    struct sigaction old;

    if (!installed)
        return;
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        if (sigaction(numbers[i], NULL, &old) == 0 && old.sa_handler == on_signal)
            signal(numbers[i], SIG_DFL);
    signal(SIGPIPE, SIG_DFL);
    installed = 0;
}

int whet__interrupted(void)
{
    return caught;
}

static atomic_int hand;

static void on_hand(int number)
{
    atomic_fetch_add(&hand, number == SIGUSR1 ? 1 : -1);
}

/* What waits to be written goes on: stdio drops what a signal comes between. */
void whet__by_hand_install(void)
{
    struct sigaction action = {.sa_handler = on_hand, .sa_flags = SA_RESTART};

    sigemptyset(&action.sa_mask);
    (void)sigaction(SIGUSR1, &action, NULL);
    (void)sigaction(SIGUSR2, &action, NULL);
}

int whet__by_hand(void)
{
    return atomic_exchange(&hand, 0);
}

static atomic_int suspend; /* likewise */
static int suspend_installed, suspend_breaks;

static void on_suspend(int number)
{
    (void)number;
    suspend = 1;
}

void whet__suspend_install(void)
{
    struct sigaction action = {.sa_handler = on_suspend,
                               .sa_flags = suspend_breaks ? 0 : SA_RESTART};
    struct sigaction old;

    if (sigaction(SIGTSTP, NULL, &old) != 0 || old.sa_handler == SIG_IGN)
        return;
    sigemptyset(&action.sa_mask);
    suspend_installed = sigaction(SIGTSTP, &action, NULL) == 0;
}

void whet__suspend_remove(void)
{
    if (suspend_installed)
        signal(SIGTSTP, SIG_DFL);
    suspend_installed = 0;
}

void whet__suspend_breaks(int on)
{
    suspend_breaks = on;
    if (suspend_installed)
        whet__suspend_install();
}

int whet__suspend_asked(void)
{
    return atomic_exchange(&suspend, 0);
}

void whet__suspend_self(void)
{
    signal(SIGTSTP, SIG_DFL);
    raise(SIGTSTP);
    if (suspend_installed)
        whet__suspend_install();
}

const char *whet__signal_name(int number)
{
    static _Thread_local char text[24];
    const char *name = sigabbrev_np(number);

    if (name != NULL)
        snprintf(text, sizeof(text), "SIG%s", name);
    else
        snprintf(text, sizeof(text), "signal %d", number);
    return text;
}
