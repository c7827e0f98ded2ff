package dev.evenkeel.agent.hotpatch.jvm.inside;

import java.lang.instrument.ClassDefinition;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.lang.instrument.UnmodifiableClassException;
import java.security.ProtectionDomain;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a JVM can do to its classes, with each way to fail as a code and a sentence. */
final class Redefinition {
    /** The classes are as they were. */
    static final class Refused extends Exception {
        private static final long serialVersionUID = 1;
        final String code;

        Refused(String code, String why) {
            super(why);
            this.code = code;
        }

        String why() {
            return String.valueOf(getMessage());
        }
    }

    private final Instrumentation instrumentation;

    Redefinition(Instrumentation instrumentation) {
        this.instrumentation = instrumentation;
    }

    /** All classes of these names that are loaded, by whatever loader. */
    List<Class<?>> loaded(Collection<String> names) {
        List<Class<?>> found = new ArrayList<>();
        for (Class<?> each : instrumentation.getAllLoadedClasses()) {
            if (names.contains(each.getName())) {
                found.add(each);
            }
        }
        return found;
    }

    /**
     * The class file that a class runs now. A retransformation is begun to be shown it, and given up before the JVM stops anything by
     * answering with what is no class file; the specification promises that nothing is retransformed then.
     */
    byte[] current(Class<?> type) throws Refused {
        byte[][] seen = {null};
        ClassFileTransformer look = new ClassFileTransformer() {
            @Override
            public byte @Nullable [] transform(
                    @Nullable ClassLoader loader,
                    @Nullable String path,
                    @Nullable Class<?> redefined,
                    @Nullable ProtectionDomain domain,
                    byte[] bytes) {
                if (redefined != type) {
                    return null;
                }
                seen[0] = bytes.clone();
                return new byte[] {0, 0, 0, 0};
            }
        };
        instrumentation.addTransformer(look, true);
        try {
            instrumentation.retransformClasses(type);
        } catch (ClassFormatError e) {
            // as meant: the JVM has shown the class file and changed nothing
        } catch (UnmodifiableClassException e) {
            throw new Refused("CLASS_UNMODIFIABLE", "the JVM lets nobody change the class " + type.getName());
        } finally {
            instrumentation.removeTransformer(look);
        }
        if (seen[0] == null) {
            throw new Refused("CLASS_UNMODIFIABLE", "the JVM does not show the class file of " + type.getName());
        }
        return seen[0];
    }

    /** Redefines them all in one call, which changes all or none. */
    void all(List<ClassDefinition> definitions) throws Refused {
        try {
            instrumentation.redefineClasses(definitions.toArray(new ClassDefinition[0]));
        } catch (UnsupportedOperationException e) {
            throw new Refused("SCHEMA_CHANGE", "the JVM changes only what methods do: " + e.getMessage());
        } catch (UnsupportedClassVersionError e) {
            throw new Refused("CLASS_TOO_NEW", e.getMessage() + "; compile the patch with a lower --release");
        } catch (UnmodifiableClassException | ClassNotFoundException e) {
            throw new Refused("CLASS_UNMODIFIABLE", "the JVM lets nobody change the class: " + e.getMessage());
        } catch (LinkageError e) { // bad format, failed verification, another name
            throw new Refused("CLASS_BAD", "the JVM does not take the class file: " + e);
        }
    }

    void stay(ClassFileTransformer transformer) {
        instrumentation.addTransformer(transformer, false);
    }

    void go(ClassFileTransformer transformer) {
        instrumentation.removeTransformer(transformer);
    }
}
