package dev.assay.verify.reference;

import dev.assay.InvalidInputException;
import dev.assay.io.FileFailures;
import dev.assay.tensor.Autograd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Compares Assay with a recorded case of a reference implementation.
 *
 * <pre>{@code
 * for (ReferenceVerification found : ReferenceVerification.find(Path.of("cases"))) {
 *     System.out.println(found.run().toText());
 * }
 * }</pre>
 */
public final class ReferenceVerification {
    private static final int DEEPEST = 8;

    private final CaseFolder folder;
    private final ReferenceGroup group;

    private ReferenceVerification(CaseFolder folder, ReferenceGroup group) {
        this.folder = folder;
        this.group = group;
    }

    /**
     * Finds recorded cases: the folder itself, or else all cases below it.
     *
     * @param folder a case or a folder above cases
     * @return at least one case, ordered by path
     * @throws IOException if a file cannot be read
     * @throws InvalidInputException if the folder does not exist, is no case and has none below it, or has a malformed file
     */
    public static List<ReferenceVerification> find(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            throw FileFailures.named(folder, new NoSuchFileException(folder.toString()));
        }
        if (!Files.isDirectory(folder)) {
            throw new InvalidInputException(folder + " is a file, expected the folder of a recorded case");
        }
        List<ReferenceVerification> cases = new ArrayList<>();
        addCase(cases, folder);
        if (cases.isEmpty()) {
            for (Path below : foldersBelow(folder)) {
                addCase(cases, below);
            }
        }
        if (cases.isEmpty()) {
            throw new InvalidInputException(noCase(folder));
        }
        return cases;
    }

    private static void addCase(List<ReferenceVerification> cases, Path path) throws IOException {
        CaseFolder folder = new CaseFolder(path);
        for (ReferenceGroup group : ReferenceGroups.all()) {
            if (group.recognizes(folder)) {
                cases.add(new ReferenceVerification(folder, group));
                return;
            }
        }
    }

    private static List<Path> foldersBelow(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder, DEEPEST)) {
            return all.filter(path -> !path.equals(folder) && Files.isDirectory(path))
                    .sorted()
                    .toList();
        }
    }

    private static String noCase(Path folder) throws IOException {
        return holdsSaeBenchResults(folder)
                ? folder + " holds result files of SAEBench, which record no inputs and cannot be repeated;"
                        + " expected a recorded case of one of the groups " + ReferenceGroups.names()
                : folder + " is no recorded case and has none below it, expected a folder of one of the groups "
                        + ReferenceGroups.names();
    }

    private static boolean holdsSaeBenchResults(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                if (name.endsWith(".json")
                        && new CaseFolder(folder).fields(name).containsAll(Set.of("eval_type_id", "eval_config"))) {
                    return true;
                }
            }
        }
        return false;
    }

    /**
     * Returns the folder of the case.
     *
     * @return its path
     */
    public Path folder() {
        return folder.path();
    }

    /**
     * Returns the name of the group that recognizes the case.
     *
     * @return such as {@code toy_correlated}
     */
    public String group() {
        return group.name();
    }

    /**
     * Repeats the computations of the case.
     *
     * @return the differences
     * @throws IOException if a file cannot be read
     * @throws InvalidInputException if a file of the case is incomplete or malformed
     */
    public ReferenceReport run() throws IOException {
        try (Autograd off = Autograd.off()) {
            return new ReferenceReport(folder.path(), group.name(), group.compare(folder));
        }
    }
}
