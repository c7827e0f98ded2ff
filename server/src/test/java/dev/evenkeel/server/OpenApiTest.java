package dev.evenkeel.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.core.update.AppliesTo;
import dev.evenkeel.core.update.PackageFile;
import dev.evenkeel.core.update.PatchFile;
import dev.evenkeel.core.update.Payload;
import dev.evenkeel.core.update.Update;
import dev.evenkeel.server.api.Bodies;
import dev.evenkeel.server.http.FieldError;
import dev.evenkeel.server.http.Page;
import dev.evenkeel.server.http.Problem;
import dev.evenkeel.server.http.Rights;
import dev.evenkeel.server.http.Route;
import dev.evenkeel.server.view.ApiTokenView;
import dev.evenkeel.server.view.AuditView;
import dev.evenkeel.server.view.CatalogueView;
import dev.evenkeel.server.view.DeliveryView;
import dev.evenkeel.server.view.EffectView;
import dev.evenkeel.server.view.EventView;
import dev.evenkeel.server.view.ExemptionView;
import dev.evenkeel.server.view.HealthView;
import dev.evenkeel.server.view.HostView;
import dev.evenkeel.server.view.JoinTokenView;
import dev.evenkeel.server.view.LedgerView;
import dev.evenkeel.server.view.MaintenanceView;
import dev.evenkeel.server.view.MoveView;
import dev.evenkeel.server.view.PayloadView;
import dev.evenkeel.server.view.PlanView;
import dev.evenkeel.server.view.PolicyView;
import dev.evenkeel.server.view.RedeploymentView;
import dev.evenkeel.server.view.RefusalView;
import dev.evenkeel.server.view.ReplayView;
import dev.evenkeel.server.view.RolloutView;
import dev.evenkeel.server.view.RunView;
import dev.evenkeel.server.view.ScheduledEventChangeView;
import dev.evenkeel.server.view.ScheduledEventView;
import dev.evenkeel.server.view.SignInView;
import dev.evenkeel.server.view.StoryView;
import dev.evenkeel.server.view.UpdateView;
import dev.evenkeel.server.view.VmView;
import dev.evenkeel.server.view.WebhookView;
import dev.evenkeel.server.view.WhoView;
import dev.evenkeel.server.view.WindowPreviewView;
import dev.evenkeel.server.view.WindowView;
import dev.evenkeel.wire.tuf.Publication;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** openapi.yaml and the server say the same, in both directions. */
class OpenApiTest {
    private static final Map<String, Class<?>> RECORDS = new LinkedHashMap<>();

    static {
        RECORDS.put("Problem", Problem.class);
        RECORDS.put("FieldError", FieldError.class);
        RECORDS.put("Reason", Bodies.Reason.class);
        RECORDS.put("HostChange", Bodies.HostChange.class);
        RECORDS.put("MigrateOrder", Bodies.MigrateOrder.class);
        RECORDS.put("PlanOrder", Bodies.PlanOrder.class);
        RECORDS.put("Selector", Bodies.Selector.class);
        RECORDS.put("RolloutOrder", Bodies.RolloutOrder.class);
        RECORDS.put("Policy", Bodies.Policy.class);
        RECORDS.put("Resolution", Bodies.Resolution.class);
        RECORDS.put("Observation", Bodies.ObservationReport.class);
        RECORDS.put("SignIn", SignInView.class);
        RECORDS.put("Who", WhoView.class);
        RECORDS.put("TokenOrder", Bodies.TokenOrder.class);
        RECORDS.put("ApiToken", ApiTokenView.class);
        RECORDS.put("AuditEntry", AuditView.class);
        RECORDS.put("WindowOrder", Bodies.WindowOrder.class);
        RECORDS.put("AssignmentOrder", Bodies.AssignmentOrder.class);
        RECORDS.put("WindowFilter", Bodies.WindowFilter.class);
        RECORDS.put("Window", WindowView.class);
        RECORDS.put("WindowAssignment", WindowView.AssignmentView.class);
        RECORDS.put("FilterInForce", WindowView.FilterView.class);
        RECORDS.put("WindowPreview", WindowPreviewView.class);
        RECORDS.put("CountingWindow", WindowPreviewView.CountingView.class);
        RECORDS.put("WindowOpening", WindowPreviewView.OpeningView.class);
        RECORDS.put("WaitingRollout", WindowPreviewView.WaitingView.class);
        RECORDS.put("ExemptionOrder", Bodies.ExemptionOrder.class);
        RECORDS.put("Exemption", ExemptionView.class);
        RECORDS.put("JoinTokenOrder", Bodies.JoinTokenOrder.class);
        RECORDS.put("JoinToken", JoinTokenView.class);
        RECORDS.put("Manifest", Update.class);
        RECORDS.put("AppliesTo", AppliesTo.class);
        RECORDS.put("MethodPayload", Payload.class);
        RECORDS.put("PackageFile", PackageFile.class);
        RECORDS.put("PatchFile", PatchFile.class);
        RECORDS.put("Health", HealthView.class);
        RECORDS.put("Refusal", RefusalView.class);
        RECORDS.put("Host", HostView.class);
        RECORDS.put("Intent", VmView.IntentView.class);
        RECORDS.put("VmChange", Bodies.VmChange.class);
        RECORDS.put("VmSetting", VmView.SettingView.class);
        RECORDS.put("Vm", VmView.class);
        RECORDS.put("Payload", PayloadView.class);
        RECORDS.put("Update", UpdateView.class);
        RECORDS.put("Publication", Publication.class);
        RECORDS.put("Catalogue", CatalogueView.class);
        RECORDS.put("CatalogueRole", CatalogueView.RoleView.class);
        RECORDS.put("CatalogueKey", CatalogueView.KeyView.class);
        RECORDS.put("OnlineKeys", CatalogueView.OnlineKeysView.class);
        RECORDS.put("Plan", PlanView.class);
        RECORDS.put("HostPlan", PlanView.HostPlanView.class);
        RECORDS.put("RefusedMethod", PlanView.RefusedMethodView.class);
        RECORDS.put("VmForecast", PlanView.VmForecastView.class);
        RECORDS.put("Rollout", RolloutView.class);
        RECORDS.put("PolicyInForce", PolicyView.class);
        RECORDS.put("RolloutHost", RolloutView.RolloutHostView.class);
        RECORDS.put("Run", RunView.class);
        RECORDS.put("Move", MoveView.class);
        RECORDS.put("Effect", EffectView.class);
        RECORDS.put("Event", EventView.class);
        RECORDS.put("StoryEntry", StoryView.class);
        RECORDS.put("LedgerEntry", LedgerView.class);
        RECORDS.put("Choice", Bodies.Choice.class);
        RECORDS.put("Maintenance", MaintenanceView.class);
        RECORDS.put("ScheduledEvent", ScheduledEventView.class);
        RECORDS.put("ScheduledEventChange", ScheduledEventChangeView.class);
        RECORDS.put("WebhookOrder", Bodies.WebhookOrder.class);
        RECORDS.put("WebhookChange", Bodies.WebhookChange.class);
        RECORDS.put("ReplayOrder", Bodies.ReplayOrder.class);
        RECORDS.put("Webhook", WebhookView.class);
        RECORDS.put("Delivery", DeliveryView.class);
        RECORDS.put("Redeployment", RedeploymentView.class);
        RECORDS.put("Replay", ReplayView.class);
        for (String list : Set.of(
                "Host",
                "Vm",
                "Update",
                "Rollout",
                "Run",
                "Ledger",
                "ApiToken",
                "Audit",
                "Window",
                "Exemption",
                "ScheduledEvent",
                "Webhook",
                "Delivery",
                "Maintenance")) {
            RECORDS.put(list + "List", Page.class);
        }
        RECORDS.put("Story", Page.class);
    }

    @TempDir
    static Path directory = Path.of("");

    private static TestServer server;

    @BeforeAll
    static void start() throws Exception {
        server = TestServer.start(directory.resolve("state"));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void everyRouteIsDescribedAndEveryDescriptionHasItsRoute() {
        Map<String, Route> routes = new TreeMap<>();
        for (Route route : server.server().routes()) {
            routes.put(route.verb() + " " + route.path(), route);
        }
        assertThat(new TreeSet<>(OpenApi.operations().keySet())).isEqualTo(routes.keySet());
    }

    @Test
    void everyQueryParameterIsDescribedAndTaken() {
        for (Route route : server.server().routes()) {
            JsonNode operation = operation(route);
            assertThat(OpenApi.query(operation)).as(route.path()).isEqualTo(new TreeSet<>(route.query()));
        }
    }

    @Test
    void everyOrderTakesAnIdempotencyKeyAndTheDescribedBody() {
        for (Route route : server.server().routes()) {
            JsonNode operation = operation(route);
            if (route.verb() == Route.Verb.POST) {
                assertThat(operation
                                .path("parameters")
                                .valueStream()
                                .map(p -> OpenApi.resolve(p).path("name").asString()))
                        .as(route.path())
                        .contains("Idempotency-Key");
            }
            if (route.body() != null) {
                String reference = operation
                        .at("/requestBody/content/application~1json/schema/$ref")
                        .asString();
                assertThat(RECORDS.get(reference.replaceAll(".*/", "")))
                        .as(route.path())
                        .isEqualTo(route.body());
            }
        }
    }

    @Test
    void everyRouteHasItsLineInTheTableOfRights() {
        assertThat(new TreeSet<>(Rights.routes()))
                .isEqualTo(new TreeSet<>(OpenApi.operations().keySet()));
    }

    @Test
    void onlyWhatIsOpenNeedsNoToken() {
        for (Route route : server.server().routes()) {
            JsonNode operation = operation(route);
            boolean open = operation.path("security").isArray()
                    && operation.path("security").isEmpty();
            assertThat(Rights.open(route.name())).as(route.path()).isEqualTo(open);
        }
    }

    @Test
    void everySchemaHasExactlyTheFieldsOfItsRecord() {
        JsonNode schemas = OpenApi.FILE.path("components").path("schemas");
        assertThat(new TreeSet<>(schemas.propertyNames())).isEqualTo(new TreeSet<>(RECORDS.keySet()));
        RECORDS.forEach((name, record) -> {
            JsonNode schema = schemas.path(name);
            assertThat(new TreeSet<>(schema.path("properties").propertyNames()))
                    .as(name)
                    .isEqualTo(fields(record));
            boolean order = schema.has("additionalProperties");
            if (!order && !name.equals("Manifest") && !name.equals("MethodPayload")) {
                assertThat(schema.path("required")
                                .valueStream()
                                .map(JsonNode::asString)
                                .collect(Collectors.toSet()))
                        .as("%s: answers leave nothing out", name)
                        .isEqualTo(fields(record));
            }
        });
    }

    private static JsonNode operation(Route route) {
        return java.util.Objects.requireNonNull(OpenApi.operations().get(route.verb() + " " + route.path()));
    }

    private static Set<String> fields(Class<?> record) {
        return Arrays.stream(record.getRecordComponents())
                .map(RecordComponent::getName)
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
