#ifndef REMIT_CLINUX_SHIM_H
#define REMIT_CLINUX_SHIM_H

#include <malloc.h>
#include <sys/prctl.h>

/* prctl is variadic, which Swift does not import.
 *
 * Forbids core files. Returns 0, or -1 with errno. */
static inline int remit_set_not_dumpable(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

/* Names the calling thread; the system shows 15 bytes. Returns 0, or -1 with errno. */
static inline int remit_set_thread_name(const char *name) {
    return prctl(PR_SET_NAME, name, 0, 0, 0);
}

#endif
