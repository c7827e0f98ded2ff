package dev.evenkeel.store.postgres;

import dev.evenkeel.store.postgres.PostgresTrouble.Code;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Pattern;

/**
 * The value of {@code --database}: {@code postgresql://[user[:password]@]host[:port][,host2[:port2]][/database][?option=value&...]}
 * as libpq takes it, with the driver's options; {@code postgres://} and {@code jdbc:postgresql://} are accepted too.
 * The password may come from {@code PGPASSWORD} instead, so that it need not stand in the command line.
 */
record DatabaseUrl(Connector connector, String database) {
    private static final Pattern FORM = Pattern.compile(
            "(?:jdbc:)?(?:postgresql|postgres)://(?:(?<user>[^:@/]*)(?::(?<password>[^@/]*))?@)?(?<hosts>[^/?@]+)"
                    + "(?:/(?<database>[^?]*))?(?:\\?(?<options>.*))?");

    static DatabaseUrl parse(String text, Map<String, String> environment) throws PostgresTrouble {
        var form = FORM.matcher(text.strip());
        if (!form.matches()) {
            throw new PostgresTrouble(
                    Code.BAD_URL,
                    "--database " + withoutPassword(text) + " is not of the form"
                            + " postgresql://user@host:5432/database (the password may come from PGPASSWORD).");
        }
        Properties properties = new Properties();
        try {
            for (String option :
                    Optional.ofNullable(form.group("options")).orElse("").split("&")) {
                int equals = option.indexOf('=');
                if (equals > 0) {
                    properties.setProperty(
                            driverName(option.substring(0, equals)), decode(option.substring(equals + 1)));
                }
            }
            String user = Optional.ofNullable(form.group("user"))
                    .filter(it -> !it.isEmpty())
                    .map(DatabaseUrl::decode)
                    .or(() -> Optional.ofNullable(environment.get("PGUSER")))
                    .orElseGet(() -> System.getProperty("user.name"));
            properties.putIfAbsent("user", user);
            Optional.ofNullable(form.group("password"))
                    .map(DatabaseUrl::decode)
                    .or(() -> Optional.ofNullable(environment.get("PGPASSWORD")))
                    .ifPresent(password -> properties.putIfAbsent("password", password));
        } catch (IllegalArgumentException e) {
            throw new PostgresTrouble(
                    Code.BAD_URL,
                    "--database " + withoutPassword(text) + ": " + e.getMessage()
                            + ". Write % itself as %25 and other special characters as % and two hex digits.",
                    e);
        }
        String database = Optional.ofNullable(form.group("database"))
                .filter(it -> !it.isEmpty())
                .orElseGet(() -> properties.getProperty("user"));
        return new DatabaseUrl(
                new Connector("jdbc:postgresql://" + form.group("hosts") + "/", Connector.withDefaults(properties)),
                database);
    }

    /** libpq's names of the options that the driver calls otherwise. */
    private static String driverName(String option) {
        return switch (option) {
            case "connect_timeout" -> "connectTimeout";
            case "application_name" -> "ApplicationName";
            case "target_session_attrs" -> "targetServerType";
            default -> option;
        };
    }

    private static String decode(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static String withoutPassword(String text) {
        return text.replaceAll("://([^:@/]*):[^@]*@", "://$1:***@");
    }
}
