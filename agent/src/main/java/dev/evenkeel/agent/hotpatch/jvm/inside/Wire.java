package dev.evenkeel.agent.hotpatch.jvm.inside;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** How strings and class files stand in the files that go into a target and come out of it. */
final class Wire {
    /** First word of both files. A JVM keeps the first classes of ours that it took, so both ends say which files they know. */
    static final int PROTOCOL = 0x454B5001;

    /** At the end of an answer: without it the writer was cut off. */
    static final int END = 0x454E4421;

    private static final int LONGEST = 64 << 20;

    private Wire() {}

    static void text(DataOutputStream to, String value) throws IOException {
        bytes(to, value.getBytes(StandardCharsets.UTF_8));
    }

    static String text(DataInputStream from) throws IOException {
        return new String(bytes(from), StandardCharsets.UTF_8);
    }

    static void bytes(DataOutputStream to, byte[] value) throws IOException {
        to.writeInt(value.length);
        to.write(value);
    }

    static byte[] bytes(DataInputStream from) throws IOException {
        byte[] value = new byte[length(from)];
        from.readFully(value);
        return value;
    }

    static int length(DataInputStream from) throws IOException {
        int length = from.readInt();
        if (length < 0 || length > LONGEST || length > from.available()) {
            throw new IOException("a length of " + length + " can't be");
        }
        return length;
    }

    static void classes(DataOutputStream to, Map<String, byte[]> classes) throws IOException {
        to.writeInt(classes.size());
        for (Map.Entry<String, byte[]> each : classes.entrySet()) {
            text(to, each.getKey());
            bytes(to, each.getValue());
        }
    }

    static Map<String, byte[]> classes(DataInputStream from) throws IOException {
        Map<String, byte[]> classes = new LinkedHashMap<>();
        for (int left = length(from); left > 0; left--) {
            classes.put(text(from), bytes(from));
        }
        return Collections.unmodifiableMap(classes);
    }
}
