// Preloaded into a service: makes one of its system calls fail, or ends the process there.
//
// The file that FAULTS_CONTROL names is mapped by the service and by the test. The test writes
// which call is meant; the service counts its calls there, over all of its threads. (strace counts
// by thread, and the thread that writes is another one each time.)
//
// cc -shared -fPIC -O2 -o inject.so inject.c -ldl
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum kind { FILE_WRITE, FILE_SYNC, SOCKET_SEND, KINDS, OTHER = -1 };
// Above zero an action is the errno to fail with.
enum action { PASS = 0, KILL_BEFORE = -1, KILL_AFTER = -2, KILL_HALFWAY = -3 };

static struct control {
    _Atomic int64_t armed; // 1 while calls are counted
    _Atomic int64_t kind, nth, action;
    _Atomic int64_t sticky; // 1: every later call of the kind fails too
    _Atomic int64_t fired; // how often it failed
    _Atomic int64_t counts[KINDS];
} *control;

__attribute__((constructor)) static void map_control(void) {
    const char *path = getenv("FAULTS_CONTROL");
    int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (fd < 0) return;
    void *map = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (map == MAP_FAILED) abort();
    control = map;
    close(fd);
}

// Standard output and standard error may be files too; they are not meant.
static enum kind kind_of(int fd) {
    struct stat status;
    if (fd <= STDERR_FILENO || fstat(fd, &status)) return OTHER;
    return S_ISREG(status.st_mode) ? FILE_WRITE : S_ISSOCK(status.st_mode) ? SOCKET_SEND : OTHER;
}

static int64_t count(enum kind kind) {
    if (kind == OTHER || !control || !control->armed) return PASS;
    int64_t number = atomic_fetch_add(&control->counts[kind], 1) + 1;
    if (control->kind != kind || control->action == PASS) return PASS;
    int64_t nth = control->nth;
    if (number != nth && !(control->sticky && number > nth)) return PASS;
    atomic_fetch_add(&control->fired, 1);
    return control->action;
}

static void end(void) {
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

static void *next(const char *name) {
    void *found = dlsym(RTLD_NEXT, name);
    if (!found) abort();
    return found;
}

// A connection at which a send fails is gone: it would be no fault if the next try sent it.
static void fail(int fd, int64_t number) {
    if (kind_of(fd) == SOCKET_SEND && shutdown(fd, SHUT_RDWR) && errno != ENOTCONN) abort();
    errno = (int)number;
}

// Performs `call` as the action says; `half` is what a torn write does of it.
#define FAULTY(fd, kind, type, call, half)         \
    do {                                           \
        int64_t action = count(kind);              \
        if (action > 0) {                          \
            fail(fd, action);                      \
            return -1;                             \
        }                                          \
        if (action == KILL_BEFORE) end();          \
        if (action == KILL_HALFWAY) {              \
            half;                                  \
            end();                                 \
        }                                          \
        type result = (call);                      \
        if (action == KILL_AFTER) end();           \
        return result;                             \
    } while (0)

ssize_t write(int fd, const void *bytes, size_t size) {
    static ssize_t (*real)(int, const void *, size_t);
    if (!real) real = next("write");
    FAULTY(fd, kind_of(fd), ssize_t, real(fd, bytes, size), (void)!real(fd, bytes, size / 2));
}

ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t offset) {
    static ssize_t (*real)(int, const void *, size_t, off64_t);
    if (!real) real = next("pwrite64");
    FAULTY(fd, kind_of(fd), ssize_t, real(fd, bytes, size, offset),
        (void)!real(fd, bytes, size / 2, offset));
}

ssize_t pwrite(int fd, const void *bytes, size_t size, off_t offset) {
    return pwrite64(fd, bytes, size, offset);
}

ssize_t writev(int fd, const struct iovec *parts, int number) {
    static ssize_t (*real)(int, const struct iovec *, int);
    if (!real) real = next("writev");
    FAULTY(fd, kind_of(fd), ssize_t, real(fd, parts, number),
        (void)!write(fd, parts[0].iov_base, parts[0].iov_len / 2));
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags) {
    static ssize_t (*real)(int, const struct msghdr *, int);
    if (!real) real = next("sendmsg");
    FAULTY(fd, kind_of(fd), ssize_t, real(fd, message, flags), (void)0);
}

ssize_t sendto(int fd, const void *bytes, size_t size, int flags, const struct sockaddr *address,
    socklen_t length) {
    static ssize_t (*real)(int, const void *, size_t, int, const struct sockaddr *, socklen_t);
    if (!real) real = next("sendto");
    FAULTY(fd, kind_of(fd), ssize_t, real(fd, bytes, size, flags, address, length),
        (void)!real(fd, bytes, size / 2, flags, address, length));
}

// The system call is sendto.
ssize_t send(int fd, const void *bytes, size_t size, int flags) {
    return sendto(fd, bytes, size, flags, NULL, 0);
}

static enum kind sync_of(int fd) {
    return kind_of(fd) == FILE_WRITE ? FILE_SYNC : OTHER;
}

int fdatasync(int fd) {
    static int (*real)(int);
    if (!real) real = next("fdatasync");
    FAULTY(fd, sync_of(fd), int, real(fd), (void)0);
}

int fsync(int fd) {
    static int (*real)(int);
    if (!real) real = next("fsync");
    FAULTY(fd, sync_of(fd), int, real(fd), (void)0);
}
