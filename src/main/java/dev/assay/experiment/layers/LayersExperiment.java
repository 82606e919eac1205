package dev.assay.experiment.layers;

import dev.assay.experiment.Experiment;
import dev.assay.experiment.ExperimentRun;
import dev.assay.experiment.ExperimentSetting;
import dev.assay.model.HookedTransformer;
import dev.assay.text.Corpus;
import java.io.IOException;
import java.util.List;

/**
 * Dictionaries of every layer of a language model, after Cunningham et al., "Sparse autoencoders find highly interpretable directions in language
 * models" (arXiv 2309.08600): tied on the residual stream, untied on MLPs, all of them trained in one pass over the text.
 */
public final class LayersExperiment implements Experiment {
    private static final String MODEL = "assay/stories";
    private static final String TEXT = "assay/stories";

    /**
     * The measurements of one seed on one model.
     *
     * @param dictionaries all measurements, in the order of the members
     */
    record Cell(List<LayerMeasurement> dictionaries) {}

    @Override
    public String name() {
        return "layers";
    }

    @Override
    public String question() {
        return "How well do sparse dictionaries reconstruct each layer of a language model, by architecture and sparsity?";
    }

    @Override
    public int quickSeeds() {
        return 1;
    }

    @Override
    public List<ExperimentSetting> settings() {
        return List.of(
                new ExperimentSetting("layers", "layers from 0, or all", "all", "1"),
                new ExperimentSetting(
                        "residual-ratio", "latents of the residual stream as a multiple of its width", "4", "1"),
                new ExperimentSetting("mlp-ratio", "latents of an MLP as a multiple of its width", "1", "0.125"),
                new ExperimentSetting(
                        "l1",
                        "L1 coefficients of the tied dictionaries of the residual stream and the untied ones of MLPs",
                        "0.25,0.5,1,2,4",
                        "0.5,4"),
                new ExperimentSetting(
                        "architectures",
                        "other training methods, or none",
                        "standard,p-annealing,gated,jumprelu,topk,batchtopk,matryoshka",
                        "topk"),
                new ExperimentSetting("coefficient", "coefficients of the other methods", "0.5,1,2", "1"),
                new ExperimentSetting("k", "active latents of the other methods that count them", "8,16,32", "8"),
                new ExperimentSetting("tokens", "training activations", "500000", "8192"),
                new ExperimentSetting("batch", "activations per training step", "1024", "128"),
                new ExperimentSetting("learning-rate", "peak learning rate", "0.001", "0.003"),
                new ExperimentSetting("evaluation-tokens", "held-out tokens of the measurements", "10000", "512"),
                new ExperimentSetting("context", "tokens per context", "128", "64"),
                new ExperimentSetting("concept", "the concept of the AUROC, on generated stories only", "quotation"),
                new ExperimentSetting(
                        "concept-tokens", "training tokens of the AUROC, and held-out ones", "1000", "200"));
    }

    @Override
    public void run(ExperimentRun run) throws IOException {
        LayerPlan plan = LayerPlan.of(run);
        LayerResults results = new LayerResults();
        for (long seed : run.seeds()) {
            Cell trained = run.cell("seed" + seed, Cell.class, () -> {
                try (HookedTransformer model = run.model(MODEL)) {
                    return measure(run, plan, model, seed, true);
                }
            });
            Cell random = run.cell("seed" + seed + "-random-weights", Cell.class, () -> {
                try (HookedTransformer model = run.model(MODEL);
                        HookedTransformer untrained = run.randomWeights(model, seed)) {
                    return measure(run, plan, untrained, seed, false);
                }
            });
            results.add(trained.dictionaries(), random.dictionaries());
        }
        results.addTo(run);
    }

    private static Cell measure(ExperimentRun run, LayerPlan plan, HookedTransformer model, long seed, boolean inModel)
            throws IOException {
        Corpus corpus = run.corpus(model, TEXT, plan.context());
        LayerDictionaries dictionaries = new LayerDictionaries(plan, model, corpus, seed, inModel);
        run.provenance(dictionaries.provenance());
        return new Cell(dictionaries.run());
    }
}
