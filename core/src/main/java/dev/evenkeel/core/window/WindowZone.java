package dev.evenkeel.core.window;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneRulesProvider;
import java.util.List;
import java.util.Optional;

/**
 * A time zone under the name that its user knows it by.
 *
 * @param name an IANA name such as {@code Europe/Berlin}, or a Windows name such as {@code W. Europe Standard Time}
 * @param zone the rules it stands for
 */
public record WindowZone(String name, ZoneId zone) {
    public static final WindowZone UTC = new WindowZone("UTC", ZoneOffset.UTC);

    /** Finds a zone by an IANA name, spelled exactly, or by a Windows name, in whatever case. */
    public static Optional<WindowZone> named(String name) {
        if (name.equalsIgnoreCase(UTC.name())) {
            return Optional.of(UTC);
        }
        if (ZoneRulesProvider.getAvailableZoneIds().contains(name)) {
            return Optional.of(new WindowZone(name, ZoneId.of(name)));
        }
        return WindowsZones.find(name).map(row -> new WindowZone(row.windows(), ZoneId.of(row.iana())));
    }

    /**
     * The first instant at which clocks there show {@code local} or later. Of a time that comes twice it is the first;
     * of a time that is left out it is the moment at which it is.
     */
    Instant firstAt(LocalDateTime local) {
        List<ZoneOffset> offsets = zone.getRules().getValidOffsets(local);
        return offsets.isEmpty()
                ? zone.getRules().getTransition(local).getInstant()
                : local.toInstant(offsets.getFirst());
    }

    /** What clocks there show. */
    LocalDateTime local(Instant time) {
        return LocalDateTime.ofInstant(time, zone);
    }
}
