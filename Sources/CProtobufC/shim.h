#ifndef REMIT_CPROTOBUFC_SHIM_H
#define REMIT_CPROTOBUFC_SHIM_H

#include <protobuf-c/protobuf-c.h>
#include <stdint.h>
#include <stdlib.h>

/*
 * A bump allocator behind protobuf-c's allocator interface. Freeing does nothing: one reset
 * releases all. When the block is full it answers NULL, which protobuf-c turns into a failed
 * unpack: a bound on the memory that one message can take.
 *
 * The size of each allocation stands in the eight bytes before it. protobuf-c allocates a string
 * with its length on the wire and one byte for the NUL, so the true length is known, and a NUL
 * inside the string cannot hide what follows it.
 */
typedef struct RemitArena {
  ProtobufCAllocator base; /* base.allocator_data points at this struct */
  uint8_t *block;
  size_t capacity;
  size_t used;
  int overflowed;
} RemitArena;

/*
 * Under the address sanitizer what is not allocated may not be touched, and a gap before each
 * allocation shows what runs out of the one before it.
 */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define REMIT_ARENA_IS_CHECKED 1
#endif
#endif
#ifdef REMIT_ARENA_IS_CHECKED
#include <sanitizer/asan_interface.h>
enum { REMIT_ARENA_GAP = 16 };
#else
#define ASAN_POISON_MEMORY_REGION(start, size) ((void)0)
#define ASAN_UNPOISON_MEMORY_REGION(start, size) ((void)0)
enum { REMIT_ARENA_GAP = 0 };
#endif

enum { REMIT_ARENA_HEADER = 8, REMIT_ARENA_ALIGNMENT = 8 };

static inline void *remit_arena_alloc(void *data, size_t size) {
  RemitArena *arena = (RemitArena *)data;
  size_t start = (arena->used + REMIT_ARENA_ALIGNMENT - 1) & ~(size_t)(REMIT_ARENA_ALIGNMENT - 1);
  start += REMIT_ARENA_GAP;
  if (size > arena->capacity || start > arena->capacity - size ||
      arena->capacity - size - start < REMIT_ARENA_HEADER) {
    arena->overflowed = 1;
    return NULL;
  }
  ASAN_UNPOISON_MEMORY_REGION(arena->block + start, REMIT_ARENA_HEADER + size);
  *(size_t *)(void *)(arena->block + start) = size;
  arena->used = start + REMIT_ARENA_HEADER + size;
  return arena->block + start + REMIT_ARENA_HEADER;
}

static inline void remit_arena_free(void *data, void *pointer) {
  (void)data;
  (void)pointer;
}

static inline RemitArena *remit_arena_create(size_t capacity) {
  RemitArena *arena = (RemitArena *)calloc(1, sizeof *arena);
  if (!arena) return NULL;
  arena->block = (uint8_t *)malloc(capacity);
  if (!arena->block) {
    free(arena);
    return NULL;
  }
  ASAN_POISON_MEMORY_REGION(arena->block, capacity);
  arena->capacity = capacity;
  arena->base.alloc = remit_arena_alloc;
  arena->base.free = remit_arena_free;
  arena->base.allocator_data = arena;
  return arena;
}

static inline void remit_arena_destroy(RemitArena *arena) {
  ASAN_UNPOISON_MEMORY_REGION(arena->block, arena->capacity);
  free(arena->block);
  free(arena);
}

/* Releases what was allocated since `used` was `mark`. */
static inline void remit_arena_rewind(RemitArena *arena, size_t mark) {
  ASAN_POISON_MEMORY_REGION(arena->block + mark, arena->used - mark);
  arena->used = mark;
  arena->overflowed = 0;
}

/* The size an allocation was asked for, or 0 for a pointer that is not of this arena. */
static inline size_t remit_arena_size(const RemitArena *arena, const void *pointer) {
  const uint8_t *p = (const uint8_t *)pointer;
  if (p < arena->block + REMIT_ARENA_HEADER || p >= arena->block + arena->capacity) return 0;
  return *(const size_t *)(const void *)(p - REMIT_ARENA_HEADER);
}

#endif
