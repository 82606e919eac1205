package dev.assay.train.internal.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.train.internal.step.TrainingStep.Layout;
import dev.assay.train.spi.Selector;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Decisions at sizes where one layout was clearly faster: docs/performance.md has the measurements. */
class LayoutCostTest {
    private static LayoutCost cost(int rows, int dIn, int dSae, Selector selector, boolean measured) {
        long piece = Math.min(rows, Math.max(512, (1L << 21) / dSae));
        return new LayoutCost(rows, dSae, dIn, dIn, piece, selector.cost(), measured);
    }

    @ParameterizedTest
    @CsvSource({
        "4096, 512, 4096, 170", // before: dense
        "4096, 512, 4096, 256",
        "4096, 512, 4096, 512",
        "1024, 512, 1024, 170",
        "2048, 64, 1024, 85",
        "512, 512, 16384, 1000"
    })
    void rowsOfFewEntriesAreSparse(int rows, int dIn, int dSae, int k) {
        Layout layout = cost(rows, dIn, dSae, Selector.topK(k), true).layout((double) k / dSae);
        assertEquals(k * 24 <= dSae ? Layout.SPARSE : Layout.SPARSE_PIECES, layout);
    }

    @ParameterizedTest
    @CsvSource({
        "4096, 512, 4096, 820",
        "1024, 512, 1024, 341",
        "2048, 64, 1024, 341",
        "512, 512, 16384, 2730",
        "512, 1024, 8192, 1365"
    })
    void rowsOfManyEntriesAreDense(int rows, int dIn, int dSae, int k) {
        assertEquals(Layout.DENSE, cost(rows, dIn, dSae, Selector.topK(k), true).layout((double) k / dSae));
    }

    @ParameterizedTest
    @CsvSource({"242, SPARSE_PIECES", "342, SPARSE_PIECES", "682, DENSE", "170, SPARSE"})
    void selectionsBySignAreDenseEarlier(int l0, Layout expected) {
        assertEquals(expected, cost(4096, 512, 4096, Selector.positive(), true).layout(l0 / 4096.0));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.0417, 0.1, 0.3})
    void smallStepsAreDenseAboveTheShareOfTheWholeBatch(double share) {
        assertEquals(Layout.DENSE, cost(16, 8, 24, Selector.topK(3), true).layout(share));
        assertEquals(Layout.SPARSE, cost(16, 8, 24, Selector.topK(1), true).layout(LayoutCost.WHOLE_BATCH_SHARE));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.05, 0.1})
    void unmeasuredDevicesAreDenseAboveTheShareOfTheWholeBatch(double share) {
        assertEquals(
                Layout.DENSE, cost(4096, 512, 4096, Selector.topK(256), false).layout(share));
    }

    @ParameterizedTest
    @CsvSource({"4096, 0.125", "65536, 0.06", "1000000, 0.05", "100, 1"})
    void piecesHaveBoundedMemory(int dSae, double share) {
        LayoutCost cost = cost(100_000, 64, dSae, Selector.positive(), true);
        int rows = cost.pieceRows(share);
        assertTrue(rows >= 1);
        assertTrue(rows * share * dSae <= LayoutCost.MAX_PIECE_ENTRIES || rows == 1);
    }
}
