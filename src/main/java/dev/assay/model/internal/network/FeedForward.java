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
    /** The number of neurons of all tokens of a chunk on the CPU, 16 MiB: glibc reuses the memory of arrays up to 32 MiB. */
    private static final long CHUNK_NEURONS = 1 << 22;
    /** The least number of tokens of a chunk; products of fewer rows are slower. */
    private static final long LEAST_CHUNK = 512;

    private final Linear gate;
    private final Linear up;
    private final Linear down;
    private final ActivationFunction activation;
    private final long chunk; // tokens
    private final int block;

    /** Creates the layer of M neurons; {@code gate} may be null. */
    FeedForward(Linear gate, Linear up, Linear down, ActivationFunction activation, int dMlp, int block) {
        this.gate = gate;
        this.up = up;
        this.down = down;
        this.activation = activation;
        this.chunk = Math.max(LEAST_CHUNK, CHUNK_NEURONS / dMlp);
        this.block = block;
    }

    /**
     * Returns the layer's output, [batch, position, D].
     *
     * @param x the normalised residual stream, [batch, position, D]; not read by a part of a pass that starts at {@code mlp.hook_post}
     */
    NDArray run(NDArray x, Pass pass) {
        try (Scope scope = Scope.open()) {
            boolean hooked = pass.hooked(Kind.MLP_PRE, block)
                    || pass.hooked(Kind.MLP_PRE_LINEAR, block)
                    || pass.hooked(Kind.MLP_POST, block);
            boolean whole = hooked || pass.recording() || x.getDevice().isGpu();
            return scope.keep(whole ? whole(x, pass) : inChunks(x));
        }
    }

    private NDArray whole(NDArray x, Pass pass) {
        return down.apply(pass.at(Kind.MLP_POST, block, () -> neurons(x, pass)));
    }

    private NDArray neurons(NDArray x, Pass pass) {
        Linear first = gate == null ? up : gate;
        NDArray pre = pass.site(Kind.MLP_PRE, block, first.apply(x)); // [batch, position, M]
        return gate == null ? activation.apply(pre) : gated(pre, x, pass);
    }

    private NDArray gated(NDArray pre, NDArray x, Pass pass) {
        NDArray linear = pass.site(Kind.MLP_PRE_LINEAR, block, up.apply(x)); // [batch, position, M]
        return activation.apply(pre).mul(linear);
    }

    /** Computes the same in chunks of tokens. */
    private NDArray inChunks(NDArray x) {
        Shape shape = x.getShape();
        NDArray rows = x.reshape(-1, shape.get(2)); // [tokens, D]
        NDArray out = x.getManager().create(rows.getShape());
        long tokens = rows.getShape().get(0);
        if (tokens <= chunk) {
            down.apply(neurons(rows), out);
            return out.reshape(shape);
        }
        long[] cuts = LongStream.iterate(chunk, cut -> cut < tokens, cut -> cut + chunk)
                .toArray();
        NDList inputs = rows.split(cuts, 0);
        NDList outputs = out.split(cuts, 0);
        for (int i = 0; i < inputs.size(); i++) {
            try (Scope scope = Scope.open()) {
                NDArray neurons = neurons(inputs.get(i)); // [chunk, M]
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
