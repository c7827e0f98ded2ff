package dev.evenkeel.store.postgres;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The settings of the embedded server. They go on its command line, where they win over any file, so that the data
 * directory stays as initdb made it and a new version of Evenkeel brings its own settings.
 */
final class Settings {
    /** Longest path of a Unix socket that the kernel takes ({@code sun_path} less its final zero byte), in bytes. */
    static final int LONGEST_SOCKET_PATH = 107;

    private Settings() {}

    static List<String> arguments(int port, String socketDirectory) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("listen_addresses", "127.0.0.1");
        settings.put("port", Integer.toString(port));
        settings.put("unix_socket_directories", socketDirectory);
        settings.put("unix_socket_permissions", "0700");
        settings.put("password_encryption", "scram-sha-256");
        // what was committed survives a crash of the machine
        settings.put("fsync", "on");
        settings.put("synchronous_commit", "on");
        settings.put("full_page_writes", "on");
        // small: one server's decisions, not a warehouse
        settings.put("max_connections", "50");
        settings.put("shared_buffers", "64MB");
        settings.put("work_mem", "4MB");
        settings.put("maintenance_work_mem", "32MB");
        settings.put("max_wal_size", "256MB");
        settings.put("max_parallel_workers_per_gather", "0");
        settings.put("jit", "off");
        settings.put("huge_pages", "off");
        // a client that died or hangs must not hold locks for ever
        settings.put("idle_in_transaction_session_timeout", "60s");
        settings.put("timezone", "UTC");
        settings.put("log_timezone", "UTC");
        settings.put("log_checkpoints", "off");
        settings.put("log_line_prefix", "%m [%p] %q%u@%d ");
        settings.put("cluster_name", "evenkeel");
        List<String> arguments = new ArrayList<>();
        settings.forEach((name, value) -> {
            arguments.add("-c");
            arguments.add(name + "=" + value);
        });
        return arguments;
    }

    /**
     * The directory for the Unix socket, quoted as PostgreSQL's list syntax wants it; empty (no socket) where the path
     * would be too long for the kernel, seen from inside or outside. Nothing of ours needs the socket: it is for psql.
     */
    static String socketDirectory(Path seenByUs, Path seenByPostgres) {
        return fits(seenByUs) && fits(seenByPostgres)
                ? "\"" + seenByPostgres.toString().replace("\"", "\"\"") + "\""
                : "";
    }

    static boolean fits(Path directory) {
        return (directory + "/.s.PGSQL.65535.lock").getBytes(java.nio.charset.StandardCharsets.UTF_8).length
                <= LONGEST_SOCKET_PATH;
    }
}
