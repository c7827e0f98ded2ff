package dev.evenkeel.agent.hotpatch.jvm.inside;

import java.io.IOException;
import java.lang.instrument.Instrumentation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.nio.file.StandardOpenOption;

/** Where the JVM enters when an agent of the host attaches. */
public final class Inside {
    /**
     * System property of a JVM that says which patches it runs: {@code name@version,digest,standing}, joined by semicolons. It can be
     * read without running anything in the JVM.
     */
    public static final String PROPERTY = "dev.evenkeel.patches";

    private static final Patches PATCHES = new Patches();

    private Inside() {}

    /**
     * @param directory with the request, and with an empty file for the answer, which belongs to whom the JVM belongs to
     * @throws IOException when one of them can't be read or written, which the JVM tells whoever attached as a failed start
     */
    public static synchronized void agentmain(String directory, Instrumentation instrumentation) throws IOException {
        Path to = Paths.get(directory, "answer");
        // In this order: who takes the request away and finds no word here knows that it will not be carried out.
        Files.write(to, new byte[] {Answer.BEGUN}, StandardOpenOption.WRITE);
        Request request = Request.of(Files.readAllBytes(Paths.get(directory, "request")));
        Answer answer;
        try {
            answer = answer(new Redefinition(instrumentation), request);
        } catch (Throwable e) { // the target must not be left without an answer, whatever it was
            answer = new Answer().refuse("PATCHER_FAILED", "the patcher failed inside the JVM: " + e);
            answer.unchanged = false;
        }
        tell();
        Files.write(to, answer.toBytes(), StandardOpenOption.APPEND);
    }

    private static Answer answer(Redefinition jvm, Request request) {
        if (System.currentTimeMillis() > request.notAfter) {
            return new Answer().refuse("TOO_LATE", "the JVM came to it when nobody waited for it any more");
        }
        switch (request.verb) {
            case APPLY:
                return PATCHES.apply(jvm, request);
            case UNDO:
                return PATCHES.undo(jvm, request);
            default:
                return PATCHES.prove(jvm, request);
        }
    }

    /** Brings the system property up to date. */
    static void tell() {
        System.setProperty(PROPERTY, PATCHES.told());
    }
}
