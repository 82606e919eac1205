package dev.assay.sae;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.assay.tensor.Scope;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ActiveEntriesTest {
    private final SplittableRandom random = new SplittableRandom(5);

    @ParameterizedTest
    @CsvSource({"1,8,1", "7,64,0", "33,515,1", "9,1024,2", "16,8192,2.5", "5,8192,-1", "20,4096,9", "0,4096,1", "0,8,1"
    })
    void returnsEntriesAboveOneBound(int rows, int width, float bound) {
        try (NDManager manager = Dictionaries.manager();
                Scope scope = Scope.open()) {
            NDArray scores = Dictionaries.normal(manager, random, rows, width);
            check(scores, ActiveEntries.above(scores, bound), scores.gt(bound));
        }
    }

    @ParameterizedTest
    @CsvSource({"1,8,0", "7,60,1", "9,1024,2", "16,8192,3", "5,8192,-1"})
    void returnsEntriesAboveTheBoundOfTheirColumn(int rows, int width, float shift) {
        try (NDManager manager = Dictionaries.manager();
                Scope scope = Scope.open()) {
            NDArray scores = Dictionaries.normal(manager, random, rows, width);
            NDArray bounds = Dictionaries.normal(manager, random, width).add(shift);
            check(scores, ActiveEntries.above(scores, bounds), scores.gt(bounds));
        }
    }

    @Test
    void excludesEntriesEqualToTheBound() {
        try (NDManager manager = Dictionaries.manager();
                Scope scope = Scope.open()) {
            NDArray scores = manager.ones(new Shape(2, 1024));
            assertEquals(0, ActiveEntries.above(scores, 1f).values().size());
            assertArrayEquals(
                    new long[] {0, 0}, ActiveEntries.above(scores, 1f).offsets().toLongArray());
            assertEquals(2048, ActiveEntries.above(scores, 0.5f).values().size());
        }
    }

    @Test
    void abandonsGroupsWhenMostGroupsPass() {
        try (NDManager manager = Dictionaries.manager();
                Scope scope = Scope.open()) {
            NDArray bound = manager.create(new float[] {0});
            assertNull(ActiveEntries.grouped(manager.ones(new Shape(2, 64)), bound, 0.5));
        }
    }

    /** Checks that the dense form contains exactly the active entries and that offsets count them. */
    private static void check(NDArray scores, SparseCodes codes, NDArray active) {
        // Adding 0 makes a negative zero positive.
        NDArray expected = scores.mul(active.toType(DataType.FLOAT32, false)).add(0f);
        assertArrayEquals(expected.toFloatArray(), codes.dense().toFloatArray());
        long rows = scores.getShape().get(0);
        assertEquals(rows, codes.rows());
        assertEquals(scores.getShape().get(1), codes.dSae());
        long entries = 0;
        for (long row = 0; row < rows; row++) {
            assertEquals(entries, codes.offsets().getLong(row));
            entries += active.get(row).countNonzero().getLong();
        }
        assertEquals(entries, codes.values().size());
    }
}
