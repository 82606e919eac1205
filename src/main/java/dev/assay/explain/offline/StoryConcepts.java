package dev.assay.explain.offline;

import dev.assay.InvalidInputException;
import dev.assay.explain.TokenConcepts;
import dev.assay.feature.store.FeatureStore;
import dev.assay.text.Corpus;
import dev.assay.text.Split;
import dev.assay.text.story.ConceptLabels;
import dev.assay.text.story.LabelledBatch;
import dev.assay.text.story.LabelledReader;
import dev.assay.text.story.StoryCorpus;
import java.io.IOException;
import java.util.Locale;

/** The concepts of the tokens of a feature store that was collected on generated stories. */
public final class StoryConcepts implements TokenConcepts {
    private static final int BATCH = 64;

    private final long[] labels; // by position

    private StoryConcepts(long[] labels) {
        this.labels = labels;
    }

    /**
     * Labels the tokens of a store.
     *
     * @param store the store
     * @param stories the corpus that it was collected on
     * @return the labels
     * @throws IOException if reading fails
     * @throws InvalidInputException if the corpus has no concept labels, or the store has other tokens
     */
    public static StoryConcepts of(FeatureStore store, Corpus stories) throws IOException {
        long[] labels = new long[Math.toIntExact(store.positions())];
        int filled = 0;
        try (LabelledReader reader = ConceptLabels.read(stories, split(store))) {
            LabelledBatch batch = reader.next(BATCH);
            while (batch != null && filled < labels.length) {
                int size = Math.min(batch.labels().length, labels.length - filled);
                int[] stored = store.corpus().ids(filled, filled + (long) size);
                for (int i = 0; i < size; i++) {
                    if (stored[i] != batch.tokens().ids()[i]) {
                        throw different(store, stories, filled + i);
                    }
                }
                System.arraycopy(batch.labels(), 0, labels, filled, size);
                filled += size;
                batch = reader.next(BATCH);
            }
        }
        if (filled < labels.length) {
            throw different(store, stories, filled);
        }
        return new StoryConcepts(labels);
    }

    private static Split split(FeatureStore store) {
        String part = store.provenance().text().part();
        for (Split split : Split.values()) {
            if (part.startsWith(split.name().toLowerCase(Locale.ROOT).replace('_', '-'))) {
                return split;
            }
        }
        return Split.ALL;
    }

    private static InvalidInputException different(FeatureStore store, Corpus stories, int position) {
        return new InvalidInputException("the feature store was collected on "
                + store.provenance().text().description() + ", and its token at position " + position
                + " differs from that of " + stories.description() + ", expected the same corpus");
    }

    @Override
    public boolean has(long position, String concept) {
        int bit = StoryCorpus.conceptIndex(concept)
                .orElseThrow(() -> new InvalidInputException(
                        "there is no concept \"" + concept + "\", expected a concept of the generated stories"));
        return (labels[Math.toIntExact(position)] >>> bit & 1) == 1;
    }

    /** Returns the concepts of a token; bit i is concept i of {@link StoryCorpus#concepts()}. */
    long bits(long position) {
        return labels[Math.toIntExact(position)];
    }
}
