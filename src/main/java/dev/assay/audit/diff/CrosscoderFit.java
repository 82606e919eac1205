package dev.assay.audit.diff;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import dev.assay.InvalidInputException;
import dev.assay.activation.ActivationRows;
import dev.assay.activation.ActivationSource;
import dev.assay.activation.ActivationStream;
import dev.assay.activation.StreamPosition;
import dev.assay.evaluate.ReconstructionStatistics;
import dev.assay.sae.Dictionary;
import dev.assay.sae.SparseCodes;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import java.io.IOException;

/**
 * The reconstruction of both models by a crosscoder.
 *
 * @param tokens the number of tokens
 * @param baseFvu the fraction of variance unexplained of the base model's activations, Σ‖x − x̂‖² / Σ‖x − x̄‖²
 * @param tunedFvu the same of the tuned model's activations
 * @param l0 the mean number of active latents per token
 */
public record CrosscoderFit(long tokens, double baseFvu, double tunedFvu, double l0) {
    static CrosscoderFit of(Dictionary crosscoder, ActivationSource source, long tokens) throws IOException {
        InvalidInputException.requireAtLeast(1, "the number of tokens", tokens);
        int width = source.width();
        InvalidInputException.require(
                crosscoder.dIn() == width && crosscoder.dOut() == width,
                () -> "the crosscoder has d_in " + crosscoder.dIn() + " and d_out " + crosscoder.dOut() + ", expected "
                        + width + ": the widths of both models");
        int half = source.widths().get(0);
        ReconstructionStatistics base = new ReconstructionStatistics();
        ReconstructionStatistics tuned = new ReconstructionStatistics();
        long active = 0;
        try (Autograd off = Autograd.off();
                ActivationStream stream = source.open(StreamPosition.START)) {
            while (base.tokens() < tokens) {
                try (Scope scope = Scope.open()) {
                    ActivationRows rows = stream.next();
                    if (stream.position().epoch() > 0) {
                        break; // the rows are those of the first contexts again
                    }
                    NDArray x = rows.values();
                    SparseCodes codes = crosscoder.encode(x);
                    NDArray reconstruction = crosscoder.decode(codes, x);
                    active += codes.values().size();
                    base.add(left(x, half), left(reconstruction, half));
                    tuned.add(right(x, half), right(reconstruction, half));
                }
            }
        }
        return new CrosscoderFit(
                base.tokens(), base.unexplained(), tuned.unexplained(), (double) active / base.tokens());
    }

    private static NDArray left(NDArray rows, int half) {
        return rows.get(new NDIndex(":, :{}", half));
    }

    private static NDArray right(NDArray rows, int half) {
        return rows.get(new NDIndex(":, {}:", half));
    }
}
