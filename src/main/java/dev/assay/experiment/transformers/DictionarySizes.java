package dev.assay.experiment.transformers;

import dev.assay.InvalidInputException;
import dev.assay.activation.ActivationSource;
import dev.assay.evaluate.sweep.SweepEvaluation;
import dev.assay.evaluate.sweep.SweepRow;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.train.SaeSweep;
import dev.assay.train.SaeTrainer;
import dev.assay.train.method.StandardTraining;
import dev.assay.train.plan.SweepOutcome;
import dev.assay.train.plan.SweepResult;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The grid of dictionaries of one source of activations, trained in one pass: sites × sizes × L1 coefficients.
 *
 * @param ratios sizes as multiples of the width of a site, increasing
 * @param coefficients the L1 coefficients; activations are scaled to a typical distance of √d from their centre
 * @param tokens the number of training activations
 * @param batch activations per training step
 * @param learningRate the peak learning rate
 * @param seed of initialization and shuffling
 */
record DictionarySizes(
        List<Integer> ratios, List<Double> coefficients, long tokens, int batch, double learningRate, long seed) {
    private static final long SEEDS_OF_A_SOURCE = 10_000;
    private static final int MEASURED = 16_384;

    /** The trained dictionaries of a source. */
    record Trained(DictionarySizes grid, Measurement.Source kind, ActivationSource source, SweepResult result)
            implements AutoCloseable {
        SparseAutoencoder dictionary(String site, double l1, int ratio) {
            return result.dictionary(name(site, l1, ratio));
        }

        @Override
        public void close() {
            result.close();
        }

        /** Measures all dictionaries; their latents are also compared with those of another source. */
        List<Measurement> measure(Trained embeddings) throws IOException {
            List<SweepRow> rows = SweepEvaluation.run(source, result, MEASURED);
            List<Measurement> all = new ArrayList<>();
            int next = 0;
            for (String site : source.sites()) {
                for (double l1 : grid.coefficients) {
                    for (int i = 0; i < grid.ratios.size(); i++) {
                        all.add(measurement(embeddings, site, l1, i, rows.get(next++)));
                    }
                }
            }
            return all;
        }

        private Measurement measurement(Trained embeddings, String site, double l1, int index, SweepRow row) {
            int ratio = grid.ratios.get(index);
            SparseAutoencoder dictionary = dictionary(site, l1, ratio);
            boolean largest = index == grid.ratios.size() - 1;
            SizeMatching larger = largest
                    ? new SizeMatching(Double.NaN, Double.NaN, new double[0])
                    : SizeMatching.of(dictionary, dictionary(site, l1, grid.ratios.get(index + 1)), grid.seed);
            double inEmbeddings = kind == Measurement.Source.EMBEDDINGS
                    ? Double.NaN
                    : SizeMatching.of(dictionary, embeddings.dictionary(site, l1, ratio), grid.seed)
                            .share();
            return new Measurement(
                    kind,
                    site,
                    l1,
                    dictionary.dSae(),
                    larger.share(),
                    larger.random(),
                    inEmbeddings,
                    Measurement.histogram(larger.cosines()),
                    row.l0(),
                    row.explainedVariance() == null ? Double.NaN : row.explainedVariance(),
                    row.deadShare());
        }
    }

    private static String name(String site, double l1, int ratio) {
        return site + "-l1-" + l1 + "-x" + ratio;
    }

    /** Trains all dictionaries of a source. Those of other sources and other sizes start from other directions. */
    Trained train(Measurement.Source kind, ActivationSource source) throws IOException {
        long first = (seed * Measurement.Source.values().length + kind.ordinal()) * SEEDS_OF_A_SOURCE;
        SaeSweep sweep = SaeSweep.of(source)
                .tokens(tokens)
                .batchSize(batch)
                .shuffleSeed(seed)
                .progress(false);
        for (int site = 0; site < source.sites().size(); site++) {
            String name = source.sites().get(site);
            int width = source.widths().get(site);
            for (double l1 : coefficients) {
                for (int ratio : ratios) {
                    sweep.member(
                            name(name, l1, ratio),
                            List.of(name),
                            () -> SaeTrainer.of(StandardTraining.l1(l1))
                                    .dictionarySize(width * ratio)
                                    .learningRate(learningRate)
                                    .seed(first + ratio));
                }
            }
        }
        SweepResult result = sweep.train();
        for (SweepOutcome failed : result.failures()) {
            result.close();
            throw new InvalidInputException(failed.member().name() + " with seed " + seed + " stopped: "
                    + failed.failure().orElseThrow());
        }
        return new Trained(this, kind, source, result);
    }
}
