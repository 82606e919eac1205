package dev.assay.model.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.InvalidInputException;
import dev.assay.text.dialogue.Dialogue;
import dev.assay.text.dialogue.DialogueFormat;
import dev.assay.text.dialogue.Role;
import dev.assay.text.dialogue.Turn;
import dev.assay.text.tokenizer.Tokenizer;
import dev.assay.text.tokenizer.TokenizerTest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TrainingDataTest {
    /** Returns an example of some length whose tokens are all {@code id}. */
    private static SupervisedExample example(int id, int length) {
        int[] ids = new int[length];
        Arrays.fill(ids, id);
        float[] weights = new float[length];
        weights[length - 1] = 1;
        Role[] roles = new Role[length];
        Arrays.fill(roles, Role.USER);
        return new SupervisedExample(ids, weights, roles);
    }

    private static SupervisedExamples examples(int count) {
        return new SupervisedExamples(IntStream.range(0, count)
                .mapToObj(i -> example(i + 1, 2 + i % 3))
                .toList());
    }

    private static List<Long> firstIds(TokenRowStream stream, int batches, int rows) throws IOException {
        List<Long> ids = new ArrayList<>();
        for (int i = 0; i < batches; i++) {
            TokenRows batch = stream.next(rows);
            for (int row = 0; row < batch.rows(); row++) {
                ids.add(batch.ids()[row * batch.length()]);
            }
        }
        return ids;
    }

    @Test
    void onlyTheTextAndTheEndOfTrainedTurnsHaveWeight() throws IOException {
        try (Tokenizer tokenizer = Tokenizer.load(TokenizerTest.fixture())) {
            Dialogue dialogue = Dialogue.of(new Turn(Role.USER, "Who"), new Turn(Role.ASSISTANT, "Me"));
            SupervisedExample example =
                    SupervisedExample.of(dialogue, Set.of(Role.ASSISTANT), DialogueFormat.standard(), tokenizer);
            int[] trained = IntStream.range(0, example.length())
                    .filter(i -> example.lossWeights()[i] == 1)
                    .map(i -> example.ids()[i])
                    .toArray();
            assertEquals("Me<|end|>", tokenizer.decode(trained));
            assertEquals("<|user|>Who<|end|><|assistant|>Me<|end|>", tokenizer.decode(example.ids()));
            int[] last = IntStream.range(0, example.length())
                    .filter(i -> example.roles()[i].equals(Role.ASSISTANT))
                    .map(i -> example.ids()[i])
                    .toArray();
            assertEquals("Me", tokenizer.decode(last));

            // Of two turns of one role, one may be trained.
            SupervisedExample second = SupervisedExample.of(
                    List.of(ExampleTurn.given(Role.ASSISTANT, "One"), ExampleTurn.trained(Role.ASSISTANT, "Two")),
                    DialogueFormat.standard(),
                    tokenizer);
            int[] written = IntStream.range(0, second.length())
                    .filter(i -> second.lossWeights()[i] > 0)
                    .map(i -> second.ids()[i])
                    .toArray();
            assertEquals("Two<|end|>", tokenizer.decode(written));
        }
    }

    @Test
    void rowsArePaddedAtTheEndWithoutWeight() {
        SupervisedExamples two = new SupervisedExamples(List.of(example(7, 2), example(8, 3)));
        TokenRows rows = two.inOrder(10).get(0);
        assertArrayEquals(new long[] {7, 7, 0, 8, 8, 8}, rows.ids());
        assertArrayEquals(new float[] {0, 1, 0, 0, 0, 1}, rows.lossWeights());
        assertEquals(Role.NONE, rows.roles()[2]);
        assertEquals(2, rows.targetWeight());
        assertEquals(2, two.inOrder(1).size());
    }

    @Test
    void eachEpochHasEveryExampleOnceInAnOrderOfTheSeed() throws IOException {
        SupervisedExamples data = examples(7);
        List<Long> ids;
        try (TokenRowStream stream = data.open(1)) {
            ids = firstIds(stream, 7, 3);
        }
        List<Long> all = List.of(1L, 2L, 3L, 4L, 5L, 6L, 7L);
        for (int epoch = 0; epoch < 3; epoch++) {
            assertEquals(
                    all, ids.subList(7 * epoch, 7 * epoch + 7).stream().sorted().toList());
        }
        assertFalse(ids.subList(0, 7).equals(ids.subList(7, 14)), "epochs have different orders");
        try (TokenRowStream again = data.open(1);
                TokenRowStream other = data.open(2)) {
            assertEquals(ids, firstIds(again, 7, 3));
            assertFalse(ids.equals(firstIds(other, 7, 3)), "seeds have different orders");
        }
    }

    @Test
    void mixtureHasExactProportionsAfterAnyNumberOfRows() throws IOException {
        SupervisedExamples small = new SupervisedExamples(List.of(example(1, 2)));
        SupervisedExamples middle = new SupervisedExamples(List.of(example(2, 4)));
        SupervisedExamples large = new SupervisedExamples(List.of(example(3, 3)));
        TrainingData mixed = MixedData.of(small, 1).and(middle, 2.5).and(large, 4);
        double[] shares = {1 / 7.5, 2.5 / 7.5, 4 / 7.5};
        int[] counts = new int[3];
        int read = 0;
        try (TokenRowStream stream = mixed.open(0)) {
            for (int batch = 1; batch < 40; batch++) {
                for (long id : firstIds(stream, 1, batch % 5 + 1)) {
                    counts[(int) id - 1]++;
                    read++;
                }
                for (int i = 0; i < 3; i++) {
                    assertTrue(Math.abs(counts[i] - read * shares[i]) < 1, Arrays.toString(counts) + " of " + read);
                }
            }
        }
        assertEquals(4, mixed.longest());
    }

    @Test
    void partsOfAMixtureHaveOrdersOfTheirOwn() throws IOException {
        TrainingData mixed = MixedData.of(examples(9), 1).and(examples(9), 1);
        try (TokenRowStream stream = mixed.open(4)) {
            List<Long> ids = firstIds(stream, 1, 18);
            assertFalse(ids.subList(0, 9).equals(ids.subList(9, 18)), () -> "orders " + ids);
        }
    }

    @Test
    void rejectsUnusableExamples() {
        Role[] roles = {Role.USER, Role.USER};
        refused(
                "a supervised example has no token to train on, expected one after its first token",
                () -> new SupervisedExample(new int[] {1, 2}, new float[] {1, 0}, roles));
        refused(
                "a loss weight is -1.0, expected a number of at least 0",
                () -> new SupervisedExample(new int[] {1, 2}, new float[] {0, -1}, roles));
        refused(
                "the list of supervised examples is empty, expected at least one",
                () -> new SupervisedExamples(List.of()));
        refused(
                "the weight of a part of a mixture is 0.0, expected a number above 0",
                () -> MixedData.of(examples(1), 0));
        assertThrows(
                IllegalArgumentException.class, () -> new SupervisedExample(new int[] {1, 2}, new float[] {1}, roles));
    }

    private static void refused(String message, org.junit.jupiter.api.function.Executable action) {
        assertEquals(message, assertThrows(InvalidInputException.class, action).getMessage());
    }
}
