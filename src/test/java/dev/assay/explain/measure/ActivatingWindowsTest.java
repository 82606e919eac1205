package dev.assay.explain.measure;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.assay.InvalidInputException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ActivatingWindowsTest {
    private static final int LENGTH = 4;

    /** Eight windows of four tokens with consecutive ids, in two batches. */
    private static ActivatingWindows windows(float[]... activations) {
        int[][] tokens = new int[activations.length][LENGTH];
        for (int i = 0; i < tokens.length; i++) {
            for (int j = 0; j < LENGTH; j++) {
                tokens[i][j] = i * LENGTH + j;
            }
        }
        return new ActivatingWindows(tokens, activations);
    }

    private static float[] at(int position, float value) {
        float[] window = new float[LENGTH];
        if (value != 0) {
            window[position] = value;
        }
        return window;
    }

    @Test
    void windowsAreOrderedByFallingMaximumAndSilentOnesLeftOut() {
        List<ActivatingWindow> found =
                windows(at(0, 1), at(0, 0), at(3, 5), at(2, 1)).byMaximum();
        assertEquals(
                List.of(5f, 1f, 1f),
                found.stream().map(ActivatingWindow::maximum).toList());
        assertArrayEquals(new int[] {8, 9, 10, 11}, found.get(0).tokens());
        assertArrayEquals(new int[] {0, 1, 2, 3}, found.get(1).tokens());
    }

    @Test
    void centredWindowHasTheActivationsOfItsOwnNeighbours() {
        // The maxima are ordered 2, 1, 3, 5, so a neighbour's row in that order differs from its index.
        List<ActivatingWindow> found = windows(
                        at(3, 9), at(0, 6), at(0, 8), at(1, 4), at(0, 0), at(2, 3), at(0, 0), at(0, 7))
                .centred(8);
        assertEquals(
                List.of(8f, 6f, 4f, 3f),
                found.stream().map(ActivatingWindow::maximum).toList());
        // The maximum of window 2 is token 8, now at position 3; the three tokens before it are those of window 1.
        assertArrayEquals(new int[] {5, 6, 7, 8}, found.get(0).tokens());
        assertArrayEquals(new float[] {0, 0, 0, 8}, found.get(0).activations());
        // Window 0 is at the start of the batch: its activation of 9 on token 3 counts as silent.
        assertArrayEquals(new int[] {1, 2, 3, 4}, found.get(1).tokens());
        assertArrayEquals(new float[] {0, 0, 0, 6}, found.get(1).activations());
        // Tokens 10 to 13 belong to windows 2 and 3.
        assertArrayEquals(new int[] {10, 11, 12, 13}, found.get(2).tokens());
        assertArrayEquals(new float[] {0, 0, 0, 4}, found.get(2).activations());
    }

    @Test
    void neighbourThatIsActiveNextToTheMaximumIsVisible() {
        List<ActivatingWindow> found = windows(
                        at(0, 0), at(3, 5), at(0, 7), at(0, 0), at(2, 6), at(1, 4), at(0, 0), at(0, 0))
                .centred(8);
        assertArrayEquals(new float[] {0, 0, 5, 7}, found.get(0).activations());
        assertArrayEquals(new float[] {6, 0, 0, 4}, found.get(3).activations());
    }

    @Test
    void windowsAtBothEndsOfEachBatchAreLeftOut() {
        List<ActivatingWindow> found = windows(at(0, 1), at(0, 2), at(0, 3), at(0, 4), at(0, 5), at(0, 6))
                .centred(3);
        assertEquals(
                List.of(5f, 2f), found.stream().map(ActivatingWindow::maximum).toList());
        assertEquals(List.of(), windows(at(0, 1), at(0, 2)).centred(2));
    }

    @Test
    void windowsOfDifferentLengthsAreRejected() {
        assertThrows(
                InvalidInputException.class, () -> new ActivatingWindows(new int[][] {{1, 2}}, new float[][] {{1}}));
        assertThrows(
                InvalidInputException.class,
                () -> new ActivatingWindows(new int[][] {{1, 2}, {1}}, new float[][] {{1, 0}, {1}}));
    }
}
