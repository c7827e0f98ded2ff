// Collects the lab guests' heartbeats: collector ADDRESS PORT DIRECTORY [MAX_MIB]
//
// Appends "arrival_ns seq mono_ns real_ns dirtied bad boot_id" to DIRECTORY/ID.beats for every datagram. The
// arrival is the kernel's receive time stamp (CLOCK_REALTIME), so a busy machine delays the file, not the number.
// Memory is bounded: a fixed table of VMs with a fixed buffer each. Files are bounded too: at MAX_MIB (default 32)
// ID.beats becomes ID.beats.old. Beats reach the file within a quarter of a second. Ends on SIGTERM after a last flush.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define MAX_VMS 1024
#define ID 64
#define BUFFER 8192
#define LINE 320

struct vm {
    char id[ID];
    int fd;
    size_t filled;
    off_t size;
    char buffer[BUFFER];
};

static struct vm vms[MAX_VMS];
static int count;
static volatile sig_atomic_t ended;

static void end(int signal) {
    (void)signal;
    ended = 1;
}

static void open_file(struct vm *v) {
    char path[ID + 16];
    snprintf(path, sizeof path, "%s.beats", v->id);
    v->fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
    struct stat s;
    v->size = v->fd >= 0 && fstat(v->fd, &s) == 0 ? s.st_size : 0;
}

static void flush(struct vm *v, off_t max) {
    if (v->filled == 0) return;
    if (v->fd >= 0 && write(v->fd, v->buffer, v->filled) == (ssize_t)v->filled) v->size += (off_t)v->filled;
    v->filled = 0; // what a full disk refuses is lost, and shows as a gap: never as memory without end
    if (v->size >= max) {
        char path[ID + 16], old[ID + 16];
        snprintf(path, sizeof path, "%s.beats", v->id);
        snprintf(old, sizeof old, "%s.beats.old", v->id);
        close(v->fd);
        rename(path, old);
        open_file(v);
    }
}

static struct vm *find(const char *id) {
    for (int i = 0; i < count; i++)
        if (!strcmp(vms[i].id, id)) return &vms[i];
    if (count == MAX_VMS || strlen(id) >= ID || strchr(id, '/') || id[0] == '.') return NULL;
    struct vm *v = &vms[count++];
    strcpy(v->id, id);
    open_file(v);
    return v;
}

static int receive(int s, off_t max) {
    char data[256], control[64], line[LINE], *rest;
    struct iovec io = {data, sizeof data - 1};
    struct msghdr m = {.msg_iov = &io, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    ssize_t n = recvmsg(s, &m, MSG_DONTWAIT);
    if (n <= 0) return 0;
    data[n] = 0;
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c))
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_TIMESTAMPNS) memcpy(&t, CMSG_DATA(c), sizeof t);
    rest = strchr(data, ' ');
    if (!rest || strchr(data, '\n')) return 1;
    *rest++ = 0;
    struct vm *v = find(data);
    if (!v) return 1;
    int length = snprintf(line, sizeof line, "%lld%09ld %s\n", (long long)t.tv_sec, t.tv_nsec, rest);
    if (v->filled + (size_t)length > BUFFER) flush(v, max);
    memcpy(v->buffer + v->filled, line, (size_t)length);
    v->filled += (size_t)length;
    return 1;
}

static int64_t mono_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int main(int argc, char **argv) {
    if (argc < 4) {
        fprintf(stderr, "usage: collector ADDRESS PORT DIRECTORY [MAX_MIB]\n");
        return 2;
    }
    off_t max = (off_t)(argc > 4 ? atol(argv[4]) : 32) << 20;
    int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), on = 1, room = 4 << 20;
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[2]))};
    inet_aton(argv[1], &here.sin_addr);
    setsockopt(s, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
    setsockopt(s, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room);
    if (bind(s, (void *)&here, sizeof here)) {
        perror("bind");
        return 1;
    }
    if (chdir(argv[3])) {
        perror(argv[3]);
        return 1;
    }
    signal(SIGTERM, end);
    signal(SIGINT, end);
    int64_t flushed = mono_ms();
    while (!ended) {
        struct pollfd p = {s, POLLIN, 0};
        if (poll(&p, 1, 250) > 0)
            for (int i = 0; i < 256 && receive(s, max); i++) {
            }
        if (mono_ms() - flushed >= 250) {
            for (int i = 0; i < count; i++) flush(&vms[i], max);
            flushed = mono_ms();
        }
    }
    for (int i = 0; i < count; i++) flush(&vms[i], max);
    return 0;
}
