package dev.assay.hub;

import dev.assay.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Selects the files of a dictionary in a folder of a repository: safetensors, JSON, {@code params.npz}. */
final class FolderFiles implements HubSelection {
    private static final String WEIGHTS = ".safetensors";
    private static final String TABLE = ".json";
    /** The only file of a dictionary of Gemma Scope. */
    private static final String NUMPY = "params.npz";

    private static final List<String> PICKLES = List.of(".pt", ".bin", ".pth", ".pkl");

    /** File that SAELens writes next to a dictionary; useless without the weights. */
    private static final String EXTRA = "sparsity.safetensors";

    private final String folder;

    FolderFiles(String folder) {
        this.folder = folder;
    }

    @Override
    public List<String> choose(String repository, Set<String> names, Fetch fetch) {
        String prefix = folder.isEmpty() ? "" : folder + "/";
        List<String> here = names.stream()
                .filter(name -> name.startsWith(prefix) && name.indexOf('/', prefix.length()) < 0)
                .toList();
        List<String> wanted = new ArrayList<>(here);
        wanted.removeIf(name -> !name.endsWith(WEIGHTS) && !isTable(name) && !name.endsWith(NUMPY));
        if (!isComplete(wanted)) {
            throw new InvalidInputException(repository + " has no dictionary in "
                    + (folder.isEmpty() ? "its top folder" : "the folder " + folder)
                    + (here.stream().anyMatch(FolderFiles::isPickle)
                            ? ", only pickled weights, which are not supported"
                                    + " because they can run any code (scripts/convert_dictionary_learning.py converts ae.pt)"
                            : "")
                    + ", expected a safetensors file with its configuration, or " + NUMPY);
        }
        wanted.sort(Comparator.comparing(FolderFiles::isTable));
        return wanted;
    }

    /** Returns whether there are weights with their configuration, which Gemma Scope's files do not need. */
    private static boolean isComplete(List<String> names) {
        boolean weights = names.stream().anyMatch(name -> name.endsWith(WEIGHTS) && !name.endsWith(EXTRA));
        return weights && names.stream().anyMatch(FolderFiles::isTable)
                || names.stream().anyMatch(name -> name.endsWith(NUMPY));
    }

    private static boolean isTable(String name) {
        return name.endsWith(TABLE);
    }

    private static boolean isPickle(String name) {
        return PICKLES.stream().anyMatch(name::endsWith);
    }

    @Override
    public List<String> missing(Path snapshot) throws IOException {
        Path place = snapshot.resolve(folder);
        if (!Files.isDirectory(place)) {
            return List.of(folder.isEmpty() ? "its files" : "the folder " + folder);
        }
        try (Stream<Path> listed = Files.list(place)) {
            List<Path> entries = listed.sorted().toList();
            // A link whose content has not arrived yet.
            List<String> dangling = names(entries.stream().filter(file -> !Files.exists(file)));
            if (!dangling.isEmpty()) {
                return dangling.stream().map(this::inFolder).toList();
            }
            return isComplete(names(entries.stream()))
                    ? List.of()
                    : List.of(inFolder("cfg.json") + " with a safetensors file, or " + inFolder(NUMPY));
        }
    }

    private static List<String> names(Stream<Path> files) {
        return files.map(file -> file.getFileName().toString()).toList();
    }

    private String inFolder(String file) {
        return folder.isEmpty() ? file : folder + "/" + file;
    }

    @Override
    public List<String> optional() {
        return List.of();
    }
}
