package dev.evenkeel.agent.hotpatch.jvm.inside;

import java.lang.ref.WeakReference;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.jspecify.annotations.Nullable;

/** One class that runs a patch's class file, and the one that it ran before. Holds no loader: an application may still be undeployed. */
final class Replaced {
    final String name;
    final byte[] old;
    private final boolean boot;
    private final WeakReference<@Nullable ClassLoader> loader;

    Replaced(String name, @Nullable ClassLoader loader, byte[] old) {
        this.name = name;
        this.old = old;
        this.boot = loader == null;
        this.loader = new WeakReference<>(loader);
    }

    boolean is(Class<?> type) {
        return type.getName().equals(name) && type.getClassLoader() == loader.get() && !isGone();
    }

    boolean isGone() {
        return !boot && loader.get() == null;
    }

    @Nullable
    ClassLoader loader() {
        return loader.get();
    }

    Answer.Old toOld() {
        ClassLoader from = loader.get();
        String where = from == null ? "boot" : from.getClass().getName() + "@" + System.identityHashCode(from);
        return new Answer.Old(name, where, digest(old), old);
    }

    private static String digest(byte[] bytes) {
        try {
            StringBuilder hex = new StringBuilder();
            for (byte each : MessageDigest.getInstance("SHA-256").digest(bytes)) {
                hex.append(Character.forDigit(each >> 4 & 15, 16)).append(Character.forDigit(each & 15, 16));
            }
            return hex.toString();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
