// The load a lab guest puts on itself, and what it found: shared by guest.c and guest-load.c.
#include <stdint.h>
#include <time.h>

extern volatile double dirty_mib_per_s;         // how fast the working set is dirtied
extern volatile unsigned long working_set_mib;  // 0: none
extern volatile unsigned long dirtied_pages;    // since boot
extern volatile unsigned long bad_pages;        // pages and disk blocks that did not hold what was written there

uint64_t now_ns(clockid_t clock);
void *dirtier(void *unused);   // a thread that never ends
void *disk_user(void *unused); // a thread that ends where there is no disk
