package dev.assay.intervene.attribute;

import ai.djl.ndarray.NDArray;
import dev.assay.attach.PromptTokens;
import dev.assay.model.HookBuilder;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import dev.assay.model.hook.HookScope;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Computes the metric and its gradients for a batch of copies of one text, each with shifted activations at some sites. */
final class PatchedRuns {
    private final HookedTransformer model;
    private final PromptTokens prompt;
    private final Metric metric;

    PatchedRuns(HookedTransformer model, PromptTokens prompt, Metric metric) {
        this.model = model;
        this.prompt = prompt;
        this.metric = metric;
    }

    /**
     * The activation shifts of one batch of copies.
     *
     * @param copies the number of copies
     * @param shifts the amounts to add to the activations, [copies, position · d] per site
     */
    record Patch(int copies, Map<HookPoint, NDArray> shifts) {
        /** Returns a patch of one unshifted copy. */
        static Patch none() {
            return new Patch(1, Map.of());
        }
    }

    /** Returns the metric of each copy. */
    double[] metrics(Patch patch) {
        try (Scope scope = Scope.open();
                Autograd off = Autograd.off();
                HookScope hooks = edits(patch).open()) {
            return doubles(metric.apply(model.forward(prompt.batch(model, patch.copies()))));
        }
    }

    /**
     * Runs one forward and one backward pass over the copies and accumulates the weighted gradients of their metrics at sites. The gradient
     * is with respect to the shifted activation and flows through every site.
     *
     * @param patch the shifts of the copies
     * @param weights float32 [1, copies] per site
     * @param sums [1, position · d] per site; changed in place
     */
    void addGradients(Patch patch, Map<HookPoint, NDArray> weights, Map<HookPoint, NDArray> sums) {
        HookBuilder hooks = edits(patch);
        sums.forEach((point, sum) -> hooks.readGradient(point, (gradient, site) -> {
            NDArray copies = gradient.reshape(patch.copies(), sum.size());
            Aten.add_(sum, weights.get(point).matMul(copies), 1);
        }));
        try (Scope scope = Scope.open();
                HookScope open = hooks.open();
                Autograd recording = Autograd.recording()) {
            open.backward(metric.apply(model.forward(prompt.batch(model, patch.copies())))
                    .sum());
        }
    }

    private HookBuilder edits(Patch patch) {
        HookBuilder hooks = model.hooks();
        patch.shifts()
                .forEach((point, shift) ->
                        hooks.edit(point, (activation, site) -> activation.add(shift.reshape(activation.getShape()))));
        return hooks;
    }

    private static double[] doubles(NDArray numbers) {
        float[] floats = numbers.toFloatArray();
        double[] converted = new double[floats.length];
        Arrays.setAll(converted, i -> floats[i]);
        return converted;
    }

    /** Creates an array for each site. */
    static Map<HookPoint, NDArray> byPoint(List<SiteNodes> sites, Function<SiteNodes, NDArray> factory) {
        Map<HookPoint, NDArray> map = new LinkedHashMap<>();
        sites.forEach(site -> map.put(site.point(), factory.apply(site)));
        return map;
    }
}
