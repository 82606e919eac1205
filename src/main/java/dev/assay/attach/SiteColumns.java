package dev.assay.attach;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import dev.assay.model.hook.HookPoint;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;

/**
 * The columns of a site that a dictionary reads or writes: all of them, or those of one head.
 *
 * @param point the site
 * @param first the first column
 * @param width the number of columns
 * @param siteWidth the width of the site, over all heads
 */
record SiteColumns(HookPoint point, int first, int width, int siteWidth) {
    /** Returns whether these are all columns of the site. */
    boolean isWhole() {
        return width == siteWidth;
    }

    /** Returns the columns of an activation of the site, [n, width], one row per position; a view if these are all columns. */
    NDArray select(NDArray activation) {
        if (isWhole()) {
            return activation.reshape(-1, width);
        }
        try (Scope scope = Scope.open()) {
            return scope.keep(Aten.contiguous(
                    activation.reshape(-1, siteWidth).get(new NDIndex(":, {}:{}", first, first + width))));
        }
    }

    /** Returns an activation of the site with other values, [n, width], in these columns. */
    NDArray replaced(NDArray activation, NDArray values) {
        if (isWhole()) {
            return values.reshape(activation.getShape());
        }
        try (Scope scope = Scope.open()) {
            NDArray rows = activation.reshape(-1, siteWidth).duplicate();
            Aten.copy_(rows.get(new NDIndex(":, {}:{}", first, first + width)), values);
            return scope.keep(rows.reshape(activation.getShape()));
        }
    }

    /** Returns rows [n, width] as rows of the whole site, [n, siteWidth], with 0 in its other columns. */
    NDArray widened(NDArray rows) {
        if (isWhole()) {
            return rows;
        }
        try (Scope scope = Scope.open()) {
            NDArray wide = rows.getManager().zeros(new Shape(rows.getShape().get(0), siteWidth));
            Aten.copy_(wide.get(new NDIndex(":, {}:{}", first, first + width)), rows);
            return scope.keep(wide);
        }
    }
}
