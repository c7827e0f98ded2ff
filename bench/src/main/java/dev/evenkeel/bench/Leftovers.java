package dev.evenkeel.bench;

import dev.evenkeel.cli.output.Column;
import dev.evenkeel.cli.output.Paint;
import dev.evenkeel.cli.output.Table;
import dev.evenkeel.lab.LabHost;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a host holds that hand-overs could leave more of each time, by its names.
 *
 * @param things how many there are
 * @param kib how much memory they take
 */
record Leftovers(Map<String, Long> things, Map<String, Long> kib) {
    private static final String THINGS = """
            daemon=/proc/$(cat /run/lab/libvirtd.pid)
            count() { echo "$1=$(wc -l)"; }
            find /run/evenkeel /var/lib/libvirt/qemu/evenkeel* -type f,s 2>/dev/null | count 'files of hand-overs'
            find /dev/shm -type f -printf '%n\\n' | awk '{ while ($1--) print }' | count 'names of memory files'
            find /run/libvirt /var/lib/libvirt -mindepth 1 | count 'files of libvirt'
            cat /proc/[0-9]*/comm 2>/dev/null | grep -vx sleep | count processes # sleep: of the host's own supervisor
            ls /sys/class/net | count 'network devices'
            ls "$daemon/fd" | count "libvirtd's open files"
            """;
    private static final String KIB = """
            for fs in /dev/shm /run; do echo "$fs, KiB=$(df -k --output=used "$fs" | tail -n 1)"; done
            sed -n "s/^VmRSS:[^0-9]*\\([0-9]*\\) kB/libvirtd's resident set, KiB=\\1/p" \
                "/proc/$(cat /run/lab/libvirtd.pid)/status"
            """;

    static Leftovers on(LabHost host) throws IOException {
        return new Leftovers(ask(host, THINGS), ask(host, KIB));
    }

    private static Map<String, Long> ask(LabHost host, String script) throws IOException {
        Map<String, Long> found = new LinkedHashMap<>();
        host.command(List.of("sh", "-ec", script)).check().lines().forEach(line -> {
            String[] parts = line.split("=", 2);
            found.put(parts[0], Long.parseLong(parts[1].strip()));
        });
        return found;
    }

    /** Of how many things there are more later, kind by kind. */
    List<Double> moreThings(Leftovers later) {
        return more(things, later.things);
    }

    /** How much more memory is taken later, kind by kind, MiB. */
    List<Double> moreMib(Leftovers later) {
        return more(kib, later.kib).stream().map(k -> k / 1024).toList();
    }

    private static List<Double> more(Map<String, Long> before, Map<String, Long> after) {
        return after.entrySet().stream()
                .map(e -> (double) Math.max(0, e.getValue() - before.getOrDefault(e.getKey(), 0L)))
                .toList();
    }

    /** Both side by side. */
    static void show(PrintWriter out, Leftovers before, Leftovers after) {
        Map<String, Long> earlier = new LinkedHashMap<>(before.things);
        earlier.putAll(before.kib);
        Map<String, Long> later = new LinkedHashMap<>(after.things);
        later.putAll(after.kib);
        Table<String> table = Table.of(
                Column.of("ON THE HOST", name -> name),
                Column.number("BEFORE", name -> String.valueOf(earlier.get(name))),
                Column.number("AFTER", name -> String.valueOf(later.get(name))));
        table.lines(List.copyOf(later.keySet()), false, Paint.OFF).forEach(out::println);
        out.flush();
    }
}
