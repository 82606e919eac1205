package dev.assay.model.internal.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.model.config.Norm;
import dev.assay.model.config.TransformerConfig;
import dev.assay.tensor.Scope;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;

/** The initial weights of a model. */
public final class WeightInitialization {
    public static final double DEVIATION = 0.02;

    private WeightInitialization() {}

    /**
     * Returns weights initialised like GPT-2 (Radford et al. 2019, section 2.3): normal with standard deviation 0.02, divided by
     * √(2·layers) in the layers that write to the residual stream; zero biases; norm factors 1.
     *
     * @param embedding the standard deviation of the token embedding
     */
    public static Parameters normal(TransformerConfig config, long seed, double embedding, NDManager manager) {
        double residual = DEVIATION / Math.sqrt(2.0 * config.layers());
        boolean unitOffset = config.norm() instanceof Norm.RmsNorm rms && rms.unitOffset();
        Map<String, NDArray> arrays = new LinkedHashMap<>();
        Parameters.shapes(config).forEach((name, shape) -> {
            boolean writes = name.endsWith(".out.weight") || name.endsWith(".down.weight");
            double deviation = name.equals(Parameters.EMBED) ? embedding : writes ? residual : DEVIATION;
            arrays.put(name, Scope.detached(() -> {
                if (shape.dimension() == 1) {
                    boolean one = name.endsWith(Parameters.WEIGHT) && !unitOffset;
                    return one ? manager.ones(shape) : manager.zeros(shape);
                }
                // Each parameter has its own random stream, so that an additional parameter changes no other.
                SplittableRandom random = new SplittableRandom(seed * 31 + name.hashCode());
                return normal(manager, shape, random, deviation);
            }));
        });
        return new Parameters(arrays);
    }

    private static NDArray normal(NDManager manager, Shape shape, SplittableRandom random, double deviation) {
        float[] values = new float[(int) shape.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (deviation * random.nextGaussian());
        }
        return manager.create(FloatBuffer.wrap(values), shape);
    }
}
