// A load that checks itself: dirties a working set at a given rate, and sees on every visit whether each page still
// holds what was last written there, so that a migration that loses or mixes pages is noticed by the guest itself;
// the same on its disk, if it has one.
#define _GNU_SOURCE
#include "guest-load.h"
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE 4096UL
#define WORDS (PAGE / sizeof(uint64_t))
#define TICK_NS 20000000L       // how often the working set is dirtied; every wake-up costs under emulation
#define IDLE_TICK_NS 200000000L // and how often there is nothing to dirty

volatile double dirty_mib_per_s;
volatile unsigned long working_set_mib;
volatile unsigned long dirtied_pages, bad_pages;

uint64_t now_ns(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return (uint64_t)t.tv_sec * 1000000000ull + (uint64_t)t.tv_nsec;
}

// What a page must hold in a generation: differs between pages and generations, so a page that is lost, stale
// or in another's place is told apart. Generation 0 is a page never written.
static uint64_t pattern(uint64_t page, uint64_t generation) {
    if (generation == 0) return 0;
    uint64_t x = page * 0x9e3779b97f4a7c15ull + generation * 0xbf58476d1ce4e5b9ull;
    return x ^ (x >> 29);
}

static int holds(volatile uint64_t *page, uint64_t value) {
    return page[0] == value && page[WORDS / 2] == value && page[WORDS - 1] == value;
}

static void fill(volatile uint64_t *page, uint64_t value) {
    page[0] = page[WORDS / 2] = page[WORDS - 1] = value;
}

static void *map_mib(unsigned long mib) {
    void *p = mmap(NULL, mib << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return p == MAP_FAILED ? NULL : p;
}

// Dirties the working set in rounds at the asked rate. The rate is met on the guest's own clock: time in which
// the VM did not run earns no credit, so a pause is not followed by a burst.
void *dirtier(void *unused) {
    (void)unused;
    const unsigned long still_pages = 2UL << 8;
    char *set = NULL, *still = map_mib(2);
    unsigned long mapped = 0, at = 0, looked = 0;
    for (unsigned long i = 0; still && i < still_pages; i++) fill((uint64_t *)(still + i * PAGE), pattern(i, 7));
    double credit = 0;
    uint64_t last = now_ns(CLOCK_MONOTONIC);
    for (;;) {
        int idle = !set || dirty_mib_per_s <= 0;
        nanosleep(&(struct timespec){0, idle ? IDLE_TICK_NS : TICK_NS}, NULL);
        uint64_t now = now_ns(CLOCK_MONOTONIC);
        if (still) { // pages that are written once and never again must arrive too
            unsigned long i = looked++ % still_pages;
            if (!holds((uint64_t *)(still + i * PAGE), pattern(i, 7))) bad_pages++;
        }
        unsigned long wanted = working_set_mib;
        double pages_per_s = dirty_mib_per_s * 256.0;
        if (wanted != mapped) {
            if (set) munmap(set, mapped << 20);
            set = wanted ? map_mib(wanted) : NULL;
            mapped = set ? wanted : 0;
            at = 0;
        }
        if (!set || pages_per_s <= 0) {
            last = now;
            credit = 0;
            continue;
        }
        credit += pages_per_s * (double)(now - last) / 1e9;
        last = now;
        if (credit > pages_per_s) credit = pages_per_s;
        for (unsigned long count = mapped << 8; credit >= 1; credit -= 1, at++) {
            uint64_t page = at % count, generation = at / count;
            volatile uint64_t *p = (uint64_t *)(set + page * PAGE);
            if (!holds(p, pattern(page, generation))) bad_pages++;
            fill(p, pattern(page, generation + 1));
            dirtied_pages++;
        }
    }
    return NULL;
}

// Writes and reads back blocks of the disk, four a second; what it reads must be what it wrote, wherever the disk is now.
void *disk_user(void *unused) {
    (void)unused;
    enum { BLOCKS = 256 };
    static uint64_t generation[BLOCKS];
    int fd = open("/dev/vda", O_RDWR | O_DIRECT | O_SYNC);
    uint64_t *block = fd < 0 ? NULL : mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (block == NULL || block == MAP_FAILED) return NULL;
    printf("disk /dev/vda in use\n");
    for (uint64_t turn = 0;; turn++) {
        nanosleep(&(struct timespec){0, 250000000L}, NULL);
        uint64_t i = (turn * 37) % BLOCKS; // not in order, so that a lost range is met soon
        off_t where = (off_t)(i * 64 * PAGE);
        if (generation[i]) {
            if (pread(fd, block, PAGE, where) != (ssize_t)PAGE || !holds(block, pattern(i, generation[i]))) bad_pages++;
        }
        generation[i] = turn + 1;
        memset(block, 0, PAGE);
        fill(block, pattern(i, generation[i]));
        if (pwrite(fd, block, PAGE, where) != (ssize_t)PAGE) bad_pages++;
    }
    return NULL;
}
