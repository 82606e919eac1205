package dev.assay.text;

import dev.assay.text.document.TextFiles;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The number of tokens that were read from each file of a corpus. Thread-safe. */
public final class TextUsage {
    private final Map<String, Long> tokens = new LinkedHashMap<>();

    /**
     * Creates a count without tokens.
     *
     * @param corpus the text; its files are listed also if nothing is read from them
     */
    public TextUsage(Corpus corpus) {
        if (corpus.source() instanceof TextFiles files) {
            for (Path path : files.paths()) {
                tokens.put(path.getFileName().toString(), 0L);
            }
        }
    }

    /**
     * Adds tokens of a batch.
     *
     * @param batch contexts
     * @param kept the tokens to count, as indices into the ids of the batch
     */
    public synchronized void add(TokenBatch batch, long[] kept) {
        if (!batch.files().isEmpty()) {
            for (long token : kept) {
                tokens.merge(batch.file((int) token), 1L, Long::sum);
            }
        }
    }

    /** {@return the number of tokens per file name, in reading order; text that is not from a file has an empty name} */
    public synchronized Map<String, Long> perFile() {
        return new LinkedHashMap<>(tokens);
    }

    /** {@return the counts in one line, such as {@code a.txt 1,200 tokens, b.txt 0 tokens}; empty unless there are several files} */
    public String summary() {
        Map<String, Long> counts = perFile();
        return counts.size() < 2
                ? ""
                : counts.entrySet().stream()
                        .map(entry -> String.format(
                                Locale.ROOT,
                                "%s %,d tokens",
                                entry.getKey().isEmpty() ? "other text" : entry.getKey(),
                                entry.getValue()))
                        .collect(Collectors.joining(", "));
    }
}
