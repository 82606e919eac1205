package dev.assay.model.config;

import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/** Builds a {@link TransformerConfig}, starting from the defaults of a model family. */
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
     * Sets the number of tokens in the vocabulary, at least 1.
     *
     * @return this
     */
    public TransformerConfigBuilder vocabularySize(int value) {
        vocabularySize = value;
        return this;
    }

    /**
     * Sets the longest sequence that the model is trained for, at least 1 token.
     *
     * @return this
     */
    public TransformerConfigBuilder contextLength(int value) {
        contextLength = value;
        return this;
    }

    /**
     * Sets the number of blocks, at least 1.
     *
     * @return this
     */
    public TransformerConfigBuilder layers(int value) {
        layers = value;
        return this;
    }

    /**
     * Sets the width of the residual stream: a multiple of the number of heads, unless the head width is set.
     *
     * @return this
     */
    public TransformerConfigBuilder dModel(int value) {
        dModel = value;
        return this;
    }

    /**
     * Sets the number of query heads.
     *
     * @return this
     */
    public TransformerConfigBuilder heads(int value) {
        heads = value;
        return this;
    }

    /**
     * Sets the number of key and value heads, a divisor of the number of query heads. Default: the number of query heads.
     *
     * @return this
     */
    public TransformerConfigBuilder keyValueHeads(int value) {
        keyValueHeads = value;
        return this;
    }

    /**
     * Sets the width of a head. Default: the width of the residual stream divided by the number of heads.
     *
     * @return this
     */
    public TransformerConfigBuilder dHead(int value) {
        dHead = value;
        return this;
    }

    /**
     * Sets the width of the feed-forward layer. Default: four times the width of the residual stream.
     *
     * @return this
     */
    public TransformerConfigBuilder dMlp(int value) {
        dMlp = value;
        return this;
    }

    /**
     * Sets the activation function of the feed-forward layer.
     *
     * @return this
     */
    public TransformerConfigBuilder activation(ActivationFunction value) {
        activation = value;
        return this;
    }

    /**
     * Sets the norm of every layer.
     *
     * @return this
     */
    public TransformerConfigBuilder norm(Norm value) {
        norm = value;
        return this;
    }

    /**
     * Uses rotary position embeddings.
     *
     * @param share the rotated part of each head's dimensions, in (0, 1]
     * @param base the base of the frequencies
     * @return this
     */
    public TransformerConfigBuilder rotary(double share, double base) {
        rotaryShare = share;
        rotaryBase = base;
        return this;
    }

    /**
     * Sets the scaling of rotary frequencies for long contexts. Default: none.
     *
     * @return this
     */
    public TransformerConfigBuilder rotaryScaling(RotaryScaling value) {
        rotaryScaling = value;
        return this;
    }

    /**
     * Uses learned position embeddings.
     *
     * @return this
     */
    public TransformerConfigBuilder learnedPositions() {
        rotaryShare = 0;
        return this;
    }

    /**
     * Sets the attention window: the number of tokens that a query sees, including its own. It applies to the blocks that have a
     * window in the family, otherwise to all blocks; 0 means no window.
     *
     * @return this
     */
    public TransformerConfigBuilder window(int value) {
        window = value;
        return this;
    }

    /**
     * Sets whether attention and feed-forward layer both read the residual stream before the block.
     *
     * @return this
     */
    public TransformerConfigBuilder parallel(boolean value) {
        parallel = value;
        return this;
    }

    /**
     * Sets whether the embedding is also the unembedding.
     *
     * @return this
     */
    public TransformerConfigBuilder tied(boolean value) {
        tied = value;
        return this;
    }

    /**
     * Sets the position encoding.
     *
     * @return this
     */
    public TransformerConfigBuilder positions(PositionEncoding value) {
        positions = value;
        return this;
    }

    /** Sets a separate rotary base for blocks with an attention window. */
    TransformerConfigBuilder windowedRotary(double base) {
        windowedRotaryBase = base;
        return this;
    }

    /** Sets the attention window of all blocks except every n-th. */
    TransformerConfigBuilder windowPattern(int tokens, int everyNthFull) {
        window = tokens;
        windowPattern = everyNthFull;
        return this;
    }

    /**
     * Sets the attention window of every block; 0 means no window.
     *
     * @return this
     */
    public TransformerConfigBuilder windows(List<Integer> value) {
        windows = value;
        return this;
    }

    /**
     * Sets the factor of attention scores. Default: 1/√(head width).
     *
     * @return this
     */
    public TransformerConfigBuilder attentionScale(double value) {
        attentionScale = value;
        return this;
    }

    /**
     * Sets whether block i, counted from 0, divides attention scores by i + 1.
     *
     * @return this
     */
    public TransformerConfigBuilder scaledByDepth(boolean value) {
        scaledByDepth = value;
        return this;
    }

    /**
     * Sets the soft cap of attention scores, see {@link AttentionConfig}; 0 means none.
     *
     * @return this
     */
    public TransformerConfigBuilder attentionSoftCap(double value) {
        attentionSoftCap = value;
        return this;
    }

    /**
     * Sets whether each query head and key head is normalised.
     *
     * @return this
     */
    public TransformerConfigBuilder normalizedHeads(boolean value) {
        normalizedHeads = value;
        return this;
    }

    /**
     * Sets whether the linear layers of attention have a bias.
     *
     * @return this
     */
    public TransformerConfigBuilder attentionBias(boolean queriesKeysValues, boolean out) {
        attentionBias = queriesKeysValues;
        attentionOutBias = out;
        return this;
    }

    /**
     * Sets whether the linear layers of the feed-forward layer have a bias.
     *
     * @return this
     */
    public TransformerConfigBuilder feedForwardBias(boolean value) {
        feedForwardBias = value;
        return this;
    }

    /**
     * Sets whether the feed-forward layer has a gate.
     *
     * @return this
     */
    public TransformerConfigBuilder gated(boolean value) {
        gated = value;
        return this;
    }

    /**
     * Sets whether attention and feed-forward layer of a parallel block share one norm.
     *
     * @return this
     */
    public TransformerConfigBuilder sharedNorm(boolean value) {
        sharedNorm = value;
        return this;
    }

    /**
     * Sets whether the outputs of attention and feed-forward layer are normalised.
     *
     * @return this
     */
    public TransformerConfigBuilder postNorms(boolean value) {
        postNorms = value;
        return this;
    }

    /**
     * Sets whether the embedding is multiplied by √D.
     *
     * @return this
     */
    public TransformerConfigBuilder scaledEmbedding(boolean value) {
        scaledEmbedding = value;
        return this;
    }

    /**
     * Sets whether the unembedding has a bias.
     *
     * @return this
     */
    public TransformerConfigBuilder logitBias(boolean value) {
        logitBias = value;
        return this;
    }

    /**
     * Sets the soft cap of the logits, see {@link EmbeddingConfig}; 0 means none.
     *
     * @return this
     */
    public TransformerConfigBuilder logitSoftCap(double value) {
        logitSoftCap = value;
        return this;
    }

    /**
     * Builds the configuration.
     *
     * @throws IllegalArgumentException when a number is out of range or inconsistent with another
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
