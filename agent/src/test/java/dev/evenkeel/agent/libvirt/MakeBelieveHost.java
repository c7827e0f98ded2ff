package dev.evenkeel.agent.libvirt;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A host of its own in libvirt's test driver, empty at first. It lasts until it is closed, however often it is connected to. */
public final class MakeBelieveHost implements AutoCloseable {
    private final Connection first;

    private MakeBelieveHost(Connection first) {
        this.first = first;
    }

    public static MakeBelieveHost at(Path directory, String name) throws IOException {
        Path file = directory.resolve(name + ".xml");
        Files.writeString(file, """
                <node><cpu><mhz>2000</mhz><model>x86_64</model><active>4</active><nodes>1</nodes><sockets>1</sockets>
                <cores>4</cores><threads>1</threads></cpu><memory>4194304</memory></node>""");
        return new MakeBelieveHost(Connection.open("test://" + file));
    }

    /** One more connection. The driver would make another host for a second opening of the file, so it is the same one, counted. */
    public Connection connect() {
        return first.with(pointer -> {
            LibvirtException.check(Libvirt.intFunction("virConnectRef", ADDRESS).asInt(pointer));
            return new Connection(first.uri(), pointer);
        });
    }

    /** The connection that lasts. */
    public Connection daemon() {
        return first;
    }

    @Override
    public void close() {
        first.close();
    }
}
