package dev.assay.activation.store;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.assay.activation.ActivationRows;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Rows as stored in a shard.
 *
 * @param sites the values, site by site
 * @param tokens token ids, [rows]
 * @param documents the document of each token, [rows]
 * @param positions the index of each token in its document, [rows]
 */
record ShardRows(List<Site> sites, int[] tokens, long[] documents, int[] positions) {
    /**
     * The values of one site.
     *
     * @param bytes direct, little-endian, [rows, width]
     * @param width the width of the site
     * @param type float32 or float16
     */
    record Site(ByteBuffer bytes, int width, DataType type) {}

    /** Returns the rows as float32 on the device of the manager, with the columns of all sites; owned by the open scope. */
    ActivationRows toRows(NDManager manager) {
        int width = sites.stream().mapToInt(Site::width).sum();
        try (Scope scope = Scope.open();
                NDManager memory = TorchEngine.newManager(Device.cpu())) {
            NDArray values = manager.create(new Shape(tokens.length, width), DataType.FLOAT32);
            int column = 0;
            for (Site site : sites) {
                // This array shares the memory of the bytes; the copy converts it and moves it to the device.
                NDArray stored = memory.create(site.bytes(), new Shape(tokens.length, site.width()), site.type());
                Aten.copy_(values.get(new NDIndex(":, " + column + ":" + (column + site.width()))), stored);
                column += site.width();
            }
            return new ActivationRows(
                    scope.keep(values), IntStream.of(tokens).asLongStream().toArray(), documents, positions);
        }
    }
}
