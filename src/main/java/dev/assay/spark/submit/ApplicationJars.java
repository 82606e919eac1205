package dev.assay.spark.submit;

import dev.assay.InvalidInputException;
import dev.assay.io.AtomicFiles;
import dev.assay.io.Sha256;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * The jars that an application of Assay needs next to those of Spark.
 *
 * @param main the jar with the classes of Assay
 * @param others the libraries that Spark does not bring, as paths or URIs
 */
public record ApplicationJars(String main, List<String> others) {
    private static final String MAIN_CLASS = "dev/assay/InvalidInputException.class";
    private static final String JAR = ".jar";
    /** Spark has a logger of its own. */
    private static final String SILENT_LOGGER = "slf4j-nop";

    private static final FileTime ENTRY_TIME = FileTime.fromMillis(1767225600000L); // as in the jars of the build

    /** Copies the list. */
    public ApplicationJars {
        others = List.copyOf(others);
    }

    /**
     * Selects jars of a class path. A folder of classes is packed into a jar, whose name contains the hash of its files.
     *
     * @param classPath the entries, separated as in {@code java.class.path}
     * @param home Spark, whose own jars are left out
     * @param packed the folder for jars of folders
     * @return the jars
     * @throws IOException if a folder cannot be read or packed
     * @throws InvalidInputException if no entry has the classes of Assay
     */
    public static ApplicationJars ofClassPath(String classPath, SparkHome home, Path packed) throws IOException {
        String main = null;
        List<String> others = new ArrayList<>();
        for (String entry : classPath.split(File.pathSeparator)) {
            Path path = Path.of(entry).toAbsolutePath().normalize();
            if (Files.isDirectory(path)) {
                String jar = pack(path, packed).toString();
                if (main == null && Files.exists(path.resolve(MAIN_CLASS))) {
                    main = jar;
                } else {
                    others.add(jar);
                }
            } else if (isNeeded(path, home)) {
                if (main == null && isAssay(path.getFileName().toString())) {
                    main = path.toString();
                } else {
                    others.add(path.toString());
                }
            }
        }
        InvalidInputException.require(
                main != null, "the class path has no classes of Assay, expected assay-VERSION.jar");
        return new ApplicationJars(main, others);
    }

    /**
     * Selects the jars of a folder that has the same path on every machine of the cluster. Nothing is copied to the executors.
     *
     * @param folder the folder with Assay's jar and its libraries
     * @param home Spark, whose own jars are left out
     * @return the jars as {@code local:} URIs
     * @throws IOException if the folder cannot be read
     * @throws InvalidInputException if the folder has no jar of Assay
     */
    public static ApplicationJars installed(Path folder, SparkHome home) throws IOException {
        InvalidInputException.require(
                Files.isDirectory(folder),
                () -> folder + " is not a folder, expected the jars of Assay and its libraries");
        List<Path> files;
        try (Stream<Path> list = Files.list(folder.toAbsolutePath().normalize())) {
            files = list.filter(file -> isNeeded(file, home)).sorted().toList();
        }
        Path main = files.stream()
                .filter(file -> isAssay(file.getFileName().toString()))
                .findFirst()
                .orElseThrow(() -> new InvalidInputException(folder + " has no assay-VERSION.jar"));
        return new ApplicationJars(
                local(main),
                files.stream()
                        .filter(file -> !file.equals(main))
                        .map(ApplicationJars::local)
                        .toList());
    }

    /**
     * Leaves out libraries that jobs do not load: ONNX Runtime, unless a model needs it, and the sentence encoder of explanations.
     *
     * @param onnx whether a model is an ONNX graph
     * @return the other jars
     */
    public ApplicationJars withoutUnused(boolean onnx) {
        return new ApplicationJars(
                main, others.stream().filter(jar -> isUsed(jar, onnx)).toList());
    }

    private static boolean isUsed(String jar, boolean onnx) {
        String artifact = JarName.of(jar.substring(jar.lastIndexOf('/') + 1)).artifact();
        return !artifact.startsWith("langchain4j") && (onnx || !artifact.startsWith("onnxruntime"));
    }

    private static String local(Path jar) {
        return "local:" + jar;
    }

    private static boolean isAssay(String jar) {
        return JarName.of(jar).artifact().equals("assay");
    }

    private static boolean isNeeded(Path file, SparkHome home) {
        String name = file.getFileName().toString();
        return name.endsWith(JAR)
                && Files.exists(file)
                && !home.brings(name)
                && !JarName.of(name).artifact().equals(SILENT_LOGGER);
    }

    /** Writes the files of a folder to a jar with fixed times. An existing jar of the same content is kept. */
    private static Path pack(Path folder, Path packed) throws IOException {
        List<Path> files;
        try (Stream<Path> walk = Files.walk(folder)) {
            files = walk.filter(Files::isRegularFile).sorted().toList();
        }
        Sha256 hash = new Sha256();
        for (Path file : files) {
            hash.add(entry(folder, file)).add("\n").add(Sha256.of(file)).add("\n");
        }
        Path jar = packed.resolve("assay-classes-" + hash.hex().substring(0, 16) + JAR);
        if (!Files.exists(jar)) {
            Files.createDirectories(packed);
            AtomicFiles.write(jar, out -> zip(folder, files, out));
        }
        return jar;
    }

    private static void zip(Path folder, List<Path> files, OutputStream out) throws IOException {
        ZipOutputStream zip = new ZipOutputStream(out);
        for (Path file : files) {
            ZipEntry entry = new ZipEntry(entry(folder, file));
            entry.setLastModifiedTime(ENTRY_TIME);
            zip.putNextEntry(entry);
            Files.copy(file, zip);
            zip.closeEntry();
        }
        zip.finish();
    }

    private static String entry(Path folder, Path file) {
        return folder.relativize(file).toString().replace(File.separatorChar, '/');
    }
}
