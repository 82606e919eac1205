package dev.assay;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Programs in a process of their own, on the Java and the class path of the tests. */
public final class ChildJvm {
    /** No limit for {@link #limited}. */
    public static final String UNLIMITED = "unlimited";

    private ChildJvm() {}

    /** Prepares a program; what it prints is the caller's to take or to discard. */
    public static ProcessBuilder of(Class<?> program, String... arguments) {
        return of(System.getProperty("java.class.path"), program, arguments);
    }

    /** Prepares a program on another class path. */
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

    /** Prepares a program no file of which may grow beyond some kibibytes: a write past that fails in its middle. */
    public static ProcessBuilder limited(String kibibytes, Class<?> program, String... arguments) {
        List<String> command =
                new ArrayList<>(List.of("bash", "-c", "ulimit -f " + kibibytes + " && exec \"$@\"", "bash"));
        command.addAll(of(program, arguments).command());
        return new ProcessBuilder(command);
    }
}
