package dev.assay.toy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.evaluate.sweep.SweepRow;
import dev.assay.sae.SaeMetadata;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.TopK;
import dev.assay.sae.Weights;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import dev.assay.train.method.StandardTraining;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class ToyExperimentTest {
    /** The null at (64, 128, 256) is 0.345. */
    private static final double MARGIN = 0.4;

    @Test
    void bestCellAndEveryArchitectureRecoverTheFeatures() throws IOException {
        ToyReport report = ToyExperiment.of(ToySuperposition.of(64, 128))
                .sizes(256)
                .coefficients(1)
                .seeds(1)
                .tokens(48_000)
                .batchSize(128)
                .progress(false)
                .run();
        String text = report.toText();
        assertTrue(report.best().mean(ToyFigure.TRUTH_TO_DICTIONARY) >= 0.97, text);
        assertTrue(report.architecture("TopK").mean(ToyFigure.TRUTH_TO_DICTIONARY) >= 0.97, text);
        assertEquals(10, report.architectures().size());
        for (ToyResult result : report.architectures()) {
            String name = result.member().name();
            assertEquals(0.345, result.mean(ToyFigure.TRUTH_TO_RANDOM), 0.01, name);
            assertEquals(0.318, result.mean(ToyFigure.DICTIONARY_TO_RANDOM), 0.01, name);
            assertEquals(0, result.mean(ToyFigure.FOUND_IN_RANDOM), 1e-12, name);
            assertTrue(result.mean(ToyFigure.TRUTH_TO_DICTIONARY) > 0.345 + MARGIN, name + "\n" + text);
            assertTrue(result.mean(ToyFigure.EXPLAINED_VARIANCE) > 0.75, name + "\n" + text);
        }
        // With the same method, numbers and seeds, a cell equals the architecture.
        assertEquals(
                report.architecture("standard L1").mean(ToyFigure.TRUTH_TO_DICTIONARY),
                report.grid().get(0).mean(ToyFigure.TRUTH_TO_DICTIONARY));
    }

    /** A dictionary with half the features finds half of them, although all of its pairs match. */
    @Test
    void foundShareIsRelativeToAllFeatures() {
        ToySuperposition truth = ToySuperposition.of(16, 24);
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Scope scope = Scope.open()) {
            NDArray half = truth.directions(manager).get(":12");
            SweepRow row = new SweepRow(
                    "half", "topk", List.of("site"), null, 12, 4.0, 0.5, null, null, null, null, 0.25, null, 3, null);
            try (SparseAutoencoder dictionary = SparseAutoencoder.builder()
                    .architecture(TopK.of(4))
                    .weights(new Weights(half, manager.zeros(new Shape(12)), half, manager.zeros(new Shape(16))))
                    .metadata(SaeMetadata.builder().build())
                    .build()) {
                Map<ToyFigure, Double> figures = ToyExperiment.figures(truth, dictionary, row);
                assertEquals(0.5, figures.get(ToyFigure.FOUND), 1e-12);
                assertEquals(1, figures.get(ToyFigure.DICTIONARY_TO_TRUTH), 1e-6);
                double found = figures.get(ToyFigure.TRUTH_TO_DICTIONARY);
                assertTrue(found > 0.5 && found < 0.9, "" + found);
                assertEquals(0.25, figures.get(ToyFigure.DEAD));
                assertEquals(4, figures.get(ToyFigure.L0));
                assertEquals(ToyFigure.values().length, figures.size());
            }
        }
    }

    @Test
    void rejectsUntrainableMembersBeforeTraining() {
        ToyExperiment small = ToyExperiment.of(ToySuperposition.of(8, 16)).sizes(16, 0);
        String message = assertThrows(InvalidInputException.class, small::run).getMessage();
        assertTrue(message.startsWith("l1-0.25-0 cannot be trained: "), message);
        ToyExperiment narrow = ToyExperiment.of(ToySuperposition.of(8, 16)).architectureSize(24);
        String widths = assertThrows(InvalidInputException.class, narrow::run).getMessage();
        assertTrue(widths.startsWith("the widths of a Matryoshka dictionary are "), widths);
        for (Runnable call : List.<Runnable>of(() -> small.sizes(), () -> small.coefficients(), () -> small.seeds(0))) {
            String refusal =
                    assertThrows(InvalidInputException.class, call::run).getMessage();
            assertTrue(refusal.contains("expected at least"), refusal);
        }
    }

    /** With shared initial directions, the untrained latents of the smaller dictionary would all be latents of the larger. */
    @Test
    void untrainedDictionariesOfTwoSizesAreAsSimilarAsRandomOnes() throws IOException {
        ToyExperiment experiment = ToyExperiment.of(ToySuperposition.of(32, 64))
                .sizes(128, 256)
                .coefficients(1)
                .gridOnly()
                .learningRate(1e-9)
                .tokens(256)
                .batchSize(256)
                .measuredRows(1024)
                .progress(false);
        List<ToyMeasurement> cells = experiment.measure(3);
        assertEquals(2, cells.size());
        Map<ToyFigure, Double> smaller = cells.get(0).figures();
        assertEquals(smaller.get(ToyFigure.NEXT_LARGER_RANDOM), smaller.get(ToyFigure.NEXT_LARGER), 0.03);
        assertEquals(smaller.get(ToyFigure.TRUTH_TO_RANDOM), smaller.get(ToyFigure.TRUTH_TO_DICTIONARY), 0.03);
        assertEquals(Double.NaN, cells.get(1).figures().get(ToyFigure.NEXT_LARGER));
        assertEquals(1, experiment.report(List.of(cells)).seeds());
    }

    @Test
    void publishedConventionDividesTheCoefficientByTheSizeAndMultipliesItByTheWidth() {
        ToyMember cell = ToyExperiment.of(ToySuperposition.of(32, 64))
                .sizes(128)
                .coefficients(10)
                .convention(L1Convention.DIVIDED_BY_SIZE)
                .gridOnly()
                .members()
                .get(0);
        assertEquals(StandardTraining.l1(2.5), cell.method());
        assertEquals(10, cell.sparsity());
        assertTrue(!cell.scaled());
    }
}
