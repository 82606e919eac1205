package dev.assay;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Programs in a separate process, with the JVM and the class path of the tests. */
public final class ChildJvm {
    /** No limit for {@link #limited}. */
    public static final String UNLIMITED = "unlimited";

    private ChildJvm() {}

    /** Prepares a program; the caller reads or discards its output. */
    public static ProcessBuilder of(Class<?> program, String... arguments) {
        return of(System.getProperty("java.class.path"), program, arguments);
    }

    /** Prepares a program with another class path. */
    public static ProcessBuilder of(String classPath, Class<?> program, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                // They live for seconds: optimising them takes longer than they run.
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                // Java's own statistics are a file too, which a limit would cut.
                "-XX:-UsePerfData",
                "-Dai.djl.offline=true",
                "-cp",
                classPath,
                program.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command);
    }

    /** Prepares a program with a limit of file sizes in kibibytes; a write beyond the limit fails partway. */
    public static ProcessBuilder limited(String kibibytes, Class<?> program, String... arguments) {
        List<String> command =
                new ArrayList<>(List.of("bash", "-c", "ulimit -f " + kibibytes + " && exec \"$@\"", "bash"));
        command.addAll(of(program, arguments).command());
        return new ProcessBuilder(command);
    }
}
