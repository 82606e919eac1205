package dev.assay.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.InvalidInputException;
import dev.assay.feature.report.FeatureExplanation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoredExplanationsTest {
    @TempDir
    private Path run;

    private void write(String folder, String file, String... lines) throws IOException {
        Path target = run.resolve("explanations").resolve(folder);
        Files.createDirectories(target);
        Files.writeString(target.resolve(file), String.join("\n", lines) + "\n");
    }

    @Test
    void runWithoutExplanationsHasNone() throws IOException {
        assertEquals(Map.of(), StoredExplanations.read(run));
    }

    @Test
    void explanationHasTheHeadlineOfEachScorer() throws IOException {
        write(
                "",
                "explanations.jsonl",
                "{\"feature\": 3, \"text\": \"cooking. Score: 1\", \"explainer\": {\"kind\": \"llm\", \"model\": \"m\"}}",
                "{\"feature\": 4, \"failure\": \"TIMEOUT\", \"explainer\": {\"kind\": \"llm\", \"model\": \"m\"}}");
        write(
                "",
                "scores.jsonl",
                "{\"row\": \"shuffled\", \"feature\": 3, \"scorer\": \"detection\", \"headline\": \"f1\", \"values\": {\"f1\": 0.1}}",
                "{\"row\": \"explanation\", \"feature\": 3, \"scorer\": \"detection\", \"judge\": \"m\", \"headline\": \"f1\","
                        + " \"values\": {\"f1\": 0.75, \"recall\": 1}}",
                "{\"row\": \"explanation\", \"feature\": 3, \"scorer\": \"whole-corpus\", \"headline\": \"f1\", \"values\": {}}");
        write(
                "imported",
                "explanations.jsonl",
                "{\"feature\": 3, \"text\": \"food\", \"explainer\": {\"kind\": \"neuronpedia\"}}");
        Files.writeString(run.resolve("explanations/scores.jsonl"), "{\"row\": \"expl", StandardOpenOption.APPEND);
        Map<Integer, List<FeatureExplanation>> found = StoredExplanations.read(run);
        assertEquals(
                Map.of(
                        3,
                        List.of(
                                new FeatureExplanation(
                                        "cooking. Score: 1",
                                        "llm (m)",
                                        List.of(new FeatureExplanation.Score("f1", "detection by m", 0.75))),
                                new FeatureExplanation("food", "neuronpedia", List.of()))),
                found);
    }

    @Test
    void missingFieldNamesTheFile() throws IOException {
        write("", "explanations.jsonl", "{\"feature\": 3, \"text\": \"x\"}");
        String message = assertThrows(InvalidInputException.class, () -> StoredExplanations.read(run))
                .getMessage();
        assertTrue(message.contains("explanations.jsonl has no explainer"), message);
    }
}
