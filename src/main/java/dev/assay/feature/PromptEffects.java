package dev.assay.feature;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.assay.attach.AttachedSites;
import dev.assay.attach.FeatureContributions;
import dev.assay.attach.ForwardBatches;
import dev.assay.attach.Splice;
import dev.assay.feature.prompt.PromptMetric;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookScope;
import dev.assay.tensor.Scope;
import java.util.Arrays;
import java.util.List;

/** Computes ablation effects on a prompt: one run per feature, with the feature ablated at every token. */
final class PromptEffects {
    private final HookedTransformer model;
    private final Splice splice;
    private final FeatureContributions contributions;
    private final PromptMetric.Computed metric;

    PromptEffects(AttachedSites sites, FeatureContributions contributions, PromptMetric.Computed metric) {
        this.model = sites.model();
        this.splice = new Splice(sites);
        this.contributions = contributions;
        this.metric = metric;
    }

    /** Sets the effect of each feature: metric with the feature ablated − metric of the unedited run. */
    void compute(NDArray tokens, FeatureContributions.Coded coded, List<PromptActivity> features) {
        long length = tokens.getShape().get(1);
        int step = ForwardBatches.withLogits(model, (int) length, ForwardBatches.FLOAT64_LOGIT, Integer.MAX_VALUE);
        double base = metric(model.forward(tokens))[0];
        for (int from = 0; from < features.size(); from += step) {
            List<PromptActivity> batch = features.subList(from, Math.min(features.size(), from + step));
            double[] ablated = ablated(tokens, coded, batch);
            for (int i = 0; i < ablated.length; i++) {
                batch.get(i).effect(ablated[i] - base);
            }
        }
    }

    private double[] ablated(NDArray tokens, FeatureContributions.Coded coded, List<PromptActivity> features) {
        try (Scope scope = Scope.open()) {
            NDList all = new NDList();
            features.forEach(feature -> all.add(part(coded, feature.latent())));
            NDArray part = NDArrays.concat(all); // [features · position, d_out]
            NDArray runs = tokens.repeat(new long[] {features.size(), 1});
            try (HookScope edit = splice.subtract(model.hooks(), part).open()) {
                return metric(model.forward(runs));
            }
        }
    }

    private NDArray part(FeatureContributions.Coded coded, int latent) {
        long[] latents = new long[(int) coded.codes().rows()];
        Arrays.fill(latents, latent);
        return contributions.contributions(coded, model.manager().create(latents, new Shape(latents.length)));
    }

    private double[] metric(NDArray logits) {
        try (Scope scope = Scope.open()) {
            return metric.of(logits.toType(DataType.FLOAT64, false)).toDoubleArray();
        }
    }
}
