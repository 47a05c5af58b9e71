/* Counts what each thread of a process asks malloc and free for; preloaded. The counts lie in the file COUNTS, as lines of
 * three 64-bit words: thread id, taken, given back. glibc. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { THREADS = 1024 };
struct line { uint64_t thread, taken, given; };

extern void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);
extern void __libc_free(void *);

static struct line *lines, nobody;
static int many;
static __thread struct line *mine __attribute__((tls_model("initial-exec")));

__attribute__((constructor)) static void open_counts(void) {
    const char *name = getenv("COUNTS");
    int file = name ? open(name, O_RDWR | O_CREAT, 0600) : -1;
    if (file < 0 || ftruncate(file, THREADS * sizeof(struct line)) != 0) return;
    void *there = mmap(NULL, THREADS * sizeof(struct line), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (there != MAP_FAILED) lines = there;
    close(file);
}

static struct line *line(void) {
    if (mine) return mine;
    if (!lines) return &nobody;
    int number = __atomic_fetch_add(&many, 1, __ATOMIC_RELAXED);
    if (number >= THREADS) return &nobody;
    mine = &lines[number];
    mine->thread = syscall(SYS_gettid);
    return mine;
}

void *malloc(size_t size) { line()->taken++; return __libc_malloc(size); }
void *calloc(size_t many_of, size_t size) { line()->taken++; return __libc_calloc(many_of, size); }
void *realloc(void *old, size_t size) { line()->taken++; return __libc_realloc(old, size); }
void *memalign(size_t by, size_t size) { line()->taken++; return __libc_memalign(by, size); }
void *aligned_alloc(size_t by, size_t size) { line()->taken++; return __libc_memalign(by, size); }
int posix_memalign(void **out, size_t by, size_t size) {
    line()->taken++;
    *out = __libc_memalign(by, size);
    return *out ? 0 : 12;
}
void free(void *old) { if (old) { line()->given++; __libc_free(old); } }
