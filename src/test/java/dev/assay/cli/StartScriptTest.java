package dev.assay.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.ChildJvm;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Runs {@code scripts/assay} in a checkout that has two small programs in place of Assay. */
@Tag("slow")
@DisabledOnOs(OS.WINDOWS)
@Timeout(120)
class StartScriptTest {
    private static final Path JAVA_HOME = Path.of(System.getProperty("java.home"));
    private static final String ARCHIVED = "dev.assay.cli.Assay source: shared objects file (top)";

    @TempDir
    Path temporary;

    private Path checkout;

    @BeforeEach
    void createCheckout() throws IOException {
        createCheckout("checkout");
    }

    private void createCheckout(String name) throws IOException {
        checkout = Files.createDirectories(temporary.resolve(name));
        Files.createDirectories(checkout.resolve("src/main"));
        Files.createFile(checkout.resolve("pom.xml"));
        Files.createDirectories(checkout.resolve("scripts"));
        Files.copy(Path.of("scripts/assay"), checkout.resolve("scripts/assay"));
        compile(
                "Assay",
                "System.out.println(java.lang.management.ManagementFactory.getRuntimeMXBean().getInputArguments() + \" \""
                        + " + String.join(\"|\", arguments));");
        compile("StartupClasses", "Class.forName(\"dev.assay.cli.Assay\");");
        build(Instant.now());
    }

    private void compile(String name, String statement) throws IOException {
        Path classes = Files.createDirectories(checkout.resolve("target/classes"));
        String text = "package dev.assay.cli; public class " + name
                + " { public static void main(String[] arguments) throws Exception { " + statement + " } }";
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        SimpleJavaFileObject source =
                new SimpleJavaFileObject(URI.create("string:///" + name + ".java"), SimpleJavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreErrors) {
                        return text;
                    }
                };
        assertTrue(compiler.getTask(null, null, null, List.of("-d", classes.toString()), null, List.of(source))
                .call());
    }

    /** Leaves the files of a build that started at this time. */
    private void build(Instant start) throws IOException {
        Path library = Path.of(CommandLine.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .getPath());
        Path list = Files.writeString(checkout.resolve("target/assay.classpath"), library.toString());
        Files.setLastModifiedTime(list, FileTime.from(start));
    }

    private Process start(Map<String, String> environment, String... arguments) throws IOException {
        List<String> command =
                new ArrayList<>(List.of("sh", checkout.resolve("scripts/assay").toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("JDK_JAVA") || name.startsWith("ASSAY"));
        builder.environment().put("JAVA_HOME", JAVA_HOME.toString());
        builder.environment().putAll(environment);
        return builder.start();
    }

    private static String output(Process process) throws IOException, InterruptedException {
        try (var printed = process.getInputStream()) {
            String text = new String(printed.readAllBytes());
            assertEquals(0, process.waitFor(), text);
            return text;
        } finally {
            process.destroyForcibly();
        }
    }

    private String run(String... arguments) throws IOException, InterruptedException {
        return output(start(Map.of(), arguments));
    }

    /** Returns the classes that a command loads, a line each. */
    private String loadedClasses(String... arguments) throws IOException, InterruptedException {
        Path log = temporary.resolve("classes.txt");
        output(start(Map.of("JDK_JAVA_OPTIONS", "-Xlog:class+load:file=" + log), arguments));
        return Files.readString(log);
    }

    private List<Path> archives() throws IOException {
        try (Stream<Path> files = Files.walk(checkout.resolve("target"))) {
            return files.filter(file -> file.toString().endsWith(".jsa"))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void shortCommandWritesAnArchiveFromWhichLaterCommandsLoadTheirClasses() throws Exception {
        run("train");
        assertEquals(List.of(), archives(), "written by a long command");
        run("describe", "model");
        List<Path> written = archives();
        assertEquals(1, written.size());
        FileTime time = Files.getLastModifiedTime(written.get(0));
        assertTrue(loadedClasses("describe", "model").contains(ARCHIVED));
        assertTrue(loadedClasses("train").contains(ARCHIVED));
        assertEquals(written, archives());
        assertEquals(time, Files.getLastModifiedTime(written.get(0)), "written again");
    }

    @Test
    void newBuildWritesANewArchiveWithItsClasses() throws Exception {
        run("--help");
        List<Path> first = archives();
        compile("Assay", "System.out.println(\"new\");");
        build(Instant.now().plusSeconds(1));
        assertEquals("new\n", run("train"), "an earlier build was run");
        assertEquals("new\n", run("--help"));
        assertEquals(2, archives().size(), "expected the previous archive, for commands that start now, and a new one");
        assertFalse(first.containsAll(archives()));
    }

    @Test
    void otherJdkWritesItsOwnArchive() throws Exception {
        run("--help");
        Path java = Files.createDirectories(temporary.resolve("jdk/bin"));
        Files.createSymbolicLink(java.resolve("java"), JAVA_HOME.resolve("bin/java"));
        Files.createSymbolicLink(java.resolve("jar"), JAVA_HOME.resolve("bin/jar"));
        output(start(Map.of("JAVA_HOME", java.getParent().toString()), "--help"));
        assertEquals(2, archives().size());
    }

    @Test
    void unusableArchiveIsIgnoredSilently() throws Exception {
        String expected = run("describe", "model");
        Path archive = archives().get(0);
        Files.delete(archive);
        Files.writeString(archive, "no archive");
        assertEquals(expected.split("] ")[1], run("describe", "model").split("] ")[1]);
        Files.delete(archive);
        Files.createFile(archive);
        assertFalse(run("describe", "model").contains("SharedArchiveFile"));
    }

    @Test
    void commandsRunWithoutAJarTool() throws Exception {
        Path java = Files.createDirectories(temporary.resolve("jre/bin"));
        Files.createSymbolicLink(java.resolve("java"), JAVA_HOME.resolve("bin/java"));
        String printed = output(start(Map.of("JAVA_HOME", java.getParent().toString()), "--help"));
        assertTrue(printed.endsWith("] --help\n"), printed);
        assertEquals(List.of(), archives());
    }

    @Test
    void onlyShortCommandsRunWithoutTheOptimizingCompiler() throws Exception {
        String flag = "-XX:TieredStopAtLevel=1";
        Path dictionary = temporary.resolve("run");
        Files.createDirectories(dictionary.resolve("features"));
        String[] query = {"inspect", dictionary.toString(), "--feature", "3"};
        assertFalse(run(query).contains(flag), "collecting a store is long");
        Files.createFile(dictionary.resolve("features/features.json"));
        assertTrue(run(query).contains(flag));
        assertFalse(run("inspect", dictionary.toString()).contains(flag), "a page is long");
        assertFalse(run("inspect", dictionary.toString(), "--prompt", "a", "--rebuild")
                .contains(flag));
        assertTrue(run("train", "--help").contains(flag));
        assertFalse(run("harvest", "--out", "somewhere").contains(flag));
    }

    @Test
    void concurrentFirstCommandsSucceedAndLeaveOneBuild() throws Exception {
        List<Process> processes = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            processes.add(start(Map.of(), "describe", "model " + i));
        }
        for (int i = 0; i < processes.size(); i++) {
            String printed = output(processes.get(i));
            assertTrue(printed.endsWith("] describe|model " + i + "\n"), printed);
        }
        assertTrue(loadedClasses("describe", "model").contains(ARCHIVED));
        try (Stream<Path> files = Files.walk(checkout.resolve("target"))) {
            List<String> partial = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.startsWith("archive."))
                    .toList();
            assertEquals(List.of(), partial);
        }
    }

    @Test
    void checkoutWithASpaceInItsPathRuns() throws Exception {
        createCheckout("a checkout");
        for (int i = 0; i < 2; i++) {
            assertTrue(run("describe", "model").endsWith("] describe|model\n"));
        }
    }

    @Test
    void extensionsAreAddedToTheClassPathOfTheArchive() throws Exception {
        run("--help");
        Path log = temporary.resolve("classes.txt");
        Path extension = Files.createDirectories(temporary.resolve("extension"));
        Files.createFile(extension.resolve("file"));
        Map<String, String> environment =
                Map.of("JDK_JAVA_OPTIONS", "-Xlog:class+load:file=" + log, "ASSAY_CLASSPATH", extension.toString());
        output(start(environment, "--help"));
        assertTrue(Files.readString(log).contains(ARCHIVED));
    }

    @Test
    void helpAndDescribeDoNotLoadTheEngine() throws Exception {
        for (String[] command : new String[][] {{"--help"}, {"describe", "assay/stories"}}) {
            Path log = temporary.resolve("classes.txt");
            ProcessBuilder builder = ChildJvm.of(Assay.class, command);
            builder.environment().put("JDK_JAVA_OPTIONS", "-Xlog:class+load:file=" + log);
            output(builder.redirectErrorStream(true).start());
            String loaded = Files.readString(log);
            assertTrue(loaded.contains("dev.assay.cli.Assay"), command[0]);
            for (String library : List.of(
                    "ai.djl.engine", "ai.djl.pytorch", "ai.djl.huggingface", "org.nd4j", "org.apache.parquet")) {
                assertFalse(loaded.contains(library), command[0] + " loads " + library);
            }
        }
    }

    @Test
    void helpListsAllCommandsAsTheFullDefinitionDoes() {
        String full = Assay.commandLine().getUsageMessage();
        StringWriter printed = new StringWriter();
        assertEquals(0, Assay.run(new PrintWriter(printed), new PrintWriter(printed), "--help"));
        assertEquals(full, printed.toString());
    }

    @Test
    void classesOfTheArchiveAreLoadedByCommandsThatSucceed() throws Exception {
        output(ChildJvm.of(StartupClasses.class).redirectErrorStream(true).start());
    }
}
