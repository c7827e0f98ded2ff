package dev.evenkeel.agent.hotpatch.jvm.inside;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The proof that new invocations run the new version: a static method without parameters whose result, as text, is one thing with
 * the patch and another without it. It runs on a thread of its own, so that it can't hold the target's attach listener for ever; a
 * check that does not end in time has failed, and its thread is left behind as a daemon, since Java can't end it.
 */
public final class Check {
    private final String type;
    private final String method;
    final String expected;
    private final long limit;
    private final Map<String, byte[]> beside;

    /**
     * @param type binary name of the class with the method: one of the target's, or one of {@code beside}
     * @param limit milliseconds that one run of it may take
     * @param beside class files of the check's own, which the target does not have
     */
    public Check(String type, String method, String expected, long limit, Map<String, byte[]> beside) {
        this.type = type;
        this.method = method;
        this.expected = expected;
        this.limit = limit;
        this.beside = beside;
    }

    void write(DataOutputStream to) throws IOException {
        Wire.text(to, type);
        Wire.text(to, method);
        Wire.text(to, expected);
        to.writeLong(limit);
        Wire.classes(to, beside);
    }

    static Check read(DataInputStream from) throws IOException {
        return new Check(Wire.text(from), Wire.text(from), Wire.text(from), from.readLong(), Wire.classes(from));
    }

    /** The method's result as text, as seen from a loader; what it threw, when it did. */
    String run(@Nullable ClassLoader loader) {
        String[] result = {"did not end within " + limit + " ms"};
        CountDownLatch ended = new CountDownLatch(1);
        Thread thread = new Thread(() -> {
            String value = invoke(loader);
            synchronized (result) {
                result[0] = value;
            }
            ended.countDown();
        });
        thread.setName("evenkeel-patch-check");
        thread.setDaemon(true);
        thread.setContextClassLoader(loader);
        thread.start();
        try {
            if (!ended.await(limit, TimeUnit.MILLISECONDS)) {
                return "did not end within " + limit + " ms";
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
        synchronized (result) {
            return result[0];
        }
    }

    private String invoke(@Nullable ClassLoader loader) {
        try {
            ClassLoader from = loader == null ? ClassLoader.getSystemClassLoader() : loader;
            Class<?> owner = Class.forName(type, true, beside.containsKey(type) ? new Beside(from) : from);
            Method check = owner.getDeclaredMethod(method);
            check.setAccessible(true);
            return String.valueOf(check.invoke(null));
        } catch (InvocationTargetException e) {
            return "threw " + e.getCause();
        } catch (Throwable e) { // whatever a foreign class does while it is loaded
            return "can't be run: " + e;
        }
    }

    /** Defines the check's own classes, and asks the target's loader for all others. */
    private final class Beside extends ClassLoader {
        Beside(ClassLoader parent) {
            super(parent);
        }

        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            byte[] bytes = beside.get(name);
            if (bytes == null) {
                throw new ClassNotFoundException(name);
            }
            return defineClass(name, bytes, 0, bytes.length);
        }
    }
}
