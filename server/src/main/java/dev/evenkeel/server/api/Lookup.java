package dev.evenkeel.server.api;

import dev.evenkeel.core.engine.Run;
import dev.evenkeel.core.engine.RunId;
import dev.evenkeel.core.engine.RunStore;
import dev.evenkeel.core.engine.StoredRun;
import dev.evenkeel.core.fleet.Fleet;
import dev.evenkeel.core.fleet.Host;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Vm;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.server.http.Problem;
import dev.evenkeel.server.http.ProblemException;
import java.util.List;
import java.util.function.Function;

/** Finds things by the ids in requests; what is not there is a 404 that names the id and says how to list. */
final class Lookup {
    private Lookup() {}

    static Host host(Fleet fleet, String id) {
        return fleet.host(parse(HostId::new, "host", id, "/v1/hosts"))
                .orElseThrow(() -> missing("host", id, "/v1/hosts"));
    }

    /** A VM by its UUID, or by a name that only one VM has. */
    static Vm vm(Fleet fleet, String idOrName) {
        VmId id = parse(VmId::new, "VM", idOrName, "/v1/vms");
        return fleet.vm(id).orElseGet(() -> {
            List<VmId> named = fleet.allVms().stream()
                    .filter(vm -> vm.name().equals(idOrName))
                    .map(Vm::id)
                    .distinct()
                    .toList();
            if (named.size() > 1) {
                throw Problem.Kind.CONFLICT.because("The name " + idOrName + " is that of " + named.size()
                        + " VMs; give one of their UUIDs: " + named + ".");
            }
            return named.stream().findFirst().flatMap(fleet::vm).orElseThrow(() -> missing("VM", idOrName, "/v1/vms"));
        });
    }

    static <R extends Run> R run(RunStore store, Class<R> kind, String what, String id, String list) {
        return store.load(parse(RunId::new, what, id, list))
                .map(StoredRun::run)
                .filter(kind::isInstance)
                .map(kind::cast)
                .orElseThrow(() -> missing(what, id, list));
    }

    static ProblemException missing(String what, String id, String list) {
        return Problem.Kind.NOT_FOUND.because(
                "There is no " + what + " \"" + id + "\"; GET " + list + " lists those there are.");
    }

    /** A text that cannot be an id is the id of nothing. */
    static <T> T parse(Function<String, T> id, String what, String text, String list) {
        try {
            return id.apply(text);
        } catch (IllegalArgumentException e) {
            throw missing(what, text, list);
        }
    }
}
