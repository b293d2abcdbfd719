/*
 * openload: load on a server of the debug service, from outside and in phases.
 *
 *   openload -p PORT [-c CONNECTIONS] [-b BUSY_US] [-k COMMITS] [-n BYTES] [-T TIMEOUT_MS]
 *            [-e] [-s] [-w WINDOW_MS] [-S SERVICE -M METHOD -f FILE] [-m KEY=VALUE]... [-P SERVER_PID] PHASE...
 *
 * Calls Work, or with -e Echo; or any method, with the message in a file: the first run of '#' in it
 * is a number that no call before had. All with the metadata of -m.
 *
 *   PHASE  closed:OUTSTANDING:SECONDS   so many calls at once, a new one for each answer
 *          open:RATE:SECONDS            so many calls a second, whatever is answered
 *          pause:SECONDS                nothing
 *
 * An open phase is a Poisson stream with a fixed seed. A call's latency runs from the moment it was
 * due, not from when it could be written: a server that stalls is not spared the calls that had to
 * wait for it. A call is good when it succeeded within the time-out, if there is one.
 *
 * Between the calls of an open phase it spins, so as to send each when it is due; with -s it
 * sleeps, and leaves the core to whoever shares it.
 *
 * Prints one line of KEY=VALUE for each phase. "p99_by_window_ms" has a number for each second, or
 * each -w milliseconds, in which calls of the phase were due: one call in a hundred of those was
 * answered later. A call that was refused, failed, was not answered until DRAIN_MS after the phase or
 * could not be sent counts as NOT_SERVED_MS.
 * "begin_ns" is when the phase began (CLOCK_MONOTONIC).
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <math.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    HEADER = 10,
    MAX_FRAME = 4 << 20,
    SLOTS = 1 << 16,          /* calls that one connection may wait for */
    MAX_OUT = 8 << 20,        /* bytes that one connection may have unwritten */
    MAX_SECONDS = 600,
    MAX_WINDOWS = 2400,
    NOT_SERVED_MS = 100000,   /* longer than any call waits */
    DRAIN_MS = 2000           /* how long the last answers are waited for */
};

static void die(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    exit(2);
}

static uint64_t now_ns(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static void *allocate(size_t size) {
    void *memory = calloc(1, size);
    if (!memory) die("no memory");
    return memory;
}

/* ---- latencies: 32 steps for each power of two */

enum { STEP_BITS = 5, BUCKETS = 64 << STEP_BITS };

typedef struct { uint64_t buckets[BUCKETS], count; } Histogram;

static unsigned bucket_of(uint64_t value) {
    if (value < 1u << STEP_BITS) return (unsigned)value;
    unsigned shift = 63 - STEP_BITS - (unsigned)__builtin_clzll(value);
    return ((shift + 1) << STEP_BITS) + (unsigned)(value >> shift & ((1u << STEP_BITS) - 1));
}

static double value_of(unsigned bucket) {
    if (bucket < 1u << STEP_BITS) return bucket;
    unsigned shift = (bucket >> STEP_BITS) - 1;
    return ((double)((1u << STEP_BITS) + (bucket & ((1u << STEP_BITS) - 1))) + 0.5) *
           (double)(1ull << shift);
}

static void record(Histogram *histogram, uint64_t ns) {
    histogram->buckets[bucket_of(ns)]++;
    histogram->count++;
}

static double quantile_ms(const Histogram *histogram, double q) {
    uint64_t rank = (uint64_t)(q * (double)histogram->count), seen = 0;
    for (unsigned bucket = 0; bucket < BUCKETS; bucket++)
        if ((seen += histogram->buckets[bucket]) > rank) return value_of(bucket) / 1e6;
    return 0;
}

/* ---- the request */

static struct {
    int port;
    unsigned connections, busy_us, commits, bytes;
    uint64_t timeout_ns, window_ns;
    int server_pid;
    bool echoes, sleeps;
    const char *service, *method, *message_file;
    const char *metadata[8];
    unsigned metadata_count;
} option = { .port = 7001, .connections = 16, .bytes = 100,
             .window_ns = 1000000000u,
             .service = "remit.debug.v1.EchoService" };

static uint8_t frame[1 << 17];
static size_t frame_size;
/* Where each call has a number of its own; nothing when it has none. */
static uint8_t *number;
static size_t number_size;
static uint64_t next_number;

static size_t put_varint(uint8_t *at, uint64_t value) {
    size_t size = 0;
    do {
        at[size++] = (uint8_t)((value & 127) | (value > 127 ? 128 : 0));
        value >>= 7;
    } while (value);
    return size;
}

static void put_field(unsigned number, const void *data, size_t size) {
    frame_size += put_varint(frame + frame_size, number << 3 | 2);
    frame_size += put_varint(frame + frame_size, size);
    memcpy(frame + frame_size, data, size);
    frame_size += size;
}

static void put_number(unsigned number, uint64_t value) {
    frame_size += put_varint(frame + frame_size, number << 3);
    frame_size += put_varint(frame + frame_size, value);
}

/* The metadata "KEY=VALUE". */
static void put_pair(const char *text) {
    const char *equals = strchr(text, '=');
    if (!equals || strlen(text) > 120) die("metadata is KEY=VALUE, at most 120 bytes: %s", text);
    size_t key = (size_t)(equals - text), value = strlen(equals + 1);
    uint8_t pair[128];
    size_t size = 0;
    pair[size++] = 1 << 3 | 2;
    pair[size++] = (uint8_t)key;
    memcpy(pair + size, text, key);
    size += key;
    pair[size++] = 2 << 3 | 2;
    pair[size++] = (uint8_t)value;
    memcpy(pair + size, equals + 1, value);
    put_field(5, pair, size + value);
}

static void put32(uint8_t *at, uint32_t value) {
    uint32_t big = htonl(value);
    memcpy(at, &big, 4);
}

static uint32_t get32(const uint8_t *at) {
    uint32_t big;
    memcpy(&big, at, 4);
    return ntohl(big);
}

/* The request's message, into `message`. */
static size_t build_message(uint8_t *message, size_t room) {
    if (option.message_file) {
        FILE *file = fopen(option.message_file, "rb");
        if (!file) die("%s: %s", option.message_file, strerror(errno));
        size_t size = fread(message, 1, room, file);
        if (size == room || ferror(file)) die("%s cannot be sent", option.message_file);
        fclose(file);
        return size;
    }
    static uint8_t filler[1 << 16];
    if (option.bytes > sizeof filler - 64) die("-n is at most %zu", sizeof filler - 64);
    memset(filler, 'x', sizeof filler);
    /* In the frame's own memory. */
    frame_size = 0;
    put_field(1, filler, option.bytes);
    if (option.busy_us) put_number(2, option.busy_us);
    if (option.commits) put_number(3, option.commits);
    memcpy(message, frame, frame_size);
    return frame_size;
}

static void build_request(void) {
    static uint8_t message[1 << 16];
    size_t size = build_message(message, sizeof message);
    frame_size = HEADER;
    put_field(1, option.service, strlen(option.service));
    put_field(2, option.method, strlen(option.method));
    put_field(3, message, size);
    if (option.timeout_ns) put_number(4, option.timeout_ns);
    for (unsigned index = 0; index < option.metadata_count; index++)
        put_pair(option.metadata[index]);
    put32(frame, (uint32_t)(frame_size - HEADER));
    frame[8] = 1;
    if (!option.message_file) return;
    number = memchr(frame + HEADER, '#', frame_size - HEADER);
    while (number && number + number_size < frame + frame_size && number[number_size] == '#')
        number_size++;
    if (number && number_size < 20) die("a number takes at least 20 '#'");
    struct timespec time;
    clock_gettime(CLOCK_REALTIME, &time);
    next_number = (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

/* Gives the frame the next number. */
static void count_up(void) {
    uint64_t rest = next_number++;
    for (size_t index = number_size; index > 0; index--, rest /= 10)
        number[index - 1] = (uint8_t)('0' + rest % 10);
}

/* ---- connections */

typedef struct {
    int fd;
    uint32_t next_id;
    unsigned waiting;
    bool is_dirty, waits_for_room;
    uint64_t due[SLOTS];      /* when each call was due; 0 for a free slot */
    uint8_t *out;
    size_t out_size, out_start;
    uint8_t *in;
    size_t in_size, in_room;
} Connection;

static Connection *connections;
static int poller;

static Connection **dirty;
static unsigned dirty_count;

/* ---- a phase */

static struct {
    uint64_t begin, sent, good, late, refused, expired, failed, unwritten, without_delay;
    Histogram ok, refusal;
    bool is_closed, is_over;
} phase;

/* Of the phase's windows: what the calls took that were due in each. */
static Histogram windows[MAX_WINDOWS];

static void record_in_window(uint64_t due, uint64_t ns) {
    uint64_t window = (due - phase.begin) / option.window_ns;
    if (window < MAX_WINDOWS) record(&windows[window], ns);
}

static bool send_call(Connection *connection, uint64_t due) {
    uint32_t id = connection->next_id;
    unsigned slot = (id >> 1) % SLOTS;
    if (connection->due[slot] || connection->out_size + frame_size > MAX_OUT) {
        phase.unwritten++;
        record_in_window(due, NOT_SERVED_MS * 1000000ull);
        return false;
    }
    if (number_size) count_up();
    connection->next_id += 2;
    if (connection->next_id > 0x7fffff00) die("a connection's stream ids are used up");
    memcpy(connection->out + connection->out_size, frame, frame_size);
    put32(connection->out + connection->out_size + 4, id);
    connection->out_size += frame_size;
    connection->due[slot] = due;
    connection->waiting++;
    phase.sent++;
    if (!connection->is_dirty) {
        connection->is_dirty = true;
        dirty[dirty_count++] = connection;
    }
    return true;
}

static void flush_one(Connection *connection) {
    while (connection->out_start < connection->out_size) {
        ssize_t written = write(connection->fd, connection->out + connection->out_start,
                                connection->out_size - connection->out_start);
        if (written < 0) {
            if (errno == EINTR) continue;
            if (errno == EAGAIN) break;
            die("write: %s", strerror(errno));
        }
        connection->out_start += (size_t)written;
    }
    if (connection->out_start) {
        memmove(connection->out, connection->out + connection->out_start,
                connection->out_size - connection->out_start);
        connection->out_size -= connection->out_start;
        connection->out_start = 0;
    }
    bool waits = connection->out_size > 0;
    if (waits != connection->waits_for_room) {
        struct epoll_event event = { .events = EPOLLIN | (waits ? EPOLLOUT : 0),
                                     .data.ptr = connection };
        epoll_ctl(poller, EPOLL_CTL_MOD, connection->fd, &event);
        connection->waits_for_room = waits;
    }
}

static void flush_all(void) {
    for (unsigned index = 0; index < dirty_count; index++) {
        dirty[index]->is_dirty = false;
        flush_one(dirty[index]);
    }
    dirty_count = 0;
}

/* The code of a response's status: field 1 of field 1. */
static uint64_t status_code(const uint8_t *data, size_t size) {
    if (size < 2 || data[0] != 0x0a) return 0;
    size_t at = 1;
    while (at < size && data[at] & 128) at++;
    at++;
    return at + 1 < size && data[at] == 0x08 ? data[at + 1] : 2;
}

static void answered(Connection *connection, uint32_t id, const uint8_t *data, size_t size,
                     uint64_t now) {
    unsigned slot = (id >> 1) % SLOTS;
    uint64_t due = connection->due[slot];
    if (!due) die("an answer to no call (%u)", id);
    connection->due[slot] = 0;
    connection->waiting--;
    uint64_t took = now > due ? now - due : 0, code = status_code(data, size);
    if (due < phase.begin) return; /* of the phase before */
    switch (code) {
    case 0:
        if (option.timeout_ns && took > option.timeout_ns) phase.late++;
        else phase.good++;
        record(&phase.ok, took);
        break;
    case 8:
        phase.refused++;
        record(&phase.refusal, took);
        if (!memmem(data, size, "RetryInfo", 9)) phase.without_delay++;
        break;
    case 4: phase.expired++; break;
    default: phase.failed++; break;
    }
    record_in_window(due, code ? NOT_SERVED_MS * 1000000ull : took);
    if (phase.is_closed && !phase.is_over) send_call(connection, now);
}

static void readable(Connection *connection) {
    for (;;) {
        if (connection->in_room - connection->in_size < 1 << 16) {
            connection->in_room = connection->in_room ? connection->in_room * 2 : 1 << 18;
            connection->in = realloc(connection->in, connection->in_room);
            if (!connection->in) die("no memory");
        }
        size_t room = connection->in_room - connection->in_size;
        ssize_t got = read(connection->fd, connection->in + connection->in_size, room);
        if (got == 0) die("the server closed a connection with %u calls", connection->waiting);
        if (got < 0) {
            if (errno == EINTR) continue;
            if (errno == EAGAIN) return;
            die("read: %s", strerror(errno));
        }
        uint64_t now = now_ns();
        connection->in_size += (size_t)got;
        size_t at = 0;
        while (connection->in_size - at >= HEADER) {
            const uint8_t *header = connection->in + at;
            uint32_t size = get32(header);
            if (size > MAX_FRAME) die("a frame of %u bytes", size);
            if (connection->in_size - at - HEADER < size) break;
            if (header[8] == 2) answered(connection, get32(header + 4), header + HEADER, size, now);
            at += HEADER + size;
        }
        memmove(connection->in, connection->in + at, connection->in_size - at);
        connection->in_size -= at;
        if ((size_t)got < room) return;
    }
}

static void poll_once(uint64_t timeout_ns) {
    struct epoll_event events[256];
    struct timespec timeout = { .tv_sec = (time_t)(timeout_ns / 1000000000u),
                                .tv_nsec = (long)(timeout_ns % 1000000000u) };
    int count = epoll_pwait2(poller, events, 256, &timeout, NULL);
    for (int index = 0; index < count; index++) {
        Connection *connection = events[index].data.ptr;
        if (events[index].events & EPOLLOUT) flush_one(connection);
        if (events[index].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) readable(connection);
    }
}

static void dial(Connection *connection) {
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)option.port),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int one = 1;
    connection->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connection->fd < 0 || connect(connection->fd, (void *)&address, sizeof address))
        die("connect: %s", strerror(errno));
    setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    fcntl(connection->fd, F_SETFL, fcntl(connection->fd, F_GETFL) | O_NONBLOCK);
    connection->next_id = 1;
    connection->out = allocate(MAX_OUT);
    struct epoll_event event = { .events = EPOLLIN, .data.ptr = connection };
    if (epoll_ctl(poller, EPOLL_CTL_ADD, connection->fd, &event)) die("epoll_ctl");
}

/* ---- what is known of the server */

static double server_cpu(void) {
    char path[64], line[1024];
    unsigned long long user = 0, system = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", option.server_pid);
    FILE *file = fopen(path, "r");
    if (!file || !fgets(line, sizeof line, file)) die("no process %d", option.server_pid);
    fclose(file);
    char *end = strrchr(line, ')');
    if (!end || sscanf(end + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu", &user,
                       &system) != 2)
        die("%s cannot be read", path);
    return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

static long server_memory_kib(void) {
    char path[64], line[256];
    long kib = 0;
    snprintf(path, sizeof path, "/proc/%d/status", option.server_pid);
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "VmRSS: %ld kB", &kib) == 1) break;
    if (file) fclose(file);
    return kib;
}

/* ---- phases */

static double uniform(void) {
    static uint64_t state = 0x9e3779b97f4a7c15ull;
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (double)(state >> 11) / (double)(1ull << 53);
}

static unsigned waiting(void) {
    unsigned sum = 0;
    for (unsigned index = 0; index < option.connections; index++) sum += connections[index].waiting;
    return sum;
}

static void record_unanswered(void) {
    for (unsigned index = 0; index < option.connections; index++)
        for (unsigned slot = 0; slot < SLOTS && connections[index].waiting; slot++) {
            uint64_t due = connections[index].due[slot];
            if (due >= phase.begin) record_in_window(due, NOT_SERVED_MS * 1000000ull);
        }
}

static void print_windows(double took) {
    double all = round(took * 1e9 / (double)option.window_ns);
    unsigned count = all < MAX_WINDOWS ? (unsigned)all : MAX_WINDOWS;
    printf(" p99_by_window_ms=");
    for (unsigned window = 0; window < count; window++)
        printf("%s%.3f", window ? "," : "", quantile_ms(&windows[window], .99));
    printf("\n");
}

static void run_phase(const char *text) {
    char kind[16];
    double amount = 0, seconds = 0;
    if (sscanf(text, "pause:%lf", &seconds) == 1) strcpy(kind, "pause");
    else if (sscanf(text, "%15[a-z]:%lf:%lf", kind, &amount, &seconds) != 3)
        die("no phase: %s", text);
    bool is_closed = !strcmp(kind, "closed"), is_pause = !strcmp(kind, "pause");
    if (!is_closed && !is_pause && strcmp(kind, "open")) die("no phase: %s", text);
    if (seconds <= 0 || seconds > MAX_SECONDS || (!is_pause && amount < 1)) die("no phase: %s", text);

    memset(&phase, 0, sizeof phase);
    memset(windows, 0, sizeof windows);
    phase.is_closed = is_closed;
    phase.begin = now_ns();
    double cpu = option.server_pid ? server_cpu() : 0;
    uint64_t end = phase.begin + (uint64_t)(seconds * 1e9), now = phase.begin;
    if (is_closed) {
        for (unsigned index = 0; index < (unsigned)amount; index++)
            send_call(&connections[index % option.connections], now);
        flush_all();
        while ((now = now_ns()) < end) {
            poll_once(0);
            flush_all();
        }
    } else if (is_pause) {
        while ((now = now_ns()) < end) poll_once(1000000);
    } else {
        double due = (double)phase.begin;
        unsigned turn = 0;
        while ((now = now_ns()) < end) {
            while (due <= (double)now) {
                send_call(&connections[turn++ % option.connections], (uint64_t)due);
                due -= log(1 - uniform()) * 1e9 / amount;
            }
            flush_all();
            double rest = (due < (double)end ? due : (double)end) - (double)now_ns();
            poll_once(option.sleeps && rest > 0 ? (uint64_t)rest : 0);
        }
    }
    phase.is_over = true;
    double took = (double)(now - phase.begin) / 1e9;
    double used = option.server_pid ? (server_cpu() - cpu) / took : 0;
    /* What was sent is answered before the next phase is judged. */
    for (uint64_t limit = now_ns() + DRAIN_MS * 1000000ull; waiting() && now_ns() < limit;)
        poll_once(1000000);
    record_unanswered();
    printf("phase=%s sent=%.0f good=%.0f refused=%.0f late=%.0f expired=%.0f failed=%llu "
           "unwritten=%llu unanswered=%u ok_p50_ms=%.3f ok_p99_ms=%.3f refused_p50_ms=%.3f "
           "refused_p99_ms=%.3f without_delay=%llu server_cpu=%.2f server_rss_kib=%ld "
           "begin_ns=%llu",
           text, (double)phase.sent / took, (double)phase.good / took, (double)phase.refused / took,
           (double)phase.late / took, (double)phase.expired / took,
           (unsigned long long)phase.failed, (unsigned long long)phase.unwritten, waiting(),
           quantile_ms(&phase.ok, .5), quantile_ms(&phase.ok, .99),
           quantile_ms(&phase.refusal, .5), quantile_ms(&phase.refusal, .99),
           (unsigned long long)phase.without_delay, used,
           option.server_pid ? server_memory_kib() : 0, (unsigned long long)phase.begin);
    print_windows(took);
    fflush(stdout);
}

static const char usage[] = "usage: openload -p PORT [-c -b -k -n -T -P -e -s -w -m -S -M -f] PHASE...";

int main(int argc, char **argv) {
    for (int letter; (letter = getopt(argc, argv, "p:c:b:k:n:T:P:m:esw:S:M:f:")) != -1;) switch (letter) {
        case 'p': option.port = atoi(optarg); break;
        case 'c': option.connections = (unsigned)atoi(optarg); break;
        case 'b': option.busy_us = (unsigned)atoi(optarg); break;
        case 'k': option.commits = (unsigned)atoi(optarg); break;
        case 'n': option.bytes = (unsigned)atoi(optarg); break;
        case 'T': option.timeout_ns = (uint64_t)atol(optarg) * 1000000u; break;
        case 'P': option.server_pid = atoi(optarg); break;
        case 'e': option.echoes = true; break;
        case 'w': option.window_ns = (uint64_t)atol(optarg) * 1000000u; break;
        case 's': option.sleeps = true; break;
        case 'S': option.service = optarg; break;
        case 'M': option.method = optarg; break;
        case 'f': option.message_file = optarg; break;
        case 'm':
            if (option.metadata_count == 8) die("too much metadata");
            option.metadata[option.metadata_count++] = optarg;
            break;
        default: die(usage);
    }
    if (optind == argc || !option.window_ns || !option.connections || option.connections > 4096) die(usage);
    if (!option.method) option.method = option.echoes ? "Echo" : "Work";
    signal(SIGPIPE, SIG_IGN);
    /* Sleeps end when they should, not up to 50 us later. */
    prctl(PR_SET_TIMERSLACK, 1);
    build_request();
    if ((poller = epoll_create1(EPOLL_CLOEXEC)) < 0) die("epoll");
    connections = allocate(option.connections * sizeof *connections);
    dirty = allocate(option.connections * sizeof *dirty);
    for (unsigned index = 0; index < option.connections; index++) dial(&connections[index]);
    for (int index = optind; index < argc; index++) run_phase(argv[index]);
    return 0;
}
