package dev.assay.intervene.patch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.Lifetime;
import dev.assay.attach.AttachedDictionary;
import dev.assay.attach.AttachedSites;
import dev.assay.attach.LogitDivergence;
import dev.assay.attach.Splice;
import dev.assay.attach.TokenMask;
import dev.assay.model.HookedTransformer;
import dev.assay.model.PaddedTokens;
import dev.assay.model.Padding;
import dev.assay.model.hook.ActivationCache;
import dev.assay.model.hook.HookPoint;
import dev.assay.model.hook.HookScope;
import dev.assay.sae.Dictionary;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.SparseCodes;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Patches features of prompts to their values in counterfactual prompts. With codes c of a prompt, codes c̄ of its counterfactual and a
 * set F of features,
 *
 * <pre>
 * x' = x + s · Σ_{j ∈ F} (c̄_j − c_j) d_j
 * </pre>
 *
 * <p>at every token, so the reconstruction error x − x̂ is kept (Cunningham et al., arXiv 2309.08600, section 4). The factor s undoes the
 * normalisation of x, 1 for most dictionaries. Tokens that the dictionary's training left out keep their activation. Divergences are
 * computed in float64 from the logits after the last token.
 *
 * <pre>{@code
 * try (FeaturePatching patching = FeaturePatching.of(model, HookPoint.residPost(1), sae, pairs)) {
 *     PatchLadder ladder = PatchLadder.options(0.001, 0.01, 0.1).run(patching);
 * }
 * }</pre>
 *
 * <p>The patching is for one thread at a time. Neither the model nor the dictionary is closed with it.
 */
public final class FeaturePatching implements AutoCloseable {
    private final HookedTransformer model;
    private final AttachedSites sites;
    private final FeatureGroups groups;
    private final List<PromptPair> pairs;
    private final int length;
    private final HookPoint end;
    private final NDManager manager;
    private final PaddedTokens tokens;
    private final NDArray lastRows; // int64 [pairs]
    private final NDArray target; // logits of the counterfactual runs, float64 [pairs, V]
    private final NDArray raw; // x̄ − x, [pairs · length, d_out]
    private final NDArray differences; // s · (c̄ − c), [pairs · length, latents that differ]
    private final NDArray directions; // [latents that differ, d_out]
    private final List<Integer> latents;
    private final Map<Integer, Integer> columns = new HashMap<>();
    private final BitSet differing = new BitSet();

    private FeaturePatching(
            HookedTransformer model,
            AttachedSites sites,
            Dictionary dictionary,
            FeatureGroups groups,
            List<PromptPair> pairs) {
        groups.check(dictionary.dSae());
        sites.writesBeforeFinalNorm();
        InvalidInputException.require(!pairs.isEmpty(), "there are no pairs of prompts, expected at least one");
        this.model = model;
        this.sites = sites;
        this.groups = groups;
        this.pairs = List.copyOf(pairs);
        this.length = pairs.stream().mapToInt(PromptPair::length).max().orElseThrow();
        model.requireContext(length);
        this.end = HookPoint.residPost(model.config().layers() - 1);
        this.manager = TorchEngine.newManager(model.device());
        try (Lifetime.Use use = dictionary.use();
                Scope scope = Scope.open();
                Autograd off = Autograd.off()) {
            tokens = padded(PromptPair::prompt);
            long[] last = IntStream.range(0, pairs.size())
                    .mapToLong(i -> (long) i * length + pairs.get(i).length() - 1)
                    .toArray();
            lastRows = owned(manager.create(last));
            HookPoint[] points = sites.all();
            PaddedTokens counterfactual = padded(PromptPair::counterfactual);
            try (ActivationCache clean = model.cache(tokens.tokens(), tokens.mask(), points);
                    ActivationCache other = model.cache(counterfactual.tokens(), counterfactual.mask(), points)) {
                NDArray real = real();
                raw = owned(float32(sites.target(other))
                        .sub(float32(sites.target(clean)))
                        .mul(real));
                NDArray x = float32(sites.input(clean));
                CodeDifferences found = differences(dictionary, x, float32(sites.input(other)));
                latents = found.latents();
                NDArray unscaled = manager.create(found.values(), new Shape(pairs.size() * length, latents.size()));
                differences = owned(scaled(dictionary, x, unscaled).mul(real));
                directions = owned(directions(dictionary, latents));
            }
            latents.forEach(latent -> columns.put(latent, columns.size()));
            for (int feature = 0; feature < groups.size(); feature++) {
                differing.set(feature, groups.latents().get(feature).stream().anyMatch(columns::containsKey));
            }
            target = owned(logits(counterfactual));
        }
    }

    /**
     * Prepares patching of single latents at a site.
     *
     * @param model the model
     * @param point the site that the dictionary reads, and writes unless it is a transcoder
     * @param dictionary the dictionary
     * @param pairs the pairs of prompts, at least one; lengths may differ between pairs
     * @return the patching, to be closed
     * @throws InvalidInputException if there are no pairs, a prompt exceeds the context, or the dictionary does not fit the site
     */
    public static FeaturePatching of(
            HookedTransformer model, HookPoint point, Dictionary dictionary, List<PromptPair> pairs) {
        return of(model, point, dictionary, FeatureGroups.single(dictionary.dSae()), pairs);
    }

    /**
     * Prepares patching of groups of latents at a site.
     *
     * @param model the model
     * @param point the site that the dictionary reads, and writes unless it is a transcoder
     * @param dictionary the dictionary
     * @param groups the latents of each feature
     * @param pairs the pairs of prompts, at least one; lengths may differ between pairs
     * @return the patching, to be closed
     * @throws InvalidInputException as {@link #of(HookedTransformer, HookPoint, Dictionary, List)}, or if a group has an unknown latent
     */
    public static FeaturePatching of(
            HookedTransformer model,
            HookPoint point,
            Dictionary dictionary,
            FeatureGroups groups,
            List<PromptPair> pairs) {
        return new FeaturePatching(model, AttachedSites.of(model, dictionary, point), dictionary, groups, pairs);
    }

    /**
     * Prepares patching of single latents of an attached dictionary.
     *
     * @param attached the dictionary at its sites
     * @param pairs the pairs of prompts, at least one; lengths may differ between pairs
     * @return the patching, to be closed
     * @throws InvalidInputException if there are no pairs, or a prompt exceeds the context
     */
    public static FeaturePatching of(AttachedDictionary attached, List<PromptPair> pairs) {
        SparseAutoencoder sae = attached.sae();
        return new FeaturePatching(attached.model(), attached.sites(), sae, FeatureGroups.single(sae.dSae()), pairs);
    }

    private PaddedTokens padded(Function<PromptPair, int[]> part) {
        PaddedTokens padded = PaddedTokens.of(manager, pairs.stream().map(part).toList(), Padding.RIGHT, 0);
        return new PaddedTokens(owned(padded.tokens()), owned(padded.mask()));
    }

    /** Returns a copy that lives as long as this object. */
    private NDArray owned(NDArray array) {
        NDArray copy = Scope.detached(array::duplicate);
        copy.attach(manager);
        return copy;
    }

    private static NDArray float32(NDArray rows) {
        return rows.toType(DataType.FLOAT32, false);
    }

    /** Returns 1 at tokens and 0 at padding, [pairs · length, 1]. */
    private NDArray real() {
        return tokens.mask().reshape(-1, 1).toType(DataType.FLOAT32, false);
    }

    private CodeDifferences differences(Dictionary dictionary, NDArray clean, NDArray counterfactual) {
        TokenMask mask = TokenMask.of(model, dictionary.metadata());
        boolean[] included = new boolean[pairs.size() * length];
        for (int i = 0; i < pairs.size(); i++) {
            PromptPair pair = pairs.get(i);
            boolean[] here = mask.includes(wide(pair.prompt()));
            boolean[] there = mask.includes(wide(pair.counterfactual()));
            for (int j = 0; j < pair.length(); j++) {
                included[i * length + j] = here[j] && there[j];
            }
        }
        SparseCodes codes = dictionary.encode(clean);
        return CodeDifferences.of(codes, dictionary.encode(counterfactual), included);
    }

    private static long[] wide(int... ids) {
        return Arrays.stream(ids).asLongStream().toArray();
    }

    private static NDArray scaled(Dictionary dictionary, NDArray x, NDArray rows) {
        if (dictionary instanceof SparseAutoencoder sae && !sae.transcodes()) {
            NDArray scale = sae.input().normalization().apply(x).scale();
            return scale == null ? rows : rows.mul(scale);
        }
        return rows;
    }

    private NDArray directions(Dictionary dictionary, List<Integer> chosen) {
        NDArray all = dictionary instanceof SparseAutoencoder sae ? sae.directions() : dictionary.decoder();
        return Aten.indexSelect(all, 0, ids(chosen));
    }

    private NDArray ids(Collection<Integer> numbers) {
        return manager.create(numbers.stream().mapToLong(Integer::longValue).toArray());
    }

    /** {@return the number of features} */
    public int features() {
        return groups.size();
    }

    /** {@return the pairs of prompts} */
    public List<PromptPair> pairs() {
        return pairs;
    }

    /**
     * Returns whether patching a feature changes the activations of some pair. Patching the others has no effect.
     *
     * @param feature its index
     * @return false if its codes are equal in both runs at every token
     */
    public boolean differs(int feature) {
        return differing.get(feature);
    }

    /**
     * Returns the size of the change that each feature makes alone: the mean of ‖s · (c̄_j − c_j) d_j‖ over tokens.
     *
     * @return one number per feature, 0 where the codes are equal; for a group the sum over its latents
     */
    public double[] contributionSizes() {
        double[] sizes = new double[groups.size()];
        if (latents.isEmpty()) {
            return sizes;
        }
        int count = pairs.stream().mapToInt(PromptPair::length).sum();
        try (Scope scope = Scope.open()) {
            float[] codes = differences.abs().sum(new int[] {0}).toFloatArray();
            float[] norms = Aten.rowNorms(directions).toFloatArray();
            for (int feature = 0; feature < sizes.length; feature++) {
                for (int latent : groups.latents().get(feature)) {
                    Integer column = columns.get(latent);
                    sizes[feature] += column == null ? 0 : (double) codes[column] * norms[column] / count;
                }
            }
        }
        return sizes;
    }

    /**
     * Patches some features.
     *
     * @param features their indices
     * @return the effect in each pair
     * @throws InvalidInputException if a feature is out of range
     */
    public PatchEffect patch(Collection<Integer> features) {
        for (int feature : features) {
            InvalidInputException.require(
                    feature >= 0 && feature < groups.size(),
                    () -> "there is no feature " + feature + " to patch, expected 0 to " + (groups.size() - 1));
        }
        List<Integer> chosen = features.stream()
                .flatMap(feature -> groups.latents().get(feature).stream())
                .flatMap(latent -> Stream.ofNullable(columns.get(latent)))
                .distinct()
                .sorted()
                .toList();
        try (Scope scope = Scope.open();
                Autograd off = Autograd.off()) {
            return effect(change(chosen));
        }
    }

    /** {@return the effect of replacing the whole activation x by x̄, without a dictionary} */
    public PatchEffect raw() {
        try (Scope scope = Scope.open();
                Autograd off = Autograd.off()) {
            return effect(raw);
        }
    }

    /** Returns the change of the written activations, [pairs · length, d_out]. */
    private NDArray change(List<Integer> chosen) {
        if (chosen.isEmpty()) {
            return raw.zerosLike();
        }
        if (chosen.size() == latents.size()) {
            return differences.matMul(directions);
        }
        NDArray index = ids(chosen);
        return Aten.indexSelect(differences, 1, index).matMul(Aten.indexSelect(directions, 0, index));
    }

    private PatchEffect effect(NDArray change) {
        float[] norms = Aten.rowNorms(change).toFloatArray();
        double[] sizes = new double[pairs.size()];
        for (int i = 0; i < norms.length; i++) {
            sizes[i / length] += norms[i];
        }
        try (HookScope edit = new Splice(sites).add(model.hooks(), change).open()) {
            NDArray patched = logits(tokens);
            return new PatchEffect(
                    LogitDivergence.inFloat64(patched, target),
                    LogitDivergence.inFloat64(target, patched),
                    sizes,
                    pairs.stream().mapToInt(PromptPair::length).toArray());
        }
    }

    /** Returns the logits after the last token of each prompt, float64 [pairs, V]. */
    private NDArray logits(PaddedTokens batch) {
        try (Scope scope = Scope.open()) {
            NDArray residual = model.runTo(end, batch.tokens(), batch.mask());
            NDArray last =
                    Aten.indexSelect(residual.reshape(-1, residual.getShape().get(2)), 0, lastRows);
            return scope.keep(model.unembed(model.finalNorm(last)).toType(DataType.FLOAT64, false));
        }
    }

    /** Frees the activations of the pairs. */
    @Override
    public void close() {
        manager.close();
    }
}
