package dev.evenkeel.agent.hotpatch.jvm.inside;

import java.io.IOException;
import java.lang.instrument.ClassFileTransformer;
import java.security.ProtectionDomain;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A patch that is in in this JVM. As a transformer it stays for as long as the patch does, and gives a class that is loaded later, or
 * once more by another loader, its new class file from the start. It is none that can retransform: what it makes of a class is then
 * what other agents' retransformations begin with.
 */
final class Applied implements ClassFileTransformer {
    final String patch;
    final String digest;
    final Check check;
    final Map<String, byte[]> classes;
    private final List<Replaced> replaced = new ArrayList<>();
    private boolean proven;
    private boolean leftAlone;

    Applied(Request request) {
        this.patch = request.patch;
        this.digest = request.digest;
        this.check = request.check;
        this.classes = request.classes;
    }

    @Override
    public byte @Nullable [] transform(
            @Nullable ClassLoader loader,
            @Nullable String path,
            @Nullable Class<?> redefined,
            @Nullable ProtectionDomain domain,
            byte[] bytes) {
        if (path == null || redefined != null) {
            return null;
        }
        String name = path.replace('/', '.');
        byte[] fresh = classes.get(name);
        if (fresh == null) {
            return null;
        }
        boolean fits = !differs(fresh, bytes);
        synchronized (this) {
            if (fits) {
                replaced.add(new Replaced(name, loader, bytes.clone()));
                proven = false;
            } else {
                leftAlone = true;
            }
        }
        Inside.tell();
        return fits ? fresh : null;
    }

    private static boolean differs(byte[] fresh, byte[] old) {
        try {
            return !Shape.of(fresh).differenceTo(Shape.of(old)).isEmpty();
        } catch (IOException e) {
            return true;
        }
    }

    synchronized void add(Replaced each) {
        replaced.add(each);
    }

    /** What runs the patch, without classes that were unloaded since. */
    synchronized List<Replaced> replaced() {
        replaced.removeIf(Replaced::isGone);
        return new ArrayList<>(replaced);
    }

    synchronized boolean has(Class<?> type) {
        return replaced.stream().anyMatch(each -> each.is(type));
    }

    synchronized void proven() {
        proven = true;
    }

    boolean shares(Applied other) {
        return !Collections.disjoint(classes.keySet(), other.classes.keySet());
    }

    synchronized Standing standing() {
        if (leftAlone) {
            return Standing.LEFT_ALONE;
        }
        if (replaced.isEmpty()) {
            return Standing.WAITING;
        }
        return proven ? Standing.PROVEN : Standing.UNPROVEN;
    }

    /** What the check gives in each loader that has a class of the patch. */
    List<String> runCheck() {
        Set<Object> asked = Collections.newSetFromMap(new IdentityHashMap<>());
        List<String> results = new ArrayList<>();
        for (Replaced each : replaced()) {
            ClassLoader loader = each.loader();
            if (asked.add(loader == null ? "boot" : loader)) {
                results.add(check.run(loader));
            }
        }
        return results;
    }
}
