// Asks a lab guest: ask ADDRESS PORT WORDS... prints its answer. Ends with 1 where none came in a minute, asked once a
// second, because an emulated guest in an emulated host may be slow. Three tries are made of what a guest does not answer
// before it obeys, and three of twelve seconds of what it has to ask somebody itself.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

int main(int argc, char **argv) {
    static char ask[1024], answer[4096];
    if (argc < 4) {
        fprintf(stderr, "usage: ask ADDRESS PORT WORDS...\n");
        return 2;
    }
    for (int i = 3; i < argc; i++) {
        if (strlen(ask) + strlen(argv[i]) + 2 > sizeof ask) return 2;
        if (i > 3) strcat(ask, " ");
        strcat(ask, argv[i]);
    }
    int asks = !strncmp(ask, "metadata ", 9), goes = !strcmp(ask, "reboot") || !strcmp(ask, "poweroff");
    int patience = asks ? 12000 : 1000, tries = asks || goes ? 3 : 60;
    int s = socket(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[2]))};
    inet_aton(argv[1], &to.sin_addr);
    if (connect(s, (void *)&to, sizeof to)) return 1;
    for (int attempt = 0; attempt < tries; attempt++) {
        struct pollfd p = {s, POLLIN, 0};
        if (send(s, ask, strlen(ask), 0) < 0) continue;
        if (poll(&p, 1, patience) <= 0) continue;
        ssize_t n = recv(s, answer, sizeof answer - 1, 0);
        if (n < 0) continue;
        answer[n] = 0;
        puts(answer);
        return 0;
    }
    return 1;
}
