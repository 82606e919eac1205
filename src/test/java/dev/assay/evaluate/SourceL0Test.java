package dev.assay.evaluate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.feature.TinyDictionary;
import dev.assay.model.Fixtures;
import dev.assay.model.HookedTransformer;
import dev.assay.sae.InputOptions;
import dev.assay.sae.SaeMetadata;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.Standard;
import dev.assay.text.Corpus;
import dev.assay.text.Split;
import dev.assay.text.document.TextSource;
import dev.assay.text.story.StoryCorpus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SourceL0Test {
    private static final int LENGTH = 32;

    /** The L0 of each file equals that of an evaluation on this file alone, since each file fills whole contexts. */
    @Test
    void evaluationReportsTheL0OfEachFile(@TempDir Path folder) throws IOException {
        try (HookedTransformer model = Fixtures.load("gpt_neox");
                SparseAutoencoder sae = standard(model)) {
            Path stories = folder.resolve("stories.txt");
            Path digits = folder.resolve("digits.txt");
            write(model, stories, StoryCorpus.of(1, 1).story(0).text().repeat(20));
            write(model, digits, "3 14 159 2653 58979 ".repeat(100));
            EvaluationReport both = evaluate(model, sae, List.of(stories, digits));
            EvaluationReport first = evaluate(model, sae, List.of(stories));
            EvaluationReport second = evaluate(model, sae, List.of(digits));
            assertEquals(List.of(), first.l0PerFile());
            assertEquals(
                    List.of(
                            new SourceL0("digits.txt", second.tokens(), second.l0()),
                            new SourceL0("stories.txt", first.tokens(), first.l0())),
                    both.l0PerFile());
            assertTrue(both.toText().contains(String.format(Locale.ROOT, "L0 on digits.txt: %.2f", second.l0())));
            assertEquals(
                    Map.of("l0", first.l0(), "tokens", first.tokens()),
                    ((Map<?, ?>) both.toJson().get("l0_per_file")).get("stories.txt"));
        }
    }

    /** Writes the start of a text whose tokens fill eight contexts; the last token is the end of text. */
    private static void write(HookedTransformer model, Path file, String text) throws IOException {
        int[] ids = model.tokenizer().encode(text);
        for (int tokens = 8 * LENGTH - 1; ; tokens--) {
            String start = model.tokenizer().decode(Arrays.copyOf(ids, tokens));
            if (model.tokenizer().encode(start).length == 8 * LENGTH - 1) {
                Files.writeString(file, start);
                return;
            }
            if (tokens < 7 * LENGTH) {
                throw new AssertionError("no start of the text fills the contexts");
            }
        }
    }

    private static EvaluationReport evaluate(HookedTransformer model, SparseAutoencoder sae, List<Path> files)
            throws IOException {
        Corpus corpus = Corpus.of(model.tokenizer(), TextSource.files(files))
                .contextLength(LENGTH)
                .prependBos(false)
                .heldOutEvery(0)
                .build();
        return Evaluation.of(model, sae, corpus)
                .split(Split.ALL)
                .tokens(100_000)
                .run();
    }

    /** A dictionary whose latents fire on some tokens more than on others. */
    private static SparseAutoencoder standard(HookedTransformer model) {
        try (SparseAutoencoder topk = TinyDictionary.dictionary(model, 1, TinyDictionary.SITE.name())) {
            return SparseAutoencoder.builder()
                    .architecture(new Standard())
                    .input(InputOptions.PLAIN)
                    .weights(topk.weights())
                    .metadata(SaeMetadata.builder()
                            .hookName(TinyDictionary.SITE.name())
                            .build())
                    .build();
        }
    }
}
