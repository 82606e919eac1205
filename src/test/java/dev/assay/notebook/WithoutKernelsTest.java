package dev.assay.notebook;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.assay.ChildJvm;
import dev.assay.view.Displayable;
import java.io.File;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests in processes without one or all kernels that all other classes load and that each kernel finds its service. */
@Tag("slow")
class WithoutKernelsTest {
    private static final String JJAVA = "org.dflib.jjava.jupyter.Extension";
    private static final String RAPAIO = "org.rapaio.jupyter.kernel.display.spi.DisplayProvider";

    @ParameterizedTest
    @CsvSource({
        "'', 'jjava-jupyter,rapaio-jupyter-kernel,jupyter-jvm-basekernel'",
        JJAVA + ", 'rapaio-jupyter-kernel,jupyter-jvm-basekernel'",
        RAPAIO + ", 'jjava-jupyter,jupyter-jvm-basekernel'"
    })
    @Timeout(120)
    void classesLoadWithoutKernels(String present, String missing) throws Exception {
        String[] classPath = System.getProperty("java.class.path").split(File.pathSeparator);
        String without = Arrays.stream(classPath)
                .filter(entry -> Arrays.stream(missing.split(",")).noneMatch(entry::contains))
                .collect(Collectors.joining(File.pathSeparator));
        assertEquals(classPath.length - missing.split(",").length, without.split(File.pathSeparator).length);
        Process process = ChildJvm.of(without, WithoutKernelsTest.class, present)
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
        assertEquals(
                present.isEmpty()
                        ? ""
                        : "dev.assay.notebook." + (present.equals(JJAVA) ? "JJavaExtension" : "RapaioDisplayProvider"),
                output);
    }

    /** Loads every class except those for notebooks and prints the service that a kernel finds. */
    public static void main(String[] arguments) throws Exception {
        ClassLoader loader = WithoutKernelsTest.class.getClassLoader();
        for (String name : classes()) {
            if (!name.startsWith("dev.assay.notebook.")) {
                // Loads and links without running static initializers.
                Class.forName(name, false, loader).getDeclaredMethods();
            }
        }
        for (String service : List.of(JJAVA, RAPAIO)) {
            try (InputStream file = loader.getResourceAsStream("META-INF/services/" + service)) {
                file.readAllBytes();
            }
        }
        if (!arguments[0].isEmpty()) {
            ServiceLoader.load(Class.forName(arguments[0]))
                    .forEach(found -> System.out.print(found.getClass().getName()));
        }
    }

    private static List<String> classes() throws Exception {
        Path root = Path.of(Displayable.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        try (Stream<Path> files = Files.walk(root)) {
            return files.map(file -> root.relativize(file).toString())
                    .filter(file -> file.endsWith(".class"))
                    .map(file ->
                            file.substring(0, file.length() - ".class".length()).replace(File.separatorChar, '.'))
                    .toList();
        }
    }
}
