package dev.assay.train.internal.step;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.sae.Sites;
import dev.assay.sae.Weights;
import dev.assay.tensor.Scope;
import dev.assay.train.plan.DictionaryInitialization;
import dev.assay.train.plan.Target;
import dev.assay.train.plan.TrainingPlan;
import dev.assay.train.spi.DictionaryParameters;
import dev.assay.train.spi.Parameter;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Creates the initial parameters of a run, before the first batch. */
public final class InitialDictionary {
    /** Makes the encoder's random numbers independent of the decoder's. */
    private static final long ENCODER_SEED = 0x5851F42D4C957F2DL;

    private InitialDictionary() {}

    /**
     * Creates every parameter that a plan's method trains.
     *
     * @param manager owns the arrays
     * @param plan sizes, seed and {@link DictionaryInitialization}
     * @param dIn the width of the activations
     * @param dOut the width of the target
     * @return the parameters
     */
    public static DictionaryParameters of(NDManager manager, TrainingPlan plan, int dIn, int dOut) {
        DictionaryInitialization start = plan.initialization();
        int dSae = plan.dSae();
        Map<Parameter, NDArray> arrays = new EnumMap<>(Parameter.class);
        NDArray decoder = directions(manager, dSae, dOut, plan.seed(), start.decoderNorm());
        if (plan.method().tied()) {
            arrays.put(Parameter.ENCODER, decoder);
        } else {
            arrays.put(Parameter.ENCODER, encoder(manager, plan, decoder, dIn));
            arrays.put(Parameter.DECODER, decoder);
            arrays.put(Parameter.DECODER_BIAS, filled(manager, new Shape(dOut), 0));
        }
        arrays.put(Parameter.ENCODER_BIAS, filled(manager, new Shape(dSae), 0));
        plan.method()
                .extras()
                .forEach((parameter, value) -> arrays.put(parameter, filled(manager, new Shape(dSae), value)));
        if (plan.target() == Target.OTHER_SITE_WITH_SKIP) {
            arrays.put(Parameter.SKIP, filled(manager, new Shape(dOut, dIn), 0));
        }
        return new DictionaryParameters(arrays);
    }

    /**
     * Creates every parameter that a plan's method trains, for the activations of some sites.
     *
     * @param manager owns the arrays
     * @param plan sizes, seed and {@link DictionaryInitialization}
     * @param sites the sites concatenated in each row; for a transcoder, the input site and the target site
     * @param widths the widths of the sites
     * @return the parameters
     * @throws InvalidInputException when a transcoder does not have two sites
     */
    public static DictionaryParameters of(
            NDManager manager, TrainingPlan plan, List<String> sites, List<Integer> widths) {
        Sites all = plan.target().sites(sites, widths);
        return of(manager, plan, all.dIn(), all.dOut());
    }

    /**
     * Samples decoder rows uniformly from the unit sphere. The encoder is initialized to the same directions; biases are zero.
     *
     * @param manager owns the arrays
     * @param dIn the width of the activations
     * @param dSae the number of latents
     * @param seed the seed of the directions
     * @return the parameters
     */
    public static DictionaryParameters random(NDManager manager, int dIn, int dSae, long seed) {
        NDArray decoder = directions(manager, dSae, dIn, seed, 1);
        return DictionaryParameters.of(
                Scope.detached(decoder::duplicate),
                filled(manager, new Shape(dSae), 0),
                decoder,
                filled(manager, new Shape(dIn), 0));
    }

    private static NDArray encoder(NDManager manager, TrainingPlan plan, NDArray decoder, int dIn) {
        DictionaryInitialization start = plan.initialization();
        long seed = plan.seed() ^ ENCODER_SEED;
        if (start.encoder() == DictionaryInitialization.Encoder.INDEPENDENT) {
            return uniform(manager, plan.dSae(), dIn, seed);
        }
        if (decoder.getShape().get(1) != dIn) {
            return directions(manager, plan.dSae(), dIn, seed, start.decoderNorm() * start.encoderScale());
        }
        return Scope.detached(() -> decoder.mul((float) start.encoderScale()));
    }

    private static NDArray directions(NDManager manager, int count, int width, long seed, double norm) {
        NDArray unit = Scope.detached(() -> Weights.randomDirections(manager, count, width, seed));
        if (norm == 1) {
            return unit;
        }
        try (unit) {
            return Scope.detached(() -> unit.mul((float) norm));
        }
    }

    private static NDArray uniform(NDManager manager, int count, int width, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double bound = 1 / Math.sqrt(width);
        float[] values = new float[Math.multiplyExact(count, width)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextDouble(-bound, bound);
        }
        return Scope.detached(() -> manager.create(values, new Shape(count, width)));
    }

    private static NDArray filled(NDManager manager, Shape shape, double value) {
        return Scope.detached(() -> manager.full(shape, (float) value));
    }
}
