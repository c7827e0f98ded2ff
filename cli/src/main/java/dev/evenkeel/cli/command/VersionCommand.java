package dev.evenkeel.cli.command;

import dev.evenkeel.cli.ExitCode;
import dev.evenkeel.cli.Session;
import dev.evenkeel.cli.client.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import tools.jackson.databind.node.ObjectNode;

/** {@code evenkeel version}. */
@Command(name = "version", description = "Show the version of this command and of the Java it runs on.")
final class VersionCommand extends Verb implements IVersionProvider {
    @Override
    ExitCode run(Session session) {
        ObjectNode version = Json.object();
        version.put("evenkeel", version());
        version.put("java", Runtime.version().toString());
        session.one(version, it -> session.out().println(getVersion()[0]));
        return ExitCode.OK;
    }

    @Override
    public String[] getVersion() {
        return new String[] {"evenkeel " + version() + " (Java " + Runtime.version() + ")"};
    }

    /** From the jar's manifest, where the build puts it. */
    private static String version() {
        String version = VersionCommand.class.getPackage().getImplementationVersion();
        return version == null ? "unpacked" : version;
    }
}
