package dev.evenkeel.agent.hotpatch.process;

import dev.evenkeel.agent.hotpatch.process.Installed.Jump;
import dev.evenkeel.agent.hotpatch.process.NativeReport.Measured;
import dev.evenkeel.agent.hotpatch.process.NativeReport.Outcome;
import dev.evenkeel.agent.hotpatch.process.Ptrace.Failed;
import dev.evenkeel.agent.hotpatch.process.TargetProcess.Mapping;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One patch or undo in one process, from the first look to the last. To be used on one thread, which traces the process's. */
final class Operation {
    private final TargetProcess process;
    private final Memory memory;
    private final Duration limit;

    Operation(TargetProcess process, Memory memory, Duration limit) {
        this.process = process;
        this.memory = memory;
        this.limit = limit;
    }

    /** @param target mapping of the file whose functions are replaced */
    Outcome apply(NativePatch patch, Mapping target) throws Unpatchable, IOException, Failed {
        mustBeFree();
        Module module = module(patch, target);
        Optional<Installed> known = Optional.empty();
        List<Installed> active = new ArrayList<>();
        for (Installed each : Installed.in(process.mappings(), memory)) {
            if (each.isActive(memory)) {
                active.add(each);
            }
            if (each.digest().equals(patch.digest())) {
                known = Optional.of(each);
            }
        }
        if (known.isPresent() && active.contains(known.get())) {
            return new NativeReport.Already();
        }
        for (Installed each : active) {
            mustNotShare(each, patch, module);
        }
        return known.isPresent() ? again(known.get()) : afresh(patch, module);
    }

    /** The code of an earlier time is still there: nothing has to be made. */
    private Outcome again(Installed known) throws Unpatchable, IOException, Failed {
        for (Jump each : known.jumps()) {
            if (!each.entry().holds(memory, each.entry().original())) {
                throw new Unpatchable(
                        "ENTRY_NOT_PADDED",
                        "the entry of " + each.entry().function() + " was changed by somebody else");
            }
        }
        Switch.Turned turned = new Switch(process, memory, limit).turn(known.jumps(), true);
        return new NativeReport.Patched(measured(turned, Duration.ZERO));
    }

    private Outcome afresh(NativePatch patch, Module module) throws Unpatchable, IOException, Failed {
        List<Long> pads = Entry.pads(module, memory);
        List<Entry> entries = new ArrayList<>();
        for (NativePatch.Redirect each : patch.redirects()) {
            entries.add(Entry.of(module, each.old(), pads, memory));
        }
        Map<String, Long> imports = Image.imports(patch.code(), modules());
        long size = Installed.PAGE + Image.size(patch.code());
        Mapper mapper = new Mapper(process, memory, limit);
        Mapper.Mapped mapped = mapper.map(size, address -> content(patch, entries, imports, address));
        Installed installed = installed(patch, entries, mapped.address());
        try {
            Switch.Turned turned = new Switch(process, memory, limit).turn(installed.jumps(), true);
            return new NativeReport.Patched(measured(turned, mapped.borrowed()));
        } catch (Unpatchable e) {
            if (process.isAlive()) {
                mapper.unmap(mapped.address(), size);
            }
            throw e;
        }
    }

    private static byte[] content(NativePatch patch, List<Entry> entries, Map<String, Long> imports, long address)
            throws Unpatchable {
        byte[] code = Image.at(address + Installed.PAGE, patch.code(), imports);
        byte[] page = installed(patch, entries, address)
                .page()
                .orElseThrow(
                        () -> new Unpatchable("TOO_MANY", "the patch redirects more functions than its page can name"));
        byte[] all = new byte[page.length + code.length];
        System.arraycopy(page, 0, all, 0, page.length);
        System.arraycopy(code, 0, all, page.length, code.length);
        return all;
    }

    private static Installed installed(NativePatch patch, List<Entry> entries, long address) {
        List<Jump> jumps = new ArrayList<>();
        for (int i = 0; i < entries.size(); i++) {
            long replacement = patch.code()
                    .named(patch.redirects().get(i).replacement())
                    .getFirst()
                    .address();
            jumps.add(new Jump(entries.get(i), address + Installed.PAGE + replacement));
        }
        return new Installed(address, patch.id(), patch.digest(), jumps);
    }

    Outcome undo(Installed installed) throws Unpatchable, IOException, Failed {
        mustBeFree();
        return new NativeReport.Undone(
                measured(new Switch(process, memory, limit).turn(installed.jumps(), false), Duration.ZERO));
    }

    private static Measured measured(Switch.Turned turned, Duration borrowed) {
        return new Measured(turned.threads(), turned.tries(), turned.stopping(), turned.stopped(), borrowed);
    }

    /** Nobody else traces it, it is not stopped by somebody, and a filter of system calls can't kill it for ours. */
    private void mustBeFree() throws Unpatchable, IOException {
        long parent = Long.parseLong(process.status((int) process.pid()).getOrDefault("PPid", "0"));
        if (parent == ProcessHandle.current().pid()) {
            // Java waits for its children by itself, and would take a stop for the end.
            throw refusal("CHILD_OF_AGENT", "was started by this very agent; patch its file and start it anew");
        }
        for (int thread : process.threads()) {
            Map<String, String> status = process.status(thread);
            if (!status.getOrDefault("Seccomp", "0").equals("0")) {
                throw refusal("SECCOMP", "filters its system calls (seccomp), and ours might end it");
            }
            if (!status.getOrDefault("TracerPid", "0").equals("0")) {
                throw refusal("TRACED", "is traced by pid " + status.get("TracerPid") + "; end that first");
            }
            if (status.getOrDefault("State", "").startsWith("T")) {
                throw refusal("TARGET_STOPPED", "was stopped by a signal; let it go on first");
            }
        }
    }

    private Unpatchable refusal(String code, String what) {
        return new Unpatchable(code, process.command() + " (pid " + process.pid() + ") " + what);
    }

    private Module module(NativePatch patch, Mapping target) throws Unpatchable, IOException {
        Module module = Module.of(process, target)
                .orElseThrow(() ->
                        refusal("NO_ELF_FILE", "maps " + target.path() + ", which can't be read as ELF for x86-64"));
        String is = module.elf().buildId().orElse("none");
        if (!is.equals(patch.buildId())) {
            throw refusal(
                    "BUILD_ID_DIFFERS",
                    "runs a " + patch.target() + " with the build id " + is + ", and the patch is for "
                            + patch.buildId());
        }
        return module;
    }

    private void mustNotShare(Installed active, NativePatch patch, Module module) throws Unpatchable {
        for (Jump jump : active.jumps()) {
            for (NativePatch.Redirect redirect : patch.redirects()) {
                for (Elf.Symbol symbol : module.elf().named(redirect.old())) {
                    if (symbol.address() + module.bias() == jump.entry().pad() + Entry.JUMP) {
                        throw refusal(
                                "ALREADY_REDIRECTED",
                                "runs " + redirect.old() + " of " + active.patch()
                                        + "; undo that first, and then apply this");
                    }
                }
            }
        }
    }

    private List<Module> modules() throws IOException {
        List<Module> modules = new ArrayList<>();
        for (Mapping each : Module.files(process).values()) {
            Module.of(process, each).ifPresent(modules::add);
        }
        return modules;
    }
}
