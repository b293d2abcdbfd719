/*
 * pace: how fast a core is.
 *
 *   pace CORE
 *
 * Virtual machines on busy hardware have spells of a few milliseconds to a tenth of a second in
 * which all that they do takes ten times as long, and which the kernel does not count as stolen.
 * So each millisecond this does a piece of work, when nobody else wants the core (SCHED_IDLE), and
 * prints when it was done (CLOCK_MONOTONIC) and the processor time that it took, in nanoseconds:
 * not to have had the core does not count. Until it is told to end.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>

/* Some microseconds. */
enum { STEPS = 3000, PAUSE_NS = 1000000 };

static unsigned long long read_clock(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return (unsigned long long)time.tv_sec * 1000000000u + (unsigned long long)time.tv_nsec;
}

static void work(void) {
    volatile unsigned sum = 0;
    for (unsigned step = 0; step < STEPS; step++) sum += step;
}

int main(int argc, char **argv) {
    if (argc != 2) {
        fprintf(stderr, "usage: pace CORE\n");
        return 2;
    }
    cpu_set_t cores;
    CPU_ZERO(&cores);
    CPU_SET((unsigned)atoi(argv[1]), &cores);
    struct sched_param idle = { 0 };
    if (sched_setaffinity(0, sizeof cores, &cores) || sched_setscheduler(0, SCHED_IDLE, &idle)) {
        fprintf(stderr, "pace: %s\n", strerror(errno));
        return 2;
    }
    /* Sleeps end when they should. */
    prctl(PR_SET_TIMERSLACK, 1);
    /* Nothing is lost at the end. */
    setlinebuf(stdout);
    struct timespec pause = { .tv_nsec = PAUSE_NS };
    for (;;) {
        nanosleep(&pause, NULL);
        unsigned long long begin = read_clock(CLOCK_THREAD_CPUTIME_ID);
        work();
        unsigned long long took = read_clock(CLOCK_THREAD_CPUTIME_ID) - begin;
        printf("%llu %llu\n", read_clock(CLOCK_MONOTONIC), took);
    }
}
