package dev.assay.activation;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.provenance.ModelProvenance;
import dev.assay.provenance.Provenance;
import dev.assay.provenance.TextProvenance;
import dev.assay.tensor.TorchEngine;
import java.util.List;
import java.util.SplittableRandom;

/**
 * An endless source of sparse sums of planted directions. Rows have positions 0 to 15 of contexts.
 *
 * @param width of a row
 * @param directions the number of planted directions, unit vectors
 * @param active the mean number of active directions per row
 * @param change applied to each row
 */
public record PlantedSource(int width, int directions, double active, RowChange change) implements ActivationSource {
    private static final int ROWS = 256;
    static final int CONTEXT = 16;

    /** Changes a row in place. */
    @FunctionalInterface
    public interface RowChange {
        void apply(long index, float[] row);
    }

    public static PlantedSource of(int width, int directions, double active) {
        return new PlantedSource(width, directions, active, (index, row) -> {});
    }

    /** Adds a value to one dimension of every row. */
    public PlantedSource plus(int dimension, float value) {
        return changed((index, row) -> row[dimension] += value);
    }

    /** Multiplies every row by a factor. */
    public PlantedSource times(float factor) {
        return changed((index, row) -> multiply(row, factor));
    }

    /** Replaces one of every n rows by a row of the same direction and another norm. */
    public PlantedSource outliers(int every, float norm) {
        return changed((index, row) -> {
            if (index % every == every / 2) {
                double squares = 0;
                for (float x : row) {
                    squares += x * x;
                }
                multiply(row, (float) (norm / Math.sqrt(Math.max(squares, 1e-6))));
            }
        });
    }

    private PlantedSource changed(RowChange next) {
        return new PlantedSource(width, directions, active, (index, row) -> {
            change.apply(index, row);
            next.apply(index, row);
        });
    }

    private static void multiply(float[] row, float factor) {
        for (int i = 0; i < row.length; i++) {
            row[i] *= factor;
        }
    }

    @Override
    public List<String> sites() {
        return List.of("blocks.0.hook_resid_post");
    }

    @Override
    public List<Integer> widths() {
        return List.of(width);
    }

    @Override
    public Device device() {
        return Device.cpu();
    }

    @Override
    public Provenance provenance() {
        return Provenance.of(
                ModelProvenance.of("planted", "float32"),
                sites(),
                TextProvenance.of("numbers", "all", CONTEXT, false, true));
    }

    @Override
    public String modelHash() {
        return "4567";
    }

    @Override
    public ActivationStream open(StreamPosition start) {
        return new Stream((int) start.context());
    }

    private float[][] planted() {
        SplittableRandom random = new SplittableRandom(11);
        float[][] planted = new float[directions][width];
        for (float[] direction : planted) {
            double squares = 0;
            for (int i = 0; i < width; i++) {
                direction[i] = (float) random.nextGaussian();
                squares += direction[i] * direction[i];
            }
            multiply(direction, (float) (1 / Math.sqrt(squares)));
        }
        return planted;
    }

    private final class Stream implements ActivationStream {
        private final NDManager manager = TorchEngine.newManager(device());
        private final float[][] planted = planted();
        private int pass;

        Stream(int pass) {
            this.pass = pass;
        }

        @Override
        public StreamPosition position() {
            return new StreamPosition(0, pass, 0, 0);
        }

        @Override
        public ActivationRows next() {
            SplittableRandom random = new SplittableRandom(pass);
            float[] values = new float[ROWS * width];
            long[] tokens = new long[ROWS];
            long[] documents = new long[ROWS];
            int[] positions = new int[ROWS];
            for (int r = 0; r < ROWS; r++) {
                float[] row = new float[width];
                for (float[] direction : planted) {
                    if (random.nextDouble() < active / directions) {
                        float strength = (float) (0.5 + random.nextDouble());
                        for (int i = 0; i < width; i++) {
                            row[i] += strength * direction[i];
                        }
                    }
                }
                long index = (long) pass * ROWS + r;
                change.apply(index, row);
                System.arraycopy(row, 0, values, r * width, width);
                tokens[r] = index;
                documents[r] = index / CONTEXT;
                positions[r] = (int) (index % CONTEXT);
            }
            pass++;
            return new ActivationRows(manager.create(values, new Shape(ROWS, width)), tokens, documents, positions);
        }

        @Override
        public void close() {
            manager.close();
        }
    }
}
