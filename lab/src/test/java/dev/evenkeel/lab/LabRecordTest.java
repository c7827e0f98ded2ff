package dev.evenkeel.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lab.os.ProcessMark;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LabRecordTest {
    @TempDir
    Path state;

    @Test
    void what_was_written_down_is_there_for_the_next_process() throws IOException {
        LabRecord record = LabRecord.create(state, "ek");
        record.put("host.1", "made");
        record.put("host.10", "made");
        record.put("host.2", "made");
        record.process("collector", new ProcessMark(12, 345));

        LabRecord again = LabRecord.read(state, "ek").orElseThrow();
        assertThat(Lab.numbers(again)).isEqualTo(List.of(1, 2, 10));
        assertThat(again.process("collector")).contains(new ProcessMark(12, 345));
        assertThat(again.process("server")).isEmpty();
        assertThat(LabRecord.read(state, "other")).isEmpty();
    }

    @Test
    void a_process_is_known_by_its_start_and_not_only_by_its_number() {
        ProcessMark me = ProcessMark.of(ProcessHandle.current().pid()).orElseThrow();
        assertThat(me.alive()).isTrue();
        assertThat(new ProcessMark(me.pid(), me.startTicks() + 1).alive()).isFalse();
        assertThat(ProcessMark.parse(me.toString())).isEqualTo(me);
    }
}
