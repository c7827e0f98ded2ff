package dev.evenkeel.agent.hotpatch.jvm;

import java.util.LinkedHashMap;
import java.util.Map;

/** The service that is patched, as text. It tells on its output what its threads see, when it is asked on its input. */
final class Sources {
    private Sources() {}

    private static final String SERVICE = """
            package acme;
            import java.io.*;
            import java.net.*;
            import java.nio.file.*;
            import java.util.*;
            import java.util.concurrent.atomic.*;
            public class Service {
                static final int THREADS = 3;
                static final AtomicLongArray calls = new AtomicLongArray(THREADS * 10);
                public static volatile int looped;
                public static volatile boolean leave;
                static final List<Class<?>> plugins = new ArrayList<>();

                public static void main(String[] args) throws Exception {
                    for (int t = 0; t < THREADS; t++) {
                        int base = t * 10;
                        Thread thread = new Thread(() -> {
                            while (true) { calls.incrementAndGet(base + Greeter.version()); Thread.yield(); }
                        });
                        thread.setDaemon(true);
                        thread.start();
                    }
                    Thread looper = new Thread(() -> {
                        while (true) { leave = false; Greeter.loop(); }
                    });
                    looper.setDaemon(true);
                    looper.start();
                    System.out.println("ready");
                    BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
                    for (String line = in.readLine(); line != null; line = in.readLine()) {
                        String[] words = line.split(" ");
                        if (words[0].equals("calls")) {
                            System.out.println(seen());
                        } else if (words[0].equals("looped")) {
                            System.out.println(looped);
                        } else if (words[0].equals("leave")) {
                            leave = true;
                            while (leave) { Thread.onSpinWait(); }
                            looped = 0;
                            while (looped == 0) { Thread.onSpinWait(); }
                            System.out.println(looped);
                        } else if (words[0].equals("late")) {
                            System.out.println(Late.version());
                        } else if (words[0].equals("plugin")) {
                            URL[] urls = {Paths.get(words[1]).toUri().toURL()};
                            plugins.add(new URLClassLoader(urls).loadClass("plug.Plugin"));
                            System.out.println(plugins.size());
                        } else if (words[0].equals("plugins")) {
                            StringBuilder all = new StringBuilder();
                            for (Class<?> each : plugins) { all.append(each.getMethod("version").invoke(null)); }
                            System.out.println(all);
                        }
                    }
                }

                // Which versions were called by each of the threads from now on, until each has called some.
                static String seen() {
                    for (int i = 0; i < calls.length(); i++) { calls.set(i, 0); }
                    Set<Integer> versions = new TreeSet<>();
                    for (int t = 0; t < THREADS; t++) {
                        long sum = 0;
                        while (sum < 1000) {
                            sum = 0;
                            for (int v = 0; v < 10; v++) { sum += calls.get(t * 10 + v); }
                            Thread.yield();
                        }
                        for (int v = 0; v < 10; v++) { if (calls.get(t * 10 + v) > 1) { versions.add(v); } }
                    }
                    return versions.toString();
                }
            }
            """;

    /** One of the service's classes, in one of its versions. */
    static Map<String, String> greeter(int version) {
        return Map.of("acme/Greeter.java", greeter(version, ""));
    }

    static String greeter(int version, String more) {
        return """
                package acme;
                public class Greeter {
                    static final String WORD = "hello";
                    public static int version() { return %d; }
                    static void loop() { while (!Service.leave) { Service.looped = %d; } }
                    %s
                }
                """.formatted(version, version, more);
    }

    static Map<String, String> late(int version) {
        return Map.of(
                "acme/Late.java",
                "package acme; public class Late { public static int version() { return " + version + "; } }");
    }

    static Map<String, String> plugin(int version) {
        return Map.of(
                "plug/Plugin.java",
                "package plug; public class Plugin { public static int version() { return " + version + "; } }");
    }

    /** A check that comes with a patch: asks the class by its public method. */
    static Map<String, String> check(String type) {
        return Map.of(
                "proof/Proof.java",
                "package proof; public class Proof { static String run() { return \"v\" + " + type + ".version(); } }");
    }

    static Map<String, String> service() {
        Map<String, String> all = new LinkedHashMap<>(Map.of("acme/Service.java", SERVICE));
        all.putAll(greeter(1));
        all.putAll(late(1));
        return all;
    }
}
