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

/** Runs copies of one text at once, each with its activations moved at some sites, and reads the metric of each. */
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
     * What is done to the copies of a run.
     *
     * @param copies how many
     * @param shifts [copies, position · d] to add at a site
     */
    record Patch(int copies, Map<HookPoint, NDArray> shifts) {
        /** One copy, left as it is. */
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
     * Runs the copies forwards and once backwards, and adds up the gradients of their metrics at sites with a weight for each copy.
     * What the model goes on with at a site is what the gradient is with respect to; it passes every site.
     *
     * @param patch what is done to the copies
     * @param weights float32 [1, copies] by site
     * @param sums [1, position · d] by site, added to
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
        float[] narrow = numbers.toFloatArray();
        double[] wide = new double[narrow.length];
        Arrays.setAll(wide, i -> narrow[i]);
        return wide;
    }

    /** Makes an array for each site. */
    static Map<HookPoint, NDArray> byPoint(List<SiteNodes> sites, Function<SiteNodes, NDArray> maker) {
        Map<HookPoint, NDArray> map = new LinkedHashMap<>();
        sites.forEach(site -> map.put(site.point(), maker.apply(site)));
        return map;
    }
}
