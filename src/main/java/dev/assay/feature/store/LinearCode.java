package dev.assay.feature.store;

/**
 * Linear 16-bit quantization of activations: code c in 1 … {@link #LARGEST} represents {@code c · max / LARGEST}, where max is the exact
 * maximum activation of the latent. The error is at most {@code max / 131070}. Activations below that would round to 0; they have code 1 and
 * an error of less than {@code max / 65535}. Codes are monotonic in the activation.
 */
final class LinearCode {
    static final int LARGEST = 0xffff;

    private LinearCode() {}

    /** Returns the number of codes per unit of activation, LARGEST / max; 0 for a dead latent. */
    static double scale(float max) {
        return max == 0 ? 0 : LARGEST / (double) max;
    }

    /** Returns the scale of each latent, [latents]. */
    static double[] scales(float[] maxima) {
        double[] scales = new double[maxima.length];
        for (int latent = 0; latent < maxima.length; latent++) {
            scales[latent] = scale(maxima[latent]);
        }
        return scales;
    }

    /** Returns the code of an activation above 0. */
    static char of(float value, double scale) {
        return (char) Math.min(LARGEST, Math.max(1, (int) (value * scale + 0.5)));
    }

    /** Returns the activation that a code represents. */
    static float value(int code, float max) {
        return (float) ((double) max * code / LARGEST);
    }

    /** Returns the smallest code with a value of at least a bound; {@link #LARGEST} + 1 if there is none. */
    static int firstAtLeast(double bound, float max) {
        int code = (int) Math.min(LARGEST + 1.0, Math.max(0, Math.ceil(bound * scale(max)) - 1));
        while (code <= LARGEST && value(code, max) < bound) {
            code++;
        }
        while (code > 0 && value(code - 1, max) >= bound) {
            code--;
        }
        return code;
    }
}
