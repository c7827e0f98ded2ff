package dev.evenkeel.cli.catalogue;

import dev.evenkeel.cli.CommandFailed;
import dev.evenkeel.cli.ExitCode;
import dev.evenkeel.wire.trust.PrivateFiles;
import dev.evenkeel.wire.tuf.SigningKey;
import dev.evenkeel.wire.tuf.VerifyingKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;

/** Keys as files: {@code NAME} with both halves, for its owner only, and {@code NAME.pub} for everybody else. */
public final class KeyFiles {
    private KeyFiles() {}

    /**
     * Makes a key.
     *
     * @throws CommandFailed when one of the two files is there, or they cannot be written
     */
    public static VerifyingKey create(Path file) {
        Path open = open(file);
        for (Path there : List.of(file, open)) {
            if (Files.exists(there)) {
                throw new CommandFailed(
                        ExitCode.USAGE, there + " is there already; a key is never written over, so give another name");
            }
        }
        SigningKey key = SigningKey.generate();
        try {
            PrivateFiles.write(file.toAbsolutePath(), key.pem());
            Files.writeString(open, key.shown().pem());
        } catch (IOException e) {
            throw new CommandFailed(ExitCode.USAGE, "the key " + file + " cannot be written: " + e.getMessage());
        }
        return key.shown();
    }

    /** Where the open half of a key lies. */
    public static Path open(Path file) {
        return file.resolveSibling(file.getFileName() + ".pub");
    }

    /** The open half, from either file. */
    public static VerifyingKey shown(Path file) {
        try {
            return VerifyingKey.ofPem(Files.readString(file));
        } catch (IOException e) {
            throw unreadable(file, e);
        } catch (GeneralSecurityException e) {
            throw new CommandFailed(
                    ExitCode.USAGE,
                    file + " is no key: " + e.getMessage() + "; make one with: evenkeel key create FILE");
        }
    }

    /** The whole key; its owner's file is needed. */
    public static SigningKey secret(Path file) {
        try {
            return SigningKey.of(Files.readString(file));
        } catch (IOException e) {
            throw unreadable(file, e);
        } catch (GeneralSecurityException e) {
            throw new CommandFailed(
                    ExitCode.USAGE,
                    file + " cannot sign: " + e.getMessage()
                            + "; name the owner's file, not the one that ends in .pub");
        }
    }

    public static List<VerifyingKey> allShown(List<Path> files) {
        return files.stream().map(KeyFiles::shown).toList();
    }

    /** Those of these files that can sign; the others are the open halves of other people's keys. */
    public static List<SigningKey> thatCanSign(List<Path> files) {
        List<SigningKey> keys = new ArrayList<>();
        for (Path file : files) {
            shown(file);
            try {
                if (Files.readString(file).contains("PRIVATE KEY")) {
                    keys.add(secret(file));
                }
            } catch (IOException e) {
                throw unreadable(file, e);
            }
        }
        return keys;
    }

    private static CommandFailed unreadable(Path file, IOException e) {
        return new CommandFailed(ExitCode.USAGE, "the key " + file + " cannot be read: " + e.getMessage());
    }
}
