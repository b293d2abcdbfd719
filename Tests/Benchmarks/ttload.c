/*
 * ttload - closed-loop load generator for servers that speak the ttRPC wire.
 *
 * One thread, one epoll set, C connections, each keeping N unary requests
 * outstanding (pipelined on one TCP stream).  Every reply is matched to its
 * request by stream id, its status is checked, and its latency recorded.
 *
 * Wire (big endian):  u32 length | u32 stream id | u8 type | u8 flags | data
 *   type 1 request : {1:service 2:method 3:payload 4:timeout_nano 5:{1:key 2:value}*}
 *   type 2 response: {1:{1:code 2:message 3:details*} 2:payload}
 * Client stream ids are odd and strictly increasing on a connection.
 *
 *   cc -O2 -Wall -Wextra -o ttload ttload.c
 *   ./ttload -p 7000 -c 8 -o 32 -t 5 -M Echo -f payload.bin
 *
 * Latency runs from just before the write() that carries the request to just
 * after the read() that carries its reply.  It is a closed loop: a server that
 * stalls also stops the clients, so compare tails only at equal settings.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netdb.h>
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
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { HDR = 10, MAX_DATA = 4 << 20, SLOTS = 1 << 14, RBUF = 1 << 18 };

/* ---------- small helpers ---------- */

static void die(const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
    exit(2);
}

static uint64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void *xalloc(size_t n) {
    void *p = calloc(1, n ? n : 1);
    if (!p) die("out of memory");
    return p;
}

static uint32_t get32(const uint8_t *p) {
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void put32(uint8_t *p, uint32_t v) {
    p[0] = v >> 24; p[1] = v >> 16; p[2] = v >> 8; p[3] = v;
}

/* CPU seconds used so far by a whole process (all its threads), from /proc. */
static double process_cpu(int pid) {
    char path[64], line[1024];
    unsigned long long ut = 0, st = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    FILE *f = fopen(path, "r");
    if (!f || !fgets(line, sizeof line, f)) die("cannot read %s", path);
    fclose(f);
    char *p = strrchr(line, ')');     /* the name may hold spaces */
    const char *format = " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu";
    if (!p || sscanf(p + 1, format, &ut, &st) != 2)
        die("cannot parse %s", path);
    return (double)(ut + st) / (double)sysconf(_SC_CLK_TCK);
}

static double cpu_seconds(const struct rusage *u) {
    return (double)(u->ru_utime.tv_sec + u->ru_stime.tv_sec) +
           (double)(u->ru_utime.tv_usec + u->ru_stime.tv_usec) / 1e6;
}

static long process_rss_kb(int pid) {
    char path[64], line[256];
    long kb = 0;
    snprintf(path, sizeof path, "/proc/%d/status", pid);
    FILE *f = fopen(path, "r");
    while (f && fgets(line, sizeof line, f))
        if (sscanf(line, "VmRSS: %ld kB", &kb) == 1) break;
    if (f) fclose(f);
    return kb;
}

/* ---------- latency histogram: 64 steps per power of two, <1.6 % error ---------- */

enum { SUB = 6, BUCKETS = (64 - SUB + 1) << SUB };
static uint64_t hist[BUCKETS], hist_n, hist_sum, hist_max;

static unsigned bucket_of(uint64_t v) {
    if (v < (1u << SUB)) return (unsigned)v;
    unsigned top = 63 - (unsigned)__builtin_clzll(v);
    return ((top - SUB + 1) << SUB) + (unsigned)((v >> (top - SUB)) & ((1u << SUB) - 1));
}

static double bucket_mid(unsigned b) {
    if (b < (1u << SUB)) return b;
    unsigned shift = (b >> SUB) - 1;
    return ((double)((1u << SUB) + (b & ((1u << SUB) - 1))) + 0.5) * (double)(1ull << shift);
}

static void record(uint64_t ns) {
    hist[bucket_of(ns)]++;
    hist_n++;
    hist_sum += ns;
    if (ns > hist_max) hist_max = ns;
}

static double quantile_us(double q) {
    uint64_t want = (uint64_t)(q * (double)hist_n), seen = 0;
    for (unsigned b = 0; b < BUCKETS; b++)
        if ((seen += hist[b]) > want) return bucket_mid(b) / 1000.0;
    return (double)hist_max / 1000.0;
}

/* ---------- protobuf, only as much as the envelope needs ---------- */

typedef struct { uint8_t *p; size_t n, cap; } Buf;

static void add(Buf *b, const void *p, size_t n) {
    if (b->n + n > b->cap) {
        b->cap = (b->n + n) * 2;
        if (!(b->p = realloc(b->p, b->cap))) die("out of memory");
    }
    if (n) memcpy(b->p + b->n, p, n);
    b->n += n;
}

static void add_varint(Buf *b, uint64_t v) {
    uint8_t t[10];
    size_t n = 0;
    do { t[n] = (uint8_t)((v & 127) | (v > 127 ? 128 : 0)); n++; } while (v >>= 7);
    add(b, t, n);
}

static void add_bytes(Buf *b, unsigned field, const void *p, size_t n) {
    add_varint(b, field << 3 | 2);
    add_varint(b, n);
    add(b, p, n);
}

/* Reads one field; false at the end, and sets *bad on malformed input. */
typedef struct { uint32_t num, wire; uint64_t val; const uint8_t *p; size_t n; } Field;

static bool varint(const uint8_t **p, const uint8_t *e, uint64_t *v) {
    *v = 0;
    for (unsigned s = 0; s < 70 && *p < e; s += 7) {
        uint8_t c = *(*p)++;
        if (s < 64) *v |= (uint64_t)(c & 127) << s;
        if (c < 128) return true;
    }
    return false;
}

static bool next_field(const uint8_t **p, const uint8_t *e, Field *f, bool *bad) {
    uint64_t key;
    if (*p == e) return false;
    if (!varint(p, e, &key)) { *bad = true; return false; }
    f->num = (uint32_t)(key >> 3);
    f->wire = key & 7;
    switch (f->wire) {
    case 0: if (varint(p, e, &f->val)) return true; break;
    case 1: if (e - *p >= 8) { *p += 8; return true; } break;
    case 5: if (e - *p >= 4) { *p += 4; return true; } break;
    case 2:
        if (varint(p, e, &f->val) && f->val <= (uint64_t)(e - *p)) {
            f->p = *p;
            f->n = (size_t)f->val;
            *p += f->n;
            return true;
        }
    }
    *bad = true;
    return false;
}

/* ---------- connections ---------- */

typedef struct {
    int fd;
    uint32_t next_id;                 /* next stream id to use (odd) */
    uint32_t slot_id[SLOTS];          /* 0 = free; index is (id >> 1) % SLOTS */
    uint64_t slot_t0[SLOTS];
    uint32_t unsent[4096], unsent_n;  /* slots whose frame is in out[] but not yet written */
    uint8_t *out;                     /* frames waiting to be written */
    size_t out_n, out_off, out_cap;
    uint8_t *in;                      /* bytes read, not yet parsed */
    size_t in_n, in_cap;
    bool want_write;
    unsigned inflight;
} Conn;

static struct {
    const char *host, *port, *service, *method, *payload_file;
    unsigned conns, outstanding;
    double seconds, warmup;
    size_t payload_size;
    uint64_t timeout_ns;
    bool json, check_echo;
    int server_pid;
    const char *meta[32];
    unsigned nmeta;
    uint64_t total;                   /* calls to make in all; 0: until the time is over */
} opt = { .host = "127.0.0.1", .port = "7000", .service = "remit.debug.v1.EchoService",
          .method = "Echo",
          .conns = 1, .outstanding = 1, .seconds = 5, .warmup = 1, .payload_size = 100 };

static Buf frame, payload;            /* the request frame; only its stream id varies */
static int ep;
static bool stopping, measuring;
static uint64_t n_begun, n_ok, n_status, n_mismatch, n_bytes_in, first_bad_code;

static void enqueue(Conn *c) {
    if (opt.total && n_begun == opt.total) return;
    n_begun++;
    /* Skip ids whose slot still belongs to a slow older request. */
    while (c->slot_id[(c->next_id >> 1) % SLOTS]) c->next_id += 2;
    uint32_t id = c->next_id, s = (id >> 1) % SLOTS;
    c->next_id += 2;
    if (c->next_id > 0x7fffffff) die("stream ids used up on one connection");
    if (c->out_n + frame.n > c->out_cap) die("output buffer too small");
    memcpy(c->out + c->out_n, frame.p, frame.n);
    put32(c->out + c->out_n + 4, id);
    c->out_n += frame.n;
    c->slot_id[s] = id;
    c->unsent[c->unsent_n++] = s;
    c->inflight++;
}

static void flush_out(Conn *c) {
    if (c->unsent_n) {
        uint64_t t = now_ns();
        for (uint32_t i = 0; i < c->unsent_n; i++) c->slot_t0[c->unsent[i]] = t;
        c->unsent_n = 0;
    }
    while (c->out_off < c->out_n) {
        ssize_t w = write(c->fd, c->out + c->out_off, c->out_n - c->out_off);
        if (w < 0) {
            if (errno == EINTR) continue;
            if (errno == EAGAIN) break;
            die("write: %s", strerror(errno));
        }
        c->out_off += (size_t)w;
    }
    memmove(c->out, c->out + c->out_off, c->out_n - c->out_off);
    c->out_n -= c->out_off;
    c->out_off = 0;
    bool want = c->out_n > 0;
    if (want != c->want_write) {
        struct epoll_event e = { .events = EPOLLIN | (want ? EPOLLOUT : 0), .data.ptr = c };
        epoll_ctl(ep, EPOLL_CTL_MOD, c->fd, &e);
        c->want_write = want;
    }
}

static void on_response(Conn *c, uint32_t id, const uint8_t *p, size_t n, uint64_t t) {
    uint32_t s = (id >> 1) % SLOTS;
    if (c->slot_id[s] != id) die("reply on unknown stream %u", id);
    c->slot_id[s] = 0;
    c->inflight--;
    uint64_t code = 0;
    const uint8_t *e = p + n, *body = NULL;
    size_t body_n = 0;
    Field f, g;
    bool bad = false;
    while (next_field(&p, e, &f, &bad)) {
        if (f.num == 1 && f.wire == 2) {
            const uint8_t *q = f.p;
            while (next_field(&q, f.p + f.n, &g, &bad))
                if (g.num == 1 && g.wire == 0) code = g.val;
        } else if (f.num == 2 && f.wire == 2) {
            body = f.p;
            body_n = f.n;
        }
    }
    if (bad) die("malformed response on stream %u", id);
    if (!measuring) return;
    if (code) { n_status++; if (!first_bad_code) first_bad_code = code; return; }
    if (opt.check_echo && (body_n != payload.n || (body_n && memcmp(body, payload.p, body_n))))
        n_mismatch++;
    n_ok++;
    record(t - c->slot_t0[s]);
}

static void on_readable(Conn *c) {
    for (;;) {
        if (c->in_cap - c->in_n < 65536) {
            c->in_cap *= 2;
            if (!(c->in = realloc(c->in, c->in_cap))) die("out of memory");
        }
        size_t room = c->in_cap - c->in_n;
        ssize_t r = read(c->fd, c->in + c->in_n, room);
        if (r == 0) die("server closed the connection (%u in flight)", c->inflight);
        if (r < 0) {
            if (errno == EINTR) continue;
            if (errno == EAGAIN) return;
            die("read: %s", strerror(errno));
        }
        uint64_t t = now_ns();
        c->in_n += (size_t)r;
        n_bytes_in += (uint64_t)r;
        size_t off = 0;
        while (c->in_n - off >= HDR) {
            const uint8_t *h = c->in + off;
            uint32_t len = get32(h), id = get32(h + 4);
            if (len > MAX_DATA) die("oversized frame: %u bytes", len);
            if (c->in_n - off - HDR < len) break;
            if (h[8] == 2) {
                on_response(c, id, h + HDR, len, t);
                if (!stopping) enqueue(c);
            }                          /* other types: ignored, for extensions */
            off += HDR + len;
        }
        memmove(c->in, c->in + off, c->in_n - off);
        c->in_n -= off;
        if (c->out_n > c->out_off) flush_out(c);
        if ((size_t)r < room) return;  /* short read: the socket is drained */
    }
}

static Conn *dial(void) {
    struct addrinfo *ai, hint = { .ai_socktype = SOCK_STREAM };
    int rc = getaddrinfo(opt.host, opt.port, &hint, &ai), one = 1;
    if (rc) die("%s: %s", opt.host, gai_strerror(rc));
    Conn *c = xalloc(sizeof *c);
    c->fd = socket(ai->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (c->fd < 0 || connect(c->fd, ai->ai_addr, ai->ai_addrlen))
        die("connect: %s", strerror(errno));
    freeaddrinfo(ai);
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    fcntl(c->fd, F_SETFL, fcntl(c->fd, F_GETFL) | O_NONBLOCK);
    c->next_id = 1;
    c->out_cap = frame.n * (opt.outstanding + 1);
    c->out = xalloc(c->out_cap);
    c->in_cap = RBUF;
    c->in = xalloc(c->in_cap);
    struct epoll_event e = { .events = EPOLLIN, .data.ptr = c };
    if (epoll_ctl(ep, EPOLL_CTL_ADD, c->fd, &e)) die("epoll_ctl: %s", strerror(errno));
    return c;
}

static void poll_once(int timeout_ms) {
    struct epoll_event ev[64];
    int n = epoll_wait(ep, ev, 64, timeout_ms);
    for (int i = 0; i < n; i++) {
        Conn *c = ev[i].data.ptr;
        if (ev[i].events & EPOLLOUT) flush_out(c);
        if (ev[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) on_readable(c);
    }
}

static void build_frame(void) {
    if (opt.payload_file) {
        FILE *f = fopen(opt.payload_file, "rb");
        uint8_t t[65536];
        size_t n;
        if (!f) die("%s: %s", opt.payload_file, strerror(errno));
        while ((n = fread(t, 1, sizeof t, f)) > 0) add(&payload, t, n);
        fclose(f);
    } else {
        for (size_t i = 0; i < opt.payload_size; i++) {
            uint8_t c = (uint8_t)('a' + i % 26);
            add(&payload, &c, 1);
        }
    }
    Buf body = {0};
    add_bytes(&body, 1, opt.service, strlen(opt.service));
    add_bytes(&body, 2, opt.method, strlen(opt.method));
    if (payload.n) add_bytes(&body, 3, payload.p, payload.n);
    if (opt.timeout_ns) { add_varint(&body, 4 << 3); add_varint(&body, opt.timeout_ns); }
    for (unsigned i = 0; i < opt.nmeta; i++) {
        const char *eq = strchr(opt.meta[i], '=');
        if (!eq) die("metadata needs key=value: %s", opt.meta[i]);
        Buf kv = {0};
        add_bytes(&kv, 1, opt.meta[i], (size_t)(eq - opt.meta[i]));
        add_bytes(&kv, 2, eq + 1, strlen(eq + 1));
        add_bytes(&body, 5, kv.p, kv.n);
        free(kv.p);
    }
    if (body.n > MAX_DATA) die("request is over 4 MiB");
    uint8_t h[HDR] = {0};
    put32(h, (uint32_t)body.n);
    h[8] = 1;
    add(&frame, h, HDR);
    add(&frame, body.p, body.n);
    free(body.p);
}

static void usage(void) {
    fputs("ttload [options]\n"
          "  -H, --host H         server (127.0.0.1)\n"
          "  -p, --port P         port (7000)\n"
          "  -c, --connections N  connections (1)\n"
          "  -o, --outstanding N  unary requests in flight on each (1)\n"
          "  -t, --seconds S      measured time (5)\n"
          "  -w, --warmup S       time before it, not measured (1)\n"
          "  -N, --calls N        make N calls and no more; no warm-up then\n"
          "  -S, --service NAME   e.g. remit.debug.v1.EchoService\n"
          "  -M, --method NAME    e.g. Echo\n"
          "  -f, --payload FILE   request message bytes; else -n N filler bytes (100)\n"
          "  -T, --timeout-ms N   set timeout_nano\n"
          "  -m, --meta K=V       request metadata, repeatable\n"
          "  -e, --check-echo     the reply's payload must equal the request's\n"
          "  -P, --server-pid PID also report that process's CPU per 1M requests and RSS\n"
          "  -j, --json           one JSON line\n", stderr);
    exit(2);
}

int main(int argc, char **argv) {
    static const struct option lo[] = {
        {"host", 1, 0, 'H'}, {"port", 1, 0, 'p'}, {"connections", 1, 0, 'c'}, {"calls", 1, 0, 'N'},
        {"outstanding", 1, 0, 'o'}, {"seconds", 1, 0, 't'}, {"warmup", 1, 0, 'w'},
        {"service", 1, 0, 'S'}, {"method", 1, 0, 'M'}, {"payload", 1, 0, 'f'},
        {"payload-size", 1, 0, 'n'}, {"timeout-ms", 1, 0, 'T'}, {"meta", 1, 0, 'm'},
        {"check-echo", 0, 0, 'e'}, {"json", 0, 0, 'j'}, {"server-pid", 1, 0, 'P'},
        {"help", 0, 0, 'h'}, {0, 0, 0, 0} };
    for (int o; (o = getopt_long(argc, argv, "H:p:c:o:t:w:N:S:M:f:n:T:m:P:ejh", lo, NULL)) != -1;)
        switch (o) {
        case 'H': opt.host = optarg; break;
        case 'p': opt.port = optarg; break;
        case 'c': opt.conns = (unsigned)atoi(optarg); break;
        case 'o': opt.outstanding = (unsigned)atoi(optarg); break;
        case 't': opt.seconds = atof(optarg); break;
        case 'w': opt.warmup = atof(optarg); break;
        case 'N': opt.total = (uint64_t)atoll(optarg); break;
        case 'S': opt.service = optarg; break;
        case 'M': opt.method = optarg; break;
        case 'f': opt.payload_file = optarg; break;
        case 'n': opt.payload_size = (size_t)atol(optarg); break;
        case 'T': opt.timeout_ns = (uint64_t)atol(optarg) * 1000000u; break;
        case 'm':
            if (opt.nmeta == 32) die("too much metadata");
            opt.meta[opt.nmeta++] = optarg;
            break;
        case 'e': opt.check_echo = true; break;
        case 'j': opt.json = true; break;
        case 'P': opt.server_pid = atoi(optarg); break;
        default: usage();
        }
    if (optind != argc || !opt.conns || !opt.outstanding || opt.outstanding > 4096 ||
        opt.seconds <= 0 || opt.warmup < 0) usage();

    signal(SIGPIPE, SIG_IGN);
    build_frame();
    if ((ep = epoll_create1(EPOLL_CLOEXEC)) < 0) die("epoll: %s", strerror(errno));
    if (opt.total) {
        opt.warmup = 0;
        measuring = true;
    }
    Conn **cs = xalloc(opt.conns * sizeof *cs);
    for (unsigned i = 0; i < opt.conns; i++) cs[i] = dial();
    for (unsigned i = 0; i < opt.conns; i++) {
        for (unsigned k = 0; k < opt.outstanding; k++) enqueue(cs[i]);
        flush_out(cs[i]);
    }

    uint64_t warm_end = now_ns() + (uint64_t)(opt.warmup * 1e9);
    while (now_ns() < warm_end) poll_once(20);
    measuring = true;
    struct rusage u0, u1;
    getrusage(RUSAGE_SELF, &u0);
    double s0 = opt.server_pid ? process_cpu(opt.server_pid) : 0, s1 = 0;
    uint64_t t0 = now_ns(), end = t0 + (uint64_t)(opt.seconds * 1e9), t1;
    while ((t1 = now_ns()) < end && (!opt.total || n_ok + n_status < opt.total)) poll_once(20);
    if (opt.total && n_ok + n_status < opt.total) die("the time was over before the calls were");
    if (opt.server_pid) s1 = process_cpu(opt.server_pid);
    getrusage(RUSAGE_SELF, &u1);
    measuring = false;

    /* Drain, so that the server sees no broken requests. */
    stopping = true;
    unsigned left = 0;
    for (uint64_t lim = t1 + 2000000000u; now_ns() < lim; poll_once(20)) {
        left = 0;
        for (unsigned i = 0; i < opt.conns; i++) left += cs[i]->inflight;
        if (!left) break;
    }
    for (unsigned i = 0; i < opt.conns; i++) close(cs[i]->fd);

    double secs = (double)(t1 - t0) / 1e9, rps = (double)n_ok / secs;
    double cpu = cpu_seconds(&u1) - cpu_seconds(&u0);
    double per_m = n_ok ? (s1 - s0) * 1e6 / (double)n_ok : 0;
    long rss = opt.server_pid ? process_rss_kb(opt.server_pid) : 0;
    double mean = hist_n ? (double)hist_sum / (double)hist_n / 1000.0 : 0;
    if (opt.json)
        printf("{\"conns\":%u,\"outstanding\":%u,\"seconds\":%.3f,\"ok\":%llu,\"rps\":%.0f,"
               "\"p50\":%.1f,\"p90\":%.1f,\"p99\":%.1f,\"p999\":%.1f,\"max\":%.1f,\"mean\":%.1f,"
               "\"status_errors\":%llu,\"first_code\":%llu,\"mismatch\":%llu,\"undrained\":%u,"
               "\"client_cpu\":%.3f,"
               "\"server_cpu_per_1M\":%.3f,\"server_cpu\":%.3f,\"server_rss_kb\":%ld}\n",
               opt.conns, opt.outstanding, secs, (unsigned long long)n_ok, rps,
               quantile_us(.5), quantile_us(.9), quantile_us(.99), quantile_us(.999),
               (double)hist_max / 1000.0, mean, (unsigned long long)n_status,
               (unsigned long long)first_bad_code, (unsigned long long)n_mismatch, left, cpu / secs,
               per_m, (s1 - s0) / secs, rss);
    else {
        printf("%u connections x %u outstanding, %zu-byte payload, %.2f s\n"
               "%.0f requests/s  (%llu ok, %llu non-OK status%s, %llu echo mismatches, "
               "%u undrained)\n"
               "latency us: p50 %.1f  p90 %.1f  p99 %.1f  p99.9 %.1f  max %.1f  mean %.1f\n"
               "client CPU %.0f %%\n",
               opt.conns, opt.outstanding, payload.n, secs, rps, (unsigned long long)n_ok,
               (unsigned long long)n_status, n_status ? " (see --json first_code)" : "",
               (unsigned long long)n_mismatch, left, quantile_us(.5), quantile_us(.9),
               quantile_us(.99), quantile_us(.999), (double)hist_max / 1000.0, mean,
               100 * cpu / secs);
        if (opt.server_pid)
            printf("server: %.2f CPU s per 1M requests, %.0f %% of a core, RSS %ld KiB\n",
                   per_m, 100 * (s1 - s0) / secs, rss);
    }
    return n_status || n_mismatch ? 1 : 0;
}
