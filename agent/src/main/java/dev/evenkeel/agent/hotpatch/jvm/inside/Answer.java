package dev.evenkeel.agent.hotpatch.jvm.inside;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** What came of a {@link Request}, as a file. */
public final class Answer {
    /** First byte of the file: the JVM looks for the request. The answer follows. */
    public static final byte BEGUN = 'B';

    /** Codes of answers that are no refusals. */
    public static final String DONE = "DONE";

    public static final String ALREADY = "ALREADY";

    /** The old class file of one class that was redefined. */
    public static final class Old {
        public final String name;
        public final String loader;
        public final String sha256;
        public final byte[] bytes;

        Old(String name, String loader, String sha256, byte[] bytes) {
            this.name = name;
            this.loader = loader;
            this.sha256 = sha256;
            this.bytes = bytes;
        }
    }

    /** {@link #DONE}, {@link #ALREADY} or the code of a refusal. */
    public String code = DONE;

    /** For a refusal: why, as a sentence. */
    public String why = "";

    /** Says what the check gave before and after; empty where it was not run. */
    public String before = "";

    public String after = "";
    /** Where the patch stands in this JVM now: a {@link Standing}, or empty for not at all. */
    public String standing = "";

    /** Time in nanoseconds within the one call that redefines, and in checks. */
    public long redefining;

    public long checking;
    /** Whether the target is as it was before the request. */
    public boolean unchanged = true;

    public final List<Old> old = new ArrayList<>();

    Answer refuse(String refusal, String text) {
        this.code = refusal;
        this.why = text;
        return this;
    }

    byte[] toBytes() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream to = new DataOutputStream(bytes);
        to.writeInt(Wire.PROTOCOL);
        Wire.text(to, code);
        Wire.text(to, why);
        Wire.text(to, before);
        Wire.text(to, after);
        Wire.text(to, standing);
        to.writeLong(redefining);
        to.writeLong(checking);
        to.writeBoolean(unchanged);
        to.writeInt(old.size());
        for (Old each : old) {
            Wire.text(to, each.name);
            Wire.text(to, each.loader);
            Wire.text(to, each.sha256);
            Wire.bytes(to, each.bytes);
        }
        to.writeInt(Wire.END);
        return bytes.toByteArray();
    }

    /** @throws IOException when the bytes are no whole answer */
    public static Answer of(byte[] bytes) throws IOException {
        DataInputStream from = new DataInputStream(new ByteArrayInputStream(bytes));
        if (from.readByte() != BEGUN || from.readInt() != Wire.PROTOCOL) {
            throw new IOException("not an answer of this protocol");
        }
        Answer answer = new Answer();
        answer.refuse(Wire.text(from), Wire.text(from));
        answer.before = Wire.text(from);
        answer.after = Wire.text(from);
        answer.standing = Wire.text(from);
        answer.redefining = from.readLong();
        answer.checking = from.readLong();
        answer.unchanged = from.readBoolean();
        for (int left = Wire.length(from); left > 0; left--) {
            answer.old.add(new Old(Wire.text(from), Wire.text(from), Wire.text(from), Wire.bytes(from)));
        }
        if (from.readInt() != Wire.END) {
            throw new IOException("the answer has no end");
        }
        return answer;
    }
}
