// Preloaded into a service: keeps, beside every SQLite file, a copy "<path>.durable" of what a sync
// has covered. Put in the file's place after a kill, it is the state after a power cut that drops
// every write that was not synced: the worst that a disk may do.
//
// POWERLOSS_FOLDER names the folder. With POWERLOSS_LIE=1 syncs are said to be done and are not
// noted, as by a disk that lies: payments must be lost then, or the test would prove nothing.
//
// A file that is there already needs its copy before the service starts. Files whose directory
// entry was not synced are not modelled.
//
// cc -shared -fPIC -O2 -o powerloss.so powerloss.c -ldl
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_FILES = 1024 };

typedef struct change {
    struct change *next;
    off_t offset; // of the bytes; the new size for a truncation
    size_t size;
    int truncates;
    char bytes[];
} change;

static struct {
    int copy; // descriptor of the durable copy; 0 when the file is none of ours
    change *first, **last;
} files[MAX_FILES];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void *next(const char *name) {
    void *found = dlsym(RTLD_NEXT, name);
    if (!found) abort();
    return found;
}

static int real_open(const char *path, int flags, int mode) {
    static int (*real)(const char *, int, ...);
    if (!real) real = next("open64");
    return real(path, flags, mode);
}

static ssize_t real_pwrite(int fd, const void *bytes, size_t size, off_t offset) {
    static ssize_t (*real)(int, const void *, size_t, off_t);
    if (!real) real = next("pwrite64");
    return real(fd, bytes, size, offset);
}

static int real_truncate(int fd, off_t size) {
    static int (*real)(int, off_t);
    if (!real) real = next("ftruncate64");
    return real(fd, size);
}

static int real_close(int fd) {
    static int (*real)(int);
    if (!real) real = next("close");
    return real(fd);
}

static int is_ours(const char *path) {
    const char *folder = getenv("POWERLOSS_FOLDER");
    if (!folder || strncmp(path, folder, strlen(folder))) return 0;
    const char *suffix = strstr(path, ".sqlite");
    return suffix && (!strcmp(suffix, ".sqlite") || !strcmp(suffix, ".sqlite-wal"));
}

static void forget(int fd) {
    if (fd < 0 || fd >= MAX_FILES || !files[fd].copy) return;
    for (change *each = files[fd].first, *following; each; each = following) {
        following = each->next;
        free(each);
    }
    real_close(files[fd].copy);
    memset(&files[fd], 0, sizeof files[fd]);
}

static int track(int fd, const char *path) {
    if (fd < 0 || !is_ours(path)) return fd;
    if (fd >= MAX_FILES) abort();
    char name[4096];
    snprintf(name, sizeof name, "%s.durable", path);
    int copy = real_open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (copy < 0) abort();
    pthread_mutex_lock(&lock);
    forget(fd);
    files[fd].copy = copy;
    files[fd].last = &files[fd].first;
    pthread_mutex_unlock(&lock);
    return fd;
}

static void note(int fd, const void *bytes, size_t size, off_t offset) {
    if (fd < 0 || fd >= MAX_FILES || !files[fd].copy) return;
    change *noted = malloc(sizeof *noted + size);
    if (!noted) abort();
    *noted = (change){.offset = offset, .size = size, .truncates = !bytes};
    if (bytes) memcpy(noted->bytes, bytes, size);
    pthread_mutex_lock(&lock);
    *files[fd].last = noted;
    files[fd].last = &noted->next;
    pthread_mutex_unlock(&lock);
}

static void keep(int fd) {
    if (fd < 0 || fd >= MAX_FILES || !files[fd].copy || getenv("POWERLOSS_LIE")) return;
    pthread_mutex_lock(&lock);
    for (change *each = files[fd].first, *following; each; each = following) {
        following = each->next;
        int failed = each->truncates
            ? real_truncate(files[fd].copy, each->offset)
            : real_pwrite(files[fd].copy, each->bytes, each->size, each->offset) < 0;
        if (failed) abort();
        free(each);
    }
    files[fd].first = NULL;
    files[fd].last = &files[fd].first;
    pthread_mutex_unlock(&lock);
}

int open64(const char *path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    int mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(arguments, int) : 0;
    va_end(arguments);
    return track(real_open(path, flags, mode), path);
}

int open(const char *path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    int mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(arguments, int) : 0;
    va_end(arguments);
    return track(real_open(path, flags, mode), path);
}

int close(int fd) {
    pthread_mutex_lock(&lock);
    forget(fd);
    pthread_mutex_unlock(&lock);
    return real_close(fd);
}

ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t offset) {
    ssize_t written = real_pwrite(fd, bytes, size, offset);
    if (written > 0) note(fd, bytes, (size_t)written, offset);
    return written;
}

ssize_t pwrite(int fd, const void *bytes, size_t size, off_t offset) {
    return pwrite64(fd, bytes, size, offset);
}

int ftruncate64(int fd, off64_t size) {
    int result = real_truncate(fd, size);
    if (!result) note(fd, NULL, 0, size);
    return result;
}

int ftruncate(int fd, off_t size) {
    return ftruncate64(fd, size);
}

// A sync is noted before the service hears of it, so what it acknowledges is in the copy.
int fdatasync(int fd) {
    static int (*real)(int);
    if (!real) real = next("fdatasync");
    int result = real(fd);
    if (!result) keep(fd);
    return result;
}

int fsync(int fd) {
    static int (*real)(int);
    if (!real) real = next("fsync");
    int result = real(fd);
    if (!result) keep(fd);
    return result;
}
