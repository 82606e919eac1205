package dev.assay.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.io.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class ToyCommandTest {
    @TempDir
    private Path temporary;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int toy(int features, String... more) {
        String[] shared = {
            "toy",
            "--out",
            "" + temporary.resolve("toy"),
            "--width",
            "8",
            "--features",
            "" + features,
            "--active",
            "2",
            "--seeds",
            "2",
            "--tokens",
            "640",
            "--batch",
            "64",
            "--sizes",
            "16,32",
            "--coefficients",
            "0.5,1.5"
        };
        String[] all = Stream.concat(Stream.of(shared), Stream.of(more)).toArray(String[]::new);
        return Assay.run(new PrintWriter(out, true), new PrintWriter(err, true), all);
    }

    @Test
    void printsTheWrittenFigures() throws IOException {
        assertEquals(0, toy(16, "--json", "--correlation", "0.5"), err::toString);
        Path folder = temporary.resolve("toy");
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(
                    Set.of(
                            "toy.csv",
                            "toy.json",
                            "mmcs_truth_to_dictionary.png",
                            "mmcs_dictionary_to_truth.png",
                            "dead_share.png",
                            "l0.png"),
                    files.map(file -> file.getFileName().toString()).collect(Collectors.toSet()));
        }
        JsonNode printed = Json.mapper().readTree(out.toString());
        assertEquals(Json.read(folder.resolve("toy.json")), printed);
        assertEquals(
                "16 features in 8 dimensions, 2.0 active, decay 0.99, correlation 0.5",
                printed.path("model").asText());
        assertEquals(4, printed.path("grid").size());
        assertTrue(printed.path("grid").path(0).path("mean").has("found_precision"));
        assertFalse(printed.path("grid").path(0).path("mean").has("mmcs_with_next_larger"), "undefined here");
        for (JsonNode member : printed.path("architectures")) {
            double spread =
                    member.path("spread").path("mmcs_truth_to_dictionary").asDouble();
            assertTrue(spread > 0, () -> "two seeds of " + member.path("name") + " are alike");
        }
        assertEquals(1 + 14 * 2, Files.readAllLines(folder.resolve("toy.csv")).size());
    }

    @Test
    void rejectsFeatureCountTooSmallForAnArchitecture() {
        assertEquals(2, toy(12));
        assertTrue(err.toString().startsWith("assay: the widths of a Matryoshka dictionary are "), err::toString);
        assertFalse(err.toString().contains("\tat "), err::toString);
    }

    @Test
    void hierarchicalModelRejectsACorrelation() {
        assertEquals(2, toy(16, "--hierarchical", "--correlation", "0.5"));
        assertTrue(
                err.toString().startsWith("assay: a hierarchical toy model has its own probabilities"), err::toString);
        assertEquals(1, err.toString().strip().lines().count(), err::toString);
    }
}
