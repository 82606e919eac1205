package dev.assay.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.InvalidInputException;
import dev.assay.io.Json;
import dev.assay.run.Run;
import dev.assay.run.RunLoader;
import dev.assay.text.document.Document;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SparkEvaluationTest {
    /** More than one forward pass of 32 contexts. */
    private static final String TOKENS = "6000";

    @TempDir
    private static Path folder;

    private static Path dictionary;
    private static String expected;

    @BeforeAll
    static void evaluateOnOneMachine() {
        dictionary = StoryRun.train(folder.resolve("run"));
        expected = single("--tokens=" + TOKENS);
    }

    /** Returns the figures of one machine. */
    private static String single(String... options) {
        String[] arguments = new String[options.length + 4];
        System.arraycopy(new String[] {"evaluate", dictionary.toString(), "--json", "--threads=1"}, 0, arguments, 0, 4);
        System.arraycopy(options, 0, arguments, 4, options.length);
        return StoryRun.command(arguments);
    }

    private static SparkEvaluation job(RunLoader loader) {
        return SparkEvaluation.of(LocalSpark.context(), dictionary.toString(), loader)
                .tokens(Long.parseLong(TOKENS));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7})
    void anyNumberOfPartitionsHasTheFiguresOfOneMachine(int partitions) throws IOException {
        SparkEvaluation.Result result = job(Run.loader()).partitions(partitions).run();
        assertEquals(expected, Json.pretty(result.json()));
        assertEquals(expected, Files.readString(dictionary.resolve("evaluation.json")));
        assertTrue(result.heldOut());
    }

    @Test
    void leavesOutTheTokensOfOneMachineAndScoresConcepts() throws IOException {
        String alone = single("--tokens=2000", "--skip-positions=3", "--max-norm-ratio=2", "--concepts");
        SparkEvaluation.Result result = job(Run.loader())
                .tokens(2000)
                .skippingPositions(3)
                .maxNormRatio(2)
                .concepts(true)
                .run();
        assertEquals(alone, Json.pretty(result.json()));
        assertTrue(result.conceptTable().contains("F1"), result.conceptTable());
    }

    @Test
    void aTextWithOneContextHasTheFiguresOfOneMachineAndOneWithoutIsRefusedInTheSameWords(@TempDir Path work)
            throws IOException {
        StringBuilder stories = new StringBuilder();
        for (int i = 0; i < 3; i++) {
            stories.append("{\"text\": \"")
                    .append("The cat sat on the mat. ".repeat(i == 0 ? 24 : 1))
                    .append("\"}\n");
        }
        Path one = Files.writeString(work.resolve("one.jsonl"), stories);
        assertEquals(
                single("--tokens=" + TOKENS, "--text=" + one),
                Json.pretty(job(Run.loader().text(one.toString()))
                        .partitions(3)
                        .run()
                        .json()));

        Path none = Files.writeString(work.resolve("none.jsonl"), "{\"text\": \"The cat.\"}\n".repeat(3));
        InvalidInputException refused = assertThrows(
                InvalidInputException.class,
                () -> job(Run.loader().text(none.toString())).run());
        InvalidInputException alone = assertThrows(InvalidInputException.class, () -> {
            try (Run run = Run.loader().text(none.toString()).open(dictionary)) {
                dev.assay.evaluate.Evaluation.of(run.model(), run.dictionary(), run.corpus())
                        .run();
            }
        });
        assertEquals(alone.getMessage(), refused.getMessage());
    }

    @Test
    void documentsInSparkHaveTheFiguresOfTheSameDocumentsInAFile(@TempDir Path work) throws IOException {
        List<Document> documents = new java.util.ArrayList<>();
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 40; i++) {
            String story = ("The dog number " + i + " runs to the red house and finds a ball. ").repeat(8);
            documents.add(new Document("row", story));
            lines.append("{\"text\": \"").append(story).append("\"}\n");
        }
        Path file = Files.writeString(work.resolve("dogs.jsonl"), lines);
        String alone = single("--tokens=" + TOKENS, "--text=" + file);
        try (Run run = Run.open(dictionary)) {
            SparkText text = SparkText.of(
                    LocalSpark.context().parallelize(documents, 5),
                    "dogs",
                    run.description().text());
            SparkEvaluation.Result result =
                    job(Run.loader()).text(text).partitions(3).run();
            assertEquals(
                    Json.mapper().readTree(alone).get("ce_loss_with_sae"),
                    result.json().get("ce_loss_with_sae"));
            assertEquals(Json.mapper().readTree(alone).get("l0"), result.json().get("l0"));
        }
    }
}
