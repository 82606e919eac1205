package dev.assay;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.ndarray.NDManager;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.domain.JavaTypeVariable;
import com.tngtech.archunit.core.domain.properties.HasName;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.Architectures;
import dev.assay.model.internal.network.Runner;
import dev.assay.sae.Weights;
import dev.assay.tensor.TorchEngine;
import dev.assay.view.Displayable;
import java.io.IOException;
import java.net.Socket;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The rules of the architecture: the packages with their dependencies, internal packages, sizes, and single owners of libraries. */
@AnalyzeClasses(packages = "dev.assay", importOptions = ImportOption.DoNotIncludeTests.class)
@Tag("slow")
class ArchitectureTest {
    private static final Path SOURCES = Path.of("src/main/java/dev/assay");
    private static final int LARGEST_PACKAGE = 45;
    private static final int LONGEST_CLASS = 450;

    /** The packages that each package may use, in addition to the packages that those may use. */
    private static final Map<String, Set<String>> ARROWS = new LinkedHashMap<>();

    static {
        ARROWS.put("tensor", Set.of());
        ARROWS.put("io", Set.of("tensor"));
        ARROWS.put("provenance", Set.of("io"));
        ARROWS.put("view", Set.of("io"));
        ARROWS.put("parquet", Set.of());
        ARROWS.put("checkpoint", Set.of("io"));
        ARROWS.put("hub", Set.of("io"));
        ARROWS.put("text.document", Set.of("io", "parquet"));
        ARROWS.put("text.tokenizer", Set.of("text.document"));
        ARROWS.put("text.dialogue", Set.of("text.tokenizer"));
        ARROWS.put("text", Set.of("text.tokenizer"));
        ARROWS.put("text.story", Set.of("text"));
        ARROWS.put("model.config", Set.of("tensor"));
        ARROWS.put("model.hook", Set.of("model.config", "checkpoint"));
        ARROWS.put("model.internal.hook", Set.of("model.hook"));
        ARROWS.put("model.internal.network", Set.of("model.internal.hook", "io"));
        ARROWS.put("model.spi", Set.of("model.config", "io"));
        ARROWS.put("model.internal.family", Set.of("model.internal.network", "model.spi"));
        ARROWS.put("model", Set.of("model.internal.family", "checkpoint", "hub", "text.dialogue", "view"));
        ARROWS.put("model.training", Set.of("model", "text"));
        ARROWS.put("activation.exported", Set.of("model"));
        ARROWS.put("activation", Set.of("activation.exported", "text", "provenance"));
        ARROWS.put("activation.store", Set.of("activation"));
        ARROWS.put("sae", Set.of("checkpoint", "hub"));
        ARROWS.put("train.spi", Set.of("sae"));
        ARROWS.put("train.method", Set.of("train.spi"));
        ARROWS.put("train.plan", Set.of("train.spi"));
        ARROWS.put("train.metrics", Set.of("view", "sae"));
        ARROWS.put("train.collective", Set.of());
        ARROWS.put("train.internal.step", Set.of("train.plan", "train.collective", "activation"));
        ARROWS.put("train.internal.run", Set.of("train.internal.step", "train.method", "train.metrics"));
        ARROWS.put("train", Set.of("train.internal.run", "train.method"));
        ARROWS.put("train.internal.sharded", Set.of("train.internal.run"));
        ARROWS.put("train.sharded", Set.of("train.internal.sharded"));
        ARROWS.put("attach", Set.of("model", "sae", "text"));
        ARROWS.put("intervene", Set.of("attach"));
        ARROWS.put("intervene.attribute", Set.of("intervene"));
        ARROWS.put("intervene.patch", Set.of("intervene"));
        ARROWS.put("feature.store", Set.of("attach", "provenance"));
        ARROWS.put("feature.scan", Set.of("feature.store"));
        ARROWS.put("feature.report", Set.of("feature.store", "view"));
        ARROWS.put("feature.prompt", Set.of("feature.report"));
        ARROWS.put("feature.compare", Set.of("feature.report"));
        ARROWS.put("feature.page", Set.of("feature.report"));
        ARROWS.put("feature", Set.of("feature.prompt", "feature.compare", "feature.page"));
        ARROWS.put("feature.study", Set.of("feature", "intervene.patch"));
        ARROWS.put("feature.export", Set.of("feature", "parquet"));
        ARROWS.put("evaluate.baseline", Set.of("activation", "sae"));
        ARROWS.put("evaluate.probe", Set.of("evaluate.baseline", "attach"));
        ARROWS.put("evaluate.similarity", Set.of("sae", "view"));
        ARROWS.put("evaluate", Set.of("attach", "evaluate.baseline", "text.story", "train.metrics"));
        ARROWS.put("evaluate.benchmark", Set.of("evaluate.probe"));
        ARROWS.put("evaluate.concept", Set.of("evaluate", "evaluate.benchmark"));
        ARROWS.put("evaluate.standard", Set.of("evaluate", "evaluate.probe"));
        ARROWS.put("evaluate.sweep", Set.of("evaluate", "train.plan"));
        ARROWS.put("evaluate.control", Set.of("evaluate", "train"));
        ARROWS.put("toy", Set.of("train", "evaluate.similarity", "evaluate.sweep"));
        ARROWS.put("run", Set.of("activation.store", "feature", "text.story"));
        ARROWS.put("run.sweep", Set.of("run", "evaluate.sweep", "train"));
        ARROWS.put("explain.measure", Set.of("io"));
        ARROWS.put("explain", Set.of("feature", "explain.measure"));
        ARROWS.put("explain.score", Set.of("explain"));
        ARROWS.put("explain.saebench", Set.of("explain"));
        ARROWS.put("explain.offline", Set.of("explain.score", "explain.saebench", "text.story", "evaluate.control"));
        ARROWS.put("explain.llm", Set.of("explain"));
        ARROWS.put("explain.judge", Set.of("explain.llm", "explain.score", "explain.saebench"));
        ARROWS.put("explain.run", Set.of("explain.judge", "explain.offline", "run"));
        ARROWS.put("audit.measure", Set.of("evaluate.probe"));
        ARROWS.put("audit.sample", Set.of("audit.measure", "text.dialogue", "feature.store"));
        ARROWS.put("audit.contrast", Set.of("audit.sample", "view"));
        ARROWS.put("audit.monitor", Set.of("audit.sample", "view"));
        ARROWS.put("audit.trace", Set.of("audit.monitor", "feature", "intervene"));
        ARROWS.put("audit.diff", Set.of("audit.contrast", "evaluate", "train"));
        ARROWS.put("audit.seal", Set.of("text.document"));
        ARROWS.put("audit", Set.of("audit.trace", "audit.diff", "audit.seal", "evaluate", "explain"));
        ARROWS.put("audit.run", Set.of("audit", "run", "evaluate.control"));
        ARROWS.put("verify", Set.of("attach", "train", "model.training"));
        ARROWS.put(
                "verify.reference",
                Set.of("toy", "intervene.patch", "evaluate.benchmark", "evaluate.probe", "explain.measure"));
        ARROWS.put("bench", Set.of("train", "train.sharded", "activation.store", "feature"));
        ARROWS.put(
                "experiment",
                Set.of("run", "evaluate.sweep", "evaluate.control", "evaluate.similarity", "model.training", "train"));
        ARROWS.put("experiment.concepts", Set.of("experiment", "evaluate.concept"));
        ARROWS.put("experiment.autointerp", Set.of("experiment", "explain.offline"));
        ARROWS.put("experiment.layers", Set.of("experiment", "evaluate.standard"));
        ARROWS.put("experiment.transformers", Set.of("experiment"));
        ARROWS.put("experiment.ioi", Set.of("experiment", "intervene.patch"));
        ARROWS.put("experiment.erasure", Set.of("experiment", "evaluate.probe"));
        ARROWS.put("experiment.organism", Set.of("experiment", "text.story"));
        ARROWS.put("experiment.mo1", Set.of("experiment.organism", "audit.monitor"));
        ARROWS.put("experiment.sidetask", Set.of("experiment.organism", "audit.monitor"));
        ARROWS.put("experiment.toy", Set.of("experiment", "toy"));
        ARROWS.put("experiment.hiddenobjective", Set.of("experiment.organism", "audit"));
        ARROWS.put("experiment.casestudy", Set.of("experiment", "feature.study"));
        ARROWS.put("serve", Set.of("feature"));
        ARROWS.put("notebook", Set.of("view"));
        ARROWS.put("spark.submit", Set.of("io"));
        ARROWS.put("spark.internal.file", Set.of("io"));
        ARROWS.put("spark", Set.of("run.sweep", "evaluate.concept", "feature.scan", "spark.internal.file"));
        ARROWS.put(
                "cli",
                Set.of(
                        "run.sweep",
                        "intervene.attribute",
                        "feature.export",
                        "explain.run",
                        "evaluate.sweep",
                        "evaluate.control",
                        "experiment",
                        "toy",
                        "verify",
                        "verify.reference",
                        "bench",
                        "serve",
                        "spark.submit",
                        "spark",
                        "notebook",
                        "audit.run"));
    }

    @ArchTest
    static final ArchRule packagesUseWhatTheyMay = layers();

    @ArchTest
    static final ArchRule packagesFormNoCycle =
            slices().matching("dev.assay.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule onlyTheirStageVerifyAndBenchUseInternalPackages =
            classes().that(resideInAPackage("dev.assay..internal..")).should(beUsedOnlyByTheirStage());

    @ArchTest
    static final ArchRule publicTypesExposeNoInternalType =
            classes().that().resideOutsideOfPackage("dev.assay..internal..").should(exposeNoInternalType());

    @Test
    void exposureRuleReportsASignatureWithAnInternalType() {
        JavaClasses internal = new ClassFileImporter().importClasses(Runner.class);
        assertThrows(
                AssertionError.class,
                () -> classes().should(exposeNoInternalType()).check(internal));
    }

    @Test
    void packagesHaveAtMost45Files() throws IOException {
        Map<Path, List<Path>> packages = sources().stream().collect(Collectors.groupingBy(file -> file.getParent()));
        packages.remove(SOURCES.resolve("cli"));
        List<String> large = packages.entrySet().stream()
                .filter(entry -> entry.getValue().size() > LARGEST_PACKAGE)
                .map(entry -> entry.getKey() + ": " + entry.getValue().size() + " files")
                .toList();
        assertEquals(List.of(), large);
    }

    @Test
    void classesOutsideTensorHaveAtMost450Lines() throws IOException {
        List<String> large = new ArrayList<>();
        for (Path file : sources()) {
            long lines;
            try (Stream<String> content = Files.lines(file)) {
                lines = content.count();
            }
            if (lines > LONGEST_CLASS && !file.startsWith(SOURCES.resolve("tensor"))) {
                large.add(file + ": " + lines + " lines");
            }
        }
        assertEquals(List.of(), large);
    }

    @Test
    void namesOfTypesAreUnique() throws IOException {
        Map<String, List<Path>> files = sources().stream()
                .filter(file -> !file.endsWith("package-info.java"))
                .collect(Collectors.groupingBy(file -> file.getFileName().toString()));
        files.values().removeIf(same -> same.size() == 1);
        assertEquals(Map.of(), files);
    }

    @ArchTest
    void everyPackageIsInTheTable(JavaClasses classes) {
        Set<String> missing = classes.stream()
                .map(type -> type.getPackageName().replaceFirst("dev\\.assay\\.?", ""))
                .filter(name -> !name.isEmpty() && !ARROWS.containsKey(name))
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(Set.of(), missing);
    }

    @ArchTest
    static final ArchRule theRootPackageUsesNoOther = noClasses()
            .that()
            .resideInAPackage("dev.assay")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.assay.*..");

    @ArchTest
    static final ArchRule onlyTensorTouchesTheEngine = noClasses()
            .that()
            .resideOutsideOfPackage("dev.assay.tensor..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("ai.djl.pytorch..")
            .because("a new engine must be the matter of one package");

    @ArchTest
    static final ArchRule onlyTorchEngineCreatesBaseManagers = noClasses()
            .that()
            .areNotAssignableTo(TorchEngine.class)
            .should()
            .callMethodWhere(JavaCall.Predicates.target(HasName.Predicates.name("newBaseManager")))
            .because(
                    "every manager names its engine and its device; DJL's defaults depend on the class path and the machine");

    @ArchTest
    static final ArchRule onlyOneClassKnowsOnnxRuntime = noClasses()
            .that()
            .haveNameNotMatching("dev\\.assay\\.activation\\.exported\\.OnnxGraph(\\$.*)?")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("ai.onnxruntime..", "ai.djl.onnxruntime..")
            .because("the dependency is optional: all else must load without it");

    @ArchTest
    static final ArchRule onlyOneClassKnowsJJava = noClasses()
            .that()
            .doNotHaveFullyQualifiedName("dev.assay.notebook.JJavaExtension")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.dflib..")
            .because("the dependency is optional: all else must load without it");

    @ArchTest
    static final ArchRule onlyOneClassKnowsIJava = noClasses()
            .that()
            .doNotHaveFullyQualifiedName("dev.assay.notebook.IJavaDisplay")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.github.spencerpark..")
            .because("the dependency is optional: all else must load without it");

    @ArchTest
    static final ArchRule onlyItsOwnClassesKnowRapaio = noClasses()
            .that()
            .haveNameNotMatching("dev\\.assay\\.notebook\\.Rapaio(DisplayProvider|Launcher|Renderer)")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.rapaio..", "org.apache.http..", "org.eclipse.aether..", "zmq..")
            .because("the dependency is optional, and its jar has much inside: all else must load without it");

    @ArchTest
    static final ArchRule onlyOnePackageKnowsSpark = noClasses()
            .that()
            .resideOutsideOfPackage("dev.assay.spark..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.spark..", "org.apache.hadoop..", "scala..")
            .because("the dependency is optional: all else must load without it");

    @ArchTest
    static final ArchRule displayablesPrintReadableText = classes()
            .that()
            .areAssignableTo(Displayable.class)
            .and()
            .areNotInterfaces()
            .should(declareOneText())
            .because("JShell and kernels without a renderer print toString(), and other kernels toText()");

    @ArchTest
    static final ArchRule onlyTheHubAndOneClientUseTheNetwork = noClasses()
            .that()
            .haveNameNotMatching("dev\\.assay\\.(hub\\.Hub.*|explain\\.llm\\.(ChatConnection|LimitedBody))")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("java.net.http..")
            .orShould()
            .dependOnClassesThat()
            .belongToAnyOf(URL.class, URLConnection.class, Socket.class)
            .because("a token is shown, and a download checked, in one place");

    @ArchTest
    static final ArchRule onlyTextKnowsItsFormats = noClasses()
            .that()
            .resideOutsideOfPackages("dev.assay.text..", "dev.assay.parquet..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("ai.djl.huggingface..", "com.github.luben..", "io.airlift..", "org.apache.parquet..")
            .because("a library for a format must be the matter of one package");

    @ArchTest
    static final ArchRule onlyBaselinesUseNd4j = noClasses()
            .that()
            .resideOutsideOfPackage("dev.assay.evaluate..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.nd4j..");

    @ArchTest
    static final ArchRule randomnessHasASeed = noClasses()
            .that()
            // Salts and nonces of a cipher must be unpredictable.
            .doNotHaveFullyQualifiedName("dev.assay.audit.seal.SealRandom")
            .should()
            .dependOnClassesThat()
            .belongToAnyOf(Random.class, java.util.concurrent.ThreadLocalRandom.class, java.security.SecureRandom.class)
            .orShould()
            .callMethod(Math.class, "random")
            .because("one seed decides everything; java.util.SplittableRandom takes it");

    @ArchTest
    static final ArchRule controlsDoNotHaveTheDirectionsOfAnInitialization = noClasses()
            .that()
            .haveNameNotMatching(
                    "dev\\.assay\\.(sae\\.Weights|train\\.internal\\.step\\.InitialDictionary|toy\\.ToySuperposition"
                            + "|experiment\\.casestudy\\.PlantedCauses|cli\\.FeatureBenchCommand)")
            .should()
            .callMethod(Weights.class, "randomDirections", NDManager.class, int.class, int.class, long.class)
            .because("training starts from randomDirections: with the same seed a control would not be independent;"
                    + " controlDirections is");

    @ArchTest
    static final ArchRule onlyCommandsAndTheProgressBarPrint = noClasses()
            .that(not(resideInAnyPackage("dev.assay.cli..")).and(not(belongToAnyOf(ProgressBar.class))))
            .should()
            .accessField(System.class, "out")
            .orShould()
            .accessField(System.class, "err");

    @ArchTest
    static final ArchRule nothingStaticChanges =
            fields().that().areStatic().should().beFinal();

    private static List<Path> sources() throws IOException {
        try (Stream<Path> files = Files.walk(SOURCES)) {
            List<Path> sources = files.filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> !file.endsWith("package-info.java"))
                    .toList();
            assertFalse(sources.isEmpty(), "no source files in " + SOURCES.toAbsolutePath());
            return sources;
        }
    }

    /** Returns the stage of a package: {@code dev.assay.model} for {@code dev.assay.model.internal.network}. */
    private static String stage(JavaClass type) {
        return Arrays.stream(type.getPackageName().split("\\.")).limit(3).collect(Collectors.joining("."));
    }

    private static boolean isInternal(JavaClass type) {
        return (type.getPackageName() + ".").contains(".internal.")
                && type.getPackageName().startsWith("dev.assay.");
    }

    /** The condition that a class overrides {@code toString} itself and inherits {@code toText}. */
    private static ArchCondition<JavaClass> declareOneText() {
        return new ArchCondition<>("override toString() instead of toText()") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                // The method that the compiler generates for a record accesses nothing itself.
                boolean prints = type.tryGetMethod("toString")
                        .filter(method -> !method.getAccessesFromSelf().isEmpty())
                        .isPresent();
                boolean hasAnotherText = type.tryGetMethod("toText").isPresent();
                events.add(new SimpleConditionEvent(
                        type,
                        prints && !hasAnotherText,
                        type.getName() + (prints ? " overrides toText()" : " does not override toString()")));
            }
        };
    }

    private static ArchCondition<JavaClass> beUsedOnlyByTheirStage() {
        Set<String> exempt = Set.of("dev.assay.verify", "dev.assay.bench");
        return new ArchCondition<>("be used only by their stage, verify and bench") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                for (Dependency use : type.getDirectDependenciesToSelf()) {
                    String user = stage(use.getOriginClass());
                    boolean allowed = user.equals(stage(type)) || exempt.contains(user);
                    events.add(new SimpleConditionEvent(type, allowed, use.getDescription()));
                }
            }
        };
    }

    /** Checks supertypes, type parameters and the signatures of the public and protected members of public types. */
    private static ArchCondition<JavaClass> exposeNoInternalType() {
        return new ArchCondition<>("expose no internal type") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                if (!isVisible(type)) {
                    return;
                }
                Stream<JavaType> supertypes =
                        Stream.concat(type.getSuperclass().stream(), type.getInterfaces().stream());
                report(
                        type,
                        "supertypes and type parameters",
                        Stream.concat(supertypes, bounds(type.getTypeParameters())),
                        events);
                for (JavaCodeUnit method : type.getCodeUnits()) {
                    if (isVisible(method)) {
                        Stream<JavaType> parts = Stream.concat(
                                Stream.concat(Stream.of(method.getReturnType()), method.getParameterTypes().stream()),
                                Stream.concat(
                                        method.getExceptionTypes().stream().map(JavaType.class::cast),
                                        bounds(method.getTypeParameters())));
                        report(type, method.getFullName(), parts, events);
                    }
                }
                for (JavaField field : type.getFields()) {
                    if (isVisible(field)) {
                        report(type, field.getFullName(), Stream.of(field.getType()), events);
                    }
                }
            }
        };
    }

    private static boolean isVisible(JavaClass type) {
        boolean accessible = type.getModifiers().contains(JavaModifier.PUBLIC)
                || type.getModifiers().contains(JavaModifier.PROTECTED);
        return accessible
                && type.getEnclosingClass().map(ArchitectureTest::isVisible).orElse(true);
    }

    private static boolean isVisible(JavaMember member) {
        return member.getModifiers().contains(JavaModifier.PUBLIC)
                || member.getModifiers().contains(JavaModifier.PROTECTED);
    }

    private static Stream<JavaType> bounds(List<? extends JavaTypeVariable<?>> variables) {
        return variables.stream().flatMap(variable -> variable.getBounds().stream());
    }

    private static void report(JavaClass type, String where, Stream<JavaType> parts, ConditionEvents events) {
        Set<String> exposed = parts.flatMap(part -> part.getAllInvolvedRawTypes().stream())
                .map(JavaClass::getBaseComponentType)
                .filter(ArchitectureTest::isInternal)
                .map(JavaClass::getName)
                .collect(Collectors.toCollection(TreeSet::new));
        events.add(new SimpleConditionEvent(type, exposed.isEmpty(), where + " exposes " + exposed));
    }

    private static ArchRule layers() {
        Architectures.LayeredArchitecture layers =
                Architectures.layeredArchitecture().consideringOnlyDependenciesInLayers();
        for (String name : ARROWS.keySet()) {
            layers = layers.optionalLayer(name).definedBy("dev.assay." + name);
        }
        for (String name : ARROWS.keySet()) {
            String[] used = reachable(name).toArray(String[]::new);
            layers = used.length == 0
                    ? layers.whereLayer(name).mayNotAccessAnyLayer()
                    : layers.whereLayer(name).mayOnlyAccessLayers(used);
        }
        return layers;
    }

    private static Set<String> reachable(String name) {
        Set<String> all = new LinkedHashSet<>();
        for (String next : ARROWS.get(name)) {
            all.add(next);
            all.addAll(reachable(next));
        }
        return all;
    }
}
