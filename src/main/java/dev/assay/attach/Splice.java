package dev.assay.attach;

import ai.djl.ndarray.NDArray;
import dev.assay.InvalidInputException;
import dev.assay.model.HookBuilder;
import dev.assay.model.hook.HookPoint;
import dev.assay.model.hook.Site;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import java.util.List;

/**
 * Puts values at the sites that a dictionary writes while the model runs: a reconstruction, a mean, zeros, or an edit. The
 * reconstruction error at a written site is {@code target − reconstruction}; {@link #replace} drops it at the chosen rows, {@link #add}
 * keeps it.
 */
public final class Splice {
    private final AttachedSites sites;

    /**
     * Prepares splices at the sites of a dictionary.
     *
     * @param sites where the dictionary reads and writes
     */
    public Splice(AttachedSites sites) {
        this.sites = sites;
    }

    /** Computes the activations that a dictionary writes from those that it reads and those that are there. */
    @FunctionalInterface
    public interface Edit {
        /**
         * Computes an edit.
         *
         * @param input the activations that are read, [n, d_in]
         * @param written the activations of the written site, [n, d_out]; the input itself unless the dictionary is a transcoder
         * @param site the written site
         * @return the new activations of the written site, [n, d_out]
         */
        NDArray apply(NDArray input, NDArray written, Site site);
    }

    /**
     * Adds a change to the written activations.
     *
     * @param hooks receives the hooks
     * @param change one row per position, [n, d_out], or any shape with as many numbers
     * @return the hooks
     */
    public HookBuilder add(HookBuilder hooks, NDArray change) {
        NDArray rows = change.reshape(-1, sites.sites().dOut());
        return each(
                hooks, rows, (x, columns, site) -> x.add(site.widened(columns).reshape(x.getShape())));
    }

    /**
     * Subtracts a part of the written activations.
     *
     * @param hooks receives the hooks
     * @param part one row per position, [n, d_out], or any shape with as many numbers
     * @return the hooks
     */
    public HookBuilder subtract(HookBuilder hooks, NDArray part) {
        NDArray rows = part.reshape(-1, sites.sites().dOut());
        return each(
                hooks, rows, (x, columns, site) -> x.sub(site.widened(columns).reshape(x.getShape())));
    }

    /**
     * Replaces the written activations at some rows and leaves the others.
     *
     * @param hooks receives the hooks
     * @param kept int64 [k], rows of [batch · position]
     * @param values [k, d_out]
     * @return the hooks
     */
    public HookBuilder replace(HookBuilder hooks, NDArray kept, NDArray values) {
        return each(hooks, values, (x, columns, site) -> {
            NDArray rows = site.select(x);
            NDArray result = site.isWhole() ? rows.duplicate() : rows;
            Aten.indexCopy_(result, 0, kept, columns);
            return site.replaced(x, result);
        });
    }

    /**
     * Edits the written activations of a dictionary with one read and one written site. The input is that of the same run, after the hooks
     * that were given before.
     *
     * @param hooks receives the hooks
     * @param edit computes the new activations
     * @return the hooks
     * @throws InvalidInputException when there are several sites, or the written one is computed before the one that is read
     */
    public HookBuilder edit(HookBuilder hooks, Edit edit) {
        HookPoint written = sites.written();
        SiteColumns columns = sites.writtenColumns().get(0);
        if (!sites.transcodes()) {
            return hooks.edit(written, (x, site) -> {
                NDArray rows = columns.select(x);
                return columns.replaced(x, edit.apply(rows, rows, site));
            });
        }
        HookPoint read = sites.read();
        requireOrder(read, written);
        Captured input = new Captured();
        SiteColumns inputColumns = sites.readColumns().get(0);
        hooks.read(read, (x, site) -> input.set(inputColumns.select(x)));
        return hooks.edit(written, (x, site) -> {
            try (NDArray rows = input.take()) {
                return columns.replaced(x, edit.apply(rows, columns.select(x), site));
            }
        });
    }

    private void requireOrder(HookPoint read, HookPoint written) {
        int layers = sites.model().config().layers();
        if (read.kind().slot(read.block(), layers) > written.kind().slot(written.block(), layers)) {
            throw new InvalidInputException("the dictionary reads " + read + " and writes " + written
                    + ", which the model computes before, expected a written site behind the one that is read");
        }
    }

    /** An activation that is kept from the site that is read to the site that is written. */
    private static final class Captured {
        private NDArray rows; // null between runs

        void set(NDArray x) {
            if (rows != null) {
                rows.close(); // of a run that ended before the written site
            }
            rows = Scope.detached(x::duplicate);
        }

        NDArray take() {
            NDArray taken = rows;
            rows = null;
            return taken;
        }
    }

    private interface SiteEdit {
        NDArray apply(NDArray x, NDArray columns, SiteColumns site);
    }

    private HookBuilder each(HookBuilder hooks, NDArray rows, SiteEdit edit) {
        List<SiteColumns> writes = sites.writtenColumns();
        for (int i = 0; i < writes.size(); i++) {
            SiteColumns written = writes.get(i);
            NDArray columns = sites.columns(rows, i);
            hooks.edit(written.point(), (x, site) -> edit.apply(x, columns, written));
        }
        return hooks;
    }
}
