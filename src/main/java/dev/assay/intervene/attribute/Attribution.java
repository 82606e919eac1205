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
 * Attribution of a metric of a text to the features and reconstruction errors of dictionaries. Immutable: each method that sets an option
 * returns a new attribution.
 *
 * <pre>{@code
 * Attribution attribution = Attribution.of(model, early).at(late).metric(Metric.logitDifference(-1, he, she));
 * AttributionReport report = attribution.gradient("Tom said that");
 * AttributionCheck check = attribution.exact(report, 50);
 * }</pre>
 *
 * <p>At every site the activation is decomposed as {@code x = Σ cⱼ·dⱼ + b + ε}; both the codes and the error ε are nodes (Marks et al.,
 * "Sparse Feature Circuits", arXiv 2403.19647). The effect of a node is {@code (clean − patch) · ∂metric/∂node}, an estimate of the
 * decrease of the metric when the node is patched; its sign is opposite to the indirect effect of that paper. Gradients flow through each
 * site unchanged, as without a dictionary. One backward pass therefore computes the gradients of all sites, and the effect of an early node
 * includes its effects through later sites.
 *
 * <p>The patch is zero, for codes and errors, or the activations of a {@linkplain #counterfactual counterfactual text} of the same length.
 * Open hooks stay in effect, as in every forward pass.
 */
public final class Attribution {
    private final HookedTransformer model;
    private final List<AttachedDictionary> sites;
    private final Metric metric;
    private final PromptTokens patch; // null for zero ablation
    private final int rows; // 0 to select by the model's size

    private Attribution(
            HookedTransformer model, List<AttachedDictionary> sites, Metric metric, PromptTokens patch, int rows) {
        this.model = model;
        this.sites = sites;
        this.metric = metric;
        this.patch = patch;
        this.rows = rows;
    }

    /**
     * Creates an attribution for a dictionary at the site named by its metadata.
     *
     * @param model the model; the caller closes it and the dictionaries
     * @param sae the dictionary
     * @return the attribution
     * @throws InvalidInputException when the dictionary does not fit the model or names no site, or the target of a transcoder is unknown
     */
    public static Attribution of(HookedTransformer model, SparseAutoencoder sae) {
        return of(AttachedDictionary.of(model, sae));
    }

    /**
     * Creates an attribution for a dictionary attached to a model.
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
     * Creates an attribution for a dictionary at a site.
     *
     * @param model the model; the caller closes it and the dictionaries
     * @param point the site
     * @param sae the dictionary
     * @return the attribution
     * @throws InvalidInputException when the dictionary does not fit the site, or the target of a transcoder is unknown
     */
    public static Attribution of(HookedTransformer model, HookPoint point, SparseAutoencoder sae) {
        return of(AttachedDictionary.of(model, point, sae));
    }

    /**
     * Adds a dictionary at the site named by its metadata.
     *
     * @param sae the dictionary
     * @return an attribution that includes the site
     * @throws InvalidInputException as {@link #of(HookedTransformer, SparseAutoencoder)}, or when the site already has a dictionary
     */
    public Attribution at(SparseAutoencoder sae) {
        return at(AttachedDictionary.of(model, sae));
    }

    /**
     * Adds a dictionary at a site.
     *
     * @param point the site
     * @param sae the dictionary
     * @return an attribution that includes the site
     * @throws InvalidInputException as {@link #of(HookedTransformer, HookPoint, SparseAutoencoder)}, or when the site already has a
     *     dictionary
     */
    public Attribution at(HookPoint point, SparseAutoencoder sae) {
        return at(AttachedDictionary.of(model, point, sae));
    }

    /**
     * Adds a dictionary attached to the same model.
     *
     * @param next the dictionary at its sites
     * @return an attribution that includes the dictionary
     * @throws InvalidInputException as {@link #of(AttachedDictionary)}, or when the written site already has a dictionary
     */
    public Attribution at(AttachedDictionary next) {
        next.sites().read();
        HookPoint written = next.sites().written();
        if (sites.stream().anyMatch(site -> site.sites().written().equals(written))) {
            throw new InvalidInputException(written + " already has a dictionary; each site can have only one");
        }
        List<AttachedDictionary> extended = new ArrayList<>(sites);
        extended.add(next);
        return new Attribution(model, List.copyOf(extended), metric, patch, rows);
    }

    /**
     * Sets the metric to attribute.
     *
     * @param value the metric
     * @return an attribution of the metric
     */
    public Attribution metric(Metric value) {
        return new Attribution(model, sites, value, patch, rows);
    }

    /**
     * Sets a counterfactual text as the patch, instead of zero ablation: attribution patching (Nanda, 2023; Syed et al., arXiv 2310.10348).
     *
     * @param prompt a text with the same number of tokens as the attributed text
     * @return an attribution with this patch
     * @throws InvalidInputException when the text is empty or longer than the context
     */
    public Attribution counterfactual(String prompt) {
        return counterfactual(read(prompt));
    }

    /** Sets counterfactual token ids as the patch, see {@link #counterfactual(String)}. */
    public Attribution counterfactual(int... tokens) {
        return counterfactual(PromptTokens.of(model, tokens));
    }

    private Attribution counterfactual(PromptTokens prompt) {
        return new Attribution(model, sites, metric, prompt, rows);
    }

    /**
     * Sets the maximum number of copies of the text per forward pass. The default is 16, or fewer if the logits would exceed 128 MB.
     *
     * @param copies at least 1
     * @return an attribution with this limit
     */
    public Attribution rows(int copies) {
        if (copies < 1) {
            throw new InvalidInputException(
                    "rows is " + copies + ", expected at least 1 copy of the text per forward pass");
        }
        return new Attribution(model, sites, metric, patch, copies);
    }

    /**
     * Estimates effects from the gradient at the text, with one backward pass for all sites.
     *
     * @param prompt the text, tokenized with the BOS setting of the first dictionary's metadata
     * @return the effects
     * @throws InvalidInputException when the prompt is empty, longer than the context, or not of the same length as the counterfactual text
     */
    public AttributionReport gradient(String prompt) {
        return run(read(prompt)).gradient();
    }

    /** Estimates effects from the gradient at token ids; no token is prepended. See {@link #gradient(String)}. */
    public AttributionReport gradient(int... tokens) {
        return run(PromptTokens.of(model, tokens)).gradient();
    }

    /**
     * Tokenizes a text as {@link #gradient(String)} does, for metrics that need the token ids.
     *
     * @param prompt the text
     * @return token ids
     */
    public int[] tokens(String prompt) {
        return read(prompt).tokens();
    }

    /**
     * Estimates effects by integrated gradients (Sundararajan et al., arXiv 1703.01365, equation 1): the mean of the gradients at {@code
     * x_patch + α·(x − x_patch)} for α = ½/steps, 1½/steps, … (midpoint rule), computed separately for each site. With many steps the
     * effects of a site sum to the change of the metric when the site is replaced by its patch.
     *
     * @param prompt the text, tokenized with the BOS setting of the first dictionary's metadata
     * @param steps the number of gradients per site, at least 1
     * @return the effects
     * @throws InvalidInputException as {@link #gradient(String)}
     */
    public AttributionReport integrated(String prompt, int steps) {
        return run(read(prompt)).integrated(steps);
    }

    /** Estimates effects by integrated gradients at token ids; no token is prepended. See {@link #integrated(String, int)}. */
    public AttributionReport integrated(int[] tokens, int steps) {
        return run(PromptTokens.of(model, tokens)).integrated(steps);
    }

    /**
     * Measures the exact effect of each of a report's largest features, patched at all positions together.
     *
     * @param report an estimate by this attribution
     * @param count the number of features
     * @return the estimated and exact effect of each feature
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
     * Measures the exact effect of each of a report's largest nodes, a latent patched at one position.
     *
     * @param report an estimate by this attribution
     * @param count the number of nodes
     * @return the estimated and exact effect of each node
     */
    public AttributionCheck exactNodes(AttributionReport report, int count) {
        return check(
                report,
                report.topNodes(count).stream()
                        .map(node -> new AttributionCheck.Pair(
                                node.point(), node.latent(), node.position(), node.effect(), 0))
                        .toList());
    }

    private AttributionCheck check(AttributionReport report, List<AttributionCheck.Pair> estimates) {
        int[] tokens = report.ids().stream().mapToInt(Integer::intValue).toArray();
        return run(PromptTokens.of(model, tokens)).check(report, estimates);
    }

    private AttributionRun run(PromptTokens prompt) {
        if (metric == null) {
            throw new IllegalStateException("the attribution has no metric, call metric(...) first");
        }
        if (patch != null && patch.length() != prompt.length()) {
            throw new InvalidInputException("the prompt has " + prompt.length()
                    + " tokens and the counterfactual prompt has " + patch.length() + ", expected the same number");
        }
        return new AttributionRun(model, sites, metric, patch, rows, prompt);
    }

    private PromptTokens read(String prompt) {
        return PromptTokens.of(model, prompt, sites.get(0).sae().metadata());
    }
}
