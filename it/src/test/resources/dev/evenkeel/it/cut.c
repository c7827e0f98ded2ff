/*
 * Preloaded into a QEMU that takes over a VM: the stream that it reads ends for it right behind the first place where the text
 * CUT_AT stands in it, as it would had the sender died there; with CUT_FREEZES it stops all its threads there instead.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int is_stream(int fd)
{
    struct sockaddr_un name;
    socklen_t length = sizeof name;
    static const char end[] = "/stream";

    memset(&name, 0, sizeof name);
    if (getsockname(fd, (struct sockaddr *) &name, &length) != 0 || name.sun_family != AF_UNIX)
        return 0;
    name.sun_path[sizeof name.sun_path - 1] = 0;
    size_t n = strlen(name.sun_path);
    return n >= sizeof end - 1 && strcmp(name.sun_path + n - (sizeof end - 1), end) == 0;
}

ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
    static ssize_t (*real)(int, struct msghdr *, int);
    static int cut;
    const char *text = getenv("CUT_AT");

    if (!real)
        real = (ssize_t (*)(int, struct msghdr *, int)) dlsym(RTLD_NEXT, "recvmsg");
    if (!text || flags & MSG_PEEK || !is_stream(fd))
        return real(fd, message, flags);
    if (cut)
        return 0;
    ssize_t got = real(fd, message, flags);
    if (got > 0) {
        struct iovec *first = message->msg_iov;
        size_t in_first = (size_t) got < first->iov_len ? (size_t) got : first->iov_len;
        char *found = memmem(first->iov_base, in_first, text, strlen(text));
        if (found && getenv("CUT_FREEZES")) {
            kill(getpid(), SIGSTOP);
        } else if (found) {
            cut = 1;
            return found - (char *) first->iov_base + (ssize_t) strlen(text);
        }
    }
    return got;
}
