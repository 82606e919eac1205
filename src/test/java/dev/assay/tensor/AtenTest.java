package dev.assay.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.Device;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Compares every operation with a plain Java computation. */
class AtenTest {
    private NDManager manager;
    private Scope scope;

    @BeforeEach
    void open() {
        manager = TorchEngine.newManager(Device.cpu());
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
        manager.close();
    }

    @Test
    void comparesWithNumbers() {
        double[] x = {-1.5, 0, 0.25, 2};
        assertArrayEquals(
                new float[] {0.25f, 0.25f, 0.25f, 2},
                Aten.clampMin(array(x), 0.25).toFloatArray());
        assertArrayEquals(
                new boolean[] {true, true, false, false},
                Aten.lessThan(array(x), 0.25).toBooleanArray());
        assertArrayEquals(
                new boolean[] {true, true, true, false},
                Aten.atMost(array(x), 0.25).toBooleanArray());
        assertArrayEquals(
                new boolean[] {false, false, false, true},
                Aten.greaterThan(array(x), 0.25).toBooleanArray());
        assertArrayEquals(
                new boolean[] {false, false, true, true},
                Aten.atLeast(array(x), 0.25).toBooleanArray());
    }

    @Test
    void computesWithIntegersBeyondFloat32() {
        long large = (1L << 40) + 1;
        NDArray x = Aten.longs(manager, -7, 0, large);
        assertEquals(DataType.INT64, x.getDataType());
        assertArrayEquals(new long[] {-7, 0, large}, x.toLongArray());
        assertArrayEquals(new long[] {-8, -1, large - 1}, Aten.add(x, -1L).toLongArray());
        assertArrayEquals(
                new boolean[] {true, true, false}, Aten.lessThan(x, large).toBooleanArray());
        assertArrayEquals(
                new boolean[] {false, false, true}, Aten.atLeast(x, large).toBooleanArray());
        assertArrayEquals(new long[] {-21, 0, 3 * large}, Aten.times(x, 3).toLongArray());
        assertArrayEquals(
                new long[] {3, 0, Math.floorMod(large, 5L)},
                Aten.remainder(x, 5).toLongArray());
    }

    @Test
    void createsNumbersOfTheirType() {
        NDArray doubles = Aten.doubles(manager, 0.1, -1e300);
        assertEquals(DataType.FLOAT64, doubles.getDataType());
        assertArrayEquals(new double[] {0.1, -1e300}, doubles.toDoubleArray());
        NDArray number = Aten.number(manager, 0.1);
        assertEquals(new Shape(), number.getShape());
        assertEquals(0.1f, number.getFloat());
        assertEquals(0, Aten.longs(manager).size());
    }

    /** Fails if a method of the class has no test here. */
    @Test
    void everyMethodHasTest() {
        Set<String> methods = Arrays.stream(Aten.class.getDeclaredMethods())
                .filter(method -> Modifier.isPublic(method.getModifiers()))
                .map(Method::getName)
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> tested = Stream.of(
                        "linear layerNorm rmsNorm gelu geluTanh gelu_ geluTanh_ silu silu_ sigmoid relu relu_ keepWhereAbove_ positive above between whereBetween softCap_",
                        "rotateHalves rotateHalves_ causalAttention maskedAttention",
                        "mul div pow embedding crossEntropy mm addmm addmv add sub topK topKSorted amax sort searchSorted",
                        "indexSelect indexCopy_ indexAdd_ gather scatter binCount embeddingBag",
                        "embeddingBagWeightsGradient norm rowNorms addcmul_ add_ lerp_ mul_ div_ copy copy_ adam_ contiguous",
                        "clampMin lessThan greaterThan atLeast atMost times remainder longs doubles number")
                .flatMap(line -> Arrays.stream(line.split(" ")))
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(tested, methods);
    }

    @Test
    void linearProducts() {
        double[][] x = random(1, 3, 4);
        double[][] weight = random(2, 5, 4);
        double[] bias = random(3, 1, 5)[0];
        double[][] product = multiply(x, transpose(weight));
        double[][] shifted = map2(product, (value, column) -> value + bias[column]);
        assertClose(product, Aten.linear(array(x), array(weight), null));
        assertClose(shifted, Aten.linear(array(x), array(weight), array(bias)));
        NDArray out = manager.zeros(new Shape(3, 5));
        Aten.mm(array(x), array(weight).transpose(), out);
        assertClose(product, out);
        Aten.addmm(array(bias), array(x), array(weight).transpose(), out);
        assertClose(shifted, out);
        double[] y = random(4, 1, 3)[0];
        double[][] matrixTimesVector = multiply(x, transpose(new double[][] {random(5, 1, 4)[0]}));
        double[] expected = new double[3];
        for (int i = 0; i < 3; i++) {
            expected[i] = y[i] - 2 * matrixTimesVector[i][0];
        }
        assertClose(expected, Aten.addmv(array(y), array(x), array(random(5, 1, 4)[0]), -2));
        NDArray difference = manager.zeros(new Shape(3, 4));
        Aten.sub(array(x), array(x[0]), difference);
        assertClose(map2(x, (value, column) -> value - x[0][column]), difference);
        NDArray sum = manager.zeros(new Shape(3, 4));
        Aten.add(array(x), array(x[0]), sum);
        assertClose(map2(x, (value, column) -> value + x[0][column]), sum);
    }

    @Test
    void normsAndActivations() {
        double[][] x = random(1, 3, 6);
        double[] weight = random(2, 1, 6)[0];
        double[] bias = random(3, 1, 6)[0];
        double[][] normalized = new double[3][6];
        for (int row = 0; row < 3; row++) {
            double mean = DoubleStream.of(x[row]).average().orElseThrow();
            double variance = DoubleStream.of(x[row])
                    .map(v -> (v - mean) * (v - mean))
                    .average()
                    .orElseThrow();
            for (int i = 0; i < 6; i++) {
                normalized[row][i] = (x[row][i] - mean) / Math.sqrt(variance + 0.1) * weight[i] + bias[i];
            }
        }
        assertClose(normalized, Aten.layerNorm(array(x), array(weight), array(bias), manager.create(0.1f)));
        double[] norms = Arrays.stream(x)
                .mapToDouble(
                        row -> Math.sqrt(DoubleStream.of(row).map(v -> v * v).sum()))
                .toArray();
        assertEquals(new Shape(3, 1), Aten.rowNorms(array(x)).getShape());
        assertClose(norms, Aten.rowNorms(array(x)).reshape(-1));
        assertClose(
                new double[] {Math.sqrt(DoubleStream.of(norms).map(v -> v * v).sum())}, Aten.norm(array(x)));

        double[][] wide = map(x, v -> 4 * v);
        double[][] gelu = map(wide, v -> v * normalDistribution(v));
        double[][] tanh = map(wide, v -> v / 2 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (v + 0.044715 * v * v * v))));
        assertClose(gelu, Aten.gelu(array(wide)));
        assertClose(tanh, Aten.geluTanh(array(wide)));
        NDArray inPlace = array(wide);
        Aten.gelu_(inPlace);
        assertClose(gelu, inPlace);
        inPlace = array(wide);
        Aten.geluTanh_(inPlace);
        assertClose(tanh, inPlace);
    }

    @Test
    void rootMeanSquareNormAndGates() {
        double[][] x = random(1, 3, 6);
        double[] weight = random(2, 1, 6)[0];
        double[][] normalized = new double[3][6];
        for (int row = 0; row < 3; row++) {
            double square = DoubleStream.of(x[row]).map(v -> v * v).average().orElseThrow();
            for (int i = 0; i < 6; i++) {
                normalized[row][i] = x[row][i] / Math.sqrt(square + 0.1) * weight[i];
            }
        }
        assertClose(normalized, Aten.rmsNorm(array(x), array(weight), manager.create(0.1f)));

        double[][] wide = map(x, v -> 3 * v);
        double[][] silu = map(wide, v -> v / (1 + Math.exp(-v)));
        assertClose(silu, Aten.silu(array(wide)));
        assertClose(map(wide, v -> 1 / (1 + Math.exp(-v))), Aten.sigmoid(array(wide)));
        assertClose(map(wide, v -> Math.max(v, 0)), Aten.relu(array(wide)));
        NDArray rectified = array(wide);
        Aten.relu_(rectified);
        assertClose(map(wide, v -> Math.max(v, 0)), rectified);
        NDArray gradient = array(map(wide, v -> 3 - v));
        Aten.keepWhereAbove_(gradient, array(wide), 0.25);
        assertClose(map(wide, v -> v > 0.25 ? 3 - v : 0), gradient);
        assertClose(map(wide, v -> v > 0 ? 1 : 0), Aten.positive(array(wide)));
        NDArray out = array(wide);
        Aten.above(array(wide), 0.5, out);
        assertClose(map(wide, v -> v > 0.5 ? 1 : 0), out);
        Aten.between(array(wide), -0.2, 1.2, out);
        assertClose(map(wide, v -> v > -0.2 && v < 1.2 ? 1 : 0), out);
        Aten.whereBetween(array(map(wide, v -> 3 - v)), array(wide), -0.2, 1.2, out);
        assertClose(map(wide, v -> v > -0.2 && v < 1.2 ? 3 - v : 0), out);
        assertClose(map(wide, v -> v * 1.7), Aten.mul(array(wide), 1.7));
        assertClose(map(wide, v -> v / 1.7), Aten.div(array(wide), 1.7));
        assertClose(map(wide, v -> v + 1.7), Aten.add(array(wide), 1.7));
        NDArray added = array(wide);
        Aten.add_(added, 1.7);
        assertClose(map(wide, v -> v + 1.7), added);
        assertClose(map(wide, v -> v * v), Aten.pow(array(wide), 2));
        NDArray inPlace = array(wide);
        Aten.silu_(inPlace);
        assertClose(silu, inPlace);
        inPlace = array(wide);
        Aten.softCap_(inPlace, 1.5);
        assertClose(map(wide, v -> 1.5 * Math.tanh(v / 1.5)), inPlace);
    }

    private static double normalDistribution(double x) {
        double sum = 0; // Simpson's rule
        int steps = 2000;
        for (int i = 0; i <= steps; i++) {
            double t = x * i / steps;
            sum += Math.exp(-t * t / 2) * (i == 0 || i == steps ? 1 : i % 2 == 1 ? 4 : 2);
        }
        return 0.5 + sum * x / steps / 3 / Math.sqrt(2 * Math.PI);
    }

    @Test
    void rotaryEmbedding() {
        double[][] x = random(1, 2, 6);
        double[][] cos = map(random(2, 2, 4), Math::cos);
        double[][] sin = map(random(2, 2, 4), Math::sin);
        double[][] expected = map(x, v -> v); // dimensions 4 and 5 pass
        for (int row = 0; row < 2; row++) {
            for (int i = 0; i < 4; i++) {
                double other = i < 2 ? -x[row][i + 2] : x[row][i - 2];
                expected[row][i] = x[row][i] * cos[row][i] + other * sin[row][i];
            }
        }
        assertClose(expected, Aten.rotateHalves(array(x), array(cos), array(sin)));
        double[][] whole = {Arrays.copyOf(expected[0], 4), Arrays.copyOf(expected[1], 4)};
        assertClose(whole, Aten.rotateHalves(array(x).get(":, :4"), array(cos), array(sin)));
    }

    @Test
    void attention() {
        int positions = 5;
        double[][] q = random(1, positions, 3);
        double[][] k = random(2, positions, 3);
        double[][] v = random(3, positions, 3);
        double[][] scores = map(multiply(q, transpose(k)), s -> 0.7 * s);
        double[][] mask = new double[positions][positions];
        for (int i = 0; i < positions; i++) {
            for (int j = 0; j < positions; j++) {
                mask[i][j] = (i + j) % 3 == 1 ? -1e9 : 0;
            }
        }
        Shape shape = new Shape(1, 1, positions, 3);
        NDArray scale = manager.create(0.7f);
        double[][] causal = multiply(softmax(scores, (i, j) -> j <= i ? 0 : -1e9), v);
        assertClose(
                causal,
                Aten.causalAttention(array(q).reshape(shape), array(k).reshape(shape), array(v).reshape(shape), scale)
                        .reshape(positions, 3));
        double[][] masked = multiply(softmax(scores, (i, j) -> mask[i][j]), v);
        assertClose(
                masked,
                Aten.maskedAttention(
                                array(q).reshape(shape),
                                array(k).reshape(shape),
                                array(v).reshape(shape),
                                scale,
                                array(mask).reshape(1, 1, positions, positions))
                        .reshape(positions, 3));
    }

    @Test
    void tokens() {
        double[][] table = random(1, 6, 3);
        NDArray ids = longs(4, 0, 4, 5);
        assertClose(new double[][] {table[4], table[0], table[4], table[5]}, Aten.embedding(array(table), ids));
        double[][] logits = map(random(2, 3, 6), v -> 5 * v);
        double[][] shares = softmax(logits, (i, j) -> 0);
        assertClose(
                new double[] {-Math.log(shares[0][2]), -Math.log(shares[1][0]), -Math.log(shares[2][5])},
                Aten.crossEntropy(array(logits), longs(2, 0, 5)));
    }

    @Test
    void selections() {
        double[][] x = {{3, 1, 2, 9}, {-4, 8, -1, 0}};
        Aten.Selection sorted = Aten.topKSorted(array(x), 2);
        assertClose(new double[][] {{9, 3}, {8, 0}}, sorted.values());
        assertArrayEquals(new long[] {3, 0, 1, 3}, sorted.indices().toLongArray());
        Aten.Selection top = Aten.topK(array(x), 3);
        assertClose(
                new double[][] {{2, 3, 9}, {-1, 0, 8}}, Aten.sort(top.values()).values());
        assertClose(Aten.gather(array(x), 1, top.indices()), top.values());
        assertClose(new double[] {9, 8}, Aten.amax(array(x), 1));
        assertClose(new double[] {3, 8, 2, 9}, Aten.amax(array(x), 0));
        Aten.Selection stable = Aten.sort(longs(2, 1, 2, 1, 2));
        assertArrayEquals(new long[] {1, 3, 0, 2, 4}, stable.indices().toLongArray());
        assertArrayEquals(new long[] {1, 1, 2, 2, 2}, stable.values().toLongArray());
        assertArrayEquals(
                new long[] {0, 1, 1, 3},
                Aten.searchSorted(longs(0, 0, 4).add(longs(0, 1, 0)), longs(0, 1, 1, 5))
                        .toLongArray());
    }

    @Test
    void indexing() {
        double[][] x = random(1, 4, 3);
        NDArray index = longs(2, 0);
        assertClose(new double[][] {x[2], x[0]}, Aten.indexSelect(array(x), 0, index));
        NDArray out = manager.zeros(new Shape(4, 2));
        Aten.indexSelect(array(x), 1, index, out);
        assertClose(Arrays.stream(x).map(row -> new double[] {row[2], row[0]}).toArray(double[][]::new), out);
        double[][] source = random(2, 2, 3);
        NDArray copied = array(x);
        Aten.indexCopy_(copied, 0, index, array(source));
        assertClose(new double[][] {source[1], x[1], source[0], x[3]}, copied);
        NDArray added = array(x);
        Aten.indexAdd_(added, 0, longs(1, 1), array(source));
        double[] sum = new double[3];
        for (int i = 0; i < 3; i++) {
            sum[i] = x[1][i] + source[0][i] + source[1][i];
        }
        assertClose(new double[][] {x[0], sum, x[2], x[3]}, added);
        NDArray positions = longs(1, 0, 2, 2).reshape(4, 1);
        assertClose(
                new double[] {x[0][1], x[1][0], x[2][2], x[3][2]},
                Aten.gather(array(x), 1, positions).reshape(-1));
        NDArray scattered = Aten.scatter(array(x), 1, positions, manager.zeros(new Shape(4, 1)));
        assertClose(
                new double[][] {
                    {x[0][0], 0, x[0][2]}, {0, x[1][1], x[1][2]}, {x[2][0], x[2][1], 0}, {x[3][0], x[3][1], 0}
                },
                scattered);
        assertArrayEquals(
                new long[] {0, 2, 1, 0}, Aten.binCount(longs(1, 1, 2), 4).toLongArray());
        assertClose(new double[] {0, 1.5, 4, 0}, Aten.binCount(longs(1, 1, 2), array(new double[] {1, 0.5, 4}), 4));
        NDArray ofNothing = Aten.binCount(longs(), array(new double[0]).toType(DataType.FLOAT32, false), 2);
        assertEquals(DataType.FLOAT32, ofNothing.getDataType());
        assertClose(new double[] {0, 0}, ofNothing);
        NDArray ofNone = Aten.binCount(longs(), array(new double[0]), 2);
        assertEquals(DataType.FLOAT32, ofNone.getDataType());
        assertClose(new double[] {0, 0}, ofNone);
    }

    @Test
    void bags() {
        double[][] table = random(1, 5, 3);
        double[] weights = random(2, 1, 4)[0];
        int[] indices = {4, 0, 0, 2};
        int[] bag = {0, 0, 2, 2}; // the second bag is empty
        double[][] gradient = random(3, 3, 3);
        double[][] sums = new double[3][3];
        double[] weightGradient = new double[4];
        for (int entry = 0; entry < 4; entry++) {
            for (int i = 0; i < 3; i++) {
                sums[bag[entry]][i] += weights[entry] * table[indices[entry]][i];
                weightGradient[entry] += gradient[bag[entry]][i] * table[indices[entry]][i];
            }
        }
        NDArray offsets = longs(0, 2, 2);
        assertClose(sums, Aten.embeddingBag(array(table), longs(4, 0, 0, 2), offsets, array(weights)));
        assertClose(
                weightGradient,
                Aten.embeddingBagWeightsGradient(
                        array(gradient), array(table), longs(4, 0, 0, 2), offsets, longs(0, 0, 2, 2)));
    }

    @Test
    void updatesInPlace() {
        double[][] x = random(1, 2, 3);
        double[] row = random(2, 1, 3)[0];
        NDArray changed = array(x);
        Aten.addcmul_(changed, array(row), array(row), 0.5);
        assertClose(map2(x, (v, column) -> v + 0.5 * row[column] * row[column]), changed);
        changed = array(x);
        Aten.add_(changed, array(row), -3);
        assertClose(map2(x, (v, column) -> v - 3 * row[column]), changed);
        Aten.copy_(changed, array(x));
        Aten.lerp_(changed, array(map(x, v -> 2 * v)), 0.25);
        assertClose(map(x, v -> 1.25 * v), changed);
        Aten.copy_(changed, array(x));
        Aten.mul_(changed, 0.25);
        assertClose(map(x, v -> v / 4), changed);
        Aten.copy_(changed, array(x));
        Aten.mul_(changed, array(row));
        assertClose(map2(x, (v, column) -> v * row[column]), changed);
        Aten.div_(changed, array(row));
        assertClose(x, changed);
        Aten.copy_(changed, longs(7, 8, 9)); // converts and repeats
        assertClose(new double[][] {{7, 8, 9}, {7, 8, 9}}, changed);
        NDArray transposed = array(x).transpose();
        assertClose(transpose(x), Aten.contiguous(transposed));
        assertClose(transpose(x), Aten.copy(transposed));
    }

    @Test
    void adamMatchesPublishedAlgorithm() {
        for (double divisor : new double[] {0, 4}) {
            for (boolean decoupled : new boolean[] {false, true}) {
                if (divisor == 0 && decoupled) {
                    continue;
                }
                adam(divisor, decoupled);
            }
        }
        Aten.AdamOptions decoupled = new Aten.AdamOptions(0.1, 0.9, 0.99, 1e-8, 0.1, true);
        assertThrows(
                IllegalArgumentException.class,
                () -> Aten.adam_(List.of(), List.of(), List.of(), List.of(), List.of(), decoupled, null));
        assertEquals(new Aten.AdamOptions(0.1, 0.9, 0.999, 1e-8, 0, false), Aten.AdamOptions.of(0.1, 0.9, 0.999));
    }

    private void adam(double divisor, boolean decoupled) {
        double lr = 0.1;
        double decay = 0.3;
        Aten.AdamOptions options = new Aten.AdamOptions(lr, 0.8, 0.9, 1e-3, decay, decoupled);
        double[] w = {1, 2, -3};
        double[] m = new double[3];
        double[] v = new double[3];
        NDArray parameter = array(w);
        NDArray first = manager.zeros(new Shape(3));
        NDArray second = manager.zeros(new Shape(3));
        NDArray other = array(w);
        NDArray otherFirst = manager.zeros(new Shape(3));
        NDArray otherSecond = manager.zeros(new Shape(3));
        for (int step = 1; step <= 4; step++) {
            double[] gradient = random(step, 1, 3)[0];
            NDArray number = manager.create((float) step);
            Aten.adam_(
                    List.of(parameter, other),
                    List.of(array(gradient), array(gradient)),
                    List.of(first, otherFirst),
                    List.of(second, otherSecond),
                    List.of(number, number),
                    options,
                    divisor == 0 ? null : manager.create((float) divisor));
            for (int i = 0; i < 3; i++) {
                double g = gradient[i] / (divisor == 0 ? 1 : divisor) + (decoupled ? 0 : decay * w[i]);
                w[i] -= decoupled ? lr * decay * w[i] : 0;
                m[i] = 0.8 * m[i] + 0.2 * g;
                v[i] = 0.9 * v[i] + 0.1 * g * g;
                double root = Math.sqrt(v[i] / (1 - Math.pow(0.9, step)));
                w[i] -= lr * m[i] / (1 - Math.pow(0.8, step)) / (root + 1e-3);
            }
        }
        assertClose(w, parameter);
        assertClose(w, other);
        assertClose(m, first);
        assertClose(v, second);
    }

    @Test
    void wrongShapesArePyTorchsToName() {
        assertThrows(EngineException.class, () -> Aten.mm(longs(1, 2), longs(1, 2), longs(1, 2)));
        assertThrows(EngineException.class, () -> Aten.topK(longs(1, 2), 3));
    }

    private interface At {
        double of(double value, int column);
    }

    private interface Bias {
        double of(int row, int column);
    }

    private static double[][] random(long seed, int rows, int columns) {
        SplittableRandom random = new SplittableRandom(seed);
        double[][] values = new double[rows][columns];
        for (double[] row : values) {
            for (int i = 0; i < columns; i++) {
                row[i] = (float) random.nextDouble(-1, 1);
            }
        }
        return values;
    }

    private static double[][] map(double[][] x, DoubleUnaryOperator function) {
        return map2(x, (value, column) -> function.applyAsDouble(value));
    }

    private static double[][] map2(double[][] x, At function) {
        double[][] result = new double[x.length][x[0].length];
        for (int row = 0; row < x.length; row++) {
            for (int i = 0; i < x[0].length; i++) {
                result[row][i] = function.of(x[row][i], i);
            }
        }
        return result;
    }

    private static double[][] transpose(double[][] x) {
        double[][] result = new double[x[0].length][x.length];
        for (int row = 0; row < x.length; row++) {
            for (int i = 0; i < x[0].length; i++) {
                result[i][row] = x[row][i];
            }
        }
        return result;
    }

    private static double[][] multiply(double[][] a, double[][] b) {
        double[][] result = new double[a.length][b[0].length];
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < b[0].length; j++) {
                for (int k = 0; k < b.length; k++) {
                    result[i][j] += a[i][k] * b[k][j];
                }
            }
        }
        return result;
    }

    private static double[][] softmax(double[][] scores, Bias bias) {
        double[][] result = new double[scores.length][scores[0].length];
        for (int i = 0; i < scores.length; i++) {
            double sum = 0;
            for (int j = 0; j < scores[0].length; j++) {
                result[i][j] = Math.exp(scores[i][j] + bias.of(i, j));
                sum += result[i][j];
            }
            for (int j = 0; j < scores[0].length; j++) {
                result[i][j] /= sum;
            }
        }
        return result;
    }

    private NDArray longs(long... values) {
        return manager.create(values);
    }

    private NDArray array(double[] values) {
        return manager.create(values).toType(DataType.FLOAT32, false);
    }

    private NDArray array(double[][] values) {
        return manager.create(floats(values), new Shape(values.length, values[0].length));
    }

    private static float[] floats(double[][] values) {
        float[] flat = new float[values.length * values[0].length];
        for (int i = 0; i < flat.length; i++) {
            flat[i] = (float) values[i / values[0].length][i % values[0].length];
        }
        return flat;
    }

    private void assertClose(double[][] expected, NDArray found) {
        assertEquals(new Shape(expected.length, expected[0].length), found.getShape());
        assertArrayEquals(floats(expected), found.toFloatArray(), 2e-5f);
    }

    private void assertClose(double[] expected, NDArray found) {
        assertArrayEquals(floats(new double[][] {expected}), found.toFloatArray(), 2e-5f);
    }

    private void assertClose(NDArray expected, NDArray found) {
        assertArrayEquals(expected.toFloatArray(), found.toFloatArray(), 2e-5f);
    }
}
