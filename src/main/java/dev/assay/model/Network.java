package dev.assay.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.assay.model.HookPoint.Kind;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import java.util.ArrayList;
import java.util.List;

/** The computation of a transformer: embedding, blocks, final norm, unembedding. */
final class Network {
    private final NDArray embedding; // [V, D]
    private final NDArray positionEmbedding; // [contextLength, D], or null
    private final RotaryTable turns; // of every position, or null
    private final List<Block> blocks = new ArrayList<>();
    private final Normalization lnFinal;
    private final Affine unembed;

    /** Builds the network on parameters that exist; the manager owns the few constants it adds. */
    Network(TransformerConfig config, Parameters parameters, NDManager manager) {
        embedding = parameters.get(Parameters.EMBED);
        positionEmbedding = parameters.get(Parameters.POSITIONS);
        turns = config.positions() instanceof Positions.Rotary rotary
                ? RotaryTable.of(manager, rotary, config.contextLength())
                : null;
        NDArray eps = manager.create((float) ((Norm.LayerNorm) config.norm()).eps());
        NDArray scale = manager.create((float) (1 / Math.sqrt(config.dHead())));
        for (int i = 0; i < config.layers(); i++) {
            blocks.add(new Block(
                    i,
                    config.parallel(),
                    new Normalization(parameters.affine(i, "ln1"), eps, Kind.LN1_SCALE, Kind.LN1_NORMALIZED, i),
                    new Attention(config, parameters.affine(i, "qkv"), parameters.affine(i, "out"), scale, i),
                    new Normalization(parameters.affine(i, "ln2"), eps, Kind.LN2_SCALE, Kind.LN2_NORMALIZED, i),
                    new FeedForward(parameters.affine(i, "up"), parameters.affine(i, "down"), config.activation(), i)));
        }
        Affine last = parameters.affine(Parameters.LN_FINAL);
        lnFinal = new Normalization(last, eps, Kind.LN_FINAL_SCALE, Kind.LN_FINAL_NORMALIZED, -1);
        unembed = new Affine(parameters.unembedding(), null);
    }

    /** Returns the residual stream after the last block, [batch, position, D], or null where the pass ends. */
    NDArray residual(NDArray tokens, Pass pass) {
        try (Scope scope = Scope.open()) {
            NDArray positions = pass.geometry().positions();
            NDArray residual = pass.site(Kind.EMBED, -1, Aten.embedding(embedding, tokens));
            if (positionEmbedding != null && !pass.ended()) {
                NDArray learned = Aten.embedding(positionEmbedding, positions).broadcast(residual.getShape());
                residual = residual.add(pass.site(Kind.POS_EMBED, -1, learned));
            }
            RotaryTable turned = turns == null ? null : turns.at(positions);
            for (Block block : blocks) {
                if (pass.ended()) {
                    return null;
                }
                NDArray before = residual;
                residual = block.run(before, turned, pass);
                before.close();
            }
            return pass.ended() ? null : scope.keep(residual);
        }
    }

    /** Returns the final norm of the residual stream, or null where the pass ends. */
    NDArray normalized(NDArray residual, Pass pass) {
        return lnFinal.run(residual, pass);
    }

    /** Returns the final norm of the residual stream without sites. */
    NDArray normalized(NDArray residual) {
        return lnFinal.apply(residual);
    }

    /** Returns the logits, [..., D] to [..., V]. */
    NDArray unembed(NDArray normalized) {
        return unembed.apply(normalized);
    }
}
