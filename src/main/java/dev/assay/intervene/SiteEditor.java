package dev.assay.intervene;

import ai.djl.ndarray.NDArray;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.ActivationEditor;
import dev.assay.model.hook.HookPoint;
import dev.assay.model.hook.Site;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * The edits of one site as a hook. Gradients pass it as if what it adds did not depend on the activation; special tokens that the
 * dictionary was not trained on keep their activation.
 */
final class SiteEditor implements ActivationEditor {
    /** Is told at every run what changed. */
    @FunctionalInterface
    interface Watcher {
        /** Takes the rows of a site, [n, d_in], and what is added to them. */
        void changed(HookPoint point, NDArray x, NDArray change);
    }

    private final List<PlacedEdit> edits;
    private final RowEdits rowEdits;
    private final IntPredicate reads;
    private final Watcher watcher;

    /**
     * Makes a hook.
     *
     * @param site where the edits are
     * @param edits at least one, all of them of this site
     * @param keepsError whether the reconstruction error stays
     * @param model has the site
     * @param watcher is told what changed
     */
    SiteEditor(
            DictionarySite site, List<PlacedEdit> edits, boolean keepsError, HookedTransformer model, Watcher watcher) {
        this.edits = edits;
        this.rowEdits = new RowEdits(site, edits.stream().map(PlacedEdit::edit).toList(), keepsError);
        this.reads = site.reads(model);
        this.watcher = watcher;
    }

    @Override
    public NDArray edit(NDArray activation, Site site) {
        return activation.add(change(activation, site));
    }

    /** Returns what is added, in the shape of the activation. */
    private NDArray change(NDArray activation, Site site) {
        try (Scope scope = Scope.open();
                Autograd off = Autograd.off()) {
            TextRows texts = new TextRows(site);
            boolean[][] acting = edits.stream()
                    .map(edit -> texts.at(edit.positions(), reads))
                    .toArray(boolean[][]::new);
            int[] rows = IntStream.range(0, acting[0].length)
                    .filter(row -> Arrays.stream(acting).anyMatch(acts -> acts[row]))
                    .toArray();
            NDArray all = activation.reshape(acting[0].length, -1); // [n, d_in]
            NDArray change = all.zerosLike();
            if (rows.length > 0) {
                NDArray index = all.getManager()
                        .create(Arrays.stream(rows).asLongStream().toArray());
                NDArray x = Aten.indexSelect(all, 0, index);
                boolean[][] ofRows =
                        Arrays.stream(acting).map(acts -> chosen(acts, rows)).toArray(boolean[][]::new);
                Aten.indexCopy_(change, 0, index, rowEdits.apply(x, ofRows).sub(x));
            }
            watcher.changed(site.point(), all, change);
            return scope.keep(change.reshape(activation.getShape()));
        }
    }

    private static boolean[] chosen(boolean[] truths, int[] rows) {
        boolean[] chosen = new boolean[rows.length];
        for (int i = 0; i < rows.length; i++) {
            chosen[i] = truths[rows[i]];
        }
        return chosen;
    }
}
