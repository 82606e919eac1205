package dev.assay.model.internal.network;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.model.config.AttentionConfig;
import dev.assay.model.config.TransformerConfig;
import dev.assay.model.hook.Site;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import java.util.function.UnaryOperator;

/**
 * The keys and values of a batch of growing texts, in buffers with free positions at the end. The buffers own their memory until they are
 * closed. They are used by one thread at a time.
 */
public final class KeyValueBuffers implements EarlierTokens, AutoCloseable {
    /** Positions beyond the first run that the buffers have space for. */
    private static final long SPARE = 64;

    private static final int POSITION_AXIS = 2;

    private final TransformerConfig config;
    private final NDManager manager;
    private final NDArray[] keys; // [batch, K, capacity, h] per block
    private final NDArray[] values;
    private Site.Text text; // null before the first run
    private long capacity;

    /** Creates empty buffers on a device for all blocks of a model. */
    public KeyValueBuffers(TransformerConfig config, Device device) {
        this.config = config;
        this.manager = TorchEngine.newManager(device);
        this.keys = new NDArray[config.layers()];
        this.values = new NDArray[config.layers()];
    }

    @Override
    public long length() {
        return text == null ? 0 : text.tokens().getShape().get(1);
    }

    /** Returns the number of texts; 0 before the first run. */
    public long batch() {
        return text == null ? 0 : text.tokens().getShape().get(0);
    }

    @Override
    public Site.Text begin(NDArray tokens, NDArray mask) {
        long rows = tokens.getShape().get(0);
        if (text != null && rows != batch()) {
            throw new InvalidInputException("the batch has " + rows
                    + " texts, expected the number of texts of the key-value cache, " + batch());
        }
        reserve(rows, tokens.getShape().get(1));
        return text == null ? new Site.Text(tokens, mask) : TokenColumns.joined(text, tokens, mask);
    }

    private void reserve(long batch, long positions) {
        long needed = length() + positions;
        if (needed <= capacity) {
            return;
        }
        long larger = text == null ? needed + SPARE : Math.max(needed, 2 * capacity);
        AttentionConfig attention = config.attention();
        Shape shape = new Shape(batch, attention.keyValueHeads(), larger, attention.dHead());
        for (int block = 0; block < keys.length; block++) {
            keys[block] = enlarged(keys[block], shape);
            values[block] = enlarged(values[block], shape);
        }
        capacity = larger;
    }

    private NDArray enlarged(NDArray buffer, Shape shape) {
        NDArray larger = Scope.detached(() -> manager.zeros(shape));
        if (buffer != null) {
            try (Scope scope = Scope.open()) {
                Aten.copy_(filled(larger, length()), filled(buffer, length()));
            }
            buffer.close();
        }
        return larger;
    }

    private static NDArray filled(NDArray buffer, long length) {
        return TokenColumns.between(buffer, 0, length, POSITION_AXIS);
    }

    /** Returns views of the stored keys and values of a block. */
    KeysAndValues stored(int block) {
        return new KeysAndValues(filled(keys[block], length()), filled(values[block], length()));
    }

    /** Returns the tokens whose keys and values are stored; null before the first run. */
    Site.Text text() {
        return text;
    }

    @Override
    public KeysAndValues followedBy(int block, NDArray newKeys, NDArray newValues) {
        return new KeysAndValues(appended(keys[block], newKeys), appended(values[block], newValues));
    }

    private NDArray appended(NDArray buffer, NDArray added) {
        long start = length();
        long end = start + added.getShape().get(POSITION_AXIS);
        Aten.copy_(TokenColumns.between(buffer, start, end, POSITION_AXIS), added);
        return filled(buffer, end);
    }

    /** Accepts the positions of a completed run; {@code all} are the earlier tokens and those of the run. */
    void accept(Site.Text all) {
        changeText(all, array -> array);
    }

    /** Forgets the positions from {@code length} on. */
    public void crop(long length) {
        if (length < length()) {
            columns(0, Math.max(0, length));
        }
    }

    private void columns(long start, long end) {
        if (end <= start) {
            clear();
            return;
        }
        changeText(text, array -> TokenColumns.between(array, start, end, 1));
    }

    /**
     * Keeps some of the texts and forgets the others.
     *
     * @param rows the numbers of the texts
     * @param first the first position to keep: no kept text has a token before it
     */
    public void select(int[] rows, long first) {
        long end = length();
        try (Scope scope = Scope.open()) {
            long[] numbers = new long[rows.length];
            for (int i = 0; i < rows.length; i++) {
                numbers[i] = rows[i];
            }
            NDArray index = manager.create(numbers);
            for (int block = 0; block < keys.length; block++) {
                keys[block] = selected(keys[block], index, first);
                values[block] = selected(values[block], index, first);
            }
            capacity -= first;
            changeText(text, array -> Aten.indexSelect(TokenColumns.between(array, first, end, 1), 0, index));
        }
    }

    private NDArray selected(NDArray buffer, NDArray index, long first) {
        NDArray rows = Scope.detached(() -> Aten.indexSelect(
                TokenColumns.between(buffer, first, buffer.getShape().get(POSITION_AXIS), POSITION_AXIS), 0, index));
        buffer.close();
        return rows;
    }

    private void changeText(Site.Text source, UnaryOperator<NDArray> change) {
        NDArray tokens = owned(source.tokens(), change);
        NDArray mask = source.mask() == null ? null : owned(source.mask(), change);
        closeText();
        text = new Site.Text(tokens, mask);
    }

    private NDArray owned(NDArray source, UnaryOperator<NDArray> change) {
        NDArray copy = Scope.detached(() -> change.apply(source).duplicate());
        copy.attach(manager);
        return copy;
    }

    private void closeText() {
        if (text != null) {
            text.tokens().close();
            if (text.mask() != null) {
                text.mask().close();
            }
        }
    }

    /** Forgets all texts and frees their memory. */
    public void clear() {
        closeText();
        text = null;
        capacity = 0;
        for (int block = 0; block < keys.length; block++) {
            if (keys[block] != null) {
                keys[block].close();
                values[block].close();
                keys[block] = null;
                values[block] = null;
            }
        }
    }

    @Override
    public void close() {
        clear();
        manager.close();
    }
}
