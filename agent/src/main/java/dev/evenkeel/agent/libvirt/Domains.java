package dev.evenkeel.agent.libvirt;

import java.util.Iterator;
import java.util.List;

/** A list of domain handles that are closed together. */
public record Domains(List<Domain> all) implements AutoCloseable, Iterable<Domain> {
    public Domains {
        all = List.copyOf(all);
    }

    @Override
    public Iterator<Domain> iterator() {
        return all.iterator();
    }

    @Override
    public void close() {
        all.forEach(Domain::close);
    }
}
