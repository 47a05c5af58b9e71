/* Loaded before libc: how often memory was asked for, by anybody in the process. */
#include <stddef.h>

extern void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t);
static long counted;

long allocations(void) { return counted; }

void *malloc(size_t size) {
    __atomic_fetch_add(&counted, 1, __ATOMIC_RELAXED);
    return __libc_malloc(size);
}

void *calloc(size_t many, size_t size) {
    __atomic_fetch_add(&counted, 1, __ATOMIC_RELAXED);
    return __libc_calloc(many, size);
}

void *realloc(void *memory, size_t size) {
    __atomic_fetch_add(&counted, 1, __ATOMIC_RELAXED);
    return __libc_realloc(memory, size);
}
