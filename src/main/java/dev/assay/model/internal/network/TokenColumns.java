package dev.assay.model.internal.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import dev.assay.model.hook.Site;

/** Operations on the position axis of tokens, masks, keys and values. */
final class TokenColumns {
    private TokenColumns() {}

    /** Returns one text after the other, [batch, position]. */
    static Site.Text joined(Site.Text first, NDArray tokens, NDArray mask) {
        NDArray all = first.tokens().concat(tokens, 1);
        if (first.mask() == null && mask == null) {
            return new Site.Text(all, null);
        }
        return new Site.Text(all, mask(first.tokens(), first.mask()).concat(mask(tokens, mask), 1));
    }

    private static NDArray mask(NDArray tokens, NDArray mask) {
        return mask == null
                ? tokens.getManager().ones(tokens.getShape(), DataType.BOOLEAN)
                : mask.toType(DataType.BOOLEAN, false);
    }

    /** Returns a view of the positions from {@code start} to {@code end}, exclusive, of an axis. */
    static NDArray between(NDArray x, long start, long end, int axis) {
        if (start == 0 && end == x.getShape().get(axis)) {
            return x;
        }
        NDList parts = x.split(new long[] {start, end}, axis);
        return parts.get(1);
    }
}
