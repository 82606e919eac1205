package dev.assay.docs;

import dev.assay.cli.Assay;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import picocli.CommandLine;

/**
 * Runs documented commands of Assay, each in a process of its own, in a working folder that has the files of {@code examples/} and what earlier
 * commands wrote. Running a command a second time returns its first output.
 */
final class DocumentationShell {
    /** Options whose values are read; all positional parameters are read too. */
    private static final Set<String> INPUT_OPTIONS =
            Set.of("--model", "--text", "--activations", "--tokenizer", "--expected", "--concepts");

    /** Names of dictionaries that the pages use without making them, each with the folder of a documented command that they stand for. */
    private static final Map<String, String> STAND_INS = Map.of(
            "runs/stories", "target/quickstart",
            "runs/a", "runs/sweep/topk-8-512",
            "runs/b", "runs/sweep/topk-16-1024");

    /** A command without its script: variables of the environment and arguments of {@link Assay}. */
    record Invocation(Map<String, String> environment, List<String> arguments) {
        /** Returns the invocation of a documented command, or empty if it does not call Assay. */
        static Optional<Invocation> of(List<String> words) {
            Map<String, String> environment = new HashMap<>();
            int script = 0;
            while (script < words.size() && words.get(script).matches("[A-Z_]+=.*")) {
                String[] variable = words.get(script).split("=", 2);
                environment.put(variable[0], variable[1]);
                script++;
            }
            if (script == words.size()) {
                return Optional.empty();
            }
            List<String> arguments = new ArrayList<>();
            if (words.get(script).equals("scripts/quickstart")) {
                arguments.addAll(List.of("quickstart", "--out", "target/quickstart"));
            } else if (!words.get(script).equals("scripts/assay")) {
                return Optional.empty();
            }
            arguments.addAll(words.subList(script + 1, words.size()));
            return Optional.of(new Invocation(environment, arguments));
        }
    }

    private final Path folder;
    private final Map<Invocation, String> outputs = new HashMap<>();

    DocumentationShell(Path folder) throws IOException {
        this.folder = folder;
        copy(Path.of("examples"), folder.resolve("examples"), 1);
        compileExamples(folder.resolve("examples/target/classes"));
        Files.createDirectories(folder.resolve("runs"));
    }

    /** Returns why a command is not run, or empty if it can be: nothing is elided, it ends by itself, and all its inputs exist. */
    Optional<String> obstacle(Invocation command) throws IOException {
        List<String> arguments = command.arguments();
        if (arguments.stream().anyMatch(word -> word.contains("…") || word.startsWith("["))) {
            return Optional.of("abridged");
        }
        if (arguments.get(0).equals("serve")) {
            return Optional.of("does not end by itself");
        }
        linkStandIns();
        return inputs(arguments).stream()
                .filter(input -> !input.matches("assay/stories(/\\d+)?") && !Files.exists(folder.resolve(input)))
                .findFirst()
                .map(input -> "no documented command writes " + input);
    }

    private static List<String> inputs(List<String> arguments) {
        CommandLine.ParseResult parsed =
                DocumentedCommandsTest.commandLine().parseArgs(arguments.toArray(String[]::new));
        while (parsed.hasSubcommand()) {
            parsed = parsed.subcommand();
        }
        List<String> inputs = new ArrayList<>();
        parsed.matchedPositionals().forEach(parameter -> inputs.addAll(parameter.stringValues()));
        parsed.matchedOptions().stream()
                .filter(option -> INPUT_OPTIONS.contains(option.longestName()))
                .forEach(option -> inputs.addAll(option.stringValues()));
        return inputs;
    }

    private void linkStandIns() throws IOException {
        for (Map.Entry<String, String> name : STAND_INS.entrySet()) {
            Path link = folder.resolve(name.getKey());
            Path target = folder.resolve(name.getValue());
            if (Files.exists(target) && !Files.exists(link)) {
                Files.createSymbolicLink(link, target);
            }
        }
    }

    /**
     * Runs a command and returns what it prints to standard output.
     *
     * @throws AssertionError if it fails
     */
    String run(Invocation command) throws IOException, InterruptedException {
        String known = outputs.get(command);
        if (known != null) {
            return known;
        }
        String classPath = usersClassPath();
        String extensions = command.environment().get("ASSAY_CLASSPATH");
        if (extensions != null) {
            classPath += File.pathSeparator + extensions;
        }
        List<String> words = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx2g",
                "-Dai.djl.offline=true",
                "-cp",
                classPath,
                Assay.class.getName()));
        words.addAll(command.arguments());
        Path errors = Files.createTempFile(folder, "errors", ".txt");
        ProcessBuilder builder = new ProcessBuilder(words)
                .directory(folder.toFile())
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                .redirectError(errors.toFile());
        builder.environment().putAll(command.environment());
        Process process = builder.start();
        String printed;
        try {
            printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new AssertionError(
                        "exit code " + process.exitValue() + "\n" + Files.readString(errors) + "\n" + printed);
            }
        } finally {
            process.destroyForcibly();
        }
        outputs.put(command, printed);
        return printed;
    }

    /** Returns the class path of the tests without the tests. */
    private static String usersClassPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !Path.of(entry).endsWith("test-classes"))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static void compileExamples(Path classes) throws IOException {
        Files.createDirectories(classes);
        List<String> arguments = new ArrayList<>(
                List.of("-proc:none", "-nowarn", "-d", classes.toString(), "-classpath", usersClassPath()));
        try (Stream<Path> files = Files.walk(Path.of("examples/src/main/java"))) {
            files.map(Path::toString).filter(file -> file.endsWith(".java")).forEach(arguments::add);
        }
        int exitCode = ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(String[]::new));
        if (exitCode != 0) {
            throw new AssertionError("the examples do not compile");
        }
        copy(Path.of("examples/src/main/resources"), classes, Integer.MAX_VALUE);
    }

    private static void copy(Path from, Path to, int depth) throws IOException {
        try (Stream<Path> files = Files.walk(from, depth)) {
            for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                Path target = to.resolve(from.relativize(file).toString());
                Files.createDirectories(target.getParent());
                Files.copy(file, target);
            }
        }
    }
}
