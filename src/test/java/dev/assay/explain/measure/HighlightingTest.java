package dev.assay.explain.measure;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.InvalidInputException;
import dev.assay.explain.measure.ActivationText.LevelledTokens;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class HighlightingTest {
    private static final List<String> TOKENS = List.of(" a", " b", " c", " d", " e");

    @Test
    void thresholdDecidesWhichTokensAreMarked() {
        float[] activations = {0, 4, 10, 9, 3};
        assertEquals(" a<< b c d e>>", Highlighting.marked(TOKENS, Highlighting.atLeast(activations, 0.3)));
        assertEquals(" a b<< c d>> e", Highlighting.marked(TOKENS, Highlighting.atLeast(activations, 0.9)));
        assertEquals(" a b<< c>> d e", Highlighting.marked(TOKENS, Highlighting.atLeast(activations, 1)));
        assertThrows(InvalidInputException.class, () -> Highlighting.atLeast(activations, 1.5));
    }

    @Test
    void thresholdIsRoundedToTheTypeOfTheActivations() {
        float[] activations = {0.3f, 0.1f * 3};
        assertArrayEquals(new boolean[] {true, true}, Highlighting.atLeast(activations, 0.9999999999));
    }

    @Test
    void levelsAreRoundedDownOrUpByName() {
        assertArrayEquals(
                new int[] {0, 0, 3, 10, 10}, ActivationLevels.roundedDown(new double[] {-1, 0.1, 1.5, 4.9, 5}, 4.9));
        assertArrayEquals(
                new int[] {0, 1, 4, 10, 10}, ActivationLevels.roundedUp(new float[] {-1, 0.1f, 1.5f, 4.9f, 5}, 4.9f));
        assertArrayEquals(new int[2], ActivationLevels.roundedDown(new float[] {1, 2}, 0));
        assertArrayEquals(new int[] {0, 10}, ActivationLevels.roundedUp(new float[] {0, 2}, 0));
        assertEquals(0.5, ActivationLevels.nonzeroShare(List.of(new int[] {1, 0}, new int[] {0, 9})));
        assertEquals(0, ActivationLevels.nonzeroShare(List.of()));
    }

    @Test
    void recordsKnownFromAnIndexHideTheLevelsBefore() {
        LevelledTokens record = new LevelledTokens(List.of("a", "b", "c"), new int[] {3, 0, 10});
        assertEquals("\n<start>\na\t3\nb\t0\nc\t10\n<end>\n", ActivationText.all(List.of(record)));
        assertEquals("\n<start>\na\t3\nc\t10\n<end>\n", ActivationText.nonzero(List.of(record)));
        assertEquals(
                "\n<start>\na\tunknown\nb\t0\nc\t10\n<end>\n<start>\na\tunknown\nb\tunknown\nc\tunknown\n<end>\n",
                ActivationText.knownFrom(List.of(record, record), new int[] {1, 3}));
        assertEquals("\n<start>\na\tunknown\n<end>\n", ActivationText.unknown(List.of(List.of("a"))));
    }

    @Test
    void quantilesLeaveOutTheRemainder() {
        assertArrayEquals(new int[] {0, 0, 1, 1, 2, 2}, ExampleQuantiles.ofRanks(8, 3));
        assertArrayEquals(new int[0], ExampleQuantiles.ofRanks(2, 3));
    }

    @Test
    void wrongMarksAreOnSilentTokensAndEqualInNumber() {
        SplittableRandom random = new SplittableRandom(4);
        List<float[]> windows = new ArrayList<>();
        List<boolean[]> right = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            float[] window = new float[32];
            for (int j = 0; j < 1 + i % 3; j++) {
                window[Math.min(31, (int) (32 * Math.pow(random.nextDouble(), 0.5)))] = 1 + random.nextInt(4);
            }
            windows.add(window);
            right.add(Highlighting.atLeast(window, 0.3));
        }
        MarkedPositions positions = new MarkedPositions(right);
        double rightMean = 0;
        double wrongMean = 0;
        long rightCount = 0;
        long wrongCount = 0;
        for (int i = 0; i < windows.size(); i++) {
            boolean[] wrong = positions.wrong(windows.get(i), right.get(i), random);
            for (int j = 0; j < wrong.length; j++) {
                assertFalse(wrong[j] && windows.get(i)[j] != 0, "an active token is marked");
                rightMean += right.get(i)[j] ? j : 0;
                wrongMean += wrong[j] ? j : 0;
                rightCount += right.get(i)[j] ? 1 : 0;
                wrongCount += wrong[j] ? 1 : 0;
            }
        }
        assertEquals(rightCount, wrongCount);
        // Uniform positions have the mean 15.5, the right ones 21.3; the active token of a window itself cannot be
        // marked.
        assertEquals(rightMean / rightCount, wrongMean / wrongCount, 1.5);
        assertTrue(rightMean / rightCount > 19);
    }

    @Test
    void wrongMarksDifferBetweenWindowsUnlikeAFixedPosition() {
        float[] window = new float[16];
        window[3] = 2;
        boolean[] right = Highlighting.atLeast(window, 0.3);
        MarkedPositions positions = new MarkedPositions(List.of(right));
        SplittableRandom random = new SplittableRandom(0);
        List<String> marks = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            marks.add(Arrays.toString(positions.wrong(window, right, random)));
        }
        assertTrue(marks.stream().distinct().count() > 5);
        assertTrue(Highlighting.fixedPosition(16)[12]);
    }

    @Test
    void windowWithoutSilentTokensHasNoWrongMark() {
        float[] window = {1, 1};
        boolean[] right = {true, true};
        assertArrayEquals(
                new boolean[2], new MarkedPositions(List.of(right)).wrong(window, right, new SplittableRandom(0)));
    }
}
