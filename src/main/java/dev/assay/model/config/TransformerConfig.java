package dev.assay.model.config;

/**
 * The sizes and the structure of a decoder-only transformer.
 *
 * @param family the {@code model_type} of Hugging Face, for example {@code gpt_neox}
 * @param vocabularySize V, the number of tokens in the vocabulary
 * @param contextLength the longest sequence that the model is trained for
 * @param layers the number of blocks
 * @param dModel D, the width of the residual stream
 * @param attention the attention of the blocks
 * @param feedForward the feed-forward layers of the blocks
 * @param block how attention and feed-forward layer form a block
 * @param positions the position encoding
 * @param embedding the embedding and the unembedding
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

    /** Checks that the numbers are in range and consistent. */
    public TransformerConfig {
        positive("vocabularySize", vocabularySize);
        positive("contextLength", contextLength);
        positive("layers", layers);
        positive("dModel", dModel);
        if (attention.windows().size() != layers) {
            throw new IllegalArgumentException(attention.windows().size()
                    + " attention windows, expected one for each of the " + layers + " blocks");
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
        if (rotary.rotated() > dHead) {
            throw new IllegalArgumentException(
                    "rotary dimensions are " + rotary.rotated() + ", expected at most dHead, " + dHead);
        }
    }

    static void positive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " is " + value + ", expected at least 1");
        }
    }

    /** {@return H, the number of query heads} */
    public int heads() {
        return attention.heads();
    }

    /** {@return K, the number of key and value heads} */
    public int keyValueHeads() {
        return attention.keyValueHeads();
    }

    /** {@return h, the width of a head} */
    public int dHead() {
        return attention.dHead();
    }

    /** {@return M, the width of the feed-forward layer} */
    public int dMlp() {
        return feedForward.dMlp();
    }

    /** {@return the activation function of the feed-forward layer} */
    public ActivationFunction activation() {
        return feedForward.activation();
    }

    /** {@return the norm of every layer} */
    public Norm norm() {
        return block.norm();
    }

    /** {@return whether attention and feed-forward layer both read the residual stream before the block} */
    public boolean parallel() {
        return block.parallel();
    }

    /** {@return whether the embedding is also the unembedding} */
    public boolean tied() {
        return embedding.tied();
    }

    /**
     * Returns the longest sequence that the model can compute: the context length with learned positions, otherwise
     * {@link Integer#MAX_VALUE}, although predictions degrade beyond the context length.
     */
    public int longestSequence() {
        return positions instanceof PositionEncoding.Learned ? contextLength : Integer.MAX_VALUE;
    }

    /** {@return this configuration with the unembedding tied or separate} */
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

    /** {@return the sizes that determine the shapes of the weights, as text} */
    public String sizes() {
        return "width " + dModel + ", " + layers + " blocks, " + heads() + " heads of width " + dHead() + ", "
                + keyValueHeads() + " of keys and values, feed-forward " + dMlp() + ", vocabulary " + vocabularySize
                + ", context " + contextLength;
    }

    /**
     * Starts a configuration of any family, for {@link dev.assay.model.spi.ModelFamily}.
     *
     * @param family the {@code model_type} of config.json
     * @return a builder with 4 sequential blocks of width 128 and 4 heads, layer norms, learned positions, biases in every linear layer
     *     except the unembedding, GELU, no gate
     */
    public static TransformerConfigBuilder builder(String family) {
        return new TransformerConfigBuilder(family);
    }

    /**
     * Starts a configuration of the GPT-NeoX family (Pythia): parallel blocks, rotary positions in a quarter of each head.
     *
     * @return a builder with 4 blocks of width 128 and 4 heads
     */
    public static TransformerConfigBuilder gptNeoX() {
        return new TransformerConfigBuilder(ModelTypes.GPT_NEOX)
                .rotary(0.25, 10_000)
                .parallel(true);
    }

    /**
     * Starts a configuration of the GPT-2 family: sequential blocks, learned positions, a tied unembedding.
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
     * Starts a configuration of the Llama family: sequential blocks, RMS norms, gated feed-forward layers, rotary positions in whole
     * heads, no biases.
     *
     * @return a builder with 4 blocks of width 128 and 4 heads
     */
    public static TransformerConfigBuilder llama() {
        return llamaLike(ModelTypes.LLAMA);
    }

    /**
     * Starts a configuration of the Mistral family: like Llama, with an attention window of 4096 tokens.
     *
     * @return a builder with 4 blocks of width 128 and 4 heads
     */
    public static TransformerConfigBuilder mistral() {
        return llamaLike(ModelTypes.MISTRAL).window(4096);
    }

    /**
     * Starts a configuration of the Qwen2 family: like Llama, with biases of queries, keys and values.
     *
     * @return a builder with 4 blocks of width 128 and 4 heads
     */
    public static TransformerConfigBuilder qwen2() {
        return llamaLike(ModelTypes.QWEN2).attentionBias(true, false);
    }

    /**
     * Starts a configuration of the Qwen3 family: like Llama, with normalised queries and keys.
     *
     * @return a builder with 4 blocks of width 128 and 4 heads
     */
    public static TransformerConfigBuilder qwen3() {
        return llamaLike(ModelTypes.QWEN3).normalizedHeads(true);
    }

    /**
     * Starts a configuration of the Gemma-2 family: norms before and after attention and feed-forward layer, soft caps of 50 on
     * attention scores and 30 on logits, an attention window of 4096 tokens in every other block, a tied unembedding.
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
     * Starts a configuration of the Gemma-3 family: norms before and after attention and feed-forward layer and of queries and keys, an
     * attention window of 512 tokens and rotary base 10,000 in five of six blocks, rotary base 1,000,000 in the others, a tied
     * unembedding.
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
     * Starts a configuration of the Phi family: parallel blocks with one norm, rotary positions in half of each head, biases in every
     * linear layer.
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
