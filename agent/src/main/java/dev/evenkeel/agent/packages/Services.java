package dev.evenkeel.agent.packages;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** The host's services, through systemctl. */
public class Services {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9@_.-]+");
    private static final String MODULAR = "virtqemud";
    private static final Duration LIMIT = Duration.ofMinutes(2);

    /**
     * Restarts services, one after the other.
     *
     * @throws IOException when one does not come back
     */
    public void restart(List<String> names) throws IOException {
        for (String name : names) {
            if (!NAME.matcher(name).matches()) {
                throw new IOException("\"" + name + "\" is no name of a service");
            }
            Command.Result result = Command.run(LIMIT, Map.of(), List.of("systemctl", "restart", name));
            if (!result.ok()) {
                throw new IOException("systemctl restart " + name + " failed: " + result.tail());
            }
        }
    }

    /** The daemon that runs QEMU on this host: the modular one where it is active, else the one for everything. */
    String virtualisation() throws IOException {
        boolean modular = Command.run(LIMIT, Map.of(), List.of("systemctl", "is-active", "--quiet", MODULAR))
                .ok();
        return modular ? MODULAR : "libvirtd";
    }

    /** Tells the daemon that runs QEMU on this host to look for hooks again; false when it can't. */
    public boolean reloadVirtualisation() throws IOException {
        return reload(virtualisation());
    }

    /** Tells a service to read its configuration again; false when it can't. */
    boolean reload(String name) throws IOException {
        return Command.run(LIMIT, Map.of(), List.of("systemctl", "reload", name))
                .ok();
    }
}
