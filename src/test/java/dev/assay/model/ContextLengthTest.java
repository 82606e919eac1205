package dev.assay.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.assay.InvalidInputException;
import dev.assay.activation.ActivationSource;
import dev.assay.evaluate.ConceptScoring;
import dev.assay.evaluate.Evaluation;
import dev.assay.feature.TinyDictionary;
import dev.assay.feature.store.FeatureStore;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.text.Corpus;
import dev.assay.text.story.StoryCorpus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Every use of a corpus refuses contexts beyond the model's context length, also with rotary positions, which have no limit. */
class ContextLengthTest {
    @Test
    void everyUseOfACorpusRefusesLongerContexts(@TempDir Path folder) throws IOException {
        Path store = folder.resolve("features");
        try (HookedTransformer model = Fixtures.load("gpt_neox");
                SparseAutoencoder sae = TinyDictionary.dictionary(model, 1, TinyDictionary.SITE.name())) {
            int longest = model.config().contextLength();
            Corpus corpus = Corpus.of(model.tokenizer(), StoryCorpus.of(5, 60))
                    .contextLength(longest + 1)
                    .build();
            String message = "contexts have " + (longest + 1) + " tokens, expected at most the context length of "
                    + model.name() + ", " + longest + " (option --context)";
            assertRefused(message, () -> ActivationSource.of(model, TinyDictionary.SITE, corpus));
            assertRefused(message, () -> Evaluation.of(model, sae, corpus).run());
            assertRefused(message, () -> FeatureStore.collect(model, sae, corpus, store));
            assertRefused(message, () -> new ConceptScoring(model, TinyDictionary.SITE, corpus, 1000));
        }
        assertFalse(Files.exists(store));
    }

    private static void assertRefused(String message, Executable use) {
        assertEquals(message, assertThrows(InvalidInputException.class, use).getMessage());
    }
}
