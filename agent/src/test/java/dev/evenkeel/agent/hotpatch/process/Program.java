package dev.evenkeel.agent.hotpatch.process;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A C program as a process, and the means to make it and patches for it. */
final class Program implements AutoCloseable {
    static final String PADDED = "-fpatchable-function-entry=16,14";

    /** Three threads call compute() all the time, one allocates and sleeps, one sits in linger() until it is told to leave. */
    private static final String SOURCE = """
            #define _GNU_SOURCE
            #include <pthread.h>
            #include <stdio.h>
            #include <stdlib.h>
            #include <string.h>
            #include <unistd.h>
            #include <errno.h>
            #include <poll.h>
            #include <signal.h>
            volatile long calls[3][2];
            volatile int leave, inside, failed_sleeps;
            volatile long naps;
            volatile long sent, received;
            volatile int silent;
            int base = 1;
            int helper(int x) { return x + base; }
            __attribute__((noinline, noclone)) int compute(int x) { __asm__ volatile(""); return helper(x); }
            __attribute__((noinline, noclone)) int linger(void) {
                inside = 1; while (!leave) { __asm__ volatile("pause"); } return 1; }
            static void *hot(void *p) {
                long t = (long) p;
                for (int i = 0;; i++) calls[t][compute(i) == i + 1 ? 0 : 1]++;
            }
            static void handler(int s) { __atomic_add_fetch(&received, 1, __ATOMIC_SEQ_CST); }
            static void *nobody(void *p) { return p; }
            // Signals that are queued one by one, to whatever thread takes them, and threads that come and go.
            static void *restless(void *p) {
                union sigval v = {0};
                for (;;) {
                    pthread_t t;
                    if (!silent && !sigqueue(getpid(), SIGRTMIN, v)) sent++;
                    if (!pthread_create(&t, 0, nobody, 0)) pthread_join(t, 0);
                    usleep(500);
                }
            }
            static void *napper(void *p) {
                sigset_t all; sigfillset(&all); pthread_sigmask(SIG_BLOCK, &all, 0);
                for (;;) {
                    for (int i = 0; i < 2000; i++) free(malloc(1 + i * 37 % 5000));
                    if (poll(0, 0, 3) < 0) failed_sleeps++;
                    if (usleep(2000)) failed_sleeps++;
                    naps++;
                }
            }
            static void *sitter(void *p) {
                printf("linger %d\\n", linger()); fflush(stdout); return 0;
            }
            static void seen(void) {
                int found[2] = {0, 0};
                // A count is written by its own thread only: to clear it here could be undone by one that has just read it.
                long before[3][2];
                for (int t = 0; t < 3; t++) for (int v = 0; v < 2; v++) before[t][v] = calls[t][v];
                for (int t = 0; t < 3; t++)
                    while (calls[t][0] + calls[t][1] - before[t][0] - before[t][1] < 10000) usleep(100);
                for (int t = 0; t < 3; t++)
                    for (int v = 0; v < 2; v++) if (calls[t][v] - before[t][v] > 1) found[v] = 1;
                printf("%s%s\\n", found[0] ? "old" : "", found[1] ? "new" : ""); fflush(stdout);
            }
            int main(void) {
                pthread_t t; char line[64];
                struct sigaction act = {.sa_handler = handler, .sa_flags = SA_RESTART};
                sigaction(SIGRTMIN, &act, 0);
                for (long i = 0; i < 3; i++) pthread_create(&t, 0, hot, (void *) i);
                pthread_create(&t, 0, napper, 0);
                pthread_create(&t, 0, restless, 0);
                pthread_create(&t, 0, sitter, 0);
                while (!inside) usleep(100);
                printf("%d\\n", getpid()); fflush(stdout);
                while (fgets(line, sizeof line, stdin)) {
                    if (line[0] == 'c') seen();
                    else if (line[0] == 'l') { leave = 1; }
                    else if (line[0] == 's') {
                        silent = 1; usleep(20000);
                        for (int i = 0; i < 5000 && received != sent; i++) usleep(1000);
                        printf("%s, lost %ld\\n", sent > 10 ? "many" : "few", sent - received); fflush(stdout);
                        silent = 0;
                    }
                    else if (line[0] == 'n') { long n = naps; while (naps < n + 3) usleep(1000);
                        printf("%d\\n", failed_sleeps); fflush(stdout); }
                }
                return 0;
            }
            """;

    private final Process process;
    private final BufferedReader out;
    private final PrintStream in;
    private long pid;

    private Program(Process process) {
        this.process = process;
        this.out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        this.in = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
    }

    static void assumePossible() throws Exception {
        assumeTrue(System.getProperty("os.arch").equals("amd64"), "native functions are patched on x86-64 only");
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/gcc")), "this machine has no gcc");
        String rights = Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("CapEff:"))
                .findFirst()
                .orElseThrow()
                .split("\\s+")[1];
        long both = 1L << 19 | 1L << 21; // CAP_SYS_PTRACE and CAP_SYS_ADMIN
        assumeTrue((Long.parseUnsignedLong(rights, 16) & both) == both, "only root may patch processes");
    }

    /** @param name of the program's file, by which patches find it */
    static Path compile(Path directory, String name, String... flags) throws Exception {
        Path source = Files.writeString(directory.resolve(name + ".c"), SOURCE);
        List<String> words = new ArrayList<>(List.of("gcc", "-O2", "-pthread", "-rdynamic", "-Wl,--build-id"));
        words.addAll(List.of(flags));
        words.addAll(List.of(source.toString(), "-o", directory.resolve(name).toString()));
        run(words);
        return directory.resolve(name);
    }

    /** A patch whose section says these lines. */
    static Path patch(Path directory, String name, String code, List<String> lines, String... flags) throws Exception {
        Path source = Files.writeString(directory.resolve(name + ".c"), code);
        Path said = Files.write(directory.resolve(name + ".txt"), lines);
        Path file = directory.resolve(name + ".so");
        List<String> words = new ArrayList<>(List.of("gcc", "-shared", "-fPIC", "-O2", "-nostdlib"));
        words.addAll(List.of(flags));
        words.addAll(List.of(source.toString(), "-o", file.toString()));
        run(words);
        run(List.of("objcopy", "--add-section", NativePatch.SECTION + "=" + said, file.toString()));
        return file;
    }

    static String buildId(Path file) throws IOException {
        return Elf.of(ByteBuffer.wrap(Files.readAllBytes(file))).buildId().orElseThrow();
    }

    private static void run(List<String> words) throws Exception {
        Process tool = new ProcessBuilder(words).redirectErrorStream(true).start();
        String said = new String(tool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (tool.waitFor() != 0) {
            throw new IOException(words.getFirst() + ": " + said);
        }
    }

    /** Starts it as somebody else's child: Java would take the stops of its own for their ends. */
    static Program start(Path file) throws IOException {
        Process shell = new ProcessBuilder("/bin/sh", "-c", file + "; exit $?").start();
        Program program = new Program(shell);
        program.pid = Long.parseLong(program.line());
        return program;
    }

    /** Starts it as our own. */
    static Program startChild(Path file) throws IOException {
        Program program = new Program(new ProcessBuilder(file.toString()).start());
        program.pid = Long.parseLong(program.line());
        return program;
    }

    long pid() {
        return pid;
    }

    /** How it stands, for a test that wonders. */
    String state() {
        return process.isAlive() ? "alive" : "ended with " + process.exitValue();
    }

    String ask(String word) throws IOException {
        in.println(word);
        return line();
    }

    private String line() throws IOException {
        String line = out.readLine();
        if (line == null) {
            throw new IOException("the program is " + state());
        }
        return line;
    }

    @Override
    public void close() {
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
