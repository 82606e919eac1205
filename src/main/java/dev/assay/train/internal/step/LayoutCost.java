package dev.assay.train.internal.step;

import dev.assay.train.spi.BatchSlice;
import dev.assay.train.spi.DictionaryParameters;
import dev.assay.train.spi.Selector;

/**
 * The cost of representing the codes of a step as a matrix or as a list of entries, in units of one multiplication with addition in a dense
 * product. With n rows, F latents, m entries, and the width d of activations and reconstructions:
 *
 * <pre>
 * dense   n · F · (4d + perScore)                    four products beyond the encoder's
 * sparse  m · (2d · g(4Fd) + 2d · g(4rd) + perEntry)   two passes that gather rows of the decoder, two that gather rows of the piece
 *         + pieces · (2Fd · UPDATE + CALLS)
 * </pre>
 *
 * <p>{@code g(bytes)} is the cost of one number of a gathered row of a table of that size, which grows once the table exceeds the cache. The
 * constants were measured on two cores (CPU time of one thread, docs/performance.md). The decision depends on sizes and on the share of selected
 * entries in the first rows alone, so a resumed run repeats it.
 *
 * @param rows n
 * @param dSae F
 * @param dIn width of the activations
 * @param dOut width of the reconstructions
 * @param pieceRows rows of a piece, before the bound on its entries
 * @param cost of the selection
 * @param measured whether the constants apply to the device
 */
record LayoutCost(long rows, long dSae, long dIn, long dOut, long pieceRows, Selector.Cost cost, boolean measured) {
    /** Up to this share the entries of the whole batch are one list. */
    static final double WHOLE_BATCH_SHARE = 1.0 / 24;

    /** Bounds the memory of a piece: an entry takes about 70 bytes. */
    static final long MAX_PIECE_ENTRIES = 1L << 20;

    private static final double GATHER = 4.5;
    private static final double CACHED_BYTES = 2 << 20;
    private static final double GATHER_EXPONENT = 0.63;
    private static final double LARGEST_GATHER = 26;
    private static final double UPDATE = 35;
    private static final double CALLS = 2e7;

    static LayoutCost of(DictionaryParameters p, BatchSlice batch, Selector selector) {
        return new LayoutCost(
                batch.size(),
                p.dSae(),
                p.dIn(),
                p.dOut(),
                EncoderMatmul.chunkRows(p.encoder()),
                selector.cost(),
                !p.encoder().getDevice().isGpu());
    }

    /**
     * Returns the layout of a batch.
     *
     * @param share of selected entries
     */
    TrainingStep.Layout layout(double share) {
        if (share <= WHOLE_BATCH_SHARE) {
            return TrainingStep.Layout.SPARSE;
        }
        return measured && sparse(share) < dense() ? TrainingStep.Layout.SPARSE_PIECES : TrainingStep.Layout.DENSE;
    }

    double dense() {
        return rows * (double) dSae * (3 * dOut + dIn + cost.perScore());
    }

    double sparse(double share) {
        int piece = pieceRows(share);
        double ofDecoder = 2 * dOut * gather(dSae * dOut);
        double ofPiece = dOut * gather(piece * dOut) + dIn * gather(piece * dIn);
        double pieces = Math.ceil((double) rows / piece);
        double update = dSae * (dIn + dOut) * UPDATE;
        return share * rows * dSae * (ofDecoder + ofPiece + cost.perEntry()) + pieces * (update + CALLS);
    }

    /** Returns the number of rows of a piece, at least 1. */
    int pieceRows(double share) {
        double entriesPerRow = Math.max(share * dSae, 1);
        return (int) Math.max(1, Math.min(Math.min(pieceRows, rows), MAX_PIECE_ENTRIES / entriesPerRow));
    }

    private static double gather(long numbers) {
        double ratio = numbers * Float.BYTES / CACHED_BYTES;
        return Math.min(LARGEST_GATHER, GATHER * Math.max(1, Math.pow(ratio, GATHER_EXPONENT)));
    }
}
