package dev.evenkeel.agent.hotpatch.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.agent.hotpatch.jvm.PatchId;
import dev.evenkeel.agent.hotpatch.process.NativeReport.Already;
import dev.evenkeel.agent.hotpatch.process.NativeReport.Outcome;
import dev.evenkeel.agent.hotpatch.process.NativeReport.Patched;
import dev.evenkeel.agent.hotpatch.process.NativeReport.Refused;
import dev.evenkeel.agent.hotpatch.process.NativeReport.Undone;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What patching does to a program with busy threads. */
class NativePatcherTest {
    private static final String FIX = """
            extern int helper(int x);
            static int hundred(void) { return 100; }
            int (*const table[])(void) = {hundred};
            int compute_fixed(int x) { return helper(x) + table[x & 0](); }
            int linger_fixed(void) { return 2; }
            """;

    @TempDir
    private Path directory = Path.of("");

    private final NativePatcher agent = new NativePatcher();
    private String name = "";
    private Path program = Path.of("");

    @BeforeEach
    void program() throws Exception {
        Program.assumePossible();
        name = "counter-" + Long.toHexString(System.nanoTime());
        program = Program.compile(directory, name, Program.PADDED);
    }

    private PatchId id(int version) {
        return new PatchId(name, "" + version);
    }

    private Path fix(int version, String code, String... redirects) throws Exception {
        return fixFor(Program.buildId(program), version, code, redirects);
    }

    private Path fixFor(String buildId, int version, String code, String... redirects) throws Exception {
        List<String> lines =
                new ArrayList<>(List.of("name=" + name, "version=" + version, "target=" + name, "build-id=" + buildId));
        for (String each : redirects) {
            lines.add("redirect=" + each);
        }
        return Program.patch(directory, "fix" + version, code, lines);
    }

    private static Outcome outcome(NativeReport report, Program of) {
        List<Outcome> own = report.entries().stream()
                .filter(entry -> entry.process().pid() == of.pid())
                .map(NativeReport.Entry::outcome)
                .toList();
        assertThat(own).as("the program is " + of.state()).hasSize(1);
        return own.getFirst();
    }

    private static String refusal(NativeReport report, Program of) {
        return outcome(report, of) instanceof Refused(var why) ? why.code() : "not refused: " + outcome(report, of);
    }

    private List<String> running(Program of) throws Exception {
        return new NativePatcher()
                .state().stream()
                        .filter(state -> state.process().pid() == of.pid())
                        .flatMap(state -> state.patches().stream())
                        .map(each -> each.patch().version() + (each.active() ? " active" : " retired"))
                        .toList();
    }

    @Test
    void callsGoToTheReplacementAndAnUndoByALaterAgentBringsThemBack() throws Exception {
        Path patch = fix(1, FIX, "compute=compute_fixed", "linger=linger_fixed");
        try (Program target = Program.start(program)) {
            assertThat(target.ask("calls")).isEqualTo("old");
            Outcome outcome = outcome(agent.apply(patch), target);
            assertThat(outcome).isInstanceOf(Patched.class);
            System.out.println("native: " + outcome);
            assertThat(target.ask("calls")).isEqualTo("new");
            assertThat(target.ask("leave"))
                    .as("a frame that was in the old function")
                    .isEqualTo("linger 1");
            assertThat(running(target)).containsExactly("1 active");
            assertThat(outcome(agent.apply(patch), target)).isInstanceOf(Already.class);

            assertThat(outcome(new NativePatcher().undo(id(1)), target)).isInstanceOf(Undone.class);
            assertThat(target.ask("calls")).isEqualTo("old");
            assertThat(running(target)).containsExactly("1 retired");
            assertThat(agent.undo(id(1)).entries()).isEmpty();
        }
    }

    @Test
    void fortyTurnsHarmNobody() throws Exception {
        Path patch = fix(1, FIX, "compute=compute_fixed");
        try (Program target = Program.start(program)) {
            List<Long> stopped = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                Outcome outcome = outcome(agent.apply(patch), target);
                assertThat(outcome).isInstanceOf(Patched.class);
                stopped.add(((Patched) outcome).measured().stopped().toNanos() / 1000);
                assertThat(outcome(agent.undo(id(1)), target)).isInstanceOf(Undone.class);
            }
            stopped.sort(Long::compare);
            System.out.println("native: all threads stood still for, in µs: median " + stopped.get(10) + ", most "
                    + stopped.getLast());
            assertThat(target.ask("calls")).isEqualTo("old");
            assertThat(target.ask("naps")).as("sleeps that were cut short").isEqualTo("0");
            assertThat(target.ask("signals")).isEqualTo("many, lost 0");
            assertThat(running(target)).as("the code is laid in once").containsExactly("1 retired");
        }
    }

    @Test
    void aSecondPatchOfAFunctionWaitsUntilTheFirstIsUndone() throws Exception {
        Path first = fix(1, FIX, "compute=compute_fixed");
        Path second = fix(2, FIX.replace("100", "200"), "compute=compute_fixed");
        try (Program target = Program.start(program)) {
            agent.apply(first);
            assertThat(refusal(agent.apply(second), target)).isEqualTo("ALREADY_REDIRECTED");
            agent.undo(id(1));
            assertThat(outcome(agent.apply(second), target)).isInstanceOf(Patched.class);
            assertThat(running(target)).containsExactlyInAnyOrder("1 retired", "2 active");
        }
    }

    @Test
    void whatDoesNotFitIsRefusedAndTheProgramRunsOn() throws Exception {
        try (Program target = Program.start(program)) {
            assertThat(refusal(agent.apply(fixFor("00".repeat(20), 1, FIX, "compute=compute_fixed")), target))
                    .isEqualTo("BUILD_ID_DIFFERS");
            assertThat(refusal(agent.apply(fix(2, FIX, "absent=compute_fixed")), target))
                    .isEqualTo("NO_SUCH_FUNCTION");
            String importing = FIX.replace("100", "nowhere()").replace("static", "extern int nowhere(void); static");
            assertThat(refusal(agent.apply(fix(3, importing, "compute=compute_fixed")), target))
                    .isEqualTo("IMPORT_UNRESOLVED");
            assertThat(target.ask("calls")).isEqualTo("old");
            assertThat(running(target)).isEmpty();
        }
    }

    @Test
    void aFunctionWithoutPaddingIsRefused() throws Exception {
        program = Program.compile(directory, name);
        try (Program target = Program.start(program)) {
            assertThat(refusal(agent.apply(fix(1, FIX, "compute=compute_fixed")), target))
                    .isEqualTo("ENTRY_NOT_PADDED");
            assertThat(target.ask("calls")).isEqualTo("old");
        }
    }

    @Test
    void aFunctionThatBeginsWithAMarkForIndirectJumpsIsRedirectedBehindIt() throws Exception {
        program = Program.compile(directory, name, Program.PADDED, "-fcf-protection=full", "-no-pie");
        try (Program target = Program.start(program)) {
            assertThat(outcome(agent.apply(fix(1, FIX, "compute=compute_fixed")), target))
                    .isInstanceOf(Patched.class);
            assertThat(target.ask("calls")).isEqualTo("new");
            agent.undo(id(1));
            assertThat(target.ask("calls")).isEqualTo("old");
        }
    }

    @Test
    void aProgramWhoseFileWasReplacedIsPatchedByWhatItRuns() throws Exception {
        Path patch = fix(1, FIX, "compute=compute_fixed");
        try (Program target = Program.start(program)) {
            Files.delete(program);
            Files.writeString(program, "a later version");
            assertThat(outcome(agent.apply(patch), target)).isInstanceOf(Patched.class);
            assertThat(target.ask("calls")).isEqualTo("new");
        }
    }

    @Test
    void aProgramThatIsStoppedByASignalIsLeftAlone() throws Exception {
        try (Program target = Program.start(program)) {
            new ProcessBuilder("kill", "-STOP", "" + target.pid()).start().waitFor();
            assertThat(refusal(agent.apply(fix(1, FIX, "compute=compute_fixed")), target))
                    .isEqualTo("TARGET_STOPPED");
            new ProcessBuilder("kill", "-CONT", "" + target.pid()).start().waitFor();
            assertThat(target.ask("calls")).isEqualTo("old");
        }
    }

    @Test
    void aChildOfTheAgentIsLeftAlone() throws Exception {
        try (Program target = Program.startChild(program)) {
            assertThat(refusal(agent.apply(fix(1, FIX, "compute=compute_fixed")), target))
                    .isEqualTo("CHILD_OF_AGENT");
        }
    }

    @Test
    void aFileThatIsNoPatchSaysWhatItLacks() throws Exception {
        assertThatThrownBy(() -> agent.apply(program)).hasMessageContaining(".evenkeel.patch");
        Path stateful = fix(1, "int count; int compute_fixed(int x) { return x + count++; }", "compute=compute_fixed");
        assertThatThrownBy(() -> agent.apply(stateful)).hasMessageContaining(".bss");
        Path absent = fix(2, FIX, "compute=nothing");
        assertThatThrownBy(() -> agent.apply(absent)).hasMessageContaining("redirect=OLD=NEW");
    }
}
