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
    public boolean isUsable(Path snapshot) throws IOException {
        Path place = snapshot.resolve(folder);
        if (!Files.isDirectory(place)) {
            return false;
        }
        try (Stream<Path> listed = Files.list(place)) {
            return isComplete(listed.filter(Files::exists)
                    .map(file -> file.getFileName().toString())
                    .toList());
        }
    }

    @Override
    public List<String> optional() {
        return List.of();
    }
}
