package dev.evenkeel.it;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rules of the house that a compiler does not hold: who may know whom, what keeps core pure, how files look. */
final class HouseRulesTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final int TOO_LARGE = 25_000;
    private static final int LARGE = 14_000;

    private static JavaClasses classes = new ClassFileImporter().importClasses();

    @BeforeAll
    static void readClasses() {
        classes = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("dev.evenkeel");
    }

    @ParameterizedTest
    @CsvSource({
        "core, ''",
        "wire, core",
        "store, core wire",
        "sim, core",
        "agent, core wire",
        "server, core wire store",
        "cli, core wire",
        "lab, core wire"
    })
    void aModuleKnowsOnlyThoseBelowIt(String module, String below) {
        List<String> known = Stream.concat(Stream.of(module), Arrays.stream(below.split(" ")))
                .filter(name -> !name.isEmpty())
                .map(name -> "dev.evenkeel." + name + "..")
                .toList();
        noClasses()
                .that()
                .resideInAPackage("dev.evenkeel." + module + "..")
                .should()
                .dependOnClassesThat(resideInAnyPackage("dev.evenkeel..")
                        .and(DescribedPredicate.not(resideInAnyPackage(known.toArray(String[]::new)))))
                .because("every arrow of the house points towards core (docs/architecture.md)")
                .allowEmptyShould(false)
                .check(classes);
    }

    @Test
    void coreKnowsOnlyTheJdkAndItsNullAnnotations() {
        noClasses()
                .that()
                .resideInAPackage("dev.evenkeel.core..")
                .should()
                .dependOnClassesThat(DescribedPredicate.not(
                        resideInAnyPackage("dev.evenkeel.core..", "java..", "org.jspecify.annotations")))
                .check(classes);
    }

    @Test
    void coreDoesNoInputOrOutputAndHasNoThreads() {
        noClasses()
                .that()
                .resideInAPackage("dev.evenkeel.core..")
                .should()
                .dependOnClassesThat(resideInAnyPackage(
                                "java.io..",
                                "java.nio..",
                                "java.net..",
                                "java.util.concurrent..",
                                "java.lang.foreign..")
                        .and(DescribedPredicate.not(nameMatching("java\\.io\\.Serializable"))))
                .orShould()
                .dependOnClassesThat(nameMatching("java\\.lang\\.(Thread.*|Process.*|Runtime|ScopedValue.*)"))
                .because("core decides and nothing else: the same input gives the same step")
                .check(classes);
    }

    @Test
    void coreIsToldTheTimeAndTheChance() {
        noClasses()
                .that()
                .resideInAPackage("dev.evenkeel.core..")
                .should()
                .callMethodWhere(
                        target(nameMatching("now|system.*|tick.*|currentTimeMillis|nanoTime|randomUUID|random"))
                                .and(target(owner(nameMatching("java\\..*")))))
                .orShould()
                .dependOnClassesThat(nameMatching("java\\.(util\\.(Random|SplittableRandom)|security\\.SecureRandom)"))
                .because("a clock or a die of its own would make a decision that cannot be repeated")
                .check(classes);
    }

    @Test
    void noFileIsTooLarge() throws IOException {
        Map<Path, Long> large = new TreeMap<>();
        for (Path file : sources()) {
            if (Files.size(file) > LARGE) {
                large.put(ROOT.relativize(file), Files.size(file));
            }
        }
        large.entrySet().stream()
                .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
                .forEach(entry ->
                        System.out.println("large, wants to be split: " + entry.getValue() + " " + entry.getKey()));
        assertThat(large)
                .as("files over %d bytes", TOO_LARGE)
                .allSatisfy((file, size) -> assertThat(size).as(file.toString()).isLessThanOrEqualTo(TOO_LARGE));
    }

    @Test
    void everyPackageSaysWhatLivesInItAndIsNullMarked() throws IOException {
        List<String> wrong = new ArrayList<>();
        for (Path folder : sources().stream().map(Path::getParent).collect(Collectors.toSet())) {
            String info = packageInfo(folder);
            if (!info.contains("@NullMarked")) {
                wrong.add(ROOT.relativize(folder) + " has no package-info.java with @NullMarked");
            } else if (!info.startsWith("/**") && folder.toString().contains("/src/main/")) {
                wrong.add(ROOT.relativize(folder) + "/package-info.java does not begin with what lives there");
            }
        }
        assertThat(wrong).isEmpty();
    }

    /** Of a folder of tests, the package that it tests may speak for it. */
    private static String packageInfo(Path folder) throws IOException {
        for (String candidate : List.of(folder.toString(), folder.toString().replace("/src/test/", "/src/main/"))) {
            Path info = Path.of(candidate, "package-info.java");
            if (Files.exists(info)) {
                return Files.readString(info);
            }
        }
        return "";
    }

    /** Every Java source of every module. */
    private static List<Path> sources() throws IOException {
        List<Path> sources = new ArrayList<>();
        try (Stream<Path> modules = Files.list(ROOT)) {
            for (Path module : modules.filter(folder -> Files.exists(folder.resolve("pom.xml")))
                    .toList()) {
                Path src = module.resolve("src");
                if (Files.isDirectory(src)) {
                    try (Stream<Path> files = Files.walk(src)) {
                        files.filter(file -> file.toString().endsWith(".java")).forEach(sources::add);
                    }
                }
            }
        }
        assertThat(sources).as("sources under %s", ROOT).isNotEmpty();
        return sources;
    }

    /** Guards the rules above: a rule over no classes holds vacuously. */
    @Test
    void theRulesSeeEveryModule() {
        List<String> modules = classes.stream()
                .map(JavaClass::getPackageName)
                .filter(name -> name.split("\\.", -1).length > 2)
                .map(name -> name.split("\\.", -1)[2])
                .distinct()
                .toList();
        assertThat(modules).contains("core", "wire", "store", "sim", "agent", "server", "cli", "lab", "bench");
    }
}
