package dev.assay.model.internal.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import dev.assay.model.hook.Site;

/** The keys and values of one text, which precedes every text of a batch. They are not copied per text. */
public final class SharedKeyValues implements EarlierTokens {
    private final KeyValueBuffers prefix;
    private final long batch;

    /** Shares the one text of some buffers, which must not change during a run. */
    public SharedKeyValues(KeyValueBuffers prefix, long batch) {
        this.prefix = prefix;
        this.batch = batch;
    }

    @Override
    public long length() {
        return prefix.length();
    }

    @Override
    public Site.Text begin(NDArray tokens, NDArray mask) {
        NDArray shared = prefix.text().tokens();
        NDArray repeated = shared.broadcast(batch, shared.getShape().get(1));
        return TokenColumns.joined(new Site.Text(repeated, null), tokens, mask);
    }

    @Override
    public KeysAndValues followedBy(int block, NDArray keys, NDArray values) {
        KeysAndValues earlier = prefix.stored(block);
        return new KeysAndValues(joined(earlier.keys(), keys), joined(earlier.values(), values));
    }

    private NDArray joined(NDArray earlier, NDArray added) {
        Shape one = earlier.getShape();
        NDArray repeated = earlier.broadcast(batch, one.get(1), one.get(2), one.get(3)); // a view
        return NDArrays.concat(new NDList(repeated, added), 2);
    }
}
