package dev.evenkeel.bench.demo;

import dev.evenkeel.cli.output.Column;
import dev.evenkeel.cli.output.Paint;
import dev.evenkeel.cli.output.Table;
import dev.evenkeel.wire.Json;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the demo prints at its end. */
final class DemoTables {
    /** One host, before and after. */
    record HostRow(String host, String method, String before, String after, int vmsMoved) {}

    private static final Table<HostRow> HOSTS = Table.of(
            Column.of("HOST", HostRow::host),
            Column.of("METHOD", HostRow::method),
            Column.of("BEFORE", HostRow::before),
            Column.of("AFTER", HostRow::after),
            Column.number("VMS", row -> Integer.toString(row.vmsMoved())));

    private static final Table<MoveSeen> MOVES = Table.of(
            Column.of("VM", MoveSeen::vm),
            Column.of("MOVE", move -> move.from() + " → " + move.to()),
            Column.number("FORECAST STOP", move -> ms(move.forecastStop())),
            Column.number("STOP", move -> ms(move.stop())),
            Column.number("LEDGER", move -> ms(move.ledgerStop())),
            Column.number("GAP", move -> ms(move.gap())),
            Column.number("NORMAL GAP", move -> ms(move.normalGap())),
            Column.number("TOTAL", move -> ms(move.total())));

    private static final Table<VmSeen> VMS = Table.of(
            Column.of("VM", VmSeen::vm),
            Column.of("TENANT", VmSeen::tenant),
            Column.of("BEFORE", VmSeen::hostBefore),
            Column.of("AFTER", VmSeen::hostAfter),
            Column.number("MOVES", vm -> Integer.toString(vm.moves())),
            Column.number("RESTARTS", vm -> Integer.toString(vm.restarts())),
            Column.number("DOUBLED", vm -> Integer.toString(vm.doubled())),
            Column.number("BAD PAGES", vm -> Long.toString(vm.badPages())),
            Column.of("ALIVE", vm -> vm.alive() ? "yes" : "NO"));

    private DemoTables() {}

    static void print(PrintStream out, List<HostRow> hosts, List<VmSeen> vms, List<MoveSeen> moves) {
        out.println();
        out.println("What each VM felt. Stop: how far its clock fell behind; gap: the longest hole in its heartbeats,");
        out.println("both seen from outside; normal gap: the same in an undisturbed stretch of equal length before.");
        MOVES.lines(moves, false, Paint.OFF).forEach(out::println);
        out.println();
        VMS.lines(vms, false, Paint.OFF).forEach(out::println);
        out.println();
        HOSTS.lines(hosts, false, Paint.OFF).forEach(out::println);
        out.println();
    }

    static String json(List<VmSeen> vms, List<MoveSeen> moves) {
        return Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsString(Map.of("vms", vms, "moves", moves));
    }

    static void lookAround(PrintStream out, String lab, String host) {
        out.println();
        out.println("The lab is still up. Look around:");
        out.println("  ./evenkeel vm ls                    ./evenkeel ledger");
        out.println("  ./evenkeel run ls                   ./evenkeel run show RUN");
        out.println("  ./evenkeel vm migrate acme-web-a    ./evenkeel host evacuate " + host);
        out.println("  ./evenkeel lab exec " + host + " -- virsh list");
        out.println("Take it away: ./evenkeel lab down" + (lab.equals("ek") ? "" : " --name " + lab));
    }

    private static String ms(@Nullable Long length) {
        return length == null ? "" : length + " ms";
    }
}
