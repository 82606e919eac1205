package dev.assay.verify.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class IoiGroupTest {
    private static final Path CASE = Path.of("src/test/resources/reference/ioi");

    private static Path copy(Path folder) throws IOException {
        Path target = folder.resolve("renamed");
        try (Stream<Path> files = Files.walk(CASE)) {
            for (Path file : files.toList()) {
                Files.copy(file, target.resolve(CASE.relativize(file).toString()));
            }
        }
        return target;
    }

    private static void edit(Path folder, String from, String to) throws IOException {
        Path file = folder.resolve("expected.json");
        String text = Files.readString(file);
        assertTrue(text.contains(from), from);
        Files.writeString(file, text.replace(from, to));
    }

    private static ReferenceReport run(Path folder) throws IOException {
        return ReferenceVerification.find(folder).get(0).run();
    }

    private static List<String> failed(ReferenceReport report) {
        return report.values().stream()
                .filter(value -> !value.passed())
                .map(ValueDifference::value)
                .toList();
    }

    @Test
    void recordedCasePasses() throws IOException {
        ReferenceReport report = run(CASE);
        assertEquals("ioi", report.group());
        assertTrue(report.passed(), report.toText());
        List<String> names =
                report.values().stream().map(ValueDifference::value).toList();
        assertTrue(names.containsAll(List.of(
                "activations",
                "counterfactual_last_logits",
                "pca_rotation.features_patched",
                "tied.edit_size",
                "ablation_graph.all_positions",
                "ablation_graph.one_position")));
        assertTrue(names.stream().noneMatch(name -> name.contains("WRONG")));
    }

    @Test
    void editSizeOfTheLastTrialIsNotTheAnswer(@TempDir Path folder) throws IOException {
        Path renamed = copy(folder);
        edit(renamed, "\"edit_size\": 4.413415431976318", "\"edit_size\": 4.363019943237305");
        assertEquals(List.of("tied.edit_size"), failed(run(renamed)));
    }

    @Test
    void unclearDecisionsCompareEffectsOfTheRecordedSets(@TempDir Path folder) throws IOException {
        Path renamed = copy(folder);
        edit(renamed, "\"smallest_decision_margin\": 0.00010469454526901246", "\"smallest_decision_margin\": 1e-9");
        assertTrue(run(renamed).passed());
    }

    @Test
    void unknownDictionaryIsOneSentence(@TempDir Path folder) throws IOException {
        Path renamed = copy(folder);
        edit(renamed, "\"untied\"", "\"other\"");
        String message =
                assertThrows(InvalidInputException.class, () -> run(renamed)).getMessage();
        assertTrue(message.contains("has a dictionary \"other\", expected tied, untied"), message);
    }
}
