package dev.assay.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.spark.submit.FakeSpark;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class SparkCommandTest {
    private static final String SWEEP = """
            activations: hdfs:///activations
            tokens: 2048
            members:
              - method: topk
                k: 2
                d_sae: 48
            """;

    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private Path file;
    private Path log;
    private String home;
    private String installed;

    @BeforeEach
    void createInstallation() throws IOException {
        log = folder.resolve("log");
        home = "--spark-home=" + FakeSpark.recording(folder.resolve("spark"), log, 3);
        Path lib = Files.createDirectory(folder.resolve("lib"));
        Files.createFile(lib.resolve("assay-0.1.0.jar"));
        Files.createFile(lib.resolve("api-0.36.0.jar"));
        installed = "--installed=" + lib;
        file = Files.writeString(folder.resolve("sweep.yaml"), SWEEP);
    }

    private int run(String... arguments) {
        return Assay.run(new PrintWriter(out), new PrintWriter(err), arguments);
    }

    @Test
    void submitsTheJobWithoutTheOptionsOfTheClusterAndReturnsItsExitCode() throws IOException {
        int code = run(
                "spark",
                "sweep",
                file.toString(),
                "--master",
                "spark://h:7077",
                "--out=s3a://b/sweep",
                "--members-per-task=2",
                "--executors=2",
                "--executor-cores",
                "4",
                "--threads=4",
                "--conf",
                "spark.ui.enabled=false",
                home,
                installed);
        assertEquals(3, code, err.toString());
        List<String> lines = Files.readAllLines(log);
        int jar = lines.indexOf("local:" + folder.resolve("lib/assay-0.1.0.jar"));
        assertTrue(jar > 0, lines.toString());
        assertEquals(
                List.of(
                        "sweep",
                        file.toString(),
                        "--out=s3a://b/sweep",
                        "--members-per-task=2",
                        "--threads",
                        "4",
                        "--plan",
                        "{\"activations\":\"hdfs:///activations\",\"tokens\":2048,"
                                + "\"members\":[{\"method\":\"topk\",\"k\":2,\"d_sae\":48}]}",
                        "threads 4"),
                lines.subList(jar + 1, lines.size() - 1));
        assertTrue(lines.contains("spark.cores.max=8"), lines.toString());
        assertTrue(lines.contains("spark.ui.enabled=false"), lines.toString());
        assertTrue(lines.contains("local:" + folder.resolve("lib/api-0.36.0.jar")), lines.toString());
        assertTrue(lines.contains("spark.executor.memoryOverhead=1024m"), lines.toString());
    }

    @Test
    void printsTheCallWithoutRunningIt() {
        int code = run("spark", "sweep", file.toString(), "--master=yarn", "--out=o", "--print", home, installed);
        assertEquals(0, code, err.toString());
        assertTrue(
                out.toString().contains(" --master yarn --name 'assay sweep' --class dev.assay.cli.SparkMain "),
                out::toString);
        assertFalse(out.toString().contains("--print"), out::toString);
        assertFalse(Files.exists(log));
    }

    @Test
    void jobsOnTextAndDictionariesPassTheirOptions() {
        String dictionary = folder.resolve("run").toString();
        assertEquals(
                0, run("spark", "evaluate", dictionary, "--master=yarn", "--tokens=1k", "--print", home, installed));
        assertTrue(out.toString().contains(" evaluate " + dictionary + " --tokens=1k --threads 1\n"), out::toString);
        // The weights of a model and a dictionary that are not on this machine count 2 GiB each.
        assertTrue(out.toString().contains("spark.executor.memoryOverhead=7168m"), out::toString);
        out.getBuffer().setLength(0);
        assertEquals(
                0,
                run(
                        "spark",
                        "harvest",
                        "--model=assay/stories",
                        "--text",
                        "a.txt",
                        "b.txt",
                        "--hook=blocks.0.hook_resid_post",
                        "--tokens=100",
                        "--out=hdfs:///a",
                        "--master=local[2]",
                        "--threads=2",
                        "--print",
                        home,
                        installed));
        assertTrue(
                out.toString()
                        .contains(" harvest --model=assay/stories --text a.txt b.txt --hook=blocks.0.hook_resid_post"
                                + " --tokens=100 --out=hdfs:///a --threads 2\n"),
                out::toString);
    }

    @Test
    void jobsHaveTheOptionsOfTheCommandsOfOneMachine() {
        assertEquals(Set.of("--device", "--max-norm-ratio"), missing("harvest"));
        Set<String> missing = missing("evaluate");
        assertTrue(missing.containsAll(Set.of("--device", "--baselines", "--permuted", "--random-weights")));
        Set<String> baselines = Set.of("--baselines", "--components", "--k", "--sample", "--rounds", "--seed");
        missing.removeAll(baselines);
        assertEquals(Set.of("--device", "--permuted", "--random-weights"), missing);
        assertEquals(Set.of("--device"), missing("sweep"));
    }

    /** Returns the options of a command that the job of its name does not have. */
    private static Set<String> missing(String name) {
        CommandLine all = Assay.commandLine();
        Set<String> missing = new TreeSet<>(names(all.getSubcommands().get(name)));
        missing.removeAll(
                names(all.getSubcommands().get("spark").getSubcommands().get(name)));
        return missing;
    }

    private static Set<String> names(CommandLine command) {
        return command.getCommandSpec().optionsMap().keySet();
    }

    private void assertRefused(String sentence, String... arguments) {
        err.getBuffer().setLength(0);
        assertEquals(2, run(arguments));
        assertEquals("assay: " + sentence + "\n", err.toString());
        assertFalse(Files.exists(log));
    }

    @Test
    void refusesWrongInputBeforeSparkStarts() throws IOException {
        String sweep = file.toString();
        assertRefused("no job named, expected one of " + String.join(", ", jobs()) + " (try --help)", "spark");
        assertRefused(
                "Missing required option: '--master=URL', such as local[2], spark://HOST:PORT or yarn",
                "spark",
                "sweep",
                sweep,
                "--out=o");
        assertRefused(
                "--master is \"here\", expected local[N], spark://HOST:PORT, yarn or k8s://https://HOST:PORT",
                "spark",
                "sweep",
                sweep,
                "--out=o",
                "--master=here",
                home);
        assertRefused(
                folder + "/none has no folder jars, expected an installation of Spark 4",
                "spark",
                "sweep",
                sweep,
                "--out=o",
                "--master=yarn",
                "--spark-home=" + folder.resolve("none"));
        assertRefused(
                "--members-per-task is 0, expected at least 1",
                "spark",
                "sweep",
                sweep,
                "--out=o",
                "--master=yarn",
                "--members-per-task=0",
                home);
        assertRefused(
                "--partitions is 0, expected at least 1",
                "spark",
                "features",
                "d",
                "--master=yarn",
                "--partitions=0",
                home);
        assertRefused(
                "--tokens is 0, expected at least 1", "spark", "evaluate", "d", "--master=yarn", "--tokens=0", home);
        Path live = Files.writeString(
                folder.resolve("live.yaml"),
                SWEEP.replace("activations: hdfs:///activations", "model: m\ntext: [t]\nsites: [s]"));
        assertRefused(
                live + ": no field \"activations\", expected activations of assay spark harvest or assay harvest",
                "spark",
                "sweep",
                live.toString(),
                "--out=o",
                "--master=yarn",
                home);
    }

    private static List<String> jobs() {
        return List.copyOf(new CommandLine(new SparkCommand()).getSubcommands().keySet());
    }
}
