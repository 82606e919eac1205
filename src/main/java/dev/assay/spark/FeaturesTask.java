package dev.assay.spark;

import dev.assay.feature.store.FeatureCollector;
import dev.assay.feature.store.StoredPart;
import dev.assay.model.HookedTransformer;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.text.ContextRange;
import dev.assay.text.Corpus;
import dev.assay.text.RangeReaders;
import dev.assay.text.Split;
import dev.assay.text.TextPosition;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/**
 * Collects parts of a feature store.
 *
 * @param options the options of the store
 * @param subject the model and the dictionary
 * @param units all units of the job
 * @param rate receives the progress
 */
record FeaturesTask(Options options, RunSubject subject, List<Unit> units, TokenRate rate) implements UnitWork {
    private static final String LATENTS = "latents";
    /** The name of a part in the folder of its unit. */
    private static final String PART = "part-%06d.safetensors";

    /**
     * A unit of work.
     *
     * @param range its contexts
     * @param before a position at or before the first of them
     */
    record Unit(ContextRange range, TextPosition before) implements Serializable {}

    /**
     * The options that decide the content of a store.
     *
     * @param tokens the number of tokens
     * @param split the documents
     * @param partners the number of coactivating latents per latent
     * @param note JSON
     */
    record Options(long tokens, Split split, int partners, String note) implements Serializable {
        FeatureCollector collector(HookedTransformer model, SparseAutoencoder sae, Corpus corpus) {
            return FeatureCollector.of(model, sae, corpus)
                    .tokens(tokens)
                    .split(split)
                    .partners(partners)
                    .note(UnitRecord.parse("the note", note).node());
        }
    }

    FeaturesTask {
        units = List.copyOf(units);
    }

    @Override
    public void run(List<Integer> numbers, TaskText text, TaskAttempts attempts, Consumer<UnitRecord> done)
            throws IOException {
        try (RunSubject.Opened opened = subject.open()) {
            Corpus corpus = text.corpus(opened.model().tokenizer());
            FeatureCollector collector = options.collector(opened.model(), opened.dictionary(), corpus);
            try (RangeReaders ranges = collector.ranges()) { // consecutive units read the text once
                for (int number : numbers) {
                    Unit unit = units.get(number);
                    try (UnitAttempt attempt = attempts.begin(number)) {
                        long start = System.nanoTime();
                        Path file = attempt.folder().resolve(String.format(PART, number));
                        StoredPart part = collector.collectPart(unit.range(), unit.before(), ranges, file);
                        rate.add(part.tokens(), System.nanoTime() - start);
                        done.accept(attempt.commit(
                                part.toJson().put(LATENTS, opened.dictionary().dSae())));
                    }
                }
            }
        }
    }

    static int latents(UnitRecord record) {
        return record.values().integer(LATENTS);
    }

    static StoredPart part(UnitRecord record) {
        return StoredPart.read(record.values());
    }
}
