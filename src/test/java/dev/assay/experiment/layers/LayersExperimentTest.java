package dev.assay.experiment.layers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.InvalidInputException;
import dev.assay.activation.ActivationSource;
import dev.assay.experiment.Experiment;
import dev.assay.experiment.ExperimentOptions;
import dev.assay.experiment.ExperimentReport;
import dev.assay.experiment.Experiments;
import dev.assay.experiment.ResultTable;
import dev.assay.io.Json;
import dev.assay.model.Fixtures;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.text.Corpus;
import dev.assay.text.story.StoryCorpus;
import dev.assay.train.SaeSweep;
import dev.assay.train.plan.SweepResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LayersExperimentTest {
    @TempDir
    private Path temporary;

    private final Experiment experiment = Experiments.named("layers");

    private ExperimentOptions options() {
        return ExperimentOptions.of(temporary.resolve("out")).asQuick();
    }

    @Test
    @Tag("slow")
    void quickFormIsMonotoneAndBetterThanItsNulls() throws Exception {
        ExperimentReport report = Experiments.run(experiment, options(), line -> {});
        ResultTable table = report.table("reconstruction");
        // Two sites, two L1 coefficients and TopK; tied on the residual stream, untied on the MLP.
        assertEquals(6, table.size());
        JsonNode rows = table.toJson().get("rows");
        assertEquals("tied", rows.get(0).get("method").asText());
        assertEquals("standard", rows.get(3).get("method").asText());
        for (int first : new int[] {0, 3}) {
            assertTrue(mean(table, first, "l0") > mean(table, first + 1, "l0"));
            assertTrue(mean(table, first, "fvu") < mean(table, first + 1, "fvu"));
            double clean = report.table("sites").estimate(first / 3, "clean").mean();
            double zeros =
                    report.table("sites").estimate(first / 3, "zero_ablated").mean();
            assertTrue(clean > 1 && clean < mean(table, first, "perplexity"), "clean: " + clean);
            assertTrue(mean(table, first, "perplexity") < zeros, "zeros: " + zeros);
            assertTrue(mean(table, first, "fvu") < mean(table, first, "fvu_random"));
            assertTrue(mean(table, first, "loss_recovered") > mean(table, first, "loss_recovered_random"));
            assertTrue(mean(table, first, "fvu_random_weights") > 0);
        }
        ResultTable standard = report.table("standard");
        assertTrue(mean(standard, 0, "dimensions") <= 128 && mean(standard, 0, "dimensions") > 10);
        assertTrue(mean(standard, 0, "kurtosis_zero") > mean(standard, 0, "kurtosis"));
        assertTrue(mean(standard, 0, "auroc") > 0.5);
        assertTrue(Files.exists(temporary.resolve("out/figures/fvu_blocks_1_hook_resid_post.svg")));
        assertEquals(
                "blocks.1.hook_resid_post",
                Json.read(temporary.resolve("out/experiment.json"))
                        .at("/provenance/0/reads/0")
                        .asText());
    }

    @Test
    void memberOfAllLayersEqualsTheSameMemberTrainedAlone() throws Exception {
        try (HookedTransformer model = HookedTransformer.load(Fixtures.folder("gpt_neox"))) {
            Corpus corpus = Corpus.of(model.tokenizer(), StoryCorpus.of(5, 100))
                    .contextLength(32)
                    .prependBos(false)
                    .build();
            LayerPlan plan = plan(List.of(), List.of(0.5, 2.0));
            LayerDictionaries layers = new LayerDictionaries(plan, model, corpus, 1, true);
            List<HookPoint> points = plan.points(model);
            assertEquals(2 * model.config().layers(), points.size());
            assertEquals(2 * points.size(), layers.members().size());
            LayerMember last = layers.members().get(layers.members().size() - 1);
            try (SweepResult together = layers.sweep().train();
                    SweepResult alone = SaeSweep.of(ActivationSource.of(model, points, corpus))
                            .tokens(plan.tokens())
                            .batchSize(plan.batch())
                            .shuffleSeed(1)
                            .progress(false)
                            .member(last.name(), List.of(last.site()), () -> last.trainer(plan.learningRate(), 1))
                            .train()) {
                SparseAutoencoder a = together.dictionary(last.name());
                SparseAutoencoder b = alone.dictionary(last.name());
                assertArrayEquals(b.decoder().toFloatArray(), a.decoder().toFloatArray());
            }
        }
    }

    private static LayerPlan plan(List<Integer> layers, List<Double> l1) {
        return new LayerPlan(
                layers, 2, 0.5, l1, List.of(), List.of(1.0), List.of(8.0), 1024, 128, 0.003, 256, 32, 0, 100);
    }

    @Test
    void wrongSettingsAreOneSentence() {
        assertEquals(
                "setting layers has 9, expected less than 4, the number of layers of assay/stories",
                refusal("layers", "9"));
        assertEquals(
                "setting layers is \"first\", expected all, or integers of at least 0, separated by commas",
                refusal("layers", "first"));
        assertTrue(
                refusal("architectures", "topk,relu").startsWith("unknown training method \"relu\", expected one of"));
        assertTrue(
                refusal("concept", "moods").startsWith("setting concept is \"moods\", expected the name of a concept"));
        assertEquals("setting l1 is \"-1\", expected numbers of at least 0", refusal("l1", "-1"));
    }

    private String refusal(String setting, String value) {
        return assertThrows(
                        InvalidInputException.class,
                        () -> Experiments.run(experiment, options().withSetting(setting, value), line -> {}))
                .getMessage();
    }

    private static double mean(ResultTable table, int row, String key) {
        return table.estimate(row, key).mean();
    }
}
