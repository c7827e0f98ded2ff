// The only program in a lab guest's initrd: process 1 of a small Linux that beats, dirties memory and answers questions.
//
// It sends one UDP heartbeat per period, "id seq mono_ns real_ns dirtied bad boot_id", to the lab's collector;
// puts a load on memory and disk (guest-load.c); and runs Debian's qemu-ga. Called as hwclock, shutdown or poweroff it does
// that program's work, because qemu-ga calls them.
//
// Kernel command line: ek.id= ek.ip= ek.to=ADDR:PORT ek.period=USEC ek.dirty=MIB_PER_S ek.ws=MIB
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/rtc.h>
#include <net/if.h>
#include <net/route.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "guest-load.h"

static char cmdline[4096];
static char boot_id[17];
static volatile unsigned long period_us = 20000;

// The value of key= on the kernel command line, or the fallback. The result is never freed: asked once per boot.
static const char *option(const char *key, const char *fallback) {
    size_t length = strlen(key);
    for (char *p = cmdline; (p = strstr(p, key)) != NULL; p += length) {
        if ((p == cmdline || p[-1] == ' ') && p[length] == '=') {
            char *value = p + length + 1;
            return strndup(value, strcspn(value, " \n"));
        }
    }
    return fallback;
}

static void load_module(const char *name) {
    char path[128];
    snprintf(path, sizeof path, "/modules/%s.ko", name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return; // built into this kernel
    if (syscall(SYS_finit_module, fd, "", 0) && errno != EEXIST) printf("module %s: %s\n", name, strerror(errno));
    close(fd);
}

static void power(int how) {
    sync();
    reboot(how);
}

// What 169.254.169.254 answers to a request, cut to the buffer; why not, where it does not within five seconds.
static void metadata(const char *request, char *answer, size_t size) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(80)};
    struct timeval limit = {5, 0};
    size_t length = 0;
    ssize_t n;
    inet_aton("169.254.169.254", &to.sin_addr);
    int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(s, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    if (connect(s, (void *)&to, sizeof to) || send(s, request, strlen(request), MSG_NOSIGNAL) < 0) {
        snprintf(answer, size, "cannot ask: %s", strerror(errno));
    } else {
        while (length < size - 1 && (n = recv(s, answer + length, size - 1 - length, 0)) > 0) length += (size_t)n;
        answer[length] = 0;
    }
    close(s);
}

// Builds a request of HTTP/1.1 from "METHOD PATH", a header, and a body that may be empty, divided by '|'; false where a part is missing.
static int request_of(char *words, char *request, size_t size) {
    char *header = strchr(words, '|'), *body = header ? strchr(header + 1, '|') : NULL;
    if (!body) return 0;
    *header++ = 0;
    *body++ = 0;
    snprintf(request, size, "%s HTTP/1.1\r\nHost: 169.254.169.254\r\n%s\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%s",
             words, header, strlen(body), body);
    return 1;
}

// Answers one datagram per question on port 9001: "dirty MIB_PER_S MIB", "period USEC", "stat", "poweroff", "reboot",
// "metadata METHOD PATH|HEADER|BODY".
static void *control(void *unused) {
    (void)unused;
    int s = socket(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(9001)};
    if (bind(s, (void *)&here, sizeof here)) perror("control port");
    for (;;) {
        static char ask[1024], answer[4096], request[4096];
        struct sockaddr_in from;
        socklen_t size = sizeof from;
        ssize_t n = recvfrom(s, ask, sizeof ask - 1, 0, (void *)&from, &size);
        if (n <= 0) continue;
        ask[n] = 0;
        double rate;
        unsigned long number;
        strcpy(answer, "ok");
        if (sscanf(ask, "dirty %lf %lu", &rate, &number) == 2) {
            working_set_mib = number;
            dirty_mib_per_s = rate;
        } else if (sscanf(ask, "period %lu", &number) == 1 && number >= 1000) {
            period_us = number;
        } else if (!strncmp(ask, "stat", 4)) {
            snprintf(answer, 512, "boot=%s mono=%llu real=%llu dirtied=%lu bad=%lu rate=%g ws=%lu period=%lu",
                     boot_id, (unsigned long long)now_ns(CLOCK_MONOTONIC), (unsigned long long)now_ns(CLOCK_REALTIME),
                     dirtied_pages, bad_pages, dirty_mib_per_s, working_set_mib, period_us);
        } else if (!strncmp(ask, "metadata ", 9) && request_of(ask + 9, request, sizeof request)) {
            metadata(request, answer, sizeof answer);
        } else if (!strncmp(ask, "poweroff", 8)) {
            power(RB_POWER_OFF);
        } else if (!strncmp(ask, "reboot", 6)) {
            power(RB_AUTOBOOT);
        } else {
            strcpy(answer, "unknown; ask: dirty MIB_PER_S MIB | period USEC | stat | poweroff | reboot | metadata METHOD PATH|HEADER|BODY");
        }
        sendto(s, answer, strlen(answer), 0, (void *)&from, size);
    }
    return NULL;
}

// Keeps qemu-ga running on the virtio port that bears its name; without such a port there is nothing to do.
static void *guest_agent(void *unused) {
    (void)unused;
    char device[32] = "";
    for (int attempt = 0; attempt < 100 && !device[0]; attempt++) {
        for (int card = 0; card < 4; card++) {
            for (int port = 0; port < 8; port++) {
                char path[96], name[64] = "";
                snprintf(path, sizeof path, "/sys/class/virtio-ports/vport%dp%d/name", card, port);
                int fd = open(path, O_RDONLY | O_CLOEXEC);
                if (fd < 0) continue;
                ssize_t n = read(fd, name, sizeof name - 1);
                close(fd);
                if (n > 0 && !strncmp(name, "org.qemu.guest_agent.0", 22))
                    snprintf(device, sizeof device, "/dev/vport%dp%d", card, port);
            }
        }
        if (!device[0]) usleep(50000);
    }
    if (!device[0] || access("/usr/sbin/qemu-ga", X_OK)) return NULL;
    for (;;) {
        pid_t child = fork();
        if (child == 0) {
            setsid();
            char *argv[] = {"/usr/sbin/qemu-ga", "-m", "virtio-serial", "-p", device, "-t", "/run", NULL};
            execv(argv[0], argv);
            _exit(127);
        }
        int status;
        while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR) {
        }
        sleep(2);
    }
    return NULL;
}

static void configure_network(const char *address) {
    int s = socket(AF_INET, SOCK_DGRAM, 0);
    struct ifreq r;
    struct sockaddr_in *a = (void *)&r.ifr_addr;
    const char *names[] = {"lo", "eth0"};
    for (int i = 0; i < 2; i++) {
        memset(&r, 0, sizeof r);
        strcpy(r.ifr_name, names[i]);
        for (int attempt = 0; attempt < 500 && ioctl(s, SIOCGIFFLAGS, &r); attempt++) usleep(10000);
        if (i == 1) {
            a->sin_family = AF_INET;
            inet_aton(address, &a->sin_addr);
            if (ioctl(s, SIOCSIFADDR, &r)) perror("address");
            inet_aton("255.255.0.0", &a->sin_addr);
            if (ioctl(s, SIOCSIFNETMASK, &r)) perror("netmask");
        }
        memset(&r.ifr_ifru, 0, sizeof r.ifr_ifru);
        r.ifr_flags = IFF_UP | IFF_RUNNING | IFF_BROADCAST | IFF_MULTICAST;
        if (ioctl(s, SIOCSIFFLAGS, &r)) perror(names[i]);
    }
    // The way to the metadata service: it is on this very network.
    struct rtentry route = {.rt_flags = RTF_UP | RTF_HOST, .rt_dev = "eth0"};
    struct sockaddr_in *to = (void *)&route.rt_dst;
    to->sin_family = AF_INET;
    inet_aton("169.254.169.254", &to->sin_addr);
    if (ioctl(s, SIOCADDRT, &route)) perror("route to 169.254.169.254");
    close(s);
}

// A number that no other boot has. The pool may not be ready this early and waiting for it would cost seconds,
// so the clocks are mixed in.
static void choose_boot_id(void) {
    uint64_t x = 0;
    if (syscall(SYS_getrandom, &x, sizeof x, 4 /* GRND_INSECURE */) < 0) x = 0;
    x ^= now_ns(CLOCK_REALTIME) * 0x9e3779b97f4a7c15ull ^ __builtin_ia32_rdtsc();
    snprintf(boot_id, sizeof boot_id, "%016llx", (unsigned long long)x);
}

static void start(void *(*body)(void *)) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, body, NULL)) perror("thread");
}

static void beat_forever(void) {
    const char *id = option("ek.id", "vm");
    char *to = strdup(option("ek.to", "10.78.0.1:9000")), *colon = strchr(to, ':');
    struct sockaddr_in d = {.sin_family = AF_INET, .sin_port = htons(colon ? atoi(colon + 1) : 9000)};
    if (colon) *colon = 0;
    inet_aton(to, &d.sin_addr);
    int s = socket(AF_INET, SOCK_DGRAM, 0);
    printf("beating as %s, boot %s\n", id, boot_id);
    sched_setscheduler(0, SCHED_FIFO, &(struct sched_param){.sched_priority = 10}); // busy pages must not delay a beat
    uint64_t next = now_ns(CLOCK_MONOTONIC);
    for (unsigned long sequence = 0;; sequence++) {
        char b[256];
        int n = snprintf(b, sizeof b, "%s %lu %llu %llu %lu %lu %s", id, sequence,
                         (unsigned long long)now_ns(CLOCK_MONOTONIC), (unsigned long long)now_ns(CLOCK_REALTIME),
                         dirtied_pages, bad_pages, boot_id);
        sendto(s, b, (size_t)n, 0, (void *)&d, sizeof d);
        next += period_us * 1000;
        uint64_t now = now_ns(CLOCK_MONOTONIC);
        if (now > next + 50000000) next = now; // fell behind: do not send a volley
        struct timespec t = {(time_t)(next / 1000000000), (long)(next % 1000000000)};
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
    }
}

static int hwclock(int to_rtc) {
    int fd = open("/dev/rtc0", O_RDONLY);
    struct rtc_time r;
    struct tm t;
    if (fd < 0) return 1;
    if (to_rtc) {
        time_t now = time(NULL);
        gmtime_r(&now, &t);
        r = (struct rtc_time){t.tm_sec, t.tm_min, t.tm_hour, t.tm_mday, t.tm_mon, t.tm_year, 0, 0, 0};
        return ioctl(fd, RTC_SET_TIME, &r) ? 1 : 0;
    }
    if (ioctl(fd, RTC_RD_TIME, &r)) return 1;
    t = (struct tm){.tm_sec = r.tm_sec, .tm_min = r.tm_min, .tm_hour = r.tm_hour, .tm_mday = r.tm_mday,
                    .tm_mon = r.tm_mon, .tm_year = r.tm_year};
    struct timeval v = {timegm(&t), 0};
    return settimeofday(&v, NULL) ? 1 : 0;
}

int main(int argc, char **argv) {
    const char *me = strrchr(argv[0], '/') ? strrchr(argv[0], '/') + 1 : argv[0];
    int restart = argc > 1 && !strcmp(argv[1], "-r");
    if (!strcmp(me, "hwclock")) return hwclock(argc < 2 || strcmp(argv[1], "-s"));
    if (!strcmp(me, "shutdown") || !strcmp(me, "poweroff")) power(restart ? RB_AUTOBOOT : RB_POWER_OFF);
    setvbuf(stdout, NULL, _IOLBF, 0);
    mount("proc", "/proc", "proc", 0, NULL);
    mount("sysfs", "/sys", "sysfs", 0, NULL);
    mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
    mount("tmpfs", "/run", "tmpfs", 0, NULL);
    int fd = open("/proc/cmdline", O_RDONLY);
    if (fd >= 0 && read(fd, cmdline, sizeof cmdline - 1) < 0) perror("cmdline");
    // In order of what each needs: the kernel's own loader is not here to sort it out.
    const char *modules[] = {"virtio_ring",  "virtio",     "virtio_pci_legacy_dev", "virtio_pci_modern_dev",
                             "virtio_pci",   "failover",   "net_failover",          "virtio_net",
                             "virtio_blk",   "virtio_console", NULL};
    for (int i = 0; modules[i]; i++) load_module(modules[i]);
    choose_boot_id();
    configure_network(option("ek.ip", "10.78.0.100"));
    dirty_mib_per_s = atof(option("ek.dirty", "0"));
    working_set_mib = strtoul(option("ek.ws", "0"), NULL, 10);
    period_us = strtoul(option("ek.period", "20000"), NULL, 10);
    start(dirtier);
    start(disk_user);
    start(control);
    start(guest_agent);
    beat_forever();
}
