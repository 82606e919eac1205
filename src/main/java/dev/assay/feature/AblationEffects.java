package dev.assay.feature;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.assay.attach.AttachedDictionary;
import dev.assay.attach.AttachedSites;
import dev.assay.attach.FeatureContributions;
import dev.assay.attach.ForwardBatches;
import dev.assay.attach.NextTokenLoss;
import dev.assay.attach.Splice;
import dev.assay.feature.report.ExampleEffects;
import dev.assay.feature.report.TokenEffect;
import dev.assay.feature.store.ContextTokens;
import dev.assay.feature.store.Example;
import dev.assay.feature.store.FeatureStore;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.ActivationCache;
import dev.assay.model.hook.HookPoint;
import dev.assay.model.hook.HookScope;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Effects of ablating a feature on the loss of each next token, see {@link TokenEffect}. Let r be the residual stream after the last block
 * and p the contribution of the feature ({@link FeatureContributions}) at the same token:
 *
 * <pre>
 * loss(r)  = −log softmax(unembed(finalNorm(r)))[next token]
 * direct   = loss(r − p) − loss(r)
 * true     = loss(r') − loss(r),  r' from a forward pass with p subtracted at the output site at every token
 * </pre>
 *
 * <p>Losses are computed in float64 from float32 logits. Contexts of equal length share forward passes.
 */
final class AblationEffects {
    private final HookedTransformer model;
    private final AttachedSites sites;
    private final FeatureContributions contributions;
    private final HookPoint last;

    AblationEffects(AttachedDictionary attached) {
        this.model = attached.model();
        this.sites = attached.sites();
        this.contributions = new FeatureContributions(attached);
        this.last = HookPoint.residPost(model.config().layers() - 1);
    }

    /**
     * A feature to ablate on an example.
     *
     * @param latent the index of the feature
     * @param example an example of the store, of this or of another feature
     */
    record Ablated(int latent, Example example) {}

    /** Returns the effects at the tokens of each example, in order. */
    List<ExampleEffects> on(FeatureStore store, List<Ablated> ablations) {
        List<Request> requests = new ArrayList<>();
        for (Ablated one : ablations) {
            Example example = one.example();
            ContextTokens context = store.context(example.position());
            long[] ids = Arrays.stream(context.ids()).asLongStream().toArray();
            int first = (int) (example.position() - context.start()) - example.peak();
            requests.add(new Request(one.latent(), ids, first, example.tokens()));
        }
        List<List<TokenEffect>> tokens = of(requests);
        List<ExampleEffects> effects = new ArrayList<>();
        for (int i = 0; i < ablations.size(); i++) {
            effects.add(new ExampleEffects(ablations.get(i).example().position(), tokens.get(i)));
        }
        return effects;
    }

    /**
     * A feature to ablate and the token range to report.
     *
     * @param latent the index of the ablated feature
     * @param context the token ids of the whole context
     * @param first the index of the first reported token
     * @param tokens the texts of the reported tokens
     */
    record Request(int latent, long[] context, int first, List<String> tokens) {
        int count() {
            return tokens.size();
        }
    }

    /** Returns the effects for each request, in order. */
    List<List<TokenEffect>> of(List<Request> requests) {
        sites.writesBeforeFinalNorm();
        Map<Integer, List<Integer>> byLength = new LinkedHashMap<>();
        for (int i = 0; i < requests.size(); i++) {
            byLength.computeIfAbsent(requests.get(i).context().length, length -> new ArrayList<>())
                    .add(i);
        }
        List<List<TokenEffect>> effects = new ArrayList<>(
                requests.stream().map(request -> List.<TokenEffect>of()).toList());
        byLength.forEach((length, indices) -> {
            int step = ForwardBatches.withoutLogits(length);
            for (int from = 0; from < indices.size(); from += step) {
                List<Integer> batch = indices.subList(from, Math.min(indices.size(), from + step));
                List<List<TokenEffect>> found =
                        ofEqualLength(batch.stream().map(requests::get).toList());
                for (int i = 0; i < batch.size(); i++) {
                    effects.set(batch.get(i), found.get(i));
                }
            }
        });
        return effects;
    }

    /** Computes the effects for requests with contexts of equal length. */
    private List<List<TokenEffect>> ofEqualLength(List<Request> requests) {
        int length = requests.get(0).context().length;
        long[] ids = requests.stream()
                .flatMapToLong(request -> Arrays.stream(request.context()))
                .toArray();
        PredictedTokens predictions = PredictedTokens.of(requests);
        try (Scope scope = Scope.open();
                Autograd off = Autograd.off();
                ActivationCache base = base(ids, length)) {
            FeatureContributions.Coded coded = contributions.encode(sites.input(base), ids, length);
            NDArray latents = latents(requests, length); // [n]
            NDArray part = contributions.contributions(coded, latents); // [n, d_out]
            double[] activations = contributions
                    .codes(coded, latents)
                    .toType(DataType.FLOAT64, false)
                    .toDoubleArray();
            NDArray residual = rows(base.get(last)); // [n, D]
            double[] loss = predictions.losses(model, residual);
            double[] direct = sites.writesToResidual() ? predictions.losses(model, residual.sub(part)) : null;
            double[] edited = predictions.losses(model, rows(edited(ids, length, part)));
            return predictions.effects(activations, loss, direct, edited);
        }
    }

    private NDArray tokens(long[] ids, int length) {
        return model.manager().create(ids, new Shape(ids.length / length, length));
    }

    private ActivationCache base(long[] ids, int length) {
        return model.cache(
                tokens(ids, length),
                Stream.concat(sites.reads().stream(), Stream.of(last))
                        .distinct()
                        .toArray(HookPoint[]::new));
    }

    /** Returns the residual stream after the last block of a forward pass with the contributions subtracted at the output site. */
    private NDArray edited(long[] ids, int length, NDArray part) {
        try (HookScope edit = new Splice(sites).subtract(model.hooks(), part).open()) {
            return model.runTo(last, tokens(ids, length));
        }
    }

    private static NDArray rows(NDArray residual) {
        Shape shape = residual.getShape();
        return residual.toType(DataType.FLOAT32, false).reshape(shape.get(0) * shape.get(1), shape.get(2));
    }

    /** Returns the index of the ablated latent at each token, [n]. */
    private NDArray latents(List<Request> requests, int length) {
        long[] latents = new long[requests.size() * length];
        for (int i = 0; i < requests.size(); i++) {
            Arrays.fill(latents, i * length, (i + 1) * length, requests.get(i).latent());
        }
        return model.manager().create(latents);
    }

    /**
     * The reported tokens that have a next token.
     *
     * @param requests requests with contexts of equal length
     * @param rows the index of each token among the tokens of all contexts
     * @param targets the next token of each
     */
    private record PredictedTokens(List<Request> requests, long[] rows, long[] targets) {
        static PredictedTokens of(List<Request> requests) {
            List<Long> rows = new ArrayList<>();
            List<Long> targets = new ArrayList<>();
            long start = 0;
            for (Request request : requests) {
                int end = Math.min(request.first() + request.count(), request.context().length - 1);
                for (int i = request.first(); i < end; i++) {
                    rows.add(start + i);
                    targets.add(request.context()[i + 1]);
                }
                start += request.context().length;
            }
            return new PredictedTokens(requests, array(rows), array(targets));
        }

        private static long[] array(List<Long> numbers) {
            return numbers.stream().mapToLong(Long::longValue).toArray();
        }

        /** Returns the next-token losses for a residual stream [n, D]. */
        double[] losses(HookedTransformer model, NDArray residual) {
            if (rows.length == 0) {
                return new double[0];
            }
            try (Scope scope = Scope.open()) {
                NDArray selected = Aten.indexSelect(residual, 0, model.manager().create(rows));
                NDArray logits = model.unembed(model.finalNorm(selected));
                return NextTokenLoss.inFloat64(logits, model.manager().create(targets));
            }
        }

        List<List<TokenEffect>> effects(double[] activations, double[] loss, double[] direct, double[] edited) {
            List<List<TokenEffect>> effects = new ArrayList<>();
            int start = 0;
            int at = 0;
            for (Request request : requests) {
                List<TokenEffect> ofRequest = new ArrayList<>();
                for (int i = request.first(); i < request.first() + request.count(); i++) {
                    boolean predicts = i + 1 < request.context().length;
                    ofRequest.add(new TokenEffect(
                            request.tokens().get(i - request.first()),
                            activations[start + i],
                            predicts && direct != null ? direct[at] - loss[at] : Double.NaN,
                            predicts ? edited[at] - loss[at] : Double.NaN));
                    at += predicts ? 1 : 0;
                }
                effects.add(ofRequest);
                start += request.context().length;
            }
            return effects;
        }
    }
}
