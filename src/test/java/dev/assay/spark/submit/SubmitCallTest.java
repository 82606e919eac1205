package dev.assay.spark.submit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SubmitCallTest {
    private static final ApplicationJars JARS =
            new ApplicationJars("/lib/assay-0.1.0.jar", List.of("/lib/api-0.36.0.jar"));

    @TempDir
    private Path folder;

    private SparkHome home;
    private Path log;

    @BeforeEach
    void createHome() throws IOException {
        log = folder.resolve("log");
        home = SparkHome.at(FakeSpark.recording(folder.resolve("spark"), log, 7));
    }

    private List<String> words(String master, UnaryOperator<SubmitCall> options) {
        return options.apply(SubmitCall.of(home, master)).words(JARS, List.of("sweep", "a.yaml"));
    }

    private static List<String> settings(List<String> words) {
        List<String> settings = new ArrayList<>();
        for (int i = 0; i < words.size(); i++) {
            if (words.get(i).equals("--conf")) {
                settings.add(words.get(i + 1));
            }
        }
        return settings;
    }

    private static String after(List<String> words, String option) {
        return words.get(words.indexOf(option) + 1);
    }

    @Test
    void localCallHasNeitherExecutorsNorDeployMode() {
        List<String> words = words("local[4]", call -> call.threads(2));
        assertEquals(home.folder().resolve("bin/spark-submit").toString(), words.get(0));
        assertEquals("local[4]", after(words, "--master"));
        assertEquals("dev.assay.cli.SparkMain", after(words, "--class"));
        assertEquals("/lib/api-0.36.0.jar", after(words, "--jars"));
        assertEquals(List.of("/lib/assay-0.1.0.jar", "sweep", "a.yaml"), words.subList(words.size() - 3, words.size()));
        assertFalse(words.contains("--deploy-mode"));
        assertTrue(settings(words).contains("spark.task.cpus=2"));
        assertFalse(settings(words).toString().contains("executorEnv"));
    }

    @Test
    void standaloneCallLimitsTheCoresToThoseOfTheExecutors() {
        List<String> words = words(
                "spark://h:7077", call -> call.executors(3).executorCores(4).threads(4));
        assertEquals("client", after(words, "--deploy-mode"));
        assertEquals("4", after(words, "--executor-cores"));
        assertFalse(words.contains("--num-executors"));
        assertTrue(settings(words).contains("spark.cores.max=12"));
        assertTrue(settings(words)
                .containsAll(List.of(
                        "spark.executorEnv.OMP_NUM_THREADS=4",
                        "spark.executorEnv.OMP_WAIT_POLICY=PASSIVE",
                        "spark.task.cpus=4",
                        "spark.speculation=false")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"yarn", "k8s://https://host:6443"})
    void callOfAContainerManagerHasTheNumberOfExecutorsAndTheirMemory(String master) {
        List<String> words = words(
                master,
                call -> call.executors(5)
                        .executorMemory("6g")
                        .driverMemory("2g")
                        .memoryOverhead(3000)
                        .deployMode("cluster")
                        .conf("spark.kubernetes.container.image=registry/assay")
                        .packages(List.of("org.apache.hadoop:hadoop-aws:3.4.2"))
                        .jars(List.of("s3a://b/mine.jar")));
        assertEquals("5", after(words, "--num-executors"));
        assertEquals("6g", after(words, "--executor-memory"));
        assertEquals("2g", after(words, "--driver-memory"));
        assertEquals("cluster", after(words, "--deploy-mode"));
        assertEquals("org.apache.hadoop:hadoop-aws:3.4.2", after(words, "--packages"));
        assertEquals("/lib/api-0.36.0.jar,s3a://b/mine.jar", after(words, "--jars"));
        assertTrue(settings(words).contains("spark.executor.memoryOverhead=3000m"));
        assertTrue(settings(words).contains("spark.kubernetes.container.image=registry/assay"));
    }

    @Test
    void optionsOfTheUserReplaceThoseOfAssayAndJavaOptionsAreJoined() {
        List<String> settings = settings(words(
                "yarn",
                call -> call.memoryOverhead(3000)
                        .conf("spark.executor.memoryOverhead=8g")
                        .conf("spark.speculation=true")
                        .conf("spark.executor.extraJavaOptions=-Xss4m -Da=b=c")));
        assertTrue(settings.contains("spark.executor.memoryOverhead=8g"));
        assertTrue(settings.contains("spark.speculation=true"));
        assertTrue(settings.contains("spark.executor.extraJavaOptions=--enable-native-access=ALL-UNNAMED"
                + " -Dai.djl.offline=true -Dai.djl.pytorch.num_threads=1 -Xss4m -Da=b=c"));
    }

    @Test
    void printedLineQuotesWordsForTheShell() {
        SubmitCall call = SubmitCall.of(home, "local[2]").name("it's a job");
        String line = call.line(call.words(JARS, List.of("sweep", "a b.yaml")));
        assertTrue(line.startsWith("GLIBC_TUNABLES=glibc.malloc"), line);
        assertTrue(
                line.contains(" --master 'local[2]' --name 'it'\\''s a job' --class dev.assay.cli.SparkMain "), line);
        assertTrue(line.endsWith(" /lib/assay-0.1.0.jar sweep 'a b.yaml'"), line);
    }

    @Test
    void runsTheScriptWithTheThreadsInItsEnvironmentAndReturnsItsExitCode() throws IOException {
        SubmitCall call = SubmitCall.of(home, "local[2]").threads(2);
        assertEquals(7, call.run(call.words(JARS, List.of("sweep", "a.yaml"))));
        List<String> lines = Files.readAllLines(log);
        assertEquals(List.of("--master", "local[2]"), lines.subList(0, 2));
        assertEquals(
                List.of("sweep", "a.yaml", "threads 2", "home " + home.folder()),
                lines.subList(lines.size() - 4, lines.size()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            localhost:7077 | --master is "localhost:7077", expected local[N], spark://HOST:PORT, yarn or k8s://https://HOST:PORT
            local[x]       | --master is "local[x]", expected local[N], spark://HOST:PORT, yarn or k8s://https://HOST:PORT
            spark://host   | --master is "spark://host", expected local[N], spark://HOST:PORT, yarn or k8s://https://HOST:PORT
            """)
    void refusesMastersOfAnotherForm(String master, String expected) {
        assertEquals(
                expected,
                assertThrows(InvalidInputException.class, () -> SubmitCall.of(home, master))
                        .getMessage());
    }

    @Test
    void refusesOptionsThatContradictEachOther() {
        assertEquals(
                "--executors is given with --master local[2], which states its tasks itself; expected local[N] for N tasks at a time",
                refusal("local[2]", call -> call.executors(2)));
        assertEquals(
                "--executors is given without --executor-cores, expected both on a standalone cluster",
                refusal("spark://h:1", call -> call.executors(2)));
        assertEquals(
                "--executor-cores is 2 with --threads 4, expected at least as many cores as a task has threads",
                refusal("yarn", call -> call.executorCores(2).threads(4)));
        assertEquals(
                "--master is local[1] with --threads 2, expected local[N] with N of at least 2",
                refusal("local[1]", call -> call.threads(2)));
        assertEquals(
                "--deploy-mode is cluster with --master local[1], expected client",
                refusal("local[1]", call -> call.deployMode("cluster")));
        assertEquals(
                "--deploy-mode is \"remote\", expected client or cluster",
                refusal("yarn", call -> call.deployMode("remote")));
        assertEquals(
                "--conf sets spark.task.cpus, expected --threads, which sets it with the threads of the engine",
                refusal("yarn", call -> call.conf("spark.task.cpus=2")));
        assertEquals(
                "--conf is \"spark.ui\", expected KEY=VALUE such as spark.ui.port=4050",
                refusal("yarn", call -> call.conf("spark.ui")));
        assertEquals(
                "--executor-memory is \"lots\", expected a size such as 4g or 512m",
                refusal("yarn", call -> call.executorMemory("lots")));
        assertEquals(
                "--packages has \"hadoop-aws\", expected GROUP:ARTIFACT:VERSION",
                refusal("yarn", call -> call.packages(List.of("hadoop-aws"))));
    }

    private String refusal(String master, UnaryOperator<SubmitCall> options) {
        return assertThrows(InvalidInputException.class, () -> words(master, options))
                .getMessage();
    }
}
