package dev.assay.cli;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.assay.InvalidInputException;
import dev.assay.activation.ActivationSource;
import dev.assay.evaluate.baseline.ActivationSample;
import dev.assay.evaluate.baseline.Baseline;
import dev.assay.evaluate.baseline.Baselines;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import dev.assay.sae.Dictionary;
import dev.assay.tensor.Autograd;
import dev.assay.text.Corpus;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Which baselines stand beside a dictionary, and what they are fitted to. */
final class BaselineOptions {
    @Option(
            names = "--baselines",
            paramLabel = "NAME,…",
            split = ",",
            description = "put these beside the dictionary: pca, ica, nmf, neurons, relu, random")
    private List<String> names = List.of();

    @Option(names = "--k", paramLabel = "N", description = "each baseline also with only its N largest codes")
    private Integer k;

    @Option(
            names = "--sample",
            paramLabel = "N",
            defaultValue = "20000",
            description = "activations of training documents to fit baselines to (default ${DEFAULT-VALUE})")
    private int sample;

    @Option(
            names = "--components",
            paramLabel = "N",
            description = "components of pca, ica and nmf (default: the width of the activations)")
    private Integer components;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "0", description = "of the baselines (default 0)")
    private long seed;

    /** A dictionary of a baseline, to be closed, with its name and how it was found. */
    record Fitted(String name, String description, Dictionary dictionary) implements AutoCloseable {
        @Override
        public void close() {
            dictionary.close();
        }
    }

    /**
     * Fits what was asked for.
     *
     * @param beside the dictionary, at whose site and on whose tokens they are fitted
     */
    List<Fitted> fit(HookedTransformer model, HookPoint point, Corpus corpus, Dictionary beside) throws IOException {
        if (names.isEmpty()) {
            return List.of();
        }
        boolean special = !beside.metadata().excludesSpecialTokens();
        ActivationSource source = ActivationSource.of(model, point, corpus).withSpecialTokens(special);
        List<Fitted> fitted = new ArrayList<>();
        try (Autograd off = Autograd.off();
                NDManager manager = model.manager().newSubManager();
                NDArray activations = ActivationSample.read(source, sample, manager)) {
            Baselines baselines = Baselines.of(activations).seed(seed).metadata(beside.metadata());
            if (components != null) {
                baselines.components(components);
            }
            for (String name : names) {
                Baseline baseline = fit(name, baselines, beside.dSae());
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

    private static Baseline fit(String name, Baselines baselines, int latents) {
        return switch (name) {
            case "pca" -> baselines.pca();
            case "ica" -> baselines.ica();
            case "nmf" -> baselines.nmf();
            case "neurons" -> baselines.neurons();
            case "relu" -> baselines.relu();
            case "random" -> baselines.random((latents + 1) / 2); // each is two latents
            default ->
                throw new InvalidInputException(
                        "--baselines has \"" + name + "\", expected pca, ica, nmf, neurons, relu or random");
        };
    }
}
