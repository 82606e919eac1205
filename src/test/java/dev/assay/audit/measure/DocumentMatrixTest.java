package dev.assay.audit.measure;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.assay.InvalidInputException;
import dev.assay.evaluate.probe.ProbeData;
import java.util.List;
import org.junit.jupiter.api.Test;

class DocumentMatrixTest {
    private static final double[][] DENSE = Samples.normal(13, 7, 0.6, 1);
    private static final DocumentMatrix MATRIX = DocumentMatrix.of(DENSE);

    @Test
    void valuesRowsAndColumnsEqualTheDenseMatrix() {
        DocumentMatrix transposed = MATRIX.transposed();
        for (int row = 0; row < 13; row++) {
            assertArrayEquals(DENSE[row], MATRIX.row(row));
            for (int column = 0; column < 7; column++) {
                assertEquals(DENSE[row][column], MATRIX.value(row, column));
                assertEquals(DENSE[row][column], transposed.value(column, row));
            }
        }
        assertEquals(7, transposed.rows());
        assertEquals(13, transposed.columns());
    }

    @Test
    void selectsAveragesAndJoinsRows() {
        DocumentMatrix selected = MATRIX.rows(5, 2);
        assertArrayEquals(DENSE[5], selected.row(0));
        assertArrayEquals(DENSE[2], selected.row(1));
        double[] mean = MATRIX.mean(5, 2);
        for (int column = 0; column < 7; column++) {
            assertEquals((DENSE[5][column] + DENSE[2][column]) / 2, mean[column], 1e-15);
        }
        assertArrayEquals(
                DENSE[2], DocumentMatrix.concat(List.of(MATRIX, selected)).row(14));
    }

    @Test
    void probeDataHaveTheSelectedColumns() {
        ProbeData data = MATRIX.probeData(new int[] {4, 9}, new int[] {1, 3, 6}, new boolean[] {true, false});
        assertEquals(DENSE[9][3], data.value(1, 1));
        assertEquals(DENSE[4][6], data.value(0, 2));
        assertEquals(3, data.width());
    }

    @Test
    void activeColumnsHaveEnoughEntriesInTheGivenRows() {
        DocumentMatrix matrix = DocumentMatrix.of(new double[][] {{1, 0, 2}, {1, 0, 0}, {0, 3, 1}});
        assertArrayEquals(new int[] {0, 2}, matrix.activeColumns(new int[] {0, 1}, 1));
        assertArrayEquals(new int[] {0}, matrix.activeColumns(new int[] {0, 1}, 2));
    }

    @Test
    void rejectsUnusableRows() {
        DocumentMatrixBuilder builder = new DocumentMatrixBuilder(3);
        assertEquals(
                "row 0 of the matrix has 2 columns, expected 3",
                assertThrows(InvalidInputException.class, () -> builder.add(new double[2]))
                        .getMessage());
        assertEquals(
                "row 0, column 1 of the matrix is NaN, expected a finite number",
                assertThrows(InvalidInputException.class, () -> builder.add(new double[] {0, Double.NaN, 0}))
                        .getMessage());
        assertThrows(InvalidInputException.class, () -> builder.add(new int[] {2, 1}, new double[] {1, 1}));
        assertThrows(InvalidInputException.class, () -> builder.add(new int[] {3}, new double[] {1}));
        assertThrows(InvalidInputException.class, () -> DocumentMatrix.of(new double[0][]));
        assertThrows(InvalidInputException.class, () -> MATRIX.mean());
    }
}
