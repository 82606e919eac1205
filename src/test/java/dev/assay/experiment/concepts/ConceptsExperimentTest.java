package dev.assay.experiment.concepts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.InvalidInputException;
import dev.assay.evaluate.benchmark.Float64Dictionary;
import dev.assay.evaluate.concept.ConceptBenchmark;
import dev.assay.evaluate.concept.ConceptQuality;
import dev.assay.evaluate.concept.LabelledCodes;
import dev.assay.experiment.ExperimentOptions;
import dev.assay.experiment.ExperimentReport;
import dev.assay.experiment.Experiments;
import dev.assay.experiment.ResultTable;
import dev.assay.model.HookedTransformer;
import dev.assay.text.Corpus;
import dev.assay.text.Split;
import dev.assay.text.story.ConceptLabels;
import dev.assay.text.story.LabelledReader;
import dev.assay.text.story.StoryCorpus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class ConceptsExperimentTest {
    private static ExperimentReport run(ExperimentOptions options) throws IOException {
        return Experiments.run(Experiments.named("concepts"), options, line -> {});
    }

    private static String refusal(ExperimentOptions options) {
        return assertThrows(InvalidInputException.class, () -> run(options)).getMessage();
    }

    private static long[] labels(Corpus corpus, Split split) throws IOException {
        try (LabelledReader reader = ConceptLabels.read(corpus, split)) {
            return reader.next(24).labels();
        }
    }

    @Test
    void dictionaryOfTheLabelsFindsEveryConceptThatOccursAndAbsorbsNone() throws IOException {
        try (HookedTransformer model = HookedTransformer.load("assay/stories")) {
            Corpus corpus = Corpus.of(model.tokenizer(), StoryCorpus.of(2, 400))
                    .prependBos(false)
                    .contextLength(128)
                    .build();
            int concepts = StoryCorpus.concepts().size();
            LabelledCodes training = LabelledCodes.ofLabels(labels(corpus, Split.TRAINING), concepts);
            LabelledCodes held = LabelledCodes.ofLabels(labels(corpus, Split.HELD_OUT), concepts);
            ConceptQuality quality = new ConceptBenchmark(2, Map.of(), new double[0][])
                    .measure(
                            training,
                            held,
                            Float64Dictionary.relu(
                                    new double[1][concepts],
                                    new double[concepts],
                                    new double[concepts][1],
                                    new double[1]));
            long occurring = quality.concepts().stream()
                    .filter(concept -> concept.share() > 0)
                    .count();
            assertTrue(occurring > 50, () -> occurring + " concepts occur");
            assertEquals(occurring, quality.found(1, 1));
            assertEquals(1, quality.meanLatents());
            assertEquals(1, quality.mean(ConceptQuality.OfInclusion::recallOnChild));
            assertEquals(0, quality.mean(ConceptQuality.OfInclusion::absorbed));
        }
    }

    @Test
    void quickFormFindsWordsBetterThanChanceAndContextWorseThanLinearProbes(@TempDir Path folder) throws IOException {
        ExperimentReport report = run(ExperimentOptions.of(folder).asQuick());
        String text = report.toText();
        ResultTable dictionaries = report.table("dictionaries");
        assertEquals(3, dictionaries.size(), text);
        double found = dictionaries.estimate(0, "found").mean();
        double random = dictionaries.estimate(2, "found").mean();
        assertTrue(found >= 3 && found > random, text);
        assertTrue(dictionaries.estimate(0, "found_sparse").mean() >= found, text);
        // The residual stream of the random weights encodes the token, so words are found there too, but no context.
        assertTrue(dictionaries.estimate(0, "found_random_weights").mean() > 0, text);
        assertEquals(0, dictionaries.estimate(0, "context_random_weights").mean(), text);
        ResultTable tpp = report.table("tpp");
        ResultTable scr = report.table("scr");
        assertEquals(6, tpp.size(), "three dictionaries with 2 and 10 ablated latents");
        assertEquals(6, scr.size());
        double words = tpp.estimate(1, "word_classes").mean();
        assertTrue(words > 0.05 && words <= 0.5, text);
        assertEquals(
                words,
                tpp.estimate(1, "word_classes_own").mean()
                        - tpp.estimate(1, "word_classes_others").mean(),
                1e-12);
        assertTrue(words > tpp.estimate(1, "word_classes_random").mean(), text);
        for (int row = 0; row < 6; row++) {
            for (String control :
                    new String[] {"word_classes_random_weights", "roles", "roles_random_weights", "roles_random"}) {
                assertTrue(Math.abs(tpp.estimate(row, control).mean()) <= 0.5, text);
            }
            for (String column : new String[] {"scr", "scr_random_weights", "scr_random"}) {
                assertTrue(Double.isFinite(scr.estimate(row, column).mean()), text);
            }
        }
        ResultTable concepts = report.table("concepts");
        assertEquals(StoryCorpus.concepts().size(), concepts.size());
        // Rows are sorted by the linear probe, which detects the token in the residual stream.
        assertTrue(concepts.estimate(0, "linear").mean() > 0.95, text);
        double best = 0;
        double always = 0;
        for (int row = 0; row < concepts.size(); row++) {
            best += concepts.estimate(row, "best").mean();
            always += concepts.estimate(row, "always").mean();
        }
        assertTrue(best > 2 * always, text);
        assertEquals(2, report.table("absorption").size());
        for (String figure : new String[] {"f1-by-rank", "absorbed", "tpp"}) {
            assertTrue(Files.size(folder.resolve("figures/" + figure + ".png")) > 5000);
            assertTrue(Files.exists(folder.resolve("figures/" + figure + ".svg")));
        }
        assertEquals(0, run(ExperimentOptions.of(folder).asQuick()).computedCells());
    }

    @Test
    void unusableSettingsAreOneSentence(@TempDir Path folder) throws IOException {
        Path text = Files.writeString(folder.resolve("text.txt"), "No labels here. ".repeat(400));
        UnaryOperator<String> refusal = setting -> {
            String[] parts = setting.split("=");
            return refusal(ExperimentOptions.of(folder.resolve(parts[1].replace(':', '-')))
                    .asQuick()
                    .withSetting(parts[0], parts[1]));
        };
        ExperimentOptions options = ExperimentOptions.of(folder.resolve("out")).asQuick();
        assertTrue(refusal(options.withText(text.toString())).contains("expected assay/stories/COUNT"));
        assertEquals(
                "setting methods has \"topk\", expected METHOD:SPARSITY such as topk:32",
                refusal.apply("methods=topk"));
        assertTrue(refusal.apply("methods=topq:3").contains("unknown training method \"topq\""));
        assertTrue(refusal.apply("site=blocks.9.hook_resid_post").contains("has no site blocks.9"));
        assertTrue(refusal.apply("baselines=pcq").contains("expected random or one of"));
    }
}
