package dev.evenkeel.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * The few of Pacemaker's programs that the Azure resource agents call, over a directory of attributes: a cluster of two
 * nodes, n1 and n2, on which nothing runs.
 */
final class SimPacemaker {
    private static final String SCRIPT = """
            #!/bin/sh
            # Called as one of Pacemaker's programs. SIM_CLUSTER: where attributes lie; SIM_NODE: the node that calls.
            name= value= node=cluster what=query
            case ${0##*/} in
            crm_node)
                case $1 in
                -l | --list) printf '1 n1 member\\n2 n2 member\\n' ;;
                *) echo "$SIM_NODE" ;;
                esac ;;
            crm_simulate) printf 'Transition Summary:\\n\\n' ;;
            crm_resource) ;;
            crm_attribute)
                while [ $# -gt 0 ]; do
                    case $1 in
                    --name) name=$2; shift ;;
                    --update) value=$2 what=update; shift ;;
                    --delete) what=delete ;;
                    --node) node=$2; shift ;;
                    --type | --default) shift ;;
                    esac
                    shift
                done
                file=$SIM_CLUSTER/$node.$(printf %s "$name" | tr '#/' '__')
                case $what in
                update) printf %s "$value" >"$file" ;;
                delete) rm -f "$file" ;;
                query) if [ -e "$file" ]; then cat "$file"; fi ;;
                esac ;;
            esac
            """;

    private final Path directory;

    private SimPacemaker(Path directory) {
        this.directory = directory;
    }

    static SimPacemaker in(Path directory) throws IOException {
        Path programs = Files.createDirectories(directory.resolve("programs"));
        Files.createDirectories(directory.resolve("attributes"));
        for (String name : new String[] {"crm_node", "crm_simulate", "crm_resource", "crm_attribute"}) {
            Path program = Files.writeString(programs.resolve(name), SCRIPT);
            Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        return new SimPacemaker(directory);
    }

    /** The words that run one of the resource agents as this node. */
    String[] agent(String name, String node, String action) {
        return new String[] {
            "env",
            "PATH=" + directory.resolve("programs") + ":/usr/sbin:/usr/bin:/sbin:/bin",
            "SIM_CLUSTER=" + directory.resolve("attributes"),
            "SIM_NODE=" + node,
            "OCF_ROOT=/usr/lib/ocf",
            "OCF_RESOURCE_INSTANCE=events",
            "OCF_RESKEY_eventTypes=Freeze,Reboot,Redeploy",
            "OCF_RESKEY_CRM_meta_interval=10000",
            "unshare", // the agents go by the name of the machine
            "--uts",
            "sh",
            "-c",
            "echo \"$SIM_NODE\" >/proc/sys/kernel/hostname && exec \"$@\"",
            "sh",
            "/usr/lib/ocf/resource.d/heartbeat/" + name,
            action
        };
    }

    /** An attribute of a node; empty when it has none. */
    String attribute(String node, String name) throws IOException {
        Path file = directory.resolve("attributes").resolve(node + "." + name.replace('#', '_'));
        return Files.exists(file) ? Files.readString(file) : "";
    }
}
