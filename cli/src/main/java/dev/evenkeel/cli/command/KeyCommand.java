package dev.evenkeel.cli.command;

import dev.evenkeel.cli.ExitCode;
import dev.evenkeel.cli.Session;
import dev.evenkeel.cli.catalogue.KeyFiles;
import dev.evenkeel.cli.client.Json;
import dev.evenkeel.wire.tuf.VerifyingKey;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

/** {@code evenkeel key …}. */
@Command(
        name = "key",
        description = "Keys with which people sign the catalogue of updates. They stay in files of their owners'.",
        synopsisSubcommandLabel = "VERB",
        subcommands = {KeyCommand.Create.class, KeyCommand.Show.class})
final class KeyCommand {
    private KeyCommand() {}

    @Command(
            name = "create",
            description =
                    "Make an Ed25519 key: FILE is yours alone, FILE.pub is for whoever makes the catalogue's root.")
    static final class Create extends Verb {
        @Parameters(paramLabel = "FILE", description = "Where to put it; nothing is written over.")
        Path file = Path.of("");

        @Override
        ExitCode run(Session session) {
            VerifyingKey key = KeyFiles.create(file);
            print(session, key);
            session.note("keep " + file + " to yourself; give " + KeyFiles.open(file) + " away");
            return ExitCode.OK;
        }
    }

    @Command(name = "show", description = "Show the open half of a key.")
    static final class Show extends Verb {
        @Parameters(paramLabel = "FILE", description = "Its file, or the one that ends in .pub.")
        Path file = Path.of("");

        @Override
        ExitCode run(Session session) {
            print(session, KeyFiles.shown(file));
            return ExitCode.OK;
        }
    }

    private static void print(Session session, VerifyingKey key) {
        ObjectNode shown = Json.object();
        shown.put("id", key.id()).put("hex", key.hex());
        session.one(shown, it -> {
            session.field("key", key.hex());
            session.field("id", key.id());
        });
    }
}
