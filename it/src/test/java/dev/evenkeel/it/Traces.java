package dev.evenkeel.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lab.Lab;
import dev.evenkeel.lab.os.Command;
import dev.evenkeel.lab.os.ProcessMark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What a lab has on this machine while it is up, and that nothing of it is left once it is down. Other labs may be up.
 *
 * @param prefix what the names of its namespaces begin with
 * @param processes every process in one of them
 */
record Traces(Path directory, String prefix, List<ProcessMark> processes) {

    static Traces of(Lab lab) throws IOException {
        String prefix = lab.name() + "-";
        List<ProcessMark> processes = new ArrayList<>();
        for (String namespace : namespaces(prefix)) {
            Command.of("ip", "netns", "pids", namespace)
                    .check()
                    .lines()
                    .flatMap(pid -> ProcessMark.of(Long.parseLong(pid.strip())).stream())
                    .forEach(processes::add);
        }
        return new Traces(lab.directory(), prefix, processes);
    }

    void assertGone() throws IOException {
        assertThat(processes).as("what ran in the lab").isNotEmpty();
        assertThat(processes.stream().filter(ProcessMark::alive)).isEmpty();
        assertThat(namespaces(prefix)).isEmpty();
        assertThat(Files.readString(Path.of("/proc/mounts"))).doesNotContain(directory.toString(), "/" + prefix);
        assertThat(directory).doesNotExist();
    }

    private static List<String> namespaces(String prefix) throws IOException {
        return Command.of("ip", "netns", "list")
                .check()
                .lines()
                .map(line -> line.split(" ")[0])
                .filter(name -> name.startsWith(prefix))
                .toList();
    }
}
