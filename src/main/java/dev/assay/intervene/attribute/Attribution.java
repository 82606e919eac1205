package dev.assay.intervene.attribute;

import dev.assay.InvalidInputException;
import dev.assay.attach.AttachedDictionary;
import dev.assay.attach.PromptTokens;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import dev.assay.sae.SparseAutoencoder;
import java.util.ArrayList;
import java.util.List;

/**
 * Tells how much each feature of some dictionaries, and what these leave over, contributes to a metric of a text. Immutable: each
 * method that sets something returns another attribution.
 *
 * <pre>{@code
 * Attribution attribution = Attribution.of(model, early).at(late).metric(Metric.logitDifference(-1, he, she));
 * AttributionReport report = attribution.gradient("Tom said that");
 * AttributionCheck check = attribution.exact(report, 50);
 * }</pre>
 *
 * <p>At every site x is written as {@code Σ cⱼ·dⱼ + b + ε}, codes and error ε treated alike (Marks et al., "Sparse Feature Circuits",
 * arXiv 2403.19647). The effect of a node is {@code (clean − patch) · ∂metric/∂node}, the contribution that patching it takes away; its
 * sign is opposite to that paper's indirect effect. Gradients pass each site as if the dictionary were not there, so that those of
 * all sites come out of one backward pass, and the effect of an early node counts what it does through later sites.
 *
 * <p>Effects are against zero, codes and error alike, or against {@linkplain #counterfactual another text} of the same length. Open hooks
 * act, as on every run.
 */
public final class Attribution {
    private final HookedTransformer model;
    private final List<AttachedDictionary> sites;
    private final Metric metric;
    private final PromptTokens patch; // null for zero
    private final int rows; // 0 for as many as suit the model

    private Attribution(
            HookedTransformer model, List<AttachedDictionary> sites, Metric metric, PromptTokens patch, int rows) {
        this.model = model;
        this.sites = sites;
        this.metric = metric;
        this.patch = patch;
        this.rows = rows;
    }

    /**
     * Starts with a dictionary at the site that its metadata name.
     *
     * @param model the model, which stays the caller's, as the dictionaries do
     * @param sae the dictionary
     * @return the attribution
     * @throws InvalidInputException when the dictionary does not fit the model or names no site, or the target of a transcoder is unknown
     */
    public static Attribution of(HookedTransformer model, SparseAutoencoder sae) {
        return of(AttachedDictionary.of(model, sae));
    }

    /**
     * Starts with a dictionary that is attached to a model.
     *
     * @param attached the dictionary at its sites
     * @return the attribution
     * @throws InvalidInputException when the dictionary reads or writes several sites, or the target of a transcoder is unknown
     */
    public static Attribution of(AttachedDictionary attached) {
        attached.sites().read();
        attached.sites().written();
        return new Attribution(attached.model(), List.of(attached), null, null, 0);
    }

    /**
     * Starts with a dictionary at a site.
     *
     * @param model the model, which stays the caller's, as the dictionaries do
     * @param point the site
     * @param sae the dictionary
     * @return the attribution
     * @throws InvalidInputException when the dictionary does not fit the site, or the target of a transcoder is unknown
     */
    public static Attribution of(HookedTransformer model, HookPoint point, SparseAutoencoder sae) {
        return of(AttachedDictionary.of(model, point, sae));
    }

    /**
     * Adds a dictionary at the site that its metadata name.
     *
     * @param sae the dictionary
     * @return an attribution with that site too
     * @throws InvalidInputException as {@link #of(HookedTransformer, SparseAutoencoder)}, or when the site has a dictionary
     */
    public Attribution at(SparseAutoencoder sae) {
        return at(AttachedDictionary.of(model, sae));
    }

    /**
     * Adds a dictionary at a site.
     *
     * @param point the site
     * @param sae the dictionary
     * @return an attribution with that site too
     * @throws InvalidInputException as {@link #of(HookedTransformer, HookPoint, SparseAutoencoder)}, or when the site has a
     *     dictionary
     */
    public Attribution at(HookPoint point, SparseAutoencoder sae) {
        return at(AttachedDictionary.of(model, point, sae));
    }

    /**
     * Adds a dictionary that is attached to the same model.
     *
     * @param next the dictionary at its sites
     * @return an attribution with that dictionary too
     * @throws InvalidInputException as {@link #of(AttachedDictionary)}, or when the written site already has a dictionary
     */
    public Attribution at(AttachedDictionary next) {
        next.sites().read();
        HookPoint written = next.sites().written();
        if (sites.stream().anyMatch(site -> site.sites().written().equals(written))) {
            throw new InvalidInputException(written + " already has a dictionary; each site can have only one");
        }
        List<AttachedDictionary> more = new ArrayList<>(sites);
        more.add(next);
        return new Attribution(model, List.copyOf(more), metric, patch, rows);
    }

    /**
     * Sets what is taken apart.
     *
     * @param value the metric
     * @return an attribution of it
     */
    public Attribution metric(Metric value) {
        return new Attribution(model, sites, value, patch, rows);
    }

    /**
     * Sets a text to patch from, in place of zeros: attribution patching (Nanda, 2023; Syed et al., arXiv 2310.10348).
     *
     * @param prompt has as many tokens as the text that will be taken apart
     * @return an attribution against it
     * @throws InvalidInputException when it is empty or longer than the context
     */
    public Attribution counterfactual(String prompt) {
        return counterfactual(read(prompt));
    }

    /** Sets tokens to patch from, see {@link #counterfactual(String)}. */
    public Attribution counterfactual(int... tokens) {
        return counterfactual(PromptTokens.of(model, tokens));
    }

    private Attribution counterfactual(PromptTokens prompt) {
        return new Attribution(model, sites, metric, prompt, rows);
    }

    /**
     * Sets how many copies of the text run at once where several are needed; 16 unless set, or as many as make 128 MB of logits if
     * that is fewer.
     *
     * @param copies at least 1
     * @return an attribution that runs so
     */
    public Attribution rows(int copies) {
        if (copies < 1) {
            throw new InvalidInputException(copies + " copies of the text at once, expected at least 1");
        }
        return new Attribution(model, sites, metric, patch, copies);
    }

    /**
     * Estimates effects by the gradient at the text: one backward pass for all sites.
     *
     * @param prompt some text, begun as the first dictionary was trained
     * @return the effects
     * @throws InvalidInputException when the prompt is empty, longer than the context, or not as long as the text to patch from
     */
    public AttributionReport gradient(String prompt) {
        return run(read(prompt)).gradient();
    }

    /** Estimates effects by the gradient at tokens as they are, see {@link #gradient(String)}. */
    public AttributionReport gradient(int... tokens) {
        return run(PromptTokens.of(model, tokens)).gradient();
    }

    /**
     * Returns the tokens of a text as the methods that take one read it, for a metric that needs them.
     *
     * @param prompt some text
     * @return ids
     */
    public int[] tokens(String prompt) {
        return read(prompt).tokens();
    }

    /**
     * Estimates effects by integrated gradients (Sundararajan et al., arXiv 1703.01365, equation 1): by the mean of the gradients at
     * {@code x_patch + α·(x − x_patch)} for α = ½/steps, 1½/steps, … of each site by itself, the midpoint rule. With many steps the effects
     * of a site sum to what replacing it changes.
     *
     * @param prompt some text, begun as the first dictionary was trained
     * @param steps how many gradients of each site
     * @return the effects
     * @throws InvalidInputException as {@link #gradient(String)}
     */
    public AttributionReport integrated(String prompt, int steps) {
        return run(read(prompt)).integrated(steps);
    }

    /** Estimates effects by integrated gradients of tokens as they are, see {@link #integrated(String, int)}. */
    public AttributionReport integrated(int[] tokens, int steps) {
        return run(PromptTokens.of(model, tokens)).integrated(steps);
    }

    /**
     * Runs the model with each of a report's largest features patched at all positions at once.
     *
     * @param report an estimate by this attribution
     * @param count how many features
     * @return both effects of each
     */
    public AttributionCheck exact(AttributionReport report, int count) {
        return check(
                report,
                report.topFeatures(count).stream()
                        .map(feature ->
                                new AttributionCheck.Pair(feature.point(), feature.latent(), -1, feature.effect(), 0))
                        .toList());
    }

    /**
     * Runs the model with each of a report's largest latents patched at its position alone.
     *
     * @param report an estimate by this attribution
     * @param count how many latents at positions
     * @return both effects of each
     */
    public AttributionCheck exactNodes(AttributionReport report, int count) {
        return check(
                report,
                report.topNodes(count).stream()
                        .map(node -> new AttributionCheck.Pair(
                                node.point(), node.latent(), node.position(), node.effect(), 0))
                        .toList());
    }

    private AttributionCheck check(AttributionReport report, List<AttributionCheck.Pair> wanted) {
        int[] tokens = report.ids().stream().mapToInt(Integer::intValue).toArray();
        return run(PromptTokens.of(model, tokens)).check(report, wanted);
    }

    private AttributionRun run(PromptTokens prompt) {
        if (metric == null) {
            throw new IllegalStateException("an attribution needs a metric");
        }
        if (patch != null && patch.length() != prompt.length()) {
            throw new InvalidInputException("the prompt has " + prompt.length() + " tokens and the text to patch from "
                    + patch.length() + ", expected as many");
        }
        return new AttributionRun(model, sites, metric, patch, rows, prompt);
    }

    private PromptTokens read(String prompt) {
        return PromptTokens.of(model, prompt, sites.get(0).sae().metadata());
    }
}
