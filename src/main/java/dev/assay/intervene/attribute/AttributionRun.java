package dev.assay.intervene.attribute;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.attach.AttachedDictionary;
import dev.assay.attach.ForwardBatches;
import dev.assay.attach.PromptTokens;
import dev.assay.attach.TokenMask;
import dev.assay.intervene.attribute.AttributionCheck.Pair;
import dev.assay.intervene.attribute.PatchedRuns.Patch;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.ActivationCache;
import dev.assay.model.hook.HookPoint;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Attribution of a metric of one text: its forward and backward passes. */
final class AttributionRun {
    private static final int MAX_ROWS = 16;

    private final HookedTransformer model;
    private final List<AttachedDictionary> sites;
    private final Metric metric;
    private final PromptTokens patch;
    private final int rows;
    private final PromptTokens prompt;
    private final PatchedRuns runs;

    /**
     * Creates the attribution of a text.
     *
     * @param model the model
     * @param sites the dictionaries
     * @param metric the metric to attribute
     * @param patch the counterfactual text, of the same length as the prompt; null for zero ablation
     * @param rows the number of copies of the prompt per forward pass; 0 selects it by the model's size
     * @param prompt the text
     */
    AttributionRun(
            HookedTransformer model,
            List<AttachedDictionary> sites,
            Metric metric,
            PromptTokens patch,
            int rows,
            PromptTokens prompt) {
        this.model = model;
        this.sites = sites;
        this.metric = metric;
        this.patch = patch;
        this.rows = rows > 0
                ? rows
                : ForwardBatches.withLogits(model, prompt.length(), ForwardBatches.FLOAT32_LOGIT, MAX_ROWS);
        this.prompt = prompt;
        this.runs = new PatchedRuns(model, prompt, metric);
    }

    /** Accumulates gradients at the sites, [1, position · d] per site. */
    @FunctionalInterface
    private interface Gradients {
        void addTo(Map<HookPoint, NDArray> sums, List<SiteNodes> nodes);
    }

    /** Computes the effects from the gradient at the text, with one backward pass. */
    AttributionReport gradient() {
        return report("gradient", (sums, nodes) -> {
            NDArray one = model.manager().ones(new Shape(1, 1));
            runs.addGradients(Patch.none(), PatchedRuns.byPoint(nodes, site -> one), sums);
        });
    }

    /**
     * Computes the effects from the mean gradient along the path of each site from its patch to its clean activation. Copy i interpolates
     * only site i / steps, at step i % steps.
     */
    AttributionReport integrated(int steps) {
        if (steps < 1) {
            throw new InvalidInputException("integrated gradients with " + steps + " steps, expected at least 1");
        }
        return report("integrated gradients of " + steps + " steps", (sums, nodes) -> {
            for (int[] copies : chunks(nodes.size() * steps)) {
                addGradients(sums, nodes, copies, steps);
            }
        });
    }

    private void addGradients(Map<HookPoint, NDArray> sums, List<SiteNodes> nodes, int[] copies, int steps) {
        try (Scope scope = Scope.open()) {
            Map<HookPoint, NDArray> weights = new HashMap<>();
            Map<HookPoint, NDArray> shifts = new HashMap<>();
            for (int s = 0; s < nodes.size(); s++) {
                float[] weight = new float[copies.length];
                float[] factor = new float[copies.length];
                for (int i = 0; i < copies.length; i++) {
                    if (copies[i] / steps == s) {
                        weight[i] = 1f / steps;
                        factor[i] = (copies[i] % steps + 0.5f) / steps - 1; // α − 1
                    }
                }
                HookPoint point = nodes.get(s).point();
                weights.put(point, model.manager().create(weight, new Shape(1, weight.length)));
                shifts.put(point, scaledDifference(nodes.get(s), factor));
            }
            runs.addGradients(new Patch(copies.length, shifts), weights, sums);
        }
    }

    /** Returns factor · (y − y_patch) for each factor, [copies, position · d]. */
    private NDArray scaledDifference(SiteNodes site, float... factors) {
        NDArray column = model.manager().create(factors, new Shape(factors.length, 1));
        return column.mul(site.difference().reshape(1, -1));
    }

    private AttributionReport report(String method, Gradients gradients) {
        NDManager manager = model.manager();
        try (Scope scope = Scope.open();
                Autograd off = Autograd.off()) {
            List<SiteNodes> nodes = nodes();
            Map<HookPoint, NDArray> sums = PatchedRuns.byPoint(
                    nodes, site -> manager.zeros(new Shape(1, site.difference().size())));
            gradients.addTo(sums, nodes);
            double clean = runs.metrics(Patch.none())[0];
            List<SiteAttribution> effects = new ArrayList<>();
            for (SiteNodes site : nodes) {
                double replaced = runs.metrics(new Patch(1, Map.of(site.point(), scaledDifference(site, -1))))[0];
                NDArray gradient =
                        sums.get(site.point()).reshape(site.difference().getShape());
                effects.add(site.effects(gradient, clean, replaced));
            }
            return new AttributionReport(
                    metric.name(),
                    method,
                    patch == null ? "zero" : "“" + String.join("", patch.texts()) + "”",
                    Arrays.stream(prompt.tokens()).boxed().toList(),
                    prompt.texts(),
                    clean,
                    effects);
        }
    }

    /** Measures the exact effect of each pair, with one copy of the text per pair. */
    AttributionCheck check(AttributionReport report, List<Pair> estimates) {
        List<Pair> measured = new ArrayList<>();
        try (Scope scope = Scope.open();
                Autograd off = Autograd.off()) {
            List<SiteNodes> nodes = nodes();
            double clean = runs.metrics(Patch.none())[0];
            for (int[] copies : chunks(estimates.size())) {
                List<Pair> pairs =
                        Arrays.stream(copies).mapToObj(estimates::get).toList();
                double[] metrics = patched(nodes, pairs);
                for (int i = 0; i < metrics.length; i++) {
                    Pair pair = pairs.get(i);
                    measured.add(new Pair(
                            pair.point(), pair.latent(), pair.position(), pair.estimated(), clean - metrics[i]));
                }
            }
        }
        return new AttributionCheck(report.metric(), report.method(), measured);
    }

    /** Returns for each pair the metric of the text with the pair's nodes patched. */
    private double[] patched(List<SiteNodes> nodes, List<Pair> pairs) {
        try (Scope scope = Scope.open()) {
            Map<HookPoint, NDArray> shifts = PatchedRuns.byPoint(
                    nodes,
                    site -> site.shifts(
                            pairs.stream().map(pair -> chosen(site, pair)).toList()));
            return runs.metrics(new Patch(pairs.size(), shifts));
        }
    }

    /** Returns the indices of the nodes that a pair patches at a site. */
    private static List<Integer> chosen(SiteNodes site, Pair pair) {
        if (!site.point().equals(pair.point())) {
            return List.of();
        }
        return IntStream.range(0, site.nodes().size())
                .filter(i -> site.nodes().get(i).latent() == pair.latent())
                .filter(i -> pair.position() < 0 || site.nodes().get(i).position() == pair.position())
                .boxed()
                .toList();
    }

    private List<SiteNodes> nodes() {
        HookPoint[] points = sites.stream()
                .flatMap(attached -> Arrays.stream(attached.sites().all()))
                .distinct()
                .toArray(HookPoint[]::new);
        try (ActivationCache clean = model.cache(prompt.batch(model, 1), points);
                ActivationCache patched = patch == null ? null : model.cache(patch.batch(model, 1), points)) {
            List<SiteNodes> nodes = new ArrayList<>();
            for (AttachedDictionary attached : sites) {
                SiteNodes.Activations x = SiteNodes.Activations.of(attached, clean);
                nodes.add(
                        patched == null
                                ? SiteNodes.againstZero(attached, x, included(attached))
                                : SiteNodes.againstText(
                                        attached, x, SiteNodes.Activations.of(attached, patched), included(attached)));
            }
            return nodes;
        }
    }

    /** Returns whether the dictionary covers the token at each position, in both texts. */
    private boolean[] included(AttachedDictionary attached) {
        TokenMask mask = attached.mask();
        boolean[] included = mask.includes(prompt.ids(), prompt.length());
        if (patch != null) {
            boolean[] inPatch = mask.includes(patch.ids(), patch.length());
            for (int i = 0; i < included.length; i++) {
                included[i] &= inPatch[i];
            }
        }
        return included;
    }

    /** Splits 0 … count − 1 into chunks of one forward pass each. */
    private List<int[]> chunks(int count) {
        List<int[]> chunks = new ArrayList<>();
        for (int first = 0; first < count; first += rows) {
            chunks.add(IntStream.range(first, Math.min(count, first + rows)).toArray());
        }
        return chunks;
    }
}
