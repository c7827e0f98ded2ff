package dev.evenkeel.lab.debian;

import dev.evenkeel.lab.os.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Debian's cloud kernel and guest agent, unpacked and not installed. */
public final class GuestPackages {
    private static final Pattern IMAGE = Pattern.compile("Depends: (linux-image-[0-9][^ ]*-cloud-amd64)");

    private GuestPackages() {}

    /** Unpacks them below a work directory and returns the tree they are in. */
    public static Path unpack(DebianMirror mirror, Path work) throws IOException {
        PrivateApt apt = new PrivateApt(
                Files.createDirectory(work.resolve("apt")),
                mirror.release("bookworm"),
                PrivateApt.nothingInstalled(work));
        Matcher image = IMAGE.matcher(apt.query("depends", "linux-image-cloud-amd64"));
        if (!image.find()) {
            throw new IOException("linux-image-cloud-amd64 of " + mirror.archive()
                    + " names no kernel image: the guests' kernel cannot be had");
        }
        Path debs = Files.createDirectory(work.resolve("debs"));
        apt.download(debs, List.of(image.group(1), "qemu-guest-agent"));
        Path tree = work.resolve("tree");
        for (Path deb : PrivateApt.debs(debs)) {
            Command.of("dpkg-deb", "-x", deb.toString(), tree.toString()).check();
        }
        return tree;
    }
}
