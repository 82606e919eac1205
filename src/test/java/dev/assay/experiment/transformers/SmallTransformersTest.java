package dev.assay.experiment.transformers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.activation.ActivationRows;
import dev.assay.activation.ActivationStream;
import dev.assay.activation.StreamPosition;
import dev.assay.experiment.Estimate;
import dev.assay.experiment.ExperimentOptions;
import dev.assay.experiment.ExperimentReport;
import dev.assay.experiment.Experiments;
import dev.assay.experiment.ResultTable;
import dev.assay.model.Fixtures;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.ActivationCache;
import dev.assay.model.hook.HookPoint;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.Standard;
import dev.assay.sae.Weights;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import dev.assay.text.Corpus;
import dev.assay.text.story.StoryCorpus;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SmallTransformersTest {
    @TempDir
    private Path temporary;

    @Test
    @Tag("slow")
    void quickFormHasNullsAndResumes() throws Exception {
        ExperimentOptions options =
                ExperimentOptions.of(temporary.resolve("out")).asQuick();
        ExperimentReport report = Experiments.run(Experiments.named("small-transformers"), options, line -> {});
        ResultTable shares = report.table("shares");
        assertEquals(4, shares.size());
        for (int row = 0; row < shares.size(); row++) {
            // Few of 8 to 128 random directions have a pair with a cosine of 0.9.
            assertEquals(0, shares.estimate(row, "random").mean(), 0.07);
            Estimate share = shares.estimate(row, "share");
            boolean mlp = row >= 2;
            assertTrue(share.mean() >= (mlp ? 0.02 : 0) && share.mean() < 1, "share: " + share.text());
            assertEquals(2, shares.estimate(row, "margin").values().size());
            assertTrue(shares.estimate(row, "explained_variance").mean() > 0.7);
            // Dictionaries of other activations start from other directions.
            assertTrue(shares.estimate(row, "in_embeddings").mean() < 0.9);
        }
        // Twenty steps move the loss below that of a uniform distribution.
        assertTrue(report.table("models").estimate(0, "loss").mean() < Math.log(1024));
        assertEquals(2, report.table("slopes").size());
        assertTrue(Files.exists(temporary.resolve("out/figures/cosines_width_8_blocks_0_hook_resid_post.svg")));

        ExperimentReport again = Experiments.run(Experiments.named("small-transformers"), options, line -> {});
        assertEquals(0, again.computedCells());
        assertEquals(report.toText(), again.toText());
    }

    @Test
    void plantedFeaturesAreConfirmedAndSlopeIsTheirShareOfAdditionalLatents() {
        try (NDManager manager = TorchEngine.newManager(Device.cpu())) {
            SplittableRandom random = new SplittableRandom(5);
            float[][] pool = directions(random, 40, 32);
            // Dictionaries of 10, 20 and 40 latents share the first 10 and 15 directions with the next larger one.
            float[][] large = pool.clone();
            float[][] middle = concat(Arrays.copyOf(pool, 15), directions(random, 5, 32));
            float[][] small = Arrays.copyOf(pool, 10);
            try (SparseAutoencoder a = dictionary(manager, small);
                    SparseAutoencoder b = dictionary(manager, middle);
                    SparseAutoencoder c = dictionary(manager, large)) {
                SizeMatching first = SizeMatching.of(a, b, 0);
                SizeMatching second = SizeMatching.of(b, c, 0);
                assertEquals(1, first.share());
                assertEquals(0.75, second.share());
                assertEquals(0, first.random());
                assertEquals(20, second.cosines().length);
                double[] found = {first.share() * 10, second.share() * 20};
                assertEquals(0.5, SizeMatching.slope(List.of(10, 20), found), 1e-12);
            }
        }
    }

    @Test
    void slopeIsOneIfAllAreConfirmedAndZeroIfSaturated() {
        assertEquals(1, SizeMatching.slope(List.of(16, 32, 64), new double[] {16, 32, 64}), 1e-12);
        assertEquals(0, SizeMatching.slope(List.of(16, 32, 64), new double[] {12, 12, 12}), 1e-12);
    }

    @Test
    void rowsOfTheTokenTableDependOnTheTokenAlone() throws Exception {
        try (Scope scope = Scope.open();
                HookedTransformer model = HookedTransformer.load(Fixtures.folder("gpt_neox"))) {
            Corpus corpus = Corpus.of(model.tokenizer(), StoryCorpus.of(5, 40))
                    .contextLength(16)
                    .prependBos(false)
                    .build();
            List<HookPoint> points = List.of(HookPoint.embed(), HookPoint.mlpPost(1));
            try (TokenTableSource source = TokenTableSource.of(model, points, List.of("residual", "mlp"), corpus, 200);
                    ActivationStream stream = source.open(StreamPosition.START)) {
                assertEquals(List.of("residual", "mlp"), source.sites());
                ActivationRows rows = stream.next();
                assertEquals(source.width(), rows.values().getShape().get(1));
                int token = 7;
                NDArray alone = model.manager()
                        .create(new long[] {rows.tokens()[token]})
                        .reshape(1, 1);
                try (ActivationCache cache = model.cache(alone, points.toArray(HookPoint[]::new))) {
                    float[] expected = cache.get(points.get(0)).toFloatArray();
                    float[] row = rows.values().get(token).toFloatArray();
                    assertArrayEquals(expected, Arrays.copyOf(row, expected.length), 1e-6f);
                    float[] mlp = cache.get(points.get(1)).toFloatArray();
                    assertArrayEquals(mlp, Arrays.copyOfRange(row, expected.length, row.length), 1e-5f);
                }
                int first = (int) rows.tokens()[0];
                assertEquals(1, stream.position().context() > 0 ? 1 : 0);
                assertEquals(first, source.open(StreamPosition.START).next().tokens()[0]);
            }
        }
    }

    @Test
    void wrongSettingsAreRefusedBeforeAnyWork() {
        ExperimentOptions options = ExperimentOptions.of(temporary.resolve("x")).asQuick();
        assertEquals("setting widths has 12, expected multiples of 8", refusal(options.withSetting("widths", "16,12")));
        assertEquals(
                "setting ratios is \"4,2\", expected increasing numbers",
                refusal(options.withSetting("ratios", "4,2")));
        assertEquals(
                "setting ratios is \"4\", expected at least two numbers", refusal(options.withSetting("ratios", "4")));
    }

    private static String refusal(ExperimentOptions options) {
        return assertThrows(
                        InvalidInputException.class,
                        () -> Experiments.run(Experiments.named("small-transformers"), options, line -> {}))
                .getMessage();
    }

    private static SparseAutoencoder dictionary(NDManager manager, float[][] directions) {
        int d = directions[0].length;
        return SparseAutoencoder.builder()
                .architecture(new Standard())
                .weights(new Weights(
                        manager.create(directions),
                        manager.zeros(new Shape(directions.length)),
                        manager.create(directions),
                        manager.zeros(new Shape(d))))
                .build();
    }

    private static float[][] directions(SplittableRandom random, int count, int width) {
        float[][] rows = new float[count][width];
        for (float[] row : rows) {
            double square = 0;
            for (int i = 0; i < width; i++) {
                row[i] = (float) random.nextGaussian();
                square += row[i] * row[i];
            }
            for (int i = 0; i < width; i++) {
                row[i] /= (float) Math.sqrt(square);
            }
        }
        return rows;
    }

    private static float[][] concat(float[][] a, float[][] b) {
        float[][] all = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, all, a.length, b.length);
        return all;
    }
}
