package dev.evenkeel.server.view;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a rollout would do as things are now. */
public record PlanView(String update, List<HostPlanView> hosts) {

    /** One host of the plan. */
    public record HostPlanView(
            String host,
            boolean already,
            @Nullable String method,
            Map<String, String> before,
            Map<String, String> after,
            List<RefusedMethodView> refused,
            List<VmForecastView> vms) {}

    /** A rung of the ladder that was not taken. */
    public record RefusedMethodView(String method, List<RefusalView> why) {}

    /** What one VM would feel. */
    public record VmForecastView(
            String vm,
            String name,
            String tenant,
            String impact,
            @Nullable Long stopMs,
            long totalMs,
            @Nullable String target) {}
}
