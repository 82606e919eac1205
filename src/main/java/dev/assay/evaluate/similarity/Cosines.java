package dev.assay.evaluate.similarity;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import java.util.Arrays;

/** The cosines of every direction of one dictionary with every direction of another, in float64. A row of zeros has cosine 0. */
final class Cosines {
    private static final int CHUNK_ROWS = 1024;

    private final NDArray a; // float64 unit rows, [m, d]
    private final NDArray b; // float64 unit rows, [n, d]

    /**
     * Normalizes directions.
     *
     * @param a [m, d]
     * @param b [n, d]
     */
    Cosines(NDArray a, NDArray b) {
        this.a = unit(a);
        this.b = unit(b);
    }

    private static NDArray unit(NDArray rows) {
        try (Scope scope = Scope.open()) {
            NDArray wide = rows.toType(DataType.FLOAT64, true);
            return scope.keep(wide.div(Aten.rowNorms(wide).maximum(Double.MIN_NORMAL)));
        }
    }

    /**
     * The largest cosine of each direction with any direction of the other dictionary.
     *
     * @param ofA [m]
     * @param ofB [n]
     * @param absoluteOfA [m], of the magnitudes of cosines
     * @param absoluteOfB [n], of the magnitudes of cosines
     */
    record Largest(double[] ofA, double[] ofB, double[] absoluteOfA, double[] absoluteOfB) {}

    Largest largest() {
        int rows = (int) a.getShape().get(0);
        double[] ofA = new double[rows];
        double[] absoluteOfA = new double[rows];
        double[] ofB = filled((int) b.getShape().get(0));
        double[] absoluteOfB = ofB.clone();
        forEachBlock((first, block) -> {
            NDArray magnitudes = block.abs();
            copy(block.max(new int[] {1}), ofA, first);
            copy(magnitudes.max(new int[] {1}), absoluteOfA, first);
            merge(block.max(new int[] {0}), ofB);
            merge(magnitudes.max(new int[] {0}), absoluteOfB);
        });
        return new Largest(ofA, ofB, absoluteOfA, absoluteOfB);
    }

    private static double[] filled(int size) {
        double[] lowest = new double[size];
        Arrays.fill(lowest, Double.NEGATIVE_INFINITY);
        return lowest;
    }

    private static void copy(NDArray from, double[] to, int at) {
        double[] values = from.toDoubleArray();
        System.arraycopy(values, 0, to, at, values.length);
    }

    private static void merge(NDArray from, double[] into) {
        double[] values = from.toDoubleArray();
        Arrays.setAll(into, i -> Math.max(into[i], values[i]));
    }

    /**
     * The one-to-one pairs of rows with the largest sum of cosines, as many as the smaller dictionary has rows.
     *
     * @param rowsOfA [pairs], increasing unless b is smaller
     * @param rowsOfB [pairs]
     * @param cosines [pairs]
     */
    record Matching(int[] rowsOfA, int[] rowsOfB, double[] cosines) {}

    /** Matches rows. Needs four bytes of Java heap per pair of rows. */
    Matching matching() {
        if (a.getShape().get(0) > b.getShape().get(0)) {
            Matching turned = new Cosines(b, a).matching();
            return new Matching(turned.rowsOfB(), turned.rowsOfA(), turned.cosines());
        }
        float[][] cost = new float[(int) a.getShape().get(0)][];
        forEachBlock((first, block) -> {
            NDArray negative = block.neg().toType(DataType.FLOAT32, false);
            for (int i = 0; i < negative.getShape().get(0); i++) {
                cost[first + i] = negative.get(i).toFloatArray();
            }
        });
        int[] columns = Assignment.leastCost(cost);
        try (Scope scope = Scope.open()) {
            NDArray partners = ordered(b, columns);
            double[] cosines = a.mul(partners).sum(new int[] {1}).toDoubleArray();
            int[] rows = new int[columns.length];
            Arrays.setAll(rows, i -> i);
            return new Matching(rows, columns, cosines);
        }
    }

    /**
     * Returns the largest cosine of each square of pairs.
     *
     * @param rowsOfA [m], the order of a
     * @param rowsOfB [n], the order of b
     * @param side the directions per side of a square; the last squares may be smaller
     * @return [⌈m / side⌉][⌈n / side⌉]
     */
    float[][] largest(int[] rowsOfA, int[] rowsOfB, int side) {
        float[][] largest = new float[(rowsOfA.length + side - 1) / side][(rowsOfB.length + side - 1) / side];
        for (float[] row : largest) {
            Arrays.fill(row, -1);
        }
        new Cosines(ordered(a, rowsOfA), ordered(b, rowsOfB)).forEachBlock((first, block) -> {
            for (int i = 0; i < block.getShape().get(0); i++) {
                double[] cosines = block.get(i).toDoubleArray();
                float[] row = largest[(first + i) / side];
                for (int j = 0; j < cosines.length; j++) {
                    row[j / side] = Math.max(row[j / side], (float) cosines[j]);
                }
            }
        });
        return largest;
    }

    private static NDArray ordered(NDArray rows, int[] order) {
        return Aten.indexSelect(
                rows,
                0,
                rows.getManager().create(Arrays.stream(order).asLongStream().toArray()));
    }

    private void forEachBlock(BlockConsumer consumer) {
        int rows = (int) a.getShape().get(0);
        for (int first = 0; first < rows; first += CHUNK_ROWS) {
            try (Scope scope = Scope.open()) {
                NDArray block = a.get(new NDIndex("{}:{}", first, Math.min(rows, first + CHUNK_ROWS)));
                consumer.accept(first, block.matMul(b.transpose()));
            }
        }
    }

    private interface BlockConsumer {
        /** Receives the cosines of some rows of a with all rows of b. */
        void accept(int first, NDArray block);
    }
}
