package dev.assay.run;

import dev.assay.InvalidInputException;
import dev.assay.provenance.Provenance;
import dev.assay.provenance.TextProvenance;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The differences between a feature store and the text, contexts and tokens that were asked for. */
final class StoreDifferences {
    private static final String REBUILD = "; add --rebuild to assay inspect to collect it again";

    private final Path folder;
    private final Provenance store;
    private final RunLoader asked;

    StoreDifferences(Path folder, Provenance store, RunLoader asked) {
        this.folder = folder;
        this.store = store;
        this.asked = asked;
    }

    List<String> sentences(int index) {
        asked.site(index).filter(site -> !store.reads().equals(List.of(site))).ifPresent(site -> {
            throw new InvalidInputException(
                    "the feature store of " + folder + " is of " + store.site() + ", and --site is " + site + REBUILD);
        });
        TextProvenance text = store.text();
        List<String> differences = new ArrayList<>();
        asked.text()
                .map(sources -> TextDescription.of().withSources(sources))
                .filter(other -> !isDescribed(other, text.description()))
                .ifPresent(other -> differences.add("on " + text.description()));
        asked.contextLength()
                .filter(length -> text.contextLength() != 0 && length != text.contextLength())
                .ifPresent(
                        length -> differences.add("in contexts of " + text.contextLength() + " tokens, not " + length));
        asked.prependBos()
                .filter(prepend -> prepend != text.prependBos())
                .ifPresent(prepend -> differences.add(text.prependBos() ? "with BOS" : "without BOS"));
        asked.statedTokens()
                .filter(tokens -> !reaches(text, tokens))
                .ifPresent(tokens ->
                        differences.add(String.format(Locale.ROOT, "on %,d tokens, not %,d", text.tokens(), tokens)));
        return differences.stream()
                .map(difference -> "the feature store of " + folder + " was collected " + difference + REBUILD)
                .toList();
    }

    /** The descriptions of plain text files depend on the length at which they were cut. */
    private static boolean isDescribed(TextDescription asked, String description) {
        return asked.description().equals(description)
                || asked.withChunkCharacters(0).description().equals(description);
    }

    /** A pass ends with the context that reaches the number of tokens. */
    private static boolean reaches(TextProvenance text, long tokens) {
        return tokens <= text.tokens() && text.tokens() < tokens + Math.max(1, text.contextLength());
    }
}
