package dev.assay.cli;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.assay.InvalidInputException;
import dev.assay.evaluate.DictionarySample;
import dev.assay.evaluate.baseline.Baseline;
import dev.assay.evaluate.baseline.Baselines;
import dev.assay.model.HookedTransformer;
import dev.assay.provenance.Provenance;
import dev.assay.sae.Dictionary;
import dev.assay.tensor.Autograd;
import dev.assay.text.Corpus;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Options of the baselines in an evaluation. */
final class BaselineOptions {
    @Option(
            names = "--baselines",
            paramLabel = "NAME,…",
            split = ",",
            description = "measure these baselines too: pca, ica, nmf, neurons, relu, random, "
                    + "or any baseline registered on the class path")
    private List<String> names = List.of();

    @Option(names = "--k", paramLabel = "N", description = "also evaluate each baseline with only its N largest codes")
    private Integer k;

    @Option(
            names = "--sample",
            paramLabel = "N",
            defaultValue = "20000",
            description = "number of training activations that baselines are fitted to (default ${DEFAULT-VALUE})")
    private int sample;

    @Option(
            names = "--components",
            paramLabel = "N",
            description = "number of components of pca, ica and nmf (default: the width of the activations)")
    private Integer components;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "0", description = "seed of the baselines (default 0)")
    private long seed;

    /** A dictionary of a baseline, closed by the caller, with its name and description. */
    record Fitted(String name, String description, Dictionary dictionary) implements AutoCloseable {
        @Override
        public void close() {
            dictionary.close();
        }
    }

    /** Returns the provenance of figures with the seed of the baselines, if there are any. */
    Provenance record(Provenance figures) {
        return names.isEmpty() ? figures : figures.withSeed("baselines", seed);
    }

    /** Fits the chosen baselines at the site and on the tokens of a dictionary. */
    List<Fitted> fit(HookedTransformer model, Corpus corpus, Dictionary dictionary) throws IOException {
        if (names.isEmpty()) {
            return List.of();
        }
        if (dictionary.transcodes()) {
            throw new InvalidInputException(
                    "--baselines reconstruct the site that they are fitted to, expected a dictionary that is not a transcoder");
        }
        List<Fitted> fitted = new ArrayList<>();
        try (Autograd off = Autograd.off();
                NDManager manager = model.manager().newSubManager();
                NDArray activations = DictionarySample.read(model, dictionary, corpus, sample, manager)) {
            Baselines baselines = Baselines.of(activations)
                    .seed(seed)
                    .latents(dictionary.dSae())
                    .metadata(dictionary.metadata());
            if (components != null) {
                baselines.components(components);
            }
            for (String name : names) {
                Baseline baseline = baselines.fit(name);
                fitted.add(new Fitted(name, baseline.description(), baseline.dense()));
                if (k != null) {
                    fitted.add(new Fitted(name + " top-" + k, "the same", baseline.topK(k)));
                }
            }
            return fitted;
        } catch (IOException | RuntimeException failure) {
            fitted.forEach(Fitted::close);
            throw failure;
        }
    }
}
