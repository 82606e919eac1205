package dev.assay.model.internal.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import dev.assay.model.config.ActivationFunction;
import dev.assay.model.hook.HookPoint.Kind;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import java.util.stream.LongStream;

/** The feed-forward layer of a block: {@code down(f(up(x)))}, or with a gate {@code down(f(gate(x)) ⊙ up(x))}. */
final class FeedForward {
    /** Tokens at a time on the CPU, so that their neurons are still in its caches when they are read again. */
    private static final long PIECE = 512;

    private final Linear gate;
    private final Linear up;
    private final Linear down;
    private final ActivationFunction activation;
    private final int block;

    /** Makes the layer; {@code gate} is null for none. */
    FeedForward(Linear gate, Linear up, Linear down, ActivationFunction activation, int block) {
        this.gate = gate;
        this.up = up;
        this.down = down;
        this.activation = activation;
        this.block = block;
    }

    /** Returns the layer's result, [batch, position, D], or null where the pass ends; x is the normalised residual stream. */
    NDArray run(NDArray x, Pass pass) {
        try (Scope scope = Scope.open()) {
            boolean watched = pass.hooked(Kind.MLP_PRE, block)
                    || pass.hooked(Kind.MLP_PRE_LINEAR, block)
                    || pass.hooked(Kind.MLP_POST, block);
            boolean whole = watched || pass.recording() || x.getDevice().isGpu();
            NDArray result = whole ? whole(x, pass) : inPieces(x);
            return pass.ended() ? null : scope.keep(result);
        }
    }

    private NDArray whole(NDArray x, Pass pass) {
        Linear first = gate == null ? up : gate;
        NDArray pre = pass.site(Kind.MLP_PRE, block, first.apply(x)); // [batch, position, M]
        if (pass.ended()) {
            return null;
        }
        NDArray linear = gate == null ? null : pass.site(Kind.MLP_PRE_LINEAR, block, up.apply(x));
        if (pass.ended()) {
            return null;
        }
        NDArray active = activation.apply(pre);
        NDArray post = pass.site(Kind.MLP_POST, block, gate == null ? active : active.mul(linear));
        return pass.ended() ? null : down.apply(post);
    }

    /** Computes the same for a few tokens after the other. */
    private NDArray inPieces(NDArray x) {
        Shape shape = x.getShape();
        NDArray rows = x.reshape(-1, shape.get(2)); // [tokens, D]
        NDArray out = x.getManager().create(rows.getShape());
        long tokens = rows.getShape().get(0);
        long[] cuts = LongStream.iterate(PIECE, cut -> cut < tokens, cut -> cut + PIECE)
                .toArray();
        NDList inputs = rows.split(cuts, 0);
        NDList outputs = out.split(cuts, 0);
        for (int i = 0; i < inputs.size(); i++) {
            try (Scope scope = Scope.open()) {
                NDArray neurons = neurons(inputs.get(i)); // [piece, M]
                down.apply(neurons, outputs.get(i));
            }
        }
        return out.reshape(shape);
    }

    private NDArray neurons(NDArray x) {
        NDArray neurons = (gate == null ? up : gate).apply(x);
        activation.applyInPlace(neurons);
        if (gate != null) {
            Aten.mul_(neurons, up.apply(x));
        }
        return neurons;
    }
}
