package dev.evenkeel.agent.metadata;

import java.util.HashMap;
import java.util.Map;

/**
 * How much each VM may ask: a bucket of requests that fills again at a steady rate. A VM that polls once a second never
 * notices. Used by one thread.
 */
final class Allowances {
    static final int PER_SECOND = 25;
    static final int BURST = 50;
    private static final int FORGET_AT = 4096;

    private final Map<String, Bucket> buckets = new HashMap<>();

    private static final class Bucket {
        double left = BURST;
        long at;

        Bucket(long now) {
            at = now;
        }

        void fill(long now) {
            left = Math.min(BURST, left + (now - at) / 1e9 * PER_SECOND);
            at = now;
        }
    }

    /** Whether one more request is all right. */
    boolean take(String who, long now) {
        if (buckets.size() > FORGET_AT) {
            buckets.values().removeIf(bucket -> {
                bucket.fill(now);
                return bucket.left >= BURST;
            });
        }
        Bucket bucket = buckets.computeIfAbsent(who, w -> new Bucket(now));
        bucket.fill(now);
        if (bucket.left < 1) {
            return false;
        }
        bucket.left--;
        return true;
    }
}
