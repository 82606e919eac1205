package dev.assay.model;

import dev.assay.io.NearestName;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The names by which papers, SAELens and TransformerLens call models, with the repositories on the hub. As in TransformerLens, upper and
 * lower case are equal.
 */
public final class ModelNames {
    private static final String RESOURCE = "transformer-lens-names.txt";
    private static final int SUGGESTIONS = 3;

    /** Repositories that had no owner before they were moved. The hub redirects the old names, but caches keep the name asked for. */
    private static final Map<String, String> MOVED = Map.of(
            "gpt2", "openai-community/gpt2",
            "gpt2-medium", "openai-community/gpt2-medium",
            "gpt2-large", "openai-community/gpt2-large",
            "gpt2-xl", "openai-community/gpt2-xl",
            "distilgpt2", "distilbert/distilgpt2");

    /** Repositories by the lower-case form of each of their names. */
    private final Map<String, String> repositories;

    private ModelNames(Map<String, String> repositories) {
        this.repositories = repositories;
    }

    /**
     * Returns whether two names are those of one model: of one repository, in the spelling of the hub or of TransformerLens, with or
     * without its owner, or of folders with that name.
     *
     * @param first a name on the hub, a name of TransformerLens, or a folder
     * @param second the same
     * @return true if the last parts of the names are equal; revisions count
     * @throws IOException if the table of names cannot be read
     */
    public static boolean isSame(String first, String second) throws IOException {
        ModelNames names = read();
        return names.lastPart(first).equalsIgnoreCase(names.lastPart(second));
    }

    private String lastPart(String name) {
        String[] parts = name.split("@", 2);
        String path = repository(parts[0]).orElse(parts[0]).replaceAll("/+$", "");
        return path.substring(path.lastIndexOf('/') + 1) + (parts.length == 1 ? "" : "@" + parts[1]);
    }

    /** Reads the table. */
    static ModelNames read() throws IOException {
        Map<String, String> repositories = new LinkedHashMap<>();
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(ModelNames.class.getResourceAsStream(RESOURCE), StandardCharsets.UTF_8))) {
            lines.lines().filter(line -> !line.startsWith("#")).forEach(line -> {
                String[] names = line.split(" ");
                for (String name : names) {
                    repositories.put(key(name), names[0]);
                }
            });
        }
        return new ModelNames(repositories);
    }

    private static String key(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    /**
     * Returns the repository of a name.
     *
     * @param name a name without a revision, such as {@code gpt2-small}
     * @return the repository, such as {@code gpt2}; empty for a name that is not in the table
     */
    Optional<String> repository(String name) {
        return Optional.ofNullable(repositories.get(key(name)));
    }

    /** Returns the names of a repository on the hub: its own, and the one before or after it was moved. */
    static List<String> spellings(String repository) {
        return MOVED.entrySet().stream()
                .filter(moved ->
                        moved.getKey().equals(repository) || moved.getValue().equals(repository))
                .map(moved -> moved.getKey().equals(repository) ? moved.getValue() : moved.getKey())
                .findFirst()
                .map(other -> List.of(repository, other))
                .orElse(List.of(repository));
    }

    /** Returns the known names that are most similar to a text, none if all are very different. */
    List<String> similar(String text) {
        return NearestName.of(key(text), repositories.keySet(), SUGGESTIONS);
    }
}
