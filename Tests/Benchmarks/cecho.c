/* A one-thread epoll ttRPC unary echo: the physical limit for this wire. It parses the request's
 * envelope and answers with the payload; all replies for one read() leave in one write().
 *
 *   cc -O2 -o cecho cecho.c && ./cecho PORT        (0: any; it prints which)
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HEADER = 10, MAX_DATA = 65536 };

static const char service[] = "remit.debug.v1.EchoService", method[] = "Echo";

typedef struct {
    int fd;
    size_t in_count, out_count, out_written;
    uint8_t in[1 << 18], out[1 << 19];
} Connection;

typedef struct { const uint8_t *start; uint64_t count; } Bytes;

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static uint32_t get32(const uint8_t *p) {
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void put32(uint8_t *p, uint32_t v) {
    p[0] = (uint8_t)(v >> 24);
    p[1] = (uint8_t)(v >> 16);
    p[2] = (uint8_t)(v >> 8);
    p[3] = (uint8_t)v;
}

static int varint(const uint8_t **p, const uint8_t *end, uint64_t *value) {
    *value = 0;
    for (unsigned shift = 0; *p < end && shift < 64; shift += 7) {
        uint8_t byte = *(*p)++;
        *value |= (uint64_t)(byte & 127) << shift;
        if (byte < 128) return 1;
    }
    return 0;
}

/* Service, method and payload of a request: its first three fields. */
static int parse(const uint8_t *p, const uint8_t *end, Bytes fields[3]) {
    uint64_t key, value;
    while (p < end) {
        if (!varint(&p, end, &key) || !varint(&p, end, &value)) return 0;
        if ((key & 7) == 0) continue;
        if ((key & 7) != 2 || value > (uint64_t)(end - p)) return 0;
        if (key >> 3 >= 1 && key >> 3 <= 3) fields[(key >> 3) - 1] = (Bytes){p, value};
        p += value;
    }
    return 1;
}

static int is(Bytes text, const char *name) {
    return text.count == strlen(name) && !memcmp(text.start, name, text.count);
}

/* Appends the reply to the request whose header stands at `header`. */
static void answer(Connection *c, const uint8_t *header, uint32_t length) {
    static const uint8_t unimplemented[] = {0x0a, 0x02, 0x08, 0x0c};
    Bytes fields[3] = {{0}};
    const uint8_t *data = header + HEADER;
    if (!parse(data, data + length, fields)) fail("a request that cannot be parsed");
    uint8_t *reply = c->out + c->out_count, *p = reply + HEADER;
    if (is(fields[0], service) && is(fields[1], method)) {
        uint64_t rest = fields[2].count;
        *p++ = 0x12;
        for (; rest > 127; rest >>= 7) *p++ = (uint8_t)(rest | 128);
        *p++ = (uint8_t)rest;
        if (fields[2].count) memcpy(p, fields[2].start, fields[2].count);
        p += fields[2].count;
    } else {
        memcpy(p, unimplemented, sizeof unimplemented);
        p += sizeof unimplemented;
    }
    put32(reply, (uint32_t)(p - reply - HEADER));
    memcpy(reply + 4, header + 4, 4);
    reply[8] = 2;
    reply[9] = 0;
    c->out_count += (size_t)(p - reply);
}

/* Reads once and answers what is there as a whole; 0 when the peer is gone. */
static int serve(Connection *c) {
    ssize_t n = read(c->fd, c->in + c->in_count, sizeof c->in - c->in_count);
    if (n <= 0) return n < 0 && errno == EAGAIN;
    c->in_count += (size_t)n;
    size_t at = 0;
    while (c->in_count - at >= HEADER) {
        uint32_t length = get32(c->in + at);
        if (length > MAX_DATA) fail("a frame that is too long");
        if (c->in_count - at - HEADER < length) break;
        if (c->in[at + 8] == 1) answer(c, c->in + at, length);
        at += HEADER + length;
    }
    memmove(c->in, c->in + at, c->in_count - at);
    c->in_count -= at;
    return 1;
}

/* Writes what there is, as far as the socket takes it. */
static void flush(Connection *c) {
    while (c->out_written < c->out_count) {
        ssize_t n = write(c->fd, c->out + c->out_written, c->out_count - c->out_written);
        if (n < 0) return;
        c->out_written += (size_t)n;
    }
    c->out_written = c->out_count = 0;
}

static void watch(int set, int operation, int fd, uint32_t events, Connection *c) {
    struct epoll_event event = {.events = events, .data.ptr = c};
    if (epoll_ctl(set, operation, fd, &event)) fail("epoll_ctl");
}

static void accept_one(int set, int listener) {
    int one = 1, fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
    if (fd < 0) return;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    Connection *c = malloc(sizeof *c);
    if (!c) fail("malloc");
    c->fd = fd;
    c->in_count = c->out_count = c->out_written = 0;
    watch(set, EPOLL_CTL_ADD, fd, EPOLLIN, c);
}

static int listen_on(uint16_t port) {
    int one = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(fd, (void *)&address, sizeof address) || listen(fd, 128)) fail("listen");
    if (getsockname(fd, (void *)&address, &size)) fail("getsockname");
    printf("ready %d\n", ntohs(address.sin_port));
    fflush(stdout);
    return fd;
}

int main(int count, char **arguments) {
    signal(SIGPIPE, SIG_IGN);
    int listener = listen_on((uint16_t)(count > 1 ? atoi(arguments[1]) : 0));
    int set = epoll_create1(0);
    struct epoll_event events[64];
    watch(set, EPOLL_CTL_ADD, listener, EPOLLIN, NULL);
    for (;;) {
        int n = epoll_wait(set, events, 64, -1);
        for (int i = 0; i < n; i++) {
            Connection *c = events[i].data.ptr;
            if (!c) {
                accept_one(set, listener);
                continue;
            }
            /* A peer that does not take its replies is not read. */
            if (events[i].events & EPOLLIN && c->out_count == 0 && !serve(c)) {
                close(c->fd);
                free(c);
                continue;
            }
            flush(c);
            int is_full = c->out_count > 0;
            if (is_full || events[i].events & EPOLLOUT)
                watch(set, EPOLL_CTL_MOD, c->fd, is_full ? EPOLLOUT : EPOLLIN, c);
        }
    }
}
