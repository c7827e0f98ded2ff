package dev.evenkeel.agent.libvirt;

import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The error numbers of libvirt (virErrorNumber) on which a caller may act; every other number is {@link #OTHER}. */
public enum LibvirtError {
    /** A number that nothing here acts upon; {@link LibvirtException#number()} has it. */
    OTHER(-1),
    INTERNAL_ERROR(1),
    NO_SUPPORT(3),
    NO_CONNECT(5),
    INVALID_CONN(6),
    INVALID_DOMAIN(7),
    INVALID_ARG(8),
    OPERATION_FAILED(9),
    /** The document says something that libvirt does not understand. */
    XML_ERROR(27),
    DOMAIN_EXISTS(28),
    /** The document is no XML. */
    XML_SYNTAX(35),
    OPERATION_DENIED(29),
    SYSTEM_ERROR(38),
    /** The link to the daemon is gone or its answer could not be read. */
    RPC(39),
    NO_DOMAIN(42),
    NO_NETWORK(43),
    AUTH_FAILED(45),
    NO_STORAGE_POOL(49),
    NO_STORAGE_VOLUME(50),
    OPERATION_INVALID(55),
    NO_INTERFACE(57),
    CONFIG_UNSUPPORTED(67),
    /** The daemon gave up waiting for another job of the domain. */
    OPERATION_TIMEOUT(68),
    MIGRATE_PERSIST_FAILED(69),
    HOOK_SCRIPT_FAILED(70),
    ARGUMENT_UNSUPPORTED(74),
    OPERATION_ABORTED(78),
    NO_METADATA(80),
    MIGRATE_UNSAFE(81),
    OPERATION_UNSUPPORTED(84),
    AGENT_UNRESPONSIVE(86),
    RESOURCE_BUSY(87),
    STORAGE_VOLUME_EXISTS(90),
    CPU_INCOMPATIBLE(91),
    MIGRATE_FINISH_OK(93),
    NO_SERVER(95),
    AGENT_UNSYNCED(97);

    private static final Map<Integer, LibvirtError> BY_NUMBER =
            Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(e -> e.number, Function.identity()));

    private final int number;

    LibvirtError(int number) {
        this.number = number;
    }

    static LibvirtError of(int number) {
        return BY_NUMBER.getOrDefault(number, OTHER);
    }

    int number() {
        return number;
    }
}
