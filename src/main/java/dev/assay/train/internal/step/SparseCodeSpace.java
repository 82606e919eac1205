package dev.assay.train.internal.step;

import ai.djl.ndarray.NDArray;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import dev.assay.train.collective.Exchange;
import dev.assay.train.spi.CodeSpace;
import dev.assay.train.spi.SparseEntries;
import java.util.OptionalDouble;

/**
 * Codes as m entries (row, latent), sorted by row. Each product is an embedding bag per row or latent, which costs m · d operations instead
 * of rows · d_sae · d for the dense product.
 */
final class SparseCodeSpace implements CodeSpace {
    private final int rows;
    private final int dSae;
    private final NDArray entryRows; // int64 [m], ascending
    private final NDArray latents; // int64 [m]
    private final EmbeddingBag ofRows;
    private final ByLatent byLatent;
    private final SliceReduction reduction;

    /**
     * Creates the space of a whole dictionary.
     *
     * @param entries the selected entries
     * @param rows the number of rows of the batch
     * @param dSae the number of latents
     */
    SparseCodeSpace(SparseEntries entries, int rows, int dSae) {
        this(entries.rows(), entries.latents(), rows, dSae, SliceReduction.WHOLE);
    }

    /**
     * Creates the space of a slice of a dictionary.
     *
     * @param entries the selected entries of the slice
     * @param rows the number of rows of the batch
     * @param dSae the number of latents of the slice
     * @param reduction combines the sums over latents with those of the other slices
     */
    SparseCodeSpace(SparseEntries entries, int rows, int dSae, SliceReduction reduction) {
        this(entries.rows(), entries.latents(), rows, dSae, reduction);
    }

    private SparseCodeSpace(NDArray entryRows, NDArray latents, int rows, int dSae, SliceReduction reduction) {
        this.rows = rows;
        this.dSae = dSae;
        this.entryRows = entryRows;
        this.latents = latents;
        this.ofRows = EmbeddingBag.of(latents, entryRows, rows);
        this.byLatent = new ByLatent(entryRows, latents, dSae);
        this.reduction = reduction;
    }

    @Override
    public Part part(int first, int last) {
        NDArray within = Aten.atLeast(latents, (long) first).logicalAnd(Aten.lessThan(latents, (long) last));
        NDArray positions = within.nonzero().reshape(-1);
        NDArray rowsOfPart = Aten.indexSelect(entryRows, 0, positions);
        NDArray latentsOfPart = Aten.add(Aten.indexSelect(latents, 0, positions), (long) -first);
        return new SparsePart(new SparseCodeSpace(rowsOfPart, latentsOfPart, rows, last - first, reduction), positions);
    }

    /**
     * The entries of a range of latents.
     *
     * @param space the entries, with latents numbered from the start of the range
     * @param positions int64, the positions of the entries among all entries
     */
    private record SparsePart(CodeSpace space, NDArray positions) implements Part {
        @Override
        public NDArray select(NDArray values) {
            return Aten.indexSelect(values, 0, positions);
        }

        @Override
        public void assign(NDArray values, NDArray part) {
            Aten.indexCopy_(values, 0, positions, part);
        }
    }

    @Override
    public void addDecoded(NDArray sum, NDArray table, NDArray values) {
        if (reduction.isWhole()) {
            ofRows.add(sum, table, values);
            return;
        }
        try (Scope scope = Scope.open()) {
            NDArray decoded = sum.zerosLike();
            ofRows.write(decoded, table, values);
            Aten.add_(sum, reduction.sum(Exchange.RECONSTRUCTION, decoded), 1);
        }
    }

    @Override
    public NDArray codeGradient(NDArray table, NDArray gradient) {
        return Aten.embeddingBagWeightsGradient(gradient, table, latents, ofRows.offsets(), entryRows);
    }

    @Override
    public NDArray scratch(NDArray values) {
        return values.zerosLike();
    }

    @Override
    public NDArray codes(NDArray values) {
        return values.zerosLike();
    }

    @Override
    public void byLatent(NDArray out, NDArray table, NDArray values) {
        byLatent.bags().write(out, table, byLatent.sorted(values));
    }

    @Override
    public void addByLatent(NDArray sum, NDArray table, NDArray values) {
        byLatent.bags().add(sum, table, byLatent.sorted(values));
    }

    @Override
    public NDArray sumByLatent(NDArray values) {
        return Aten.binCount(latents, values, dSae);
    }

    @Override
    public NDArray sumByRow(NDArray values) {
        return reduction.sum(Exchange.ROW_SUMS, Aten.binCount(entryRows, values, rows));
    }

    @Override
    public OptionalDouble smallest(NDArray values) {
        double smallest =
                values.size() == 0 ? Double.POSITIVE_INFINITY : values.min().getFloat();
        double ofAll = reduction.smallest(smallest);
        return ofAll == Double.POSITIVE_INFINITY ? OptionalDouble.empty() : OptionalDouble.of(ofAll);
    }

    @Override
    public NDArray ofLatents(NDArray perLatent) {
        return Aten.indexSelect(perLatent, 0, latents);
    }

    @Override
    public NDArray ofRows(NDArray perRow) {
        return Aten.indexSelect(perRow, 0, entryRows);
    }

    /** The entries sorted by latent, computed on first use. */
    private static final class ByLatent {
        private final NDArray entryRows;
        private final NDArray latents;
        private final int dSae;
        private NDArray order; // int64 [m]
        private EmbeddingBag bags; // one per latent

        ByLatent(NDArray entryRows, NDArray latents, int dSae) {
            this.entryRows = entryRows;
            this.latents = latents;
            this.dSae = dSae;
        }

        NDArray sorted(NDArray values) {
            return Aten.indexSelect(values, 0, order());
        }

        EmbeddingBag bags() {
            if (bags == null) {
                bags = EmbeddingBag.of(sorted(entryRows), latents, dSae);
            }
            return bags;
        }

        private NDArray order() {
            if (order == null) {
                order = Aten.sort(latents).indices();
            }
            return order;
        }
    }
}
