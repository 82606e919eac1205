package dev.assay.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import dev.assay.model.HookPoint.Kind;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import java.util.stream.LongStream;

/** The feed-forward layer of a block: up, nonlinearity, down. */
final class FeedForward {
    /** Tokens at a time on the CPU, so that their neurons are still in its caches when they are read again. */
    private static final long PIECE = 512;

    private final Affine up;
    private final Affine down;
    private final ActivationFunction activation;
    private final int block;

    FeedForward(Affine up, Affine down, ActivationFunction activation, int block) {
        this.up = up;
        this.down = down;
        this.activation = activation;
        this.block = block;
    }

    /** Returns {@code down(f(up(x)))}, or null where the pass ends; x is the normalised residual stream. */
    NDArray run(NDArray x, Pass pass) {
        try (Scope scope = Scope.open()) {
            boolean watched = pass.hooked(Kind.MLP_PRE, block) || pass.hooked(Kind.MLP_POST, block);
            boolean whole = watched || pass.recording() || x.getDevice().isGpu();
            NDArray result = whole ? whole(x, pass) : inPieces(x);
            if (pass.ended()) {
                return null;
            }
            NDArray out = pass.site(Kind.MLP_OUT, block, result); // [batch, position, D]
            return pass.ended() ? null : scope.keep(out);
        }
    }

    private NDArray whole(NDArray x, Pass pass) {
        NDArray pre = pass.site(Kind.MLP_PRE, block, up.apply(x)); // [batch, position, M]
        if (pass.ended()) {
            return null;
        }
        NDArray post = pass.site(Kind.MLP_POST, block, activation.apply(pre));
        return pass.ended() ? null : down.apply(post);
    }

    /** Computes the same for a few tokens after the other. */
    private NDArray inPieces(NDArray x) {
        Shape shape = x.getShape();
        NDArray rows = x.reshape(-1, shape.get(2)); // [tokens, D]
        NDArray out = x.getManager().create(rows.getShape());
        NDArray downColumns = down.weight().transpose(); // [M, D]
        long tokens = rows.getShape().get(0);
        long[] cuts = LongStream.iterate(PIECE, cut -> cut < tokens, cut -> cut + PIECE)
                .toArray();
        NDList inputs = rows.split(cuts, 0);
        NDList outputs = out.split(cuts, 0);
        for (int i = 0; i < inputs.size(); i++) {
            try (NDArray neurons = up.apply(inputs.get(i))) { // [piece, M]
                activation.applyInPlace(neurons);
                Aten.addmm(down.bias(), neurons, downColumns, outputs.get(i));
            }
        }
        return out.reshape(shape);
    }
}
