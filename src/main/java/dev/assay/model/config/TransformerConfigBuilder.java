package dev.assay.model.config;

import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/** Collects the numbers of a {@link TransformerConfig}. What makes a family is set by the method that starts it. */
public final class TransformerConfigBuilder {
    private final String family;
    private int vocabularySize = 2048;
    private int contextLength = 512;
    private int layers = 4;
    private int dModel = 128;
    private int heads = 4;
    private int keyValueHeads;
    private int dHead;
    private int dMlp;
    private ActivationFunction activation = ActivationFunction.GELU;
    private Norm norm = new Norm.LayerNorm(1e-5);
    private double rotaryShare;
    private double rotaryBase;
    private RotaryScaling rotaryScaling = new RotaryScaling.None();
    private double windowedRotaryBase;
    private PositionEncoding positions;
    private int window;
    private int windowPattern;
    private List<Integer> windows;
    private double attentionScale;
    private boolean scaledByDepth;
    private double attentionSoftCap;
    private boolean normalizedHeads;
    private boolean attentionBias = true;
    private boolean attentionOutBias = true;
    private boolean feedForwardBias = true;
    private boolean gated;
    private boolean parallel;
    private boolean sharedNorm;
    private boolean postNorms;
    private boolean tied;
    private boolean scaledEmbedding;
    private boolean logitBias;
    private double logitSoftCap;

    TransformerConfigBuilder(String family) {
        this.family = family;
    }

    /**
     * Sets the rows of the embedding.
     *
     * @param value at least 1
     * @return this
     */
    public TransformerConfigBuilder vocabularySize(int value) {
        vocabularySize = value;
        return this;
    }

    /**
     * Sets the longest sequence that the model is made for.
     *
     * @param value at least 1
     * @return this
     */
    public TransformerConfigBuilder contextLength(int value) {
        contextLength = value;
        return this;
    }

    /**
     * Sets the number of blocks.
     *
     * @param value at least 1
     * @return this
     */
    public TransformerConfigBuilder layers(int value) {
        layers = value;
        return this;
    }

    /**
     * Sets the width of the residual stream.
     *
     * @param value a multiple of the heads, unless the width of a head is given
     * @return this
     */
    public TransformerConfigBuilder dModel(int value) {
        dModel = value;
        return this;
    }

    /**
     * Sets the number of attention heads.
     *
     * @param value a divisor of the width, unless the width of a head is given
     * @return this
     */
    public TransformerConfigBuilder heads(int value) {
        heads = value;
        return this;
    }

    /**
     * Sets the number of heads of keys and values, by default as many as there are heads.
     *
     * @param value a divisor of the heads
     * @return this
     */
    public TransformerConfigBuilder keyValueHeads(int value) {
        keyValueHeads = value;
        return this;
    }

    /**
     * Sets the width of a head, by default that of the residual stream divided by the heads.
     *
     * @param value at least 1
     * @return this
     */
    public TransformerConfigBuilder dHead(int value) {
        dHead = value;
        return this;
    }

    /**
     * Sets the width of the feed-forward layer, by default four times that of the residual stream.
     *
     * @param value at least 1
     * @return this
     */
    public TransformerConfigBuilder dMlp(int value) {
        dMlp = value;
        return this;
    }

    /**
     * Sets the nonlinearity.
     *
     * @param value the function
     * @return this
     */
    public TransformerConfigBuilder activation(ActivationFunction value) {
        activation = value;
        return this;
    }

    /**
     * Sets the norm.
     *
     * @param value the norm
     * @return this
     */
    public TransformerConfigBuilder norm(Norm value) {
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
    public TransformerConfigBuilder rotary(double share, double base) {
        rotaryShare = share;
        rotaryBase = base;
        return this;
    }

    /**
     * Sets how rotary frequencies are changed for long texts, by default not at all.
     *
     * @param value the scaling
     * @return this
     */
    public TransformerConfigBuilder rotaryScaling(RotaryScaling value) {
        rotaryScaling = value;
        return this;
    }

    /**
     * Makes positions learned.
     *
     * @return this
     */
    public TransformerConfigBuilder learnedPositions() {
        rotaryShare = 0;
        return this;
    }

    /**
     * Limits what a query sees in every block, or in those that the family gives a window.
     *
     * @param value how many tokens, itself and those before it; 0 for all
     * @return this
     */
    public TransformerConfigBuilder window(int value) {
        window = value;
        return this;
    }

    /**
     * Sets whether both halves of a block read the same residual stream.
     *
     * @param value true for parallel
     * @return this
     */
    public TransformerConfigBuilder parallel(boolean value) {
        parallel = value;
        return this;
    }

    /**
     * Sets whether the unembedding is the embedding.
     *
     * @param value true for tied
     * @return this
     */
    public TransformerConfigBuilder tied(boolean value) {
        tied = value;
        return this;
    }

    /**
     * Sets how positions are encoded.
     *
     * @return this
     */
    public TransformerConfigBuilder positions(PositionEncoding value) {
        positions = value;
        return this;
    }

    /** Gives blocks with a window another base than the others. */
    TransformerConfigBuilder windowedRotary(double base) {
        windowedRotaryBase = base;
        return this;
    }

    /** Leaves every n-th block without the window. */
    TransformerConfigBuilder windowPattern(int tokens, int everyNthFull) {
        window = tokens;
        windowPattern = everyNthFull;
        return this;
    }

    /**
     * Sets the attention window of every block, 0 for unlimited.
     *
     * @return this
     */
    public TransformerConfigBuilder windows(List<Integer> value) {
        windows = value;
        return this;
    }

    /**
     * Sets the factor on attention scores.
     *
     * @return this
     */
    public TransformerConfigBuilder attentionScale(double value) {
        attentionScale = value;
        return this;
    }

    /**
     * Sets whether attention scores are also divided by the block number plus 1.
     *
     * @return this
     */
    public TransformerConfigBuilder scaledByDepth(boolean value) {
        scaledByDepth = value;
        return this;
    }

    /**
     * Sets the soft cap of attention scores, 0 for none.
     *
     * @return this
     */
    public TransformerConfigBuilder attentionSoftCap(double value) {
        attentionSoftCap = value;
        return this;
    }

    /**
     * Sets whether queries and keys are normalized per head.
     *
     * @return this
     */
    public TransformerConfigBuilder normalizedHeads(boolean value) {
        normalizedHeads = value;
        return this;
    }

    /**
     * Sets which attention projections have biases.
     *
     * @return this
     */
    public TransformerConfigBuilder attentionBias(boolean queriesKeysValues, boolean out) {
        attentionBias = queriesKeysValues;
        attentionOutBias = out;
        return this;
    }

    /**
     * Sets whether the MLP has biases.
     *
     * @return this
     */
    public TransformerConfigBuilder feedForwardBias(boolean value) {
        feedForwardBias = value;
        return this;
    }

    TransformerConfigBuilder gated(boolean value) {
        gated = value;
        return this;
    }

    TransformerConfigBuilder sharedNorm(boolean value) {
        sharedNorm = value;
        return this;
    }

    TransformerConfigBuilder postNorms(boolean value) {
        postNorms = value;
        return this;
    }

    /** Sets whether the embedding is multiplied by √D. */
    TransformerConfigBuilder scaledEmbedding(boolean value) {
        scaledEmbedding = value;
        return this;
    }

    TransformerConfigBuilder logitBias(boolean value) {
        logitBias = value;
        return this;
    }

    /**
     * Sets the soft cap of logits, 0 for none.
     *
     * @return this
     */
    public TransformerConfigBuilder logitSoftCap(double value) {
        logitSoftCap = value;
        return this;
    }

    /**
     * Makes the configuration.
     *
     * @return the configuration
     * @throws IllegalArgumentException when the numbers do not fit each other
     */
    public TransformerConfig build() {
        int headWidth = headWidth();
        AttentionConfig attention = new AttentionConfig(
                heads,
                keyValueHeads == 0 ? heads : keyValueHeads,
                headWidth,
                attentionScale == 0 ? 1 / Math.sqrt(headWidth) : attentionScale,
                scaledByDepth,
                attentionSoftCap,
                normalizedHeads,
                attentionBias,
                attentionOutBias,
                windows == null ? windowOfEachBlock() : windows);
        return new TransformerConfig(
                family,
                vocabularySize,
                contextLength,
                layers,
                dModel,
                attention,
                new FeedForwardConfig(dMlp == 0 ? 4 * dModel : dMlp, activation, gated, feedForwardBias),
                new BlockConfig(norm, parallel, sharedNorm, postNorms),
                positions == null ? positions(headWidth) : positions,
                new EmbeddingConfig(scaledEmbedding ? Math.sqrt(dModel) : 1, tied, logitBias, logitSoftCap));
    }

    private int headWidth() {
        if (dHead != 0) {
            return dHead;
        }
        TransformerConfig.positive("heads", heads);
        if (dModel % heads != 0) {
            throw new IllegalArgumentException("dModel is " + dModel + ", expected a multiple of the heads, " + heads);
        }
        return dModel / heads;
    }

    private List<Integer> windowOfEachBlock() {
        if (windowPattern == 0) {
            return Collections.nCopies(Math.max(layers, 0), window);
        }
        return IntStream.rangeClosed(1, layers)
                .mapToObj(number -> number % windowPattern == 0 ? 0 : window)
                .toList();
    }

    private PositionEncoding positions(int headWidth) {
        if (rotaryShare == 0) {
            return new PositionEncoding.Learned();
        }
        int dimensions = (int) (headWidth * rotaryShare);
        PositionEncoding.Rotary full = new PositionEncoding.Rotary(dimensions, rotaryBase, rotaryScaling);
        return windowedRotaryBase == 0
                ? full
                : new PositionEncoding.RotaryByWindow(
                        new PositionEncoding.Rotary(dimensions, windowedRotaryBase, new RotaryScaling.None()), full);
    }
}
