package dev.assay;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import ai.djl.ndarray.NDManager;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.Architectures;
import java.net.Socket;
import java.net.URL;
import java.net.URLConnection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** The arrows between the packages, and a few habits. */
@AnalyzeClasses(packages = "dev.assay", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    /** What each package may use besides the packages that those may use. */
    private static final Map<String, Set<String>> ARROWS = new LinkedHashMap<>();

    static {
        ARROWS.put("tensor", Set.of());
        ARROWS.put("checkpoint", Set.of("tensor"));
        ARROWS.put("text", Set.of("checkpoint"));
        ARROWS.put("model", Set.of("text"));
        ARROWS.put("activation", Set.of("model"));
        ARROWS.put("sae", Set.of("checkpoint"));
        ARROWS.put("train", Set.of("sae", "activation"));
        ARROWS.put("intervene", Set.of("model", "sae"));
        ARROWS.put("feature", Set.of("activation", "intervene"));
        ARROWS.put("serve", Set.of("feature"));
        ARROWS.put("evaluate", Set.of("train", "feature", "intervene"));
        ARROWS.put("explain", Set.of("feature"));
        ARROWS.put("audit", Set.of("evaluate", "explain"));
        ARROWS.put("notebook", Set.of());
        ARROWS.put("cli", Set.of("audit", "notebook", "serve"));
    }

    @ArchTest
    static final ArchRule packagesUseWhatTheyMay = layers();

    @ArchTest
    static final ArchRule packagesFormNoCycle =
            slices().matching("dev.assay.(*)..").should().beFreeOfCycles();

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
    static final ArchRule managersNameTheirDevice = noClasses()
            .should()
            .callMethod(NDManager.class, "newBaseManager")
            .orShould()
            .callMethod(NDManager.class, "newBaseManager", String.class)
            .because("where there is a GPU, they would use it unasked");

    @ArchTest
    static final ArchRule onlyOneClassKnowsOnnxRuntime = noClasses()
            .that()
            .haveNameNotMatching("dev\\.assay\\.activation\\.OnnxGraph(\\$.*)?")
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
    static final ArchRule onlyItsOwnClassesKnowRapaio = noClasses()
            .that()
            .haveNameNotMatching("dev\\.assay\\.notebook\\.Rapaio(DisplayProvider|Launcher|Renderer)")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.rapaio..", "org.apache.http..", "org.eclipse.aether..", "zmq..")
            .because("the dependency is optional, and its jar has much inside: all else must load without it");

    @ArchTest
    static final ArchRule onlyTheHubUsesTheNetwork = noClasses()
            .that()
            .haveNameNotMatching("dev\\.assay\\.checkpoint\\.Hub.*")
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
            .resideOutsideOfPackage("dev.assay.text..")
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
            .should()
            .dependOnClassesThat()
            .belongToAnyOf(Random.class, java.util.concurrent.ThreadLocalRandom.class, java.security.SecureRandom.class)
            .orShould()
            .callMethod(Math.class, "random")
            .because("one seed decides everything; java.util.SplittableRandom takes it");

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

    private static ArchRule layers() {
        Architectures.LayeredArchitecture layers =
                Architectures.layeredArchitecture().consideringOnlyDependenciesInLayers();
        for (String name : ARROWS.keySet()) {
            layers = layers.optionalLayer(name).definedBy("dev.assay." + name + "..");
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
