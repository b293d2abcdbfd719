/*
 * hostile: peers that a server must put up with.
 *
 *   hostile -p PORT -s SECONDS [-b BURST] KIND COUNT
 *
 * They are there for so many seconds, the time to connect included. With -b so many come at once,
 * and a second later as many more; those who are there go on meanwhile, all in step.
 *
 *   KIND  idle    connects, and says nothing
 *         drip    sends the beginning of a request, then a byte a second
 *         mute    sends half of a request, and nothing more: its host is gone, no FIN ever comes
 *         half    sends half of a request and closes its sending side
 *         slow    asks for many large answers, and reads a byte a second
 *         stream  opens a stream of replies that does not end, and reads nothing of it
 *
 * Prints "ready COUNT after MS ms" when the last are connected and have sent what they begin with,
 * and at the end how many of them the server has closed, and how many were given the beginning of
 * what they asked for (slow, stream).
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* What the first frame of an answer tells: its kind, and whether a reply is in it or a status. */
enum { FRAME_KIND = 8, RESPONSE = 2, DATA = 3, CONTENT = 10, REPLY = 2 << 3 | 2, FIRST = 11 };

enum { HEADER = 10, MESSAGE = 4000, ADDRESS_PEERS = 5000, SLOW_CALLS = 500,
       STREAM_MESSAGES = 1000000 };

static void fail(const char *what) {
    fprintf(stderr, "hostile: %s: %s\n", what, strerror(errno));
    exit(2);
}

static uint64_t now_ms(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000 + (uint64_t)time.tv_nsec / 1000000;
}

/* Echo of MESSAGE bytes by the debug service, or Expand to STREAM_MESSAGES of them. */
static uint8_t request[8192];
static size_t request_size;

static size_t put_field(uint8_t *at, unsigned number, const uint8_t *data, size_t size) {
    size_t start = 0;
    at[start++] = (uint8_t)(number << 3 | 2);
    size_t rest = size;
    do {
        at[start++] = (uint8_t)((rest & 127) | (rest > 127 ? 128 : 0));
        rest >>= 7;
    } while (rest);
    memcpy(at + start, data, size);
    return start + size;
}

static void build_request(bool is_stream) {
    static uint8_t filler[MESSAGE], message[MESSAGE + 16];
    memset(filler, 'x', sizeof filler);
    size_t size = put_field(message, 1, filler, sizeof filler), at = HEADER;
    if (is_stream) {
        message[size++] = 2 << 3;
        for (unsigned rest = STREAM_MESSAGES; rest; rest >>= 7)
            message[size++] = (uint8_t)((rest & 127) | (rest > 127 ? 128 : 0));
    }
    at += put_field(request + at, 1, (const uint8_t *)"remit.debug.v1.EchoService", 26);
    const char *method = is_stream ? "Expand" : "Echo";
    at += put_field(request + at, 2, (const uint8_t *)method, strlen(method));
    at += put_field(request + at, 3, message, size);
    uint32_t length = htonl((uint32_t)(at - HEADER));
    memcpy(request, &length, 4);
    request[8] = 1;
    /* No data frames follow. */
    request[9] = is_stream ? 1 : 0;
    request_size = at;
}

static void set_stream(uint32_t id) {
    id = htonl(id);
    memcpy(request + 4, &id, 4);
}

typedef struct {
    int fd;
    size_t sent, first_size;
    uint8_t first[FIRST];
    bool is_closed;
} Peer;

static int dial(int port, unsigned index, bool is_small) {
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
    struct sockaddr_in own = { .sin_family = AF_INET };
    /* One local address has ports for so many peers. */
    own.sin_addr.s_addr = htonl(INADDR_LOOPBACK + index / ADDRESS_PEERS);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), small = 4096, one = 1;
    if (fd < 0) fail("socket");
    if (is_small) setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    /* The port is chosen by connect: bind's search takes a millisecond when many are taken. */
    if (setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one)) fail("setsockopt");
    if (bind(fd, (void *)&own, sizeof own)) fail("bind");
    if (connect(fd, (void *)&address, sizeof address)) fail("connect");
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    return fd;
}

/* Sends up to `size` more bytes of one request after the other. */
static void send_some(Peer *peer, size_t size, size_t calls) {
    size_t limit = request_size * calls;
    while (size && peer->sent < limit && !peer->is_closed) {
        size_t at = peer->sent % request_size, count = request_size - at;
        set_stream((uint32_t)(peer->sent / request_size) * 2 + 1);
        if (count > size) count = size;
        ssize_t written = send(peer->fd, request + at, count, MSG_NOSIGNAL);
        if (written < 0) {
            if (errno != EAGAIN) peer->is_closed = true;
            return;
        }
        peer->sent += (size_t)written;
        size -= (size_t)written;
    }
}

/* Reads up to `most` bytes, and sees whether the server has closed: not behind what is unread. */
static void receive(Peer *peer, size_t most) {
    char bytes[4096];
    if (peer->is_closed) return;
    ssize_t got = recv(peer->fd, bytes, most < sizeof bytes ? most : sizeof bytes, 0);
    if (got == 0 || (got < 0 && errno != EAGAIN)) peer->is_closed = true;
    for (ssize_t at = 0; at < got && peer->first_size < FIRST; at++)
        peer->first[peer->first_size++] = (uint8_t)bytes[at];
}

/* Whether the first that the server sent is what was asked for. */
static bool is_served(Peer *peer) {
    receive(peer, FIRST - peer->first_size);
    if (peer->first_size < FIRST) return false;
    uint8_t kind = peer->first[FRAME_KIND];
    return kind == DATA || (kind == RESPONSE && peer->first[CONTENT] == REPLY);
}

int main(int argc, char **argv) {
    int port = 0;
    unsigned seconds = 10, burst = UINT32_MAX;
    for (int letter; (letter = getopt(argc, argv, "p:s:b:")) != -1;) switch (letter) {
        case 'p': port = atoi(optarg); break;
        case 's': seconds = (unsigned)atoi(optarg); break;
        case 'b': burst = (unsigned)atoi(optarg); break;
        default: goto usage;
    }
    if (optind + 2 != argc || !port) goto usage;
    const char *kind = argv[optind];
    unsigned count = (unsigned)atoi(argv[optind + 1]);
    bool is_drip = !strcmp(kind, "drip"), is_slow = !strcmp(kind, "slow");
    bool is_half = !strcmp(kind, "half"), is_mute = !strcmp(kind, "mute");
    bool is_stream = !strcmp(kind, "stream"), is_idle = !strcmp(kind, "idle");
    if (!(is_drip || is_slow || is_half || is_mute || is_stream || is_idle)) goto usage;
    if (!count || !burst) goto usage;

    struct rlimit files = { .rlim_cur = count + 64, .rlim_max = count + 64 };
    struct rlimit before;
    getrlimit(RLIMIT_NOFILE, &before);
    if (before.rlim_cur < files.rlim_cur && setrlimit(RLIMIT_NOFILE, &files)) fail("setrlimit");
    signal(SIGPIPE, SIG_IGN);
    build_request(is_stream);
    Peer *peers = calloc(count, sizeof *peers);
    if (!peers) fail("calloc");
    uint64_t begin = now_ms();
    unsigned there = 0;
    while (now_ms() - begin < 1000ull * seconds) {
        for (unsigned index = 0; index < there; index++) {
            if (is_drip) send_some(&peers[index], 1, 1);
            if (is_slow) send_some(&peers[index], SIZE_MAX, SLOW_CALLS);
            if (!is_stream) receive(&peers[index], is_slow ? 1 : 4096);
        }
        unsigned end = count - there > burst ? there + burst : count;
        bool are_all = there < count && end == count;
        for (; there < end; there++) {
            peers[there].fd = dial(port, there, is_slow || is_stream);
            if (is_stream) send_some(&peers[there], SIZE_MAX, 1);
            if (is_slow) send_some(&peers[there], SIZE_MAX, SLOW_CALLS);
            if (is_mute || is_half || is_drip) send_some(&peers[there], request_size / 2, 1);
            if (is_half) shutdown(peers[there].fd, SHUT_WR);
        }
        if (are_all) {
            printf("ready %u after %llu ms\n", count, (unsigned long long)(now_ms() - begin));
            fflush(stdout);
        }
        /* To the beginning of the next second. */
        usleep((useconds_t)(1000 - (now_ms() - begin) % 1000) * 1000);
    }
    unsigned closed = 0, served = 0;
    for (unsigned index = 0; index < there; index++) {
        closed += peers[index].is_closed;
        if (is_slow || is_stream) served += is_served(&peers[index]);
    }
    printf("closed %u\nserved %u\n", closed, served);
    return 0;
usage:
    fprintf(stderr, "usage: hostile -p PORT -s SECONDS [-b BURST] "
                    "idle|drip|mute|half|slow|stream COUNT\n");
    return 2;
}
