package dev.assay.intervene;

import ai.djl.ndarray.NDArray;
import dev.assay.attach.AttachedDictionary;
import dev.assay.attach.Splice;
import dev.assay.attach.TokenMask;
import dev.assay.model.hook.HookPoint;
import dev.assay.model.hook.Site;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Splice that applies the edits of one dictionary at its site. The change is treated as a constant in backward passes. Tokens that
 * the dictionary's training left out keep their activation.
 */
final class SiteEditor implements Splice.Edit {
    /** Receives the change made in each forward pass. */
    @FunctionalInterface
    interface ChangeListener {
        /** Accepts the activations of a written site and the change added to them, both [n, d_out]. */
        void changed(HookPoint point, NDArray y, NDArray change);
    }

    private final List<PlacedEdit> edits;
    private final RowEdits rowEdits;
    private final TokenMask mask;
    private final ChangeListener listener;

    /**
     * Prepares the edits.
     *
     * @param attached the dictionary
     * @param edits at least one edit, all of this dictionary
     * @param keepsError whether the reconstruction error is kept
     * @param listener receives the changes
     */
    SiteEditor(AttachedDictionary attached, List<PlacedEdit> edits, boolean keepsError, ChangeListener listener) {
        this.edits = edits;
        this.rowEdits =
                new RowEdits(attached, edits.stream().map(PlacedEdit::edit).toList(), keepsError);
        this.mask = attached.mask();
        this.listener = listener;
    }

    @Override
    public NDArray apply(NDArray input, NDArray written, Site site) {
        return written.add(change(input, written, site));
    }

    /** Returns the change to add to the written rows, [n, d_out]. */
    private NDArray change(NDArray input, NDArray written, Site site) {
        try (Scope scope = Scope.open();
                Autograd off = Autograd.off()) {
            TextRows texts = new TextRows(site);
            boolean[][] acting = edits.stream()
                    .map(edit -> texts.select(edit.positions(), mask))
                    .toArray(boolean[][]::new);
            int[] rows = IntStream.range(0, acting[0].length)
                    .filter(row -> Arrays.stream(acting).anyMatch(acts -> acts[row]))
                    .toArray();
            NDArray change = written.zerosLike();
            if (rows.length > 0) {
                NDArray index = written.getManager()
                        .create(Arrays.stream(rows).asLongStream().toArray());
                NDArray x = Aten.indexSelect(input, 0, index);
                NDArray y = input == written ? x : Aten.indexSelect(written, 0, index);
                boolean[][] actingOnRows =
                        Arrays.stream(acting).map(acts -> chosen(acts, rows)).toArray(boolean[][]::new);
                Aten.indexCopy_(
                        change, 0, index, rowEdits.apply(x, y, actingOnRows).sub(y));
            }
            listener.changed(site.point(), written, change);
            return scope.keep(change);
        }
    }

    private static boolean[] chosen(boolean[] flags, int[] rows) {
        boolean[] chosen = new boolean[rows.length];
        for (int i = 0; i < rows.length; i++) {
            chosen[i] = flags[rows[i]];
        }
        return chosen;
    }
}
