package dev.assay.train.internal.step;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import dev.assay.tensor.Aten;
import dev.assay.tensor.CandidateProduct;
import dev.assay.tensor.ProductPrecision;
import dev.assay.tensor.Scope;
import dev.assay.train.spi.BatchSlice;
import dev.assay.train.spi.DictionaryParameters;
import dev.assay.train.spi.ScoreChunks;
import dev.assay.train.spi.SparseEntries;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;

/**
 * The scores of a batch, selected from candidates of a product of low precision. A selector that reads whole chunks receives those of the
 * float32 product.
 */
final class CandidateScores implements ScoreChunks {
    /** Numbers of a chunk, 8 MiB as bfloat16. */
    private static final long CHUNK = 1L << 22;

    private static final int MAX_ROWS = 512;
    private static final int MIN_ROWS = 64;

    private final DictionaryParameters p;
    private final BatchSlice batch;
    private final Scores scores;
    private final ProductPrecision precision;

    /**
     * The float32 scores.
     *
     * @param chunks their chunks
     * @param matmul the product of the chunks
     * @param bias [d_sae], the bias of the product
     * @param centredBias [d_sae], its bias if the centre is subtracted from the input
     */
    record Scores(ScoreChunks chunks, EncoderMatmul matmul, NDArray bias, NDArray centredBias) {}

    /**
     * Prepares a selection.
     *
     * @param p the dictionary
     * @param batch the whole batch
     * @param scores the float32 scores
     * @param precision of the product that finds candidates
     */
    CandidateScores(DictionaryParameters p, BatchSlice batch, Scores scores, ProductPrecision precision) {
        this.p = p;
        this.batch = batch;
        this.scores = scores;
        this.precision = precision;
    }

    @Override
    public void forEach(Consumer<NDArray> consumer) {
        scores.chunks().forEach(consumer);
    }

    @Override
    public SparseEntries largest(int k, NDArray norms) {
        if (!CandidateProduct.suits(k, p.dSae())) {
            return scores.chunks().largest(k, norms);
        }
        NDList latents = new NDList();
        NDList values = new NDList();
        try (Scope scope = Scope.open()) {
            CandidateProduct product = product(norms);
            forEachChunk(rows -> {
                Aten.Selection best = product.largest(input(rows), k);
                latents.add(best.indices());
                values.add(best.values());
            });
            return ScoreChunks.entriesOfRows(joined(latents), joined(values)).keep(scope);
        }
    }

    @Override
    public SparseEntries above(NDArray norms, ToDoubleFunction<NDArray> bound) {
        NDList rows = new NDList();
        NDList latents = new NDList();
        NDList values = new NDList();
        try (Scope scope = Scope.open()) {
            NDArray sample = scores.matmul().sample();
            if (norms != null) {
                Aten.mul_(sample, norms.reshape(1, norms.size()));
            }
            float level = (float) bound.applyAsDouble(sample);
            CandidateProduct product = product(norms);
            forEachChunk(chunk -> {
                CandidateProduct.Entries found = product.above(input(chunk), level);
                rows.add(Aten.add(found.rows(), (long) chunk.first()));
                latents.add(found.columns());
                values.add(found.values());
            });
            return new SparseEntries(joined(rows), joined(latents), joined(values)).keep(scope);
        }
    }

    private CandidateProduct product(NDArray norms) {
        NDArray factors =
                norms == null ? Aten.number(p.encoder().getManager(), 1).reshape(1) : norms;
        return CandidateProduct.of(
                new CandidateProduct.Matrix(p.encoder(), scores.bias(), scores.centredBias(), factors), precision);
    }

    private CandidateProduct.Rows input(BatchSlice rows) {
        return new CandidateProduct.Rows(rows.x(), rows.centred());
    }

    /** Returns the rows of a chunk. */
    static int chunkRows(int dSae) {
        return (int) Math.max(MIN_ROWS, Math.min(MAX_ROWS, CHUNK / dSae));
    }

    private void forEachChunk(Consumer<BatchSlice> consumer) {
        int chunk = chunkRows(p.dSae());
        for (int first = 0; first < batch.size(); first += chunk) {
            consumer.accept(batch.slice(first, Math.min(batch.size(), first + chunk)));
        }
    }

    private static NDArray joined(NDList chunks) {
        return chunks.size() == 1 ? chunks.get(0) : NDArrays.concat(chunks);
    }
}
