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
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The batches of a run: drawn once from one shuffling buffer, then split by the sites of the members. A single member that reads all
 * sites uses the drawn rows themselves, without a copy.
 */
final class SharedBatches implements AutoCloseable {
    private record Cut(List<String> sites, ActivationScale scale) {}

    private final ActivationSource source;
    private final ActivationBuffer buffer;
    private final boolean exclusive; // one member reads all sites
    private final NDArray rows; // [batch, width]
    private final Map<Cut, NDArray> cuts = new HashMap<>();
    private boolean drawn; // rows already hold the next batch
    private boolean scaled; // rows are scaled in place; only when exclusive

    /**
     * Allocates the batch.
     *
     * @param manager owns the arrays
     * @param source of the activations
     * @param buffer of that source; closed with this object
     * @param batch rows per step
     * @param exclusive whether there is one member, which reads all sites of the source
     */
    SharedBatches(NDManager manager, ActivationSource source, ActivationBuffer buffer, int batch, boolean exclusive) {
        this.source = source;
        this.buffer = buffer;
        this.exclusive = exclusive;
        this.rows = Scope.detached(() -> manager.zeros(new Shape(batch, source.width())));
    }

    /** Restores the batch that a checkpoint has for a refused step, if it has one: it was already drawn and scaled. */
    void restoreRefused(Path checkpoint) throws IOException {
        drawn = TrainingCheckpoints.refusedBatch(checkpoint, rows);
        scaled = drawn;
    }

    /** Waits until the next batch can be drawn without waiting for activations; returns false when the time has passed. */
    boolean awaitReady(Duration atMost) throws IOException {
        return drawn || buffer.awaitReady((int) rows.getShape().get(0), atMost);
    }

    /** Draws the next batch. */
    void next() throws IOException {
        if (drawn) {
            drawn = false;
            return;
        }
        buffer.next(rows);
        scaled = false;
        cuts.values().forEach(NDArray::close);
        cuts.clear();
    }

    /**
     * Returns the columns of some sites of the batch.
     *
     * @param sites which
     * @param scale the factors that they are multiplied by
     * @param dIn the number of columns that are encoded
     * @return [batch, width of the sites], contiguous; valid until the next batch is drawn, and shared by equal requests
     */
    NDArray batch(List<String> sites, ActivationScale scale, int dIn) {
        if (exclusive) {
            if (!scaled) {
                scale.apply_(rows, dIn);
                scaled = true;
            }
            return rows;
        }
        return cuts.computeIfAbsent(new Cut(sites, scale), cut -> {
            NDArray x = Scope.detached(() -> SiteSelection.copy(source, rows, sites));
            scale.apply_(x, dIn);
            return x;
        });
    }

    /**
     * Returns the columns of some sites of the whole pool.
     *
     * @param sites which
     * @return [rows of the pool, width of the sites], read-only: the pool itself or a copy in the open scope
     */
    NDArray pool(List<String> sites) {
        return exclusive ? buffer.pool() : SiteSelection.copy(source, buffer.pool(), sites);
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
