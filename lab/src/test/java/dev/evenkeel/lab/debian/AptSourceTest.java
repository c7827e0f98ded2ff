package dev.evenkeel.lab.debian;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AptSourceTest {
    @Test
    void one_line_sources_are_read_with_and_without_options() {
        List<AptSource> sources = AptSource.parseList("""
                # a comment
                deb http://mirror.example/debian/ bookworm main contrib # and why
                deb [arch=amd64 signed-by=/k.gpg] https://other.example/debian bookworm-updates main
                deb-src http://mirror.example/debian bookworm main
                deb http://flat.example/ ./
                """);
        assertThat(sources)
                .containsExactly(
                        new AptSource("http://mirror.example/debian", "bookworm", List.of("main", "contrib")),
                        new AptSource("https://other.example/debian", "bookworm-updates", List.of("main")));
    }

    @Test
    void deb822_stanzas_are_multiplied_out_and_disabled_ones_passed_over() {
        List<AptSource> sources = AptSource.parseDeb822("""
                Types: deb deb-src
                URIs: http://a.example/debian
                # in between
                Suites: bookworm
                  bookworm-updates
                Components: main
                Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

                Enabled: no
                Types: deb
                URIs: http://b.example/debian
                Suites: bookworm
                Components: main

                Types: deb-src
                URIs: http://c.example/debian
                Suites: bookworm
                Components: main
                """);
        assertThat(sources.stream().map(AptSource::line))
                .containsExactly(
                        "deb http://a.example/debian bookworm main",
                        "deb http://a.example/debian bookworm-updates main");
    }

    @Test
    void the_mirror_is_found_among_foreign_archives() throws IOException {
        DebianMirror mirror = DebianMirror.of(List.of(
                new AptSource("https://vendor.example/apt", "cloud-sdk-bookworm", List.of("main")),
                new AptSource("http://m.example/debian-security", "bookworm-security", List.of("main")),
                new AptSource("http://m.example/debian", "bookworm", List.of("main"))));
        assertThat(mirror.archive()).isEqualTo("http://m.example/debian");
        assertThat(mirror.release("trixie").stream().map(AptSource::line))
                .containsExactly(
                        "deb http://m.example/debian trixie main",
                        "deb http://m.example/debian trixie-updates main",
                        "deb http://m.example/debian-security trixie-security main");
        assertThat(mirror.backports("trixie").line()).isEqualTo("deb http://m.example/debian trixie-backports main");
    }

    @Test
    void a_mirror_list_in_a_file_stands_for_its_first_line(@TempDir Path etc) throws IOException {
        Path list = Files.writeString(etc.resolve("mirrors.list"), "# ours\nhttps://m.example/debian priority:1\n");
        Files.createDirectory(etc.resolve("sources.list.d"));
        Files.writeString(
                etc.resolve("sources.list.d/debian.sources"),
                "Types: deb\nURIs: mirror+file:" + list + "\nSuites: bookworm\nComponents: main\n");
        Files.writeString(etc.resolve("sources.list.d/notes.txt"), "deb http://no.example/debian bookworm main\n");
        assertThat(DebianMirror.machineSources(etc))
                .containsExactly(new AptSource("https://m.example/debian", "bookworm", List.of("main")));
    }

    @Test
    void a_machine_without_debian_says_what_to_add() {
        assertThatThrownBy(() ->
                        DebianMirror.of(List.of(new AptSource("http://u.example/ubuntu", "noble", List.of("main")))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("add a line such as");
    }
}
