package dev.assay.activation;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.provenance.ModelProvenance;
import dev.assay.provenance.Provenance;
import dev.assay.provenance.TextProvenance;
import dev.assay.tensor.TorchEngine;
import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntUnaryOperator;

/** An endless source without a model. The first number of a row is the row's index in the stream, the others are noise. The token of a
 * row is its index, the document its pass. */
public final class CountingSource implements ActivationSource {
    private final int width;
    private final IntUnaryOperator passRows;
    private PassListener listener = pass -> {};
    private long notANumberAt = -1;
    private double indexScale = 1;
    private int passesOfEpoch = Integer.MAX_VALUE;
    private List<String> sites = List.of("blocks.0.hook_resid_post");
    private List<Integer> widths;
    private String modelHash = "0123";
    private String part = "all";
    private int tokenShift;

    /** Is told of every pass before it is delivered, on the thread that delivers it; may be slow, and may throw. */
    @FunctionalInterface
    public interface PassListener {
        void before(int pass) throws IOException;
    }

    /**
     * Makes a source.
     *
     * @param width of a row
     * @param passRows the number of rows of each pass
     */
    public CountingSource(int width, IntUnaryOperator passRows) {
        this.width = width;
        this.passRows = passRows;
        this.widths = List.of(width);
    }

    /** Ends an epoch after so many passes; the next one goes on with other rows. */
    public CountingSource passesOfEpoch(int passes) {
        passesOfEpoch = passes;
        return this;
    }

    /** Cuts the rows into sites. */
    public CountingSource sites(List<String> names, List<Integer> widthsOfSites) {
        sites = names;
        widths = widthsOfSites;
        return this;
    }

    public CountingSource modelHash(String hash) {
        modelHash = hash;
        return this;
    }

    public CountingSource part(String words) {
        part = words;
        return this;
    }

    /** Puts other tokens at the same rows, as a text that was edited would. */
    public CountingSource tokenShift(int by) {
        tokenShift = by;
        return this;
    }

    public CountingSource listener(PassListener told) {
        listener = told;
        return this;
    }

    /** Puts one NaN into the row of this index. */
    public CountingSource notANumberAt(long row) {
        notANumberAt = row;
        return this;
    }

    /** Multiplies the index in every row, so that it does not drown the noise. */
    public CountingSource indexScale(double factor) {
        indexScale = factor;
        return this;
    }

    /** Returns the number of producer threads of buffers, once those that are about to end have ended. */
    public static long producers() {
        long deadline = System.nanoTime() + 5_000_000_000L;
        while (true) {
            long running = Thread.getAllStackTraces().keySet().stream()
                    .filter(thread -> thread.getName().equals("assay-activations"))
                    .count();
            if (running == 0 || System.nanoTime() > deadline) {
                return running;
            }
            Thread.yield();
        }
    }

    @Override
    public List<String> sites() {
        return sites;
    }

    @Override
    public List<Integer> widths() {
        return widths;
    }

    @Override
    public Device device() {
        return Device.cpu();
    }

    @Override
    public Provenance provenance() {
        return Provenance.of(
                ModelProvenance.of("counting", "float32"), sites, TextProvenance.of("numbers", part, 8, false, true));
    }

    @Override
    public String modelHash() {
        return modelHash;
    }

    @Override
    public ActivationStream open(StreamPosition start) {
        return new Stream((int) (start.epoch() * passesOfEpoch + start.context()));
    }

    private final class Stream implements ActivationStream {
        private final NDManager manager = TorchEngine.newManager(device());
        private int pass;
        private long firstRow;

        Stream(int pass) {
            this.pass = pass;
            for (int p = 0; p < pass; p++) {
                firstRow += passRows.applyAsInt(p);
            }
        }

        @Override
        public StreamPosition position() {
            int epoch = pass == 0 ? 0 : (pass - 1) / passesOfEpoch;
            return new StreamPosition(epoch, pass - epoch * passesOfEpoch, 0, 0);
        }

        @Override
        public ActivationRows next() throws IOException {
            listener.before(pass);
            int rows = passRows.applyAsInt(pass);
            float[] values = new float[rows * width];
            long[] tokens = new long[rows];
            long[] documents = new long[rows];
            int[] positions = new int[rows];
            for (int row = 0; row < rows; row++) {
                SplittableRandom random = new SplittableRandom(firstRow + row);
                for (int column = 1; column < width; column++) {
                    values[row * width + column] = (float) (random.nextDouble() - 0.4);
                }
                values[row * width] = (float) (indexScale * (firstRow + row));
                tokens[row] = firstRow + row + tokenShift;
                documents[row] = pass;
                positions[row] = row;
                if (firstRow + row == notANumberAt) {
                    values[row * width] = Float.NaN;
                }
            }
            firstRow += rows;
            pass++;
            NDArray array = manager.create(values, new Shape(rows, width));
            return new ActivationRows(array, tokens, documents, positions);
        }

        @Override
        public void close() {
            manager.close();
        }
    }
}
