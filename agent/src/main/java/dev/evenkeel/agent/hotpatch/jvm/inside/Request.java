package dev.evenkeel.agent.hotpatch.jvm.inside;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Map;

/** What a target is to do, as a file. */
public final class Request {
    /** The three things that can be asked of a target. */
    public enum Verb {
        /** Redefine the classes of the patch, now and whenever one of them is loaded. */
        APPLY,
        /** Put the old classes back. */
        UNDO,
        /** Run the check of a patch whose classes were loaded after it was applied. */
        PROVE
    }

    final Verb verb;
    final long notAfter;
    final String patch;
    final String digest;
    final Check check;
    final Map<String, byte[]> classes;

    /**
     * @param notAfter milliseconds since 1970: a target that reads this later does nothing, for nobody waits for it any more
     * @param patch name and version, as {@code name@version}
     * @param digest SHA-256 of the patch's jar, in hex
     * @param classes new class files by binary name
     */
    public Request(Verb verb, long notAfter, String patch, String digest, Check check, Map<String, byte[]> classes) {
        this.verb = verb;
        this.notAfter = notAfter;
        this.patch = patch;
        this.digest = digest;
        this.check = check;
        this.classes = classes;
    }

    public byte[] toBytes() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream to = new DataOutputStream(bytes);
        to.writeInt(Wire.PROTOCOL);
        Wire.text(to, verb.name());
        to.writeLong(notAfter);
        Wire.text(to, patch);
        Wire.text(to, digest);
        check.write(to);
        Wire.classes(to, classes);
        return bytes.toByteArray();
    }

    /** @throws IOException when it is not a request of this protocol */
    static Request of(byte[] bytes) throws IOException {
        DataInputStream from = new DataInputStream(new ByteArrayInputStream(bytes));
        if (from.readInt() != Wire.PROTOCOL) {
            throw new IOException("not a request that this JVM's patcher knows");
        }
        return new Request(
                Verb.valueOf(Wire.text(from)),
                from.readLong(),
                Wire.text(from),
                Wire.text(from),
                Check.read(from),
                Wire.classes(from));
    }
}
