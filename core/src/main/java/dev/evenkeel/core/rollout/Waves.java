package dev.evenkeel.core.rollout;

import dev.evenkeel.core.engine.World;
import dev.evenkeel.core.fleet.Bytes;
import dev.evenkeel.core.fleet.Fleet;
import dev.evenkeel.core.fleet.Host;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.Vm;
import dev.evenkeel.core.impact.HotPatching;
import dev.evenkeel.core.impact.Ladder;
import dev.evenkeel.core.impact.MethodChoice;
import dev.evenkeel.core.impact.VmForecast;
import dev.evenkeel.core.placement.Placement;
import dev.evenkeel.core.update.Method;
import dev.evenkeel.core.update.Update;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Which hosts are taken next. The host with the fewest VMs comes first, then the one with the least memory to move: it
 * costs the least and becomes the room that the next ones move into. Each host of a wave must find room for all its VMs
 * beside those of the others in the wave.
 */
final class Waves {

    /** A host to take now and how. */
    record Taken(HostId host, Method method) {}

    /**
     * @param taken what to start now
     * @param skipped hosts that no method fits, with why; not because of room, which may come
     * @param waiting hosts that only lack room now, with why
     */
    record Wave(List<Taken> taken, SortedMap<HostId, Refusal> skipped, SortedMap<HostId, Refusal> waiting) {}

    private Waves() {}

    static Wave next(Rollout rollout, List<HostProgress> candidates, World world) {
        Update update = world.update(rollout.update());
        Fleet fleet = world.fleet();
        List<Taken> taken = new ArrayList<>();
        SortedMap<HostId, Refusal> skipped = new TreeMap<>();
        SortedMap<HostId, Refusal> waiting = new TreeMap<>();
        Map<String, Integer> perRack = new HashMap<>();
        Set<HostId> receiving = new HashSet<>();
        Map<HostId, Refusal> unpatched = new HashMap<>();
        candidates.stream()
                .filter(candidate -> candidate.unpatched() != null)
                .forEach(candidate -> unpatched.put(candidate.host(), candidate.unpatched()));
        for (Host host : inOrder(candidates, fleet)) {
            if (!host.reachable()) {
                waiting.put(host.id(), Refusal.of("HOST_SILENT", "the agent of host " + host.id() + " is silent"));
                continue;
            }
            String rack = host.topology().rack();
            boolean later = taken.size() >= rollout.policy().maxParallelHosts()
                    || perRack.getOrDefault(rack, 0) >= rollout.policy().maxPerRack()
                    || receiving.contains(host.id()); // emptying a host that the wave fills would move VMs twice
            if (later && (rollout.back() || allMovable(host, fleet) || anyExempt(host, update, fleet, world))) {
                continue;
            }
            Refusal refused = unpatched.get(host.id());
            MethodChoice choice = rollout.back()
                    ? HotPatching.takeBack(update, host, fleet)
                    : Ladder.choose(
                            update,
                            host,
                            fleet,
                            world.pauses(),
                            world.catalogue(),
                            vm -> world.exempt(vm, update.id()),
                            refused);
            if (choice.method() == null) {
                Refusal why = refused == null ? choice.refusal() : choice.refusal(refused);
                (lacksOnlyRoom(choice) ? waiting : skipped).put(host.id(), why);
            }
            if (later || choice.method() == null) {
                continue;
            }
            taken.add(new Taken(host.id(), choice.method()));
            perRack.merge(rack, 1, Integer::sum);
            fleet = after(choice, host, fleet, receiving);
        }
        return new Wave(List.copyOf(taken), skipped, waiting);
    }

    /** What can't be moved is told as soon as the ring begins, not when the host's turn comes. */
    private static boolean allMovable(Host host, Fleet fleet) {
        return fleet.aliveOn(host.id()).stream()
                .allMatch(vm -> Ladder.unmovable(vm).isEmpty());
    }

    /** An exemption may have ended when the host's turn comes. */
    private static boolean anyExempt(Host host, Update update, Fleet fleet, World world) {
        return fleet.aliveOn(host.id()).stream().anyMatch(vm -> world.exempt(vm, update.id()) != null);
    }

    /** Whether one of the methods would do if only there were room, which may come. */
    private static boolean lacksOnlyRoom(MethodChoice choice) {
        return choice.rungs().stream()
                .map(MethodChoice.Rung::refusals)
                .anyMatch(
                        refusals -> refusals.stream().allMatch(why -> why.code().equals("NO_TARGET")));
    }

    private static List<Host> inOrder(List<HostProgress> candidates, Fleet fleet) {
        Comparator<Host> fewest =
                Comparator.comparing(h -> fleet.aliveOn(h.id()).size());
        Comparator<Host> lightest = Comparator.comparing(
                h -> fleet.aliveOn(h.id()).stream().map(Vm::memory).reduce(Bytes.ZERO, Bytes::plus));
        return candidates.stream()
                .flatMap(candidate -> fleet.host(candidate.host()).stream())
                .sorted(fewest.thenComparing(lightest).thenComparing(Host::id))
                .toList();
    }

    /** The fleet once the VMs that leave this host have moved, the host itself out of use. */
    private static Fleet after(MethodChoice choice, Host host, Fleet fleet, Set<HostId> receiving) {
        Fleet next = fleet;
        for (VmForecast forecast : choice.forecasts()) {
            if (!forecast.to().equals(host.id())) {
                receiving.add(forecast.to());
                for (Vm vm : fleet.vmsOn(host.id())) {
                    next = vm.id().equals(forecast.vm()) ? Placement.after(next, vm, forecast.to()) : next;
                }
            }
        }
        List<Host> hosts = next.hosts().values().stream()
                .map(h -> h.id().equals(host.id())
                        ? new Host(
                                h.id(),
                                h.topology(),
                                h.facts(),
                                h.cordoned(),
                                true,
                                h.reachable(),
                                h.observedAt(),
                                h.dedicatedTo())
                        : h)
                .toList();
        return new Fleet(hosts, next.allVms());
    }
}
