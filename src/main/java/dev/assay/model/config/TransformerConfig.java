package dev.assay.model.config;

/**
 * The shape of a decoder-only transformer.
 *
 * @param family the name that Hugging Face gives the architecture ({@code model_type}), for example {@code gpt_neox}
 * @param vocabularySize V, rows of the embedding
 * @param contextLength the longest sequence that the model was made for
 * @param layers the number of blocks
 * @param dModel D, the width of the residual stream
 * @param attention the attention of the blocks
 * @param feedForward their feed-forward layers
 * @param block how the two are put together
 * @param positions how positions enter
 * @param embedding how tokens become vectors, and vectors logits
 */
public record TransformerConfig(
        String family,
        int vocabularySize,
        int contextLength,
        int layers,
        int dModel,
        AttentionConfig attention,
        FeedForwardConfig feedForward,
        BlockConfig block,
        PositionEncoding positions,
        EmbeddingConfig embedding) {

    /** Checks that the numbers fit each other. */
    public TransformerConfig {
        positive("vocabularySize", vocabularySize);
        positive("contextLength", contextLength);
        positive("layers", layers);
        positive("dModel", dModel);
        if (attention.windows().size() != layers) {
            throw new IllegalArgumentException(
                    "there are " + attention.windows().size() + " attention windows, expected one for each of the "
                            + layers + " blocks");
        }
        if (positions instanceof PositionEncoding.Rotary rotary) {
            requireInHead(rotary, attention.dHead());
        }
        if (positions instanceof PositionEncoding.RotaryByWindow rotary) {
            requireInHead(rotary.windowed(), attention.dHead());
            requireInHead(rotary.full(), attention.dHead());
        }
    }

    private static void requireInHead(PositionEncoding.Rotary rotary, int dHead) {
        if (rotary.turned() > dHead) {
            throw new IllegalArgumentException(
                    "rotary dimensions are " + rotary.turned() + ", expected at most dHead, " + dHead);
        }
    }

    static void positive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " is " + value + ", expected at least 1");
        }
    }

    /**
     * Returns H.
     *
     * @return the attention heads
     */
    public int heads() {
        return attention.heads();
    }

    /**
     * Returns K.
     *
     * @return the heads of keys and values
     */
    public int keyValueHeads() {
        return attention.keyValueHeads();
    }

    /**
     * Returns h.
     *
     * @return the width of a head
     */
    public int dHead() {
        return attention.dHead();
    }

    /**
     * Returns M.
     *
     * @return the width of the feed-forward layer
     */
    public int dMlp() {
        return feedForward.dMlp();
    }

    /**
     * Returns the nonlinearity of the feed-forward layer.
     *
     * @return the function
     */
    public ActivationFunction activation() {
        return feedForward.activation();
    }

    /**
     * Returns what normalises the input of each layer.
     *
     * @return the norm
     */
    public Norm norm() {
        return block.norm();
    }

    /**
     * Tells whether both halves of a block read the same residual stream.
     *
     * @return true if they do
     */
    public boolean parallel() {
        return block.parallel();
    }

    /**
     * Tells whether the unembedding is the embedding.
     *
     * @return true if it is
     */
    public boolean tied() {
        return embedding.tied();
    }

    /**
     * Returns the longest sequence that can be computed. Rotary positions have no end, though past the context length a model knows
     * little.
     *
     * @return the context length where positions are learned, otherwise no limit
     */
    public int longestSequence() {
        return positions instanceof PositionEncoding.Learned ? contextLength : Integer.MAX_VALUE;
    }

    /** Returns the same with the unembedding tied or not. */
    public TransformerConfig withTied(boolean tied) {
        EmbeddingConfig changed = new EmbeddingConfig(embedding.scale(), tied, embedding.bias(), embedding.softCap());
        return new TransformerConfig(
                family,
                vocabularySize,
                contextLength,
                layers,
                dModel,
                attention,
                feedForward,
                block,
                positions,
                changed);
    }

    /** Returns the sizes that shapes of weights follow from, for messages. */
    public String sizes() {
        return "width " + dModel + ", " + layers + " blocks, " + heads() + " heads of width " + dHead() + ", "
                + keyValueHeads() + " of keys and values, feed-forward " + dMlp() + ", vocabulary " + vocabularySize
                + ", context " + contextLength;
    }

    /**
     * Starts a configuration of the GPT-NeoX family (Pythia): parallel blocks, a quarter of each head rotary.
     *
     * @return a builder with 4 blocks of width 128 and 4 heads
     */
    public static TransformerConfigBuilder gptNeoX() {
        return new TransformerConfigBuilder(ModelTypes.GPT_NEOX)
                .rotary(0.25, 10_000)
                .parallel(true);
    }

    /**
     * Starts a configuration of the GPT-2 family: sequential blocks, learned positions, the unembedding tied.
     *
     * @return a builder with 4 blocks of width 128 and 4 heads
     */
    public static TransformerConfigBuilder gpt2() {
        return new TransformerConfigBuilder(ModelTypes.GPT2)
                .activation(ActivationFunction.GELU_TANH)
                .learnedPositions()
                .tied(true);
    }

    /**
     * Starts a configuration of the Llama family: sequential blocks, norms by the root mean square, a gate, whole heads rotary, no
     * bias.
     *
     * @return a builder with 4 blocks of width 128 and 4 heads
     */
    public static TransformerConfigBuilder llama() {
        return llamaLike(ModelTypes.LLAMA);
    }

    /**
     * Starts a configuration of the Mistral family: Llama's, with a window of 4096 tokens.
     *
     * @return a builder with 4 blocks of width 128 and 4 heads
     */
    public static TransformerConfigBuilder mistral() {
        return llamaLike(ModelTypes.MISTRAL).window(4096);
    }

    /**
     * Starts a configuration of the Qwen2 family: Llama's, with biases on queries, keys and values.
     *
     * @return a builder with 4 blocks of width 128 and 4 heads
     */
    public static TransformerConfigBuilder qwen2() {
        return llamaLike(ModelTypes.QWEN2).attentionBias(true, false);
    }

    /**
     * Starts a configuration of the Qwen3 family: Llama's, with normalised queries and keys.
     *
     * @return a builder with 4 blocks of width 128 and 4 heads
     */
    public static TransformerConfigBuilder qwen3() {
        return llamaLike(ModelTypes.QWEN3).normalizedHeads(true);
    }

    /**
     * Starts a configuration of the Gemma-2 family: norms before and after both halves, soft caps of 50 on scores and 30 on logits, a
     * window of 4096 tokens in every other block, the unembedding tied.
     *
     * @return a builder with 4 blocks of width 128 and 4 heads
     */
    public static TransformerConfigBuilder gemma2() {
        return gemma(ModelTypes.GEMMA2)
                .windowPattern(4096, 2)
                .attentionSoftCap(50)
                .logitSoftCap(30);
    }

    /**
     * Starts a configuration of the Gemma-3 family: norms before and after both halves and on queries and keys, a window of 512 tokens
     * in five of six blocks, which turn with the base 10,000 and the others with 1,000,000, the unembedding tied.
     *
     * @return a builder with 4 blocks of width 128 and 4 heads
     */
    public static TransformerConfigBuilder gemma3() {
        return gemma(ModelTypes.GEMMA3_TEXT)
                .normalizedHeads(true)
                .windowPattern(512, 6)
                .rotary(1, 1_000_000)
                .windowedRotary(10_000);
    }

    /**
     * Starts a configuration of the Phi family: parallel blocks with one norm, half of each head rotary, biases everywhere.
     *
     * @return a builder with 4 blocks of width 128 and 4 heads
     */
    public static TransformerConfigBuilder phi() {
        return new TransformerConfigBuilder(ModelTypes.PHI)
                .activation(ActivationFunction.GELU_TANH)
                .rotary(0.5, 10_000)
                .parallel(true)
                .sharedNorm(true)
                .logitBias(true);
    }

    private static TransformerConfigBuilder llamaLike(String family) {
        return new TransformerConfigBuilder(family)
                .activation(ActivationFunction.SILU)
                .norm(new Norm.RmsNorm(1e-6, false))
                .rotary(1, 10_000)
                .gated(true)
                .attentionBias(false, false)
                .feedForwardBias(false);
    }

    private static TransformerConfigBuilder gemma(String family) {
        return llamaLike(family)
                .activation(ActivationFunction.GELU_TANH)
                .norm(new Norm.RmsNorm(1e-6, true))
                .postNorms(true)
                .scaledEmbedding(true)
                .tied(true);
    }
}
