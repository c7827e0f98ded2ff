package dev.evenkeel.agent.hotpatch.jvm;

import com.sun.tools.attach.AgentInitializationException;
import com.sun.tools.attach.AgentLoadException;
import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import dev.evenkeel.core.fleet.Refusal;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Attaches to JVMs, for a bounded time. The JDK's calls can't be ended when a target stands still, so each runs on a thread that is
 * left behind then; a JVM that has one hanging is not attached to again.
 */
final class Attachment {
    private static final Set<TargetJvm> HANGING = ConcurrentHashMap.newKeySet();

    private Attachment() {}

    /** What is done with a JVM that listens. */
    @FunctionalInterface
    interface Act<T> {
        T with(VirtualMachine vm) throws IOException, AgentLoadException, AgentInitializationException;
    }

    /**
     * @throws Unreachable when the JVM can't be attached to or does not do what it is asked; a JVM that was not in time is told apart
     *     by the code {@code ATTACH_TIMED_OUT}
     */
    static <T> T to(TargetJvm jvm, Duration limit, Act<T> act) throws Unreachable {
        mayAttach(jvm);
        if (!HANGING.add(jvm)) {
            throw late(jvm, limit);
        }
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread.ofPlatform().daemon().name("attach-" + jvm.pid()).start(() -> attach(jvm, act, result));
        try {
            return result.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw late(jvm, limit);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unreachable("INTERRUPTED", "the agent was told to end while it waited for " + name(jvm));
        } catch (ExecutionException e) {
            throw failed(jvm, e.getCause() == null ? e : e.getCause());
        }
    }

    private static <T> void attach(TargetJvm jvm, Act<T> act, CompletableFuture<T> result) {
        T value;
        try {
            VirtualMachine vm = VirtualMachine.attach(Long.toString(jvm.pid()));
            try {
                value = act.with(vm);
            } finally {
                vm.detach();
            }
        } catch (Throwable e) { // whoever waits is told; nobody else listens to this thread
            HANGING.remove(jvm);
            result.completeExceptionally(e);
            return;
        }
        HANGING.remove(jvm); // before anybody knows, who may come again at once
        result.complete(value);
    }

    private static void mayAttach(TargetJvm jvm) throws Unreachable {
        if (!jvm.isAlive()) {
            throw gone(jvm);
        }
        if (!isRoot() && jvm.uid() != uid()) {
            throw forbidden(jvm, "it runs as " + jvm.user());
        }
        try {
            if (!HotSpots.isListening(jvm)) {
                throw new Unreachable(
                        "NOT_LISTENING",
                        name(jvm)
                                + " does not handle SIGQUIT, by which attaching begins and which would end it: it runs with"
                                + " -Xrs, or has only just started; try again, or restart it without -Xrs");
            }
        } catch (IOException e) {
            throw jvm.isAlive() ? forbidden(jvm, String.valueOf(e.getMessage())) : gone(jvm);
        }
    }

    private static Unreachable failed(TargetJvm jvm, Throwable why) {
        String text = String.valueOf(why.getMessage());
        if (!jvm.isAlive()) {
            return gone(jvm);
        }
        if (text.contains("not permitted") || text.contains("denied") || text.contains("not secure")) {
            return forbidden(jvm, text);
        }
        if (text.contains("Dynamic agent loading is not enabled")) {
            return new Unreachable(
                    "DYNAMIC_LOADING_DISABLED",
                    name(jvm)
                            + " was started with -XX:-EnableDynamicAgentLoading, which forbids patching it; restart it"
                            + " without that, or with the fixed version");
        }
        if (text.contains("respond")) {
            return new Unreachable(
                    "ATTACH_TIMED_OUT", name(jvm) + " does not answer; is it stopped, or stuck? (" + text + ")");
        }
        if (why instanceof AttachNotSupportedException) {
            return new Unreachable(
                    "ATTACH_DISABLED",
                    name(jvm) + " lets nobody attach (-XX:+DisableAttachMechanism?), it needs a restart: " + text);
        }
        if (why instanceof AgentLoadException) {
            return new Unreachable(
                    "PATCHER_NOT_LOADED",
                    name(jvm) + " does not load the patcher; a runtime made by jlink needs the module java.instrument: "
                            + text);
        }
        return new Unreachable(
                Refusal.of("PATCHER_FAILED", "the patcher did not run to its end in " + name(jvm) + ": " + why), false);
    }

    private static Unreachable gone(TargetJvm jvm) {
        return new Unreachable("TARGET_GONE", name(jvm) + " has ended");
    }

    private static Unreachable forbidden(TargetJvm jvm, String why) {
        return new Unreachable(
                "NO_PERMISSION", "the agent may not attach to " + name(jvm) + ": " + why + "; run the agent as root");
    }

    private static Unreachable late(TargetJvm jvm, Duration limit) {
        String state = "";
        try {
            state = HotSpots.status(jvm.pid()).getOrDefault("State", "");
        } catch (IOException e) {
            state = "ended";
        }
        return new Unreachable(
                Refusal.of(
                        "ATTACH_TIMED_OUT",
                        name(jvm) + " did not answer within " + limit.toMillis() + " ms; is it stopped, or stuck?",
                        Map.of("state", state)),
                true);
    }

    private static String name(TargetJvm jvm) {
        return jvm.main() + " (pid " + jvm.pid() + ")";
    }

    static boolean isRoot() {
        return uid() == 0;
    }

    /** Effective user of this process. */
    private static int uid() {
        try {
            return Integer.parseInt(HotSpots.status(ProcessHandle.current().pid())
                    .getOrDefault("Uid", "0 0")
                    .split("\\s+")[1]);
        } catch (IOException e) {
            throw new IllegalStateException("/proc does not show this process", e);
        }
    }
}
