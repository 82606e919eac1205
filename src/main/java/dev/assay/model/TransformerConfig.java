package dev.assay.model;

/**
 * The shape of a decoder-only transformer.
 *
 * @param family the name that Hugging Face gives the architecture ({@code model_type}), for example {@code gpt_neox}
 * @param vocabularySize V, rows of the embedding
 * @param contextLength the longest sequence
 * @param layers the number of blocks
 * @param dModel D, the width of the residual stream
 * @param heads H, the attention heads
 * @param keyValueHeads K, the heads of keys and values; divides {@code heads}
 * @param dHead h, the width of a head
 * @param dMlp M, the width of the feed-forward layer
 * @param activation the nonlinearity of the feed-forward layer
 * @param norm what normalises the input of each layer
 * @param positions how positions enter
 * @param parallel whether both halves of a block read the same residual stream
 * @param tied whether the unembedding is the embedding
 */
public record TransformerConfig(
        String family,
        int vocabularySize,
        int contextLength,
        int layers,
        int dModel,
        int heads,
        int keyValueHeads,
        int dHead,
        int dMlp,
        ActivationFunction activation,
        Norm norm,
        Positions positions,
        boolean parallel,
        boolean tied) {

    /** Checks that the numbers fit each other. */
    public TransformerConfig {
        positive("vocabularySize", vocabularySize);
        positive("contextLength", contextLength);
        positive("layers", layers);
        positive("dModel", dModel);
        positive("heads", heads);
        positive("keyValueHeads", keyValueHeads);
        positive("dHead", dHead);
        positive("dMlp", dMlp);
        if (heads % keyValueHeads != 0) {
            throw new IllegalArgumentException(
                    "heads is " + heads + ", expected a multiple of keyValueHeads, " + keyValueHeads);
        }
        if (positions instanceof Positions.Rotary rotary && rotary.dimensions() > dHead) {
            throw new IllegalArgumentException(
                    "rotary dimensions are " + rotary.dimensions() + ", expected at most dHead, " + dHead);
        }
    }

    /** Returns the sizes that shapes of weights follow from, for messages. */
    String sizes() {
        return "width " + dModel + ", " + layers + " blocks, " + heads + " heads, feed-forward " + dMlp
                + ", vocabulary " + vocabularySize + ", context " + contextLength;
    }

    private static void positive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " is " + value + ", expected at least 1");
        }
    }

    /**
     * Starts a configuration of the GPT-NeoX family (Pythia): parallel blocks, a quarter of each head rotary.
     *
     * @return a builder with 4 blocks of width 128 and 4 heads
     */
    public static Builder gptNeoX() {
        return new Builder(GptNeoX.MODEL_TYPE)
                .activation(ActivationFunction.GELU)
                .rotary(0.25, 10_000)
                .parallel(true);
    }

    /**
     * Starts a configuration of the GPT-2 family: sequential blocks, learned positions, the unembedding tied.
     *
     * @return a builder with 4 blocks of width 128 and 4 heads
     */
    public static Builder gpt2() {
        return new Builder(Gpt2.MODEL_TYPE)
                .activation(ActivationFunction.GELU_TANH)
                .learnedPositions()
                .tied(true);
    }

    /** Collects the numbers of a configuration. */
    public static final class Builder {
        private final String family;
        private int vocabularySize = 2048;
        private int contextLength = 512;
        private int layers = 4;
        private int dModel = 128;
        private int heads = 4;
        private int dMlp;
        private ActivationFunction activation;
        private Norm norm = new Norm.LayerNorm(1e-5);
        private double rotaryShare;
        private double rotaryBase;
        private boolean parallel;
        private boolean tied;

        Builder(String family) {
            this.family = family;
        }

        /**
         * Sets the rows of the embedding.
         *
         * @param value at least 1
         * @return this
         */
        public Builder vocabularySize(int value) {
            vocabularySize = value;
            return this;
        }

        /**
         * Sets the longest sequence.
         *
         * @param value at least 1
         * @return this
         */
        public Builder contextLength(int value) {
            contextLength = value;
            return this;
        }

        /**
         * Sets the number of blocks.
         *
         * @param value at least 1
         * @return this
         */
        public Builder layers(int value) {
            layers = value;
            return this;
        }

        /**
         * Sets the width of the residual stream.
         *
         * @param value a multiple of the heads
         * @return this
         */
        public Builder dModel(int value) {
            dModel = value;
            return this;
        }

        /**
         * Sets the number of attention heads.
         *
         * @param value a divisor of the width
         * @return this
         */
        public Builder heads(int value) {
            heads = value;
            return this;
        }

        /**
         * Sets the width of the feed-forward layer, by default four times that of the residual stream.
         *
         * @param value at least 1
         * @return this
         */
        public Builder dMlp(int value) {
            dMlp = value;
            return this;
        }

        /**
         * Sets the nonlinearity.
         *
         * @param value the function
         * @return this
         */
        public Builder activation(ActivationFunction value) {
            activation = value;
            return this;
        }

        /**
         * Sets the norm, by default a layer norm with eps 1e-5.
         *
         * @param value the norm
         * @return this
         */
        public Builder norm(Norm value) {
            norm = value;
            return this;
        }

        /**
         * Makes positions rotary.
         *
         * @param share the part of each head's dimensions that turns, in (0, 1]
         * @param base the base of the frequencies
         * @return this
         */
        public Builder rotary(double share, double base) {
            rotaryShare = share;
            rotaryBase = base;
            return this;
        }

        /**
         * Makes positions learned.
         *
         * @return this
         */
        public Builder learnedPositions() {
            rotaryShare = 0;
            return this;
        }

        /**
         * Sets whether both halves of a block read the same residual stream.
         *
         * @param value true for parallel
         * @return this
         */
        public Builder parallel(boolean value) {
            parallel = value;
            return this;
        }

        /**
         * Sets whether the unembedding is the embedding.
         *
         * @param value true for tied
         * @return this
         */
        public Builder tied(boolean value) {
            tied = value;
            return this;
        }

        /**
         * Makes the configuration.
         *
         * @return the configuration
         * @throws IllegalArgumentException when the numbers do not fit each other
         */
        public TransformerConfig build() {
            positive("heads", heads);
            if (dModel % heads != 0) {
                throw new IllegalArgumentException(
                        "dModel is " + dModel + ", expected a multiple of the heads, " + heads);
            }
            int dHead = dModel / heads;
            Positions positions = rotaryShare == 0
                    ? new Positions.Learned()
                    : new Positions.Rotary((int) (dHead * rotaryShare), rotaryBase);
            return new TransformerConfig(
                    family,
                    vocabularySize,
                    contextLength,
                    layers,
                    dModel,
                    heads,
                    heads,
                    dHead,
                    dMlp == 0 ? 4 * dModel : dMlp,
                    activation,
                    norm,
                    positions,
                    parallel,
                    tied);
        }
    }
}
