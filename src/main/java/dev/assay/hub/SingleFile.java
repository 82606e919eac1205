package dev.assay.hub;

import dev.assay.InvalidInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** Selects exactly one file. */
record SingleFile(String name) implements HubSelection {
    @Override
    public List<String> choose(String repository, Set<String> names, Fetch fetch) {
        if (!names.contains(name)) {
            throw new InvalidInputException(repository + " has no " + name + ", expected a model of transformers");
        }
        return List.of(name);
    }

    @Override
    public List<String> missing(Path snapshot) {
        return Files.exists(snapshot.resolve(name)) ? List.of() : List.of(name);
    }

    @Override
    public List<String> optional() {
        return List.of();
    }
}
