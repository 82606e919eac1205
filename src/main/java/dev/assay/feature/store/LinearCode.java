package dev.assay.feature.store;

/**
 * Activations in 16 bits: code c of 1 … {@link #LARGEST} stands for {@code c · max / LARGEST}, where max is the largest activation of the
 * latent, which is kept exactly. An activation is off by at most {@code max / 131070}; those below that, which no code but 0
 * would be nearest to, are kept above 0 and are off by less than {@code max / 65535}. Larger activations never get smaller codes.
 */
final class LinearCode {
    static final int LARGEST = 0xffff;

    private LinearCode() {}

    /** What activations are multiplied by before they are rounded to a code; 0 for a latent that has none. */
    static double scale(float max) {
        return max == 0 ? 0 : LARGEST / (double) max;
    }

    /** The scales of many latents. */
    static double[] scales(float[] maxima) {
        double[] scales = new double[maxima.length];
        for (int latent = 0; latent < maxima.length; latent++) {
            scales[latent] = scale(maxima[latent]);
        }
        return scales;
    }

    /** The code of an activation above 0. */
    static char of(float value, double scale) {
        return (char) Math.min(LARGEST, Math.max(1, (int) (value * scale + 0.5)));
    }

    /** What a code stands for. */
    static float value(int code, float max) {
        return (float) ((double) max * code / LARGEST);
    }

    /** The smallest code that stands for at least a bound; one above {@link #LARGEST} where none does. */
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
