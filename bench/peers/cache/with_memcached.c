/* The text protocol over one connection per thread. */
#include <arpa/inet.h>
#include <inttypes.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "work.h"

static int port;

void peer_open(size_t entries, const char *argument)
{
    (void)entries; /* the server was told */
    port = argument != NULL ? atoi(argument) : 0;
}

void *peer_attach(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int *fd = malloc(sizeof(*fd));
    int on = 1;

    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    *fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(*fd, (struct sockaddr *)&at, sizeof(at)) != 0)
        abort();
    setsockopt(*fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    return fd;
}

/* Sends a line and reads an answer up to `end`. */
static void exchange(int fd, const char *text, size_t len, char *answer, size_t room,
                     const char *end, const char * or)
{
    size_t have = 0;

    if (write(fd, text, len) != (ssize_t)len)
        abort();
    do {
        ssize_t got = read(fd, answer + have, room - 1 - have);

        if (got <= 0)
            abort();
        have += (size_t)got;
        answer[have] = '\0';
    } while (strstr(answer, end) == NULL && strstr(answer, or) == NULL);
}

int peer_get(void *attached, uint64_t key, uint64_t *value)
{
    char text[64], answer[256];
    int len = snprintf(text, sizeof(text), "get %" PRIx64 "\r\n", key);

    exchange(*(int *)attached, text, (size_t)len, answer, sizeof(answer), "END\r\n", "ERROR");
    return sscanf(answer, "VALUE %*s %*u %*u\r\n%" SCNx64, value) == 1;
}

void peer_put(void *attached, uint64_t key, uint64_t value)
{
    char text[128], answer[64];
    int len = snprintf(text, sizeof(text), "set %" PRIx64 " 0 0 16\r\n%016" PRIx64 "\r\n", key,
                       value);

    exchange(*(int *)attached, text, (size_t)len, answer, sizeof(answer), "\r\n", "ERROR");
}
