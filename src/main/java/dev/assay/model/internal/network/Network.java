package dev.assay.model.internal.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.assay.model.config.AttentionConfig;
import dev.assay.model.config.BlockConfig;
import dev.assay.model.config.PositionEncoding;
import dev.assay.model.config.TransformerConfig;
import dev.assay.model.hook.HookPoint.Kind;
import dev.assay.model.internal.network.Attention.AttentionLayers;
import dev.assay.model.internal.network.Block.BlockNorms;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import java.util.ArrayList;
import java.util.List;

/** The computation of a transformer: embedding, blocks, final norm, unembedding. */
public final class Network {
    private final TransformerConfig config;
    private final Parameters parameters;
    private final NDArray eps;
    private final NDManager manager;
    private final RotaryTables.Source rotary;
    private final List<Block> blocks = new ArrayList<>();
    private final NormLayer lnFinal;

    /** Builds the loaded part of the network; the manager owns the few constants that it adds to the parameters. */
    public Network(TransformerConfig config, LoadedPart part, Parameters parameters, NDManager manager) {
        this.config = config;
        this.parameters = parameters;
        this.manager = manager;
        this.eps = scalar(config.norm().eps());
        this.rotary = RotaryTables.Source.of(config.positions(), manager);
        for (int i = 0; i < part.blocks(); i++) {
            blocks.add(block(i));
        }
        WeightAndBias last = parameters.norm(Parameters.LN_FINAL);
        this.lnFinal = new NormLayer(config.norm(), last, eps, Kind.LN_FINAL_SCALE, Kind.LN_FINAL_NORMALIZED, -1);
    }

    private NDArray scalar(double value) {
        return Scope.detached(() -> manager.create((float) value));
    }

    private Block block(int i) {
        BlockConfig halves = config.block();
        BlockNorms norms = new BlockNorms(
                norm(i, "ln1", Kind.LN1_SCALE, Kind.LN1_NORMALIZED),
                halves.postNorms() ? norm(i, "ln1_post", Kind.LN1_POST_SCALE, Kind.LN1_POST_NORMALIZED) : null,
                halves.sharedNorm() ? null : norm(i, "ln2", Kind.LN2_SCALE, Kind.LN2_NORMALIZED),
                halves.postNorms() ? norm(i, "ln2_post", Kind.LN2_POST_SCALE, Kind.LN2_POST_NORMALIZED) : null);
        AttentionConfig attention = config.attention();
        AttentionLayers layers = new AttentionLayers(
                parameters.linear(i, "qkv"),
                attention.normalizedHeads() ? norm(i, "q_norm", null, null) : null,
                attention.normalizedHeads() ? norm(i, "k_norm", null, null) : null,
                parameters.linear(i, "out"));
        FeedForward mlp = new FeedForward(
                config.feedForward().gated() ? parameters.linear(i, "gate") : null,
                parameters.linear(i, "up"),
                parameters.linear(i, "down"),
                config.activation(),
                config.feedForward().dMlp(),
                i);
        return new Block(
                i,
                halves,
                norms,
                new Attention(attention, layers, scalar(attention.scale(i)), parameters.precision(), i),
                mlp);
    }

    private NormLayer norm(int block, String layer, Kind scale, Kind normalized) {
        return new NormLayer(
                config.norm(), parameters.norm(Parameters.ofBlock(block, layer)), eps, scale, normalized, block);
    }

    /** Returns the residual stream after the last block, [batch, position, D]. */
    NDArray residual(NDArray tokens, Pass pass) {
        try (Scope scope = Scope.open()) {
            NDArray residual = pass.part().isResumed() ? null : embedded(tokens, pass);
            RotaryTables tables = rotary.at(pass.geometry());
            for (int i = pass.part().firstBlock(); i < blocks.size(); i++) {
                NDArray before = residual;
                boolean windowed = config.attention().windows().get(i) > 0;
                residual = blocks.get(i).run(before, tables.of(windowed), pass);
                if (before != null) {
                    before.close();
                }
            }
            if (blocks.size() < config.layers()) {
                // The last site of a partially loaded model is the input of the first block that is not loaded.
                NDArray last = residual;
                residual = pass.at(Kind.RESID_PRE, blocks.size(), () -> last);
            }
            return scope.keep(residual);
        }
    }

    /** Returns the residual stream before the first block, [batch, position, D]. */
    private NDArray embedded(NDArray tokens, Pass pass) {
        NDArray residual = pass.site(Kind.EMBED, -1, embed(tokens));
        if (config.positions() instanceof PositionEncoding.Learned) {
            NDArray table = parameters.get(Parameters.POSITIONS); // [contextLength, D]
            NDArray learned = Aten.embedding(table, pass.geometry().positions()).broadcast(residual.getShape());
            residual = residual.add(pass.site(Kind.POS_EMBED, -1, learned));
        }
        return residual;
    }

    private NDArray embed(NDArray tokens) {
        NDArray embedded = parameters.embed(tokens);
        double scale = config.embedding().scale();
        return scale == 1 ? embedded : Aten.mul(embedded, scale);
    }

    /** Returns the number of tokens up to which the rotation of a position does not depend on the length of the text. */
    int longestFixedRotation() {
        return rotary.longestFixed();
    }

    /** Returns the final norm of the residual stream. */
    public NDArray normalized(NDArray residual, Pass pass) {
        return lnFinal.run(residual, pass);
    }

    /** Returns the final norm of the residual stream without calling hooks. */
    public NDArray normalized(NDArray residual) {
        return lnFinal.apply(residual);
    }

    /** Returns the factor of the final norm, [D]. */
    public NDArray finalNormWeight() {
        return lnFinal.weight();
    }

    /** Returns the logits, [..., V], of normalised vectors, [..., D]. */
    public NDArray unembed(NDArray normalized) {
        NDArray logits = parameters.unembed().apply(normalized);
        double cap = config.embedding().softCap();
        if (Autograd.isRecording()) {
            return SoftCap.apply(logits, cap);
        }
        SoftCap.applyInPlace(logits, cap);
        return logits;
    }
}
