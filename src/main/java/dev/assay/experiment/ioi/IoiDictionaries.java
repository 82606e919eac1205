package dev.assay.experiment.ioi;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.assay.activation.ActivationSource;
import dev.assay.activation.ModelActivationSource;
import dev.assay.evaluate.DictionarySample;
import dev.assay.evaluate.baseline.Baselines;
import dev.assay.experiment.ExperimentRun;
import dev.assay.model.HookedTransformer;
import dev.assay.sae.SaeMetadata;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.tensor.TorchEngine;
import dev.assay.train.SaeSweep;
import dev.assay.train.SaeTrainer;
import dev.assay.train.method.StandardTraining;
import dev.assay.train.plan.SweepResult;
import java.io.IOException;
import java.nio.file.Path;

/** The dictionaries of one seed: trained ones, baselines and their controls. Samples of activations are read on first use. */
final class IoiDictionaries implements AutoCloseable {
    static final String PCA = "pca";
    static final String PCA_NON_NEGATIVE = "pca-non-negative";

    private final ExperimentRun run;
    private final IoiSetup setup;
    private final HookedTransformer model;
    private final long seed;
    private final int width;
    private final Path trainedFolder;
    private final Path randomFolder;
    private final NDManager manager;
    private NDArray sample; // null until it is read
    private NDArray randomSample; // of the model with random weights; null until it is read

    /** The kinds of dictionaries of a row. */
    enum Variant {
        /** The dictionary of the row. */
        TRAINED(""),
        /** Random directions, as many as the row has. */
        RANDOM("random-dictionary"),
        /** Random features with the frequencies and norms of the row's latents. */
        MATCHED("matched-features"),
        /** The same training on the model with random weights. */
        RANDOM_WEIGHTS("random-weights");

        private final String key;

        Variant(String key) {
            this.key = key;
        }

        /** Returns the part of the key of a cell. */
        String key() {
            return key;
        }
    }

    /** Trains the dictionaries of a seed unless an earlier run has. */
    IoiDictionaries(ExperimentRun run, IoiSetup setup, HookedTransformer model, long seed) throws IOException {
        this.run = run;
        this.setup = setup;
        this.model = model;
        this.seed = seed;
        this.width = model.width(setup.point());
        this.trainedFolder = run.artifact("dictionaries-seed" + seed, folder -> train(model, folder));
        this.randomFolder = run.artifact("dictionaries-random-weights-seed" + seed, folder -> {
            try (HookedTransformer random = run.randomWeights(model, seed)) {
                train(random, folder);
            }
        });
        this.manager = TorchEngine.newManager(model.device());
    }

    private static boolean isPca(String row) {
        return row.startsWith(PCA);
    }

    /** Returns whether a row has a variant: features are matched with trained latents only. */
    static boolean has(String row, Variant variant) {
        return variant != Variant.MATCHED || !isPca(row);
    }

    /** Returns the key of a cell, which dictionaries with the same random directions share. */
    static String key(String row, Variant variant) {
        return switch (variant) {
            case TRAINED -> row;
            case RANDOM -> variant.key() + (isPca(row) ? "-of-" + row : "");
            default -> variant.key() + "-" + row;
        };
    }

    /** Creates a dictionary, closed by the caller. */
    PatchedDictionary open(String row, Variant variant) throws IOException {
        if (isPca(row)) {
            Baselines fit = fit(variant == Variant.RANDOM_WEIGHTS ? randomSample() : sample());
            var baseline = variant == Variant.RANDOM ? fit.random(width) : fit.pca();
            return row.equals(PCA)
                    ? PatchedDictionary.coordinates(baseline.dense())
                    : PatchedDictionary.latents(baseline.dense());
        }
        return switch (variant) {
            case TRAINED -> PatchedDictionary.latents(trained(row));
            case RANDOM ->
                PatchedDictionary.latents(
                        fit(sample()).random(Math.max(1, setup.latents() / 2)).dense());
            case MATCHED -> {
                try (SparseAutoencoder sae = trained(row)) {
                    yield PatchedDictionary.latents(MatchedFeatures.of(sae, sample(), seed));
                }
            }
            case RANDOM_WEIGHTS ->
                PatchedDictionary.latents(SparseAutoencoder.load(randomFolder.resolve(row), model.device()));
        };
    }

    /** Returns the dictionary of a row that is trained on the model, closed by the caller. */
    SparseAutoencoder trained(String row) throws IOException {
        return SparseAutoencoder.load(trainedFolder.resolve(row), model.device());
    }

    private void train(HookedTransformer source, Path folder) throws IOException {
        ModelActivationSource activations = ActivationSource.of(source, setup.point(), setup.corpus());
        run.provenance(activations.provenance());
        SaeSweep sweep = SaeSweep.of(activations)
                .tokens(setup.tokens())
                .batchSize((int) Math.min(1024, setup.tokens()))
                .shuffleSeed(seed);
        for (double penalty : setup.penalties()) {
            sweep.member(
                    IoiSetup.row(penalty),
                    () -> SaeTrainer.of(StandardTraining.tied(penalty * width))
                            .dictionarySize(setup.latents())
                            .normalizesActivations(true)
                            .seed(seed));
        }
        try (SweepResult result = sweep.train()) {
            for (double penalty : setup.penalties()) {
                result.dictionary(IoiSetup.row(penalty)).save(folder.resolve(IoiSetup.row(penalty)));
            }
        }
    }

    private Baselines fit(NDArray activations) {
        return Baselines.of(activations).seed(seed).components(width).metadata(metadata());
    }

    private SaeMetadata metadata() {
        return SaeMetadata.builder().hookName(setup.point().name()).build();
    }

    /** Returns activations of the model, [n, d]. */
    NDArray sample() throws IOException {
        if (sample == null) {
            sample = read(model);
        }
        return sample;
    }

    private NDArray randomSample() throws IOException {
        if (randomSample == null) {
            try (HookedTransformer random = run.randomWeights(model, seed)) {
                randomSample = read(random);
            }
        }
        return randomSample;
    }

    private NDArray read(HookedTransformer source) throws IOException {
        try (SparseAutoencoder any = trained(IoiSetup.row(setup.penalties().get(0)))) {
            return DictionarySample.read(source, any, setup.corpus(), setup.sample(), manager);
        }
    }

    /** Frees the samples. */
    @Override
    public void close() {
        manager.close();
    }
}
