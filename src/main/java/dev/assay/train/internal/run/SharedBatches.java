package dev.assay.train.internal.run;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.activation.ActivationBuffer;
import dev.assay.activation.ActivationSource;
import dev.assay.activation.SiteSelection;
import dev.assay.tensor.Scope;
import dev.assay.train.internal.step.ActivationScale;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The batches of a sweep: drawn once from one shuffling buffer, then cut into the sites of the members. */
final class SharedBatches implements AutoCloseable {
    private record Cut(List<String> sites, ActivationScale scale) {}

    private final ActivationSource source;
    private final ActivationBuffer buffer;
    private final NDArray rows; // [batch, width]
    private final Map<Cut, NDArray> cuts = new LinkedHashMap<>();

    /**
     * Makes room for the batches.
     *
     * @param manager owns the arrays
     * @param source of the activations
     * @param buffer of that source; closed with this object
     * @param batch rows of a step
     */
    SharedBatches(NDManager manager, ActivationSource source, ActivationBuffer buffer, int batch) {
        this.source = source;
        this.buffer = buffer;
        this.rows = Scope.detached(() -> manager.zeros(new Shape(batch, source.width())));
    }

    /** Draws the next batch. */
    void next() throws IOException {
        buffer.next(rows);
        cuts.values().forEach(NDArray::close);
        cuts.clear();
    }

    /**
     * Returns the columns of some sites of the batch.
     *
     * @param sites which
     * @param scale what they are multiplied by
     * @param dIn the columns of them that are encoded
     * @return [batch, width of the sites], contiguous; valid until the next batch is drawn, and shared by all who ask for the same
     */
    NDArray batch(List<String> sites, ActivationScale scale, int dIn) {
        return cuts.computeIfAbsent(new Cut(sites, scale), cut -> {
            NDArray x = Scope.detached(() -> SiteSelection.copy(source, rows, sites));
            scale.apply_(x, dIn);
            return x;
        });
    }

    /**
     * Copies the columns of some sites of the whole pool.
     *
     * @param sites which
     * @return [rows of the pool, width of the sites], in the scope that is open
     */
    NDArray pool(List<String> sites) {
        return SiteSelection.copy(source, buffer.pool(), sites);
    }

    ActivationBuffer buffer() {
        return buffer;
    }

    @Override
    public void close() throws IOException {
        cuts.values().forEach(NDArray::close);
        rows.close();
        buffer.close();
    }
}
