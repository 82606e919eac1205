package dev.assay.checkpoint;

import dev.assay.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Selects the safetensors and JSON files that lie directly in a folder of a repository. */
final class FolderFiles implements HubSelection {
    private static final String WEIGHTS = ".safetensors";
    private static final String TABLE = ".json";
    /** Written beside a dictionary by SAELens; useless without its weights. */
    private static final String EXTRA = "sparsity.safetensors";

    private final String folder;

    FolderFiles(String folder) {
        this.folder = folder;
    }

    @Override
    public List<String> choose(String repository, Set<String> names, Fetch fetch) {
        String prefix = folder.isEmpty() ? "" : folder + "/";
        List<String> wanted = new ArrayList<>();
        for (String name : names) {
            boolean here = name.startsWith(prefix) && name.indexOf('/', prefix.length()) < 0;
            if (here && (name.endsWith(WEIGHTS) || name.endsWith(TABLE))) {
                wanted.add(name);
            }
        }
        if (wanted.stream().noneMatch(FolderFiles::isWeights) || wanted.stream().noneMatch(FolderFiles::isTable)) {
            throw new InvalidInputException(repository + " has no safetensors file with its configuration in "
                    + (folder.isEmpty() ? "its top folder" : "the folder " + folder) + ", expected both");
        }
        wanted.sort(Comparator.comparing(FolderFiles::isTable));
        return wanted;
    }

    private static boolean isWeights(String name) {
        return name.endsWith(WEIGHTS) && !name.endsWith(EXTRA);
    }

    private static boolean isTable(String name) {
        return name.endsWith(TABLE);
    }

    @Override
    public boolean isUsable(Path snapshot) throws IOException {
        Path place = snapshot.resolve(folder);
        if (!Files.isDirectory(place)) {
            return false;
        }
        try (Stream<Path> listed = Files.list(place)) {
            List<String> names = listed.filter(Files::exists)
                    .map(file -> file.getFileName().toString())
                    .toList();
            return names.stream().anyMatch(FolderFiles::isWeights)
                    && names.stream().anyMatch(FolderFiles::isTable);
        }
    }

    @Override
    public List<String> optional() {
        return List.of();
    }
}
