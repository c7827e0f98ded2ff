package dev.evenkeel.agent.metadata;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * A network namespace (network_namespaces(7)) that has no name and lasts as long as a socket or file that was opened in
 * it: when the agent ends, however it ends, the kernel takes it and its interfaces away. Only one thread is ever in it, for
 * a moment: threads that a thread starts begin where it is, and the agent's others belong on the host's network.
 */
final class LocalNetwork {
    private static final int CLONE_NEWNET = 0x40000000;
    private static final Linker LINKER = Linker.nativeLinker();

    private LocalNetwork() {}

    /**
     * Puts interfaces into the empty namespace. It runs on the host's network, by the thread that asked: starting a tool
     * starts threads of the JVM's, too.
     */
    @FunctionalInterface
    interface Furnishing {
        /** @param namespace a file that stands for it */
        void furnish(Path namespace) throws IOException;
    }

    /**
     * Makes a namespace.
     *
     * @param inside opens, in it, what keeps it
     * @throws IOException when this process may not, or {@code furnishing} or {@code inside} fails
     */
    static <T> T open(Furnishing furnishing, Callable<T> inside) throws IOException {
        CompletableFuture<Path> empty = new CompletableFuture<>();
        CompletableFuture<Boolean> furnished = new CompletableFuture<>();
        FutureTask<T> work = new FutureTask<>(() -> {
            try {
                empty.complete(enter());
            } catch (IOException e) {
                empty.completeExceptionally(e);
                throw e;
            }
            furnished.get();
            return inside.call();
        });
        Thread.ofPlatform().name("metadata-network").start(work);
        try {
            furnishing.furnish(empty.get());
            furnished.complete(true);
            return work.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException known ? known : new IOException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            furnished.cancel(false); // lets the thread go when the furnishing failed
        }
    }

    private static Path enter() throws IOException {
        try {
            MethodHandle unshare = LINKER.downcallHandle(
                    LINKER.defaultLookup().find("unshare").orElseThrow(), FunctionDescriptor.of(JAVA_INT, JAVA_INT));
            MethodHandle gettid = LINKER.downcallHandle(
                    LINKER.defaultLookup().find("gettid").orElseThrow(), FunctionDescriptor.of(JAVA_INT));
            if ((int) unshare.invokeExact(CLONE_NEWNET) != 0) {
                throw new IOException("a network namespace cannot be made: run the agent as root (CAP_SYS_ADMIN)");
            }
            return Path.of(
                    "/proc",
                    Long.toString(ProcessHandle.current().pid()),
                    "task",
                    Integer.toString((int) gettid.invokeExact()),
                    "ns",
                    "net");
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("a C function threw a checked exception, which it cannot", e);
        }
    }
}
