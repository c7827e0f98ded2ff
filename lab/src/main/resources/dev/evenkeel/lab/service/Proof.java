package proof;

import java.lang.reflect.Method;

/** Asks the service's own parser to look something up. */
public final class Proof {
    private Proof() {}

    public static String run() throws ReflectiveOperationException {
        Method parse = Class.forName("com.example.Parser").getDeclaredMethod("parse", String.class);
        parse.setAccessible(true);
        return (String) parse.invoke(null, "${nothing}");
    }
}
