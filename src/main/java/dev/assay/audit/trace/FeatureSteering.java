package dev.assay.audit.trace;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.attach.AttachedDictionary;
import dev.assay.attach.TokenTexts;
import dev.assay.intervene.Intervention;
import dev.assay.intervene.TokenPositions;
import dev.assay.model.HookedTransformer;
import dev.assay.model.LogProbabilities;
import dev.assay.model.hook.HookScope;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.Standard;
import dev.assay.sae.Weights;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Steers prompts by a feature at several strengths and measures the probability of an outcome: the sum of the probabilities of some next
 * tokens after the prompt. Random directions of the same norm, at the same strengths, are the control.
 *
 * <pre>{@code
 * SteeringCurve curve = FeatureSteering.of(AttachedDictionary.of(model, sae))
 *         .strengths(-4, 4, 8).outcomes(" no").controls(20, 0).run(latent, prompts);
 * }</pre>
 */
public final class FeatureSteering {
    private static final double[] STRENGTHS = {1, 2, 4, 8};
    private static final int CONTROLS = 20;

    private final AttachedDictionary attached;
    private final double[] strengths;
    private final List<Integer> outcomes;
    private final TokenPositions positions;
    private final int controls;
    private final long seed;

    private FeatureSteering(
            AttachedDictionary attached,
            double[] strengths,
            List<Integer> outcomes,
            TokenPositions positions,
            int controls,
            long seed) {
        this.attached = attached;
        this.strengths = strengths;
        this.outcomes = outcomes;
        this.positions = positions;
        this.controls = controls;
        this.seed = seed;
    }

    /**
     * Starts with the strengths 1, 2, 4 and 8 at all positions, and 20 random directions of seed 0.
     *
     * @param attached the dictionary at its sites in the model
     * @return the steering, without outcomes
     */
    public static FeatureSteering of(AttachedDictionary attached) {
        return new FeatureSteering(attached, STRENGTHS, List.of(), TokenPositions.all(), CONTROLS, 0);
    }

    /**
     * Sets the strengths.
     *
     * @param values multiples of the direction, in units of the code; negative to steer away; at least one
     * @return the steering
     * @throws InvalidInputException without strengths, or if one is not finite
     */
    public FeatureSteering strengths(double... values) {
        InvalidInputException.require(values.length > 0, "there are no steering strengths, expected at least one");
        for (double value : values) {
            InvalidInputException.require(Double.isFinite(value), "a steering strength", value, "a finite number");
        }
        return new FeatureSteering(attached, values.clone(), outcomes, positions, controls, seed);
    }

    /**
     * Adds tokens to the outcome.
     *
     * @param tokens the texts of single tokens
     * @return the steering
     * @throws InvalidInputException if a text is not a single token
     */
    public FeatureSteering outcomes(String... tokens) {
        return outcomes(Arrays.stream(tokens)
                .mapToInt(token -> TokenTexts.single(attached.model(), token))
                .toArray());
    }

    /**
     * Adds tokens to the outcome.
     *
     * @param tokens token ids
     * @return the steering
     */
    public FeatureSteering outcomes(int... tokens) {
        List<Integer> all = new ArrayList<>(outcomes);
        for (int token : tokens) {
            if (!all.contains(token)) {
                all.add(token);
            }
        }
        return new FeatureSteering(attached, strengths, List.copyOf(all), positions, controls, seed);
    }

    /** {@return the same steering at other positions} */
    public FeatureSteering positions(TokenPositions where) {
        return new FeatureSteering(attached, strengths, outcomes, where, controls, seed);
    }

    /**
     * Sets the control.
     *
     * @param directions the number of random directions, at least 1
     * @param directionSeed of the directions
     * @return the steering
     */
    public FeatureSteering controls(int directions, long directionSeed) {
        InvalidInputException.requireAtLeast(1, "the number of random directions", directions);
        return new FeatureSteering(attached, strengths, outcomes, positions, directions, directionSeed);
    }

    /**
     * Steers prompts.
     *
     * @param latent the feature
     * @param prompts token ids of each prompt, at least one prompt
     * @return the curve
     * @throws InvalidInputException without prompts or outcomes, or if there is no such latent
     */
    public SteeringCurve run(int latent, List<int[]> prompts) {
        InvalidInputException.require(!prompts.isEmpty(), "there are no prompts to steer, expected at least one");
        InvalidInputException.require(!outcomes.isEmpty(), "there are no outcome tokens, expected at least one");
        attached.require(latent);
        try (SparseAutoencoder random = randomDirections(latent)) {
            AttachedDictionary control = new AttachedDictionary(attached.sites(), random);
            List<SteeringCurve.Point> points = new ArrayList<>();
            for (double strength : strengths) {
                double[] ofControls = new double[controls];
                for (int direction = 0; direction < controls; direction++) {
                    ofControls[direction] = steered(control, direction, strength, prompts);
                }
                points.add(new SteeringCurve.Point(strength, steered(attached, latent, strength, prompts), ofControls));
            }
            List<String> texts = outcomes.stream()
                    .map(token -> attached.model().tokenizer().token(token))
                    .toList();
            return new SteeringCurve(latent, texts, prompts.size(), probability(prompts), points);
        }
    }

    private double steered(AttachedDictionary dictionary, int latent, double strength, List<int[]> prompts) {
        try (HookScope hooks = Intervention.of(dictionary)
                .positions(positions)
                .steer(latent, strength)
                .open()) {
            return probability(prompts);
        }
    }

    /** Returns the mean probability of the outcome. Prompts of one length run together, since padding would shift positions. */
    private double probability(List<int[]> prompts) {
        HookedTransformer model = attached.model();
        Map<Integer, List<int[]>> byLength = new LinkedHashMap<>();
        prompts.forEach(prompt -> byLength.computeIfAbsent(prompt.length, length -> new ArrayList<>())
                .add(prompt));
        double sum = 0;
        try (Autograd off = Autograd.off()) {
            for (List<int[]> equal : byLength.values()) {
                float[] logits = model.lastLogits(equal);
                int vocabulary = logits.length / equal.size();
                for (int i = 0; i < equal.size(); i++) {
                    LogProbabilities next =
                            LogProbabilities.of(Arrays.copyOfRange(logits, i * vocabulary, (i + 1) * vocabulary));
                    for (int token : outcomes) {
                        sum += Math.exp(next.of(token));
                    }
                }
            }
        }
        return sum / prompts.size();
    }

    /** Returns a dictionary whose latents have random directions with the norm of a latent's direction. */
    private SparseAutoencoder randomDirections(int latent) {
        SparseAutoencoder sae = attached.sae();
        try (Scope scope = Scope.open()) {
            NDArray direction = attached.directions(sae.decoder().getManager(), List.of(latent));
            float norm = Aten.rowNorms(direction).toFloatArray()[0];
            NDArray directions = Weights.controlDirections(sae.decoder().getManager(), controls, sae.dOut(), seed)
                    .mul(norm);
            NDArray encoder = directions.getManager().zeros(new Shape(controls, sae.dIn()));
            NDArray bias = directions.getManager().zeros(new Shape(controls));
            return SparseAutoencoder.builder()
                    .architecture(new Standard())
                    .weights(new Weights(encoder, bias, directions, sae.decoderBias()))
                    .input(sae.input())
                    .metadata(sae.metadata())
                    .build();
        }
    }
}
