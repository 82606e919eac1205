package dev.assay.evaluate.benchmark;

import java.util.Arrays;

/**
 * A dictionary with a ReLU encoder that subtracts the decoder bias from its input.
 *
 * @param encoder [d, F]
 * @param encoderBias [F]
 * @param decoder [F, d]
 * @param decoderBias [d]
 */
record ReluDictionary(double[][] encoder, double[] encoderBias, double[][] decoder, double[] decoderBias)
        implements Float64Dictionary {
    @Override
    public int latents() {
        return encoderBias.length;
    }

    @Override
    public double[][] encode(double[][] x) {
        return Arrays.stream(x).map(this::code).toArray(double[][]::new);
    }

    private double[] code(double[] x) {
        double[] code = encoderBias.clone();
        for (int i = 0; i < x.length; i++) {
            Rows.add(code, x[i] - decoderBias[i], encoder[i]);
        }
        for (int latent = 0; latent < code.length; latent++) {
            code[latent] = Math.max(code[latent], 0);
        }
        return code;
    }

    @Override
    public double[][] reconstruct(double[][] x) {
        return Arrays.stream(encode(x)).map(this::decode).toArray(double[][]::new);
    }

    private double[] decode(double[] code) {
        double[] x = decoderBias.clone();
        for (int latent = 0; latent < code.length; latent++) {
            Rows.add(x, code[latent], decoder[latent]);
        }
        return x;
    }

    @Override
    public double[] direction(int latent) {
        return decoder[latent];
    }
}
