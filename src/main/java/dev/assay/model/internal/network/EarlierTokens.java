package dev.assay.model.internal.network;

import ai.djl.ndarray.NDArray;
import dev.assay.model.hook.Site;

/** The tokens that were read before a run, with the keys and values that the attention of the run reads. */
public interface EarlierTokens {
    /** No earlier tokens: the run reads its texts from their start. */
    EarlierTokens NONE = new EarlierTokens() {
        @Override
        public long length() {
            return 0;
        }

        @Override
        public Site.Text begin(NDArray tokens, NDArray mask) {
            return new Site.Text(tokens, mask);
        }

        @Override
        public KeysAndValues followedBy(int block, NDArray keys, NDArray values) {
            return new KeysAndValues(keys, values);
        }
    };

    /**
     * The keys and values of one block.
     *
     * @param keys [batch, K, position, h], after the rotation
     * @param values [batch, K, position, h]
     */
    record KeysAndValues(NDArray keys, NDArray values) {}

    /** Returns the number of earlier positions, including padding. */
    long length();

    /** Prepares a run and returns the earlier tokens followed by those of the run; the mask may be null, see {@link Site}. */
    Site.Text begin(NDArray tokens, NDArray mask);

    /** Returns the earlier keys and values of a block followed by those of the run, [batch, K, position, h]. */
    KeysAndValues followedBy(int block, NDArray keys, NDArray values);
}
