package dev.assay.experiment.transformers;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import dev.assay.InvalidInputException;
import dev.assay.activation.ActivationRows;
import dev.assay.activation.ActivationSource;
import dev.assay.activation.ActivationStream;
import dev.assay.activation.StreamPosition;
import dev.assay.io.Sha256;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.ActivationCache;
import dev.assay.model.hook.HookPoint;
import dev.assay.provenance.ModelProvenance;
import dev.assay.provenance.Provenance;
import dev.assay.provenance.TextProvenance;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import dev.assay.text.ContextReader;
import dev.assay.text.Corpus;
import dev.assay.text.Split;
import dev.assay.text.TokenBatch;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Activations that depend on the token alone: each token of a text is replaced by a row of a table, such as its embedding. Whatever a dictionary
 * finds in them needs neither context nor attention.
 */
final class TokenTableSource implements ActivationSource, AutoCloseable {
    private static final int BATCH = 2048;

    private final NDManager manager;
    private final NDArray table; // [V, width]
    private final long[] ids;
    private final List<String> names;
    private final List<Integer> widths;
    private final String description;

    private TokenTableSource(
            NDManager manager,
            NDArray table,
            long[] ids,
            List<String> names,
            List<Integer> widths,
            String description) {
        this.manager = manager;
        this.table = table;
        this.ids = ids;
        this.names = names;
        this.widths = widths;
        this.description = description;
    }

    /**
     * Computes the table of a model: each token is a context of its own.
     *
     * @param model the model
     * @param points where the rows are read
     * @param names the names of the sites, one per point
     * @param corpus the text
     * @param tokens the number of tokens of the training part to read, fewer if the text is shorter
     * @return the source, closed by the caller
     * @throws IOException if the text cannot be read
     */
    static TokenTableSource of(
            HookedTransformer model, List<HookPoint> points, List<String> names, Corpus corpus, long tokens)
            throws IOException {
        long[] ids = ids(corpus, tokens);
        NDManager manager = TorchEngine.newManager(model.device());
        try (Autograd off = Autograd.off()) {
            NDArray table = Scope.detached(() -> table(model, points, manager));
            return new TokenTableSource(
                    manager,
                    table,
                    ids,
                    names,
                    points.stream().map(model::width).toList(),
                    "single tokens of " + corpus.description());
        } catch (RuntimeException failure) {
            manager.close();
            throw failure;
        }
    }

    private static NDArray table(HookedTransformer model, List<HookPoint> points, NDManager manager) {
        int vocabulary = model.config().vocabularySize();
        NDList chunks = new NDList();
        for (int from = 0; from < vocabulary; from += BATCH) {
            long[] chunk =
                    LongStream.range(from, Math.min(vocabulary, from + BATCH)).toArray();
            NDArray tokens = manager.create(chunk).reshape(chunk.length, 1);
            try (ActivationCache cache = model.cache(tokens, points.toArray(HookPoint[]::new))) {
                NDList columns = new NDList();
                for (HookPoint point : points) {
                    columns.add(cache.get(point).reshape(chunk.length, model.width(point)));
                }
                NDArray rows = NDArrays.concat(columns, 1);
                rows.attach(manager);
                chunks.add(rows);
            }
        }
        NDArray table = NDArrays.concat(chunks);
        table.attach(manager);
        return table;
    }

    private static long[] ids(Corpus corpus, long tokens) throws IOException {
        LongStream.Builder ids = LongStream.builder();
        long read = 0;
        try (ContextReader reader = corpus.read(Split.TRAINING)) {
            TokenBatch batch = reader.next(1);
            while (batch != null && read < tokens) {
                for (long position : batch.keptPositions(corpus.tokenizer(), false, 0)) {
                    ids.add(batch.ids()[(int) position]);
                    read++;
                }
                batch = reader.next(1);
            }
        }
        long[] all = ids.build().toArray();
        InvalidInputException.require(
                all.length > 0,
                () -> corpus.description() + " has no whole context of " + corpus.contextLength()
                        + " tokens in its training part");
        return all;
    }

    @Override
    public List<String> sites() {
        return names;
    }

    @Override
    public List<Integer> widths() {
        return widths;
    }

    @Override
    public Device device() {
        return table.getDevice();
    }

    @Override
    public Provenance provenance() {
        return Provenance.of(
                ModelProvenance.of(description, "float32"),
                names,
                TextProvenance.of(description, "training", 1, false, true));
    }

    @Override
    public String modelHash() {
        return new Sha256().add(provenance().identity().toString()).hex();
    }

    @Override
    public ActivationStream open(StreamPosition start) {
        return new Stream(start.epoch(), start.context());
    }

    @Override
    public void close() {
        manager.close();
    }

    /** Reads the tokens in the order of the text; a context is one token. */
    private final class Stream implements ActivationStream {
        private long epoch;
        private long next;

        Stream(long epoch, long next) {
            this.epoch = epoch;
            this.next = next;
        }

        @Override
        public StreamPosition position() {
            return new StreamPosition(epoch, next, 0, 0);
        }

        @Override
        public ActivationRows next() {
            if (next >= ids.length) {
                epoch++;
                next = 0;
            }
            long[] batch = Arrays.copyOfRange(ids, (int) next, (int) Math.min(ids.length, next + BATCH));
            int[] positions = new int[batch.length];
            next += batch.length;
            NDArray rows = Aten.indexSelect(table, 0, manager.create(batch));
            return new ActivationRows(rows, batch, new long[batch.length], positions);
        }

        @Override
        public void close() {
            // The table belongs to the source.
        }
    }
}
