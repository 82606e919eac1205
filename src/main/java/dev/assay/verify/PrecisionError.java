package dev.assay.verify;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import dev.assay.InvalidInputException;
import dev.assay.model.HookedTransformer;
import dev.assay.model.config.Precision;
import dev.assay.model.hook.ActivationCache;
import dev.assay.model.hook.HookPoint;
import dev.assay.model.hook.Site;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The difference between a model in 16-bit precision and the same model in float32.
 *
 * @param precision the precision of the model
 * @param tokens the number of compared tokens, without padding
 * @param sites the residual stream after the embedding and after each block
 * @param logits the logits
 * @param sameTop the share of positions with the same most probable next token
 * @param divergence the mean over positions of KL(float32 ‖ 16 bits) of the next token's distribution, in nats
 */
public record PrecisionError(
        Precision precision,
        long tokens,
        List<Difference> sites,
        Difference logits,
        double sameTop,
        double divergence) {
    /** Copies the list. */
    public PrecisionError {
        sites = List.copyOf(sites);
    }

    /**
     * The difference of one array.
     *
     * @param name the site, or {@code logits}
     * @param largest the largest absolute difference
     * @param relative the norm of the difference, divided by that of the float32 values
     */
    public record Difference(String name, double largest, double relative) {
        /** {@return the largest and the relative difference of two arrays} */
        public static Difference of(String name, NDArray exact, NDArray rounded) {
            try (Scope scope = Scope.open()) {
                NDArray reference = exact.toType(DataType.FLOAT64, true);
                NDArray error = rounded.toType(DataType.FLOAT64, false).sub(reference);
                double relative = error.norm().getDouble() / reference.norm().getDouble();
                return new Difference(name, error.abs().max().getDouble(), relative);
            }
        }
    }

    /**
     * Runs both models and compares them at all positions except padding.
     *
     * @param exact the model in float32
     * @param rounded the same model in 16 bits
     * @param tokens int64 [batch, position]
     * @param mask [batch, position], 1 or true for real tokens, 0 for padding; null for no padding
     * @return the differences
     * @throws InvalidInputException if the models have different shapes
     */
    public static PrecisionError of(HookedTransformer exact, HookedTransformer rounded, NDArray tokens, NDArray mask) {
        if (!exact.config().equals(rounded.config())) {
            throw new InvalidInputException("the models " + exact.name() + " and " + rounded.name()
                    + " have different shapes, expected the same model in two precisions");
        }
        HookPoint[] points = residualStream(exact.config().layers());
        try (Autograd off = Autograd.off();
                Scope scope = Scope.open();
                ActivationCache a = exact.cache(tokens, mask, points);
                ActivationCache b = rounded.cache(tokens, mask, points)) {
            List<Difference> sites = new ArrayList<>();
            for (HookPoint point : points) {
                sites.add(Difference.of(point.name(), a.real(point), b.real(point)));
            }
            Site all = new Site(points[0], a.tokens(), a.mask());
            NDArray reference = all.real(exact.forward(tokens, mask)); // [n, V]
            NDArray found = all.real(rounded.forward(tokens, mask)); // [n, V]
            return new PrecisionError(
                    rounded.precision(),
                    reference.getShape().get(0),
                    sites,
                    Difference.of("logits", reference, found),
                    sameTop(reference, found),
                    divergence(reference, found));
        }
    }

    private static HookPoint[] residualStream(int layers) {
        HookPoint[] points = new HookPoint[layers + 1];
        points[0] = HookPoint.residPre(0);
        for (int i = 0; i < layers; i++) {
            points[i + 1] = HookPoint.residPost(i);
        }
        return points;
    }

    private static double sameTop(NDArray a, NDArray b) {
        NDArray same = a.argMax(-1).eq(b.argMax(-1));
        return same.toType(DataType.FLOAT64, false).mean().getDouble();
    }

    private static double divergence(NDArray exact, NDArray rounded) {
        NDArray logP = exact.toType(DataType.FLOAT64, false).logSoftmax(-1);
        NDArray logQ = rounded.toType(DataType.FLOAT64, false).logSoftmax(-1);
        return logP.exp().mul(logP.sub(logQ)).sum(new int[] {-1}).mean().getDouble();
    }

    /** Returns a table for people. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        text.append(String.format(Locale.ROOT, "%s against float32, %,d tokens%n", precision, tokens));
        text.append(String.format("%-28s %12s %12s%n", "", "largest", "relative"));
        List<Difference> rows = new ArrayList<>(sites);
        rows.add(logits);
        for (Difference row : rows) {
            text.append(String.format(Locale.ROOT, "%-28s %12.3e %12.3e%n", row.name(), row.largest(), row.relative()));
        }
        text.append(String.format(Locale.ROOT, "same most probable token: %.2f %%%n", 100 * sameTop));
        text.append(String.format(Locale.ROOT, "divergence: %.3e nats%n", divergence));
        return text.toString();
    }
}
