package dev.evenkeel.bench;

import dev.evenkeel.core.update.Method;
import dev.evenkeel.core.update.PackageFile;
import dev.evenkeel.core.update.Payload;
import dev.evenkeel.lab.LabHost;
import dev.evenkeel.lab.LabVm;
import dev.evenkeel.lab.debian.UpdatePackages;
import dev.evenkeel.lab.os.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The QEMUs before and after an update, at hand side by side on one host of a lab, to be put in each other's place as often as one likes.
 * What is put in place are the files of QEMU's packages and of its firmware, as hard links to unpacked ones: a rename at the
 * paths where the packages have them, which is what dpkg does, without its database and scripts. libvirt is the newer one all the
 * time, for an older one can't take over what a newer one has started.
 */
public final class TwoVmms {
    private static final String SHELF = "/var/lib/two-vmms";
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final LabHost host;

    /** Which of the two. */
    public enum Which {
        OLD,
        NEW;

        Which other() {
            return this == OLD ? NEW : OLD;
        }

        private String shelf() {
            return SHELF + "/" + name().toLowerCase(Locale.ROOT);
        }
    }

    private TwoVmms(LabHost host) {
        this.host = host;
    }

    /**
     * Unpacks both on a host, and leaves the one that is installed.
     *
     * @param root where this process finds the host's files
     * @param update a directory with an update of the VMM and what it replaces
     */
    public static TwoVmms on(LabHost host, Path root, Path update) throws IOException {
        Payload payload = payload(update);
        unpack(root, update, payload.previous(), Which.OLD);
        unpack(root, update, payload.packages(), Which.NEW);
        return new TwoVmms(host);
    }

    private static void unpack(Path root, Path update, List<PackageFile> files, Which which) throws IOException {
        Path shelf = Files.createDirectories(root.resolve(which.shelf().substring(1)));
        for (PackageFile file : files) {
            if (file.name().startsWith("qemu-") || file.name().equals("seabios")) {
                Command.of("dpkg-deb", "-x", update.resolve(file.file()).toString(), shelf.toString())
                        .within(PATIENCE)
                        .check();
            }
        }
        // packages change between directories and links there, which nobody needs to run QEMU
        Command.of("rm", "-rf", shelf.resolve("usr/share/doc").toString()).check();
    }

    private static Payload payload(Path update) throws IOException {
        return UpdatePackages.read(update).payload(Method.PRESERVE_VMM).orElseThrow();
    }

    /** The real update of a host, libvirt and all, by dpkg and under its running VMs. */
    static void update(LabHost host, Path root, Path update) throws IOException {
        List<String> words = new ArrayList<>(List.of(
                "dpkg",
                "--force-confold",
                "--force-confdef",
                "--force-breaks",
                "--force-depends",
                "--auto-deconfigure",
                "--install"));
        Path inside = Files.createDirectories(root.resolve("var/tmp/update"));
        for (PackageFile file : payload(update).packages()) {
            Files.copy(update.resolve(file.file()), inside.resolve(file.file()), StandardCopyOption.REPLACE_EXISTING);
            words.add("/var/tmp/update/" + file.file());
        }
        host.command(words).within(PATIENCE).check();
        host.command(List.of("rm", "-r", "/var/tmp/update")).check();
        host.command(List.of("systemctl", "restart", "libvirtd")).check();
        host.awaitLibvirtd(PATIENCE);
    }

    /** Puts one of the two in place; VMs run on with the one that they have. */
    public void install(Which which) throws IOException {
        host.command(List.of("sh", "-ec", """
                        rm -rf /usr/lib/x86_64-linux-gnu/qemu /usr/share/qemu
                        cp -al --remove-destination %s/. /""".formatted(which.shelf()))).check();
    }

    /** Whether the process of a VM is of that one. */
    public boolean runs(LabVm vm, Which which) throws IOException {
        return host.exec("sh", "-c", """
                        cmp -s /proc/$(cat /run/libvirt/qemu/%s.pid)/exe %s/usr/bin/qemu-system-x86_64""".formatted(vm.name(), which.shelf())).ok();
    }
}
