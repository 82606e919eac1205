package dev.assay.verify.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.checkpoint.Safetensors;
import dev.assay.io.Json;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExplainGroupsTest {
    private static final Path CASES = Path.of("src/test/resources/reference/explain");

    @TempDir
    private Path folder;

    private static ReferenceReport run(Path folder) throws IOException {
        return ReferenceVerification.find(folder).get(0).run();
    }

    /** Copies a case to a folder of another name. */
    private Path copy(String name) throws IOException {
        Path target = folder.resolve("renamed");
        try (Stream<Path> all = Files.walk(CASES.resolve(name))) {
            for (Path path : all.toList()) {
                Path copied =
                        target.resolve(CASES.resolve(name).relativize(path).toString());
                if (Files.isDirectory(path)) {
                    Files.createDirectories(copied);
                } else {
                    Files.copy(path, copied, StandardCopyOption.REPLACE_EXISTING);
                }
            }
        }
        return target;
    }

    private ReferenceReport changed(String name, String file, Consumer<ObjectNode> change) throws IOException {
        Path target = copy(name);
        ObjectNode json = (ObjectNode) Json.read(target.resolve(file));
        change.accept(json);
        Files.writeString(target.resolve(file), json.toString());
        return run(target);
    }

    private static List<String> failed(ReferenceReport report) {
        return report.values().stream()
                .filter(value -> !value.passed())
                .map(ValueDifference::value)
                .toList();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"simulation", "classification", "highlighting", "intruder", "surprisal", "embedding", "windows"})
    void renamedCopyOfTheRecordedCasePasses(String name) throws IOException {
        ReferenceReport report = run(copy(name));
        assertEquals("explain/" + name, report.group());
        assertTrue(report.passed(), report.toText());
        assertFalse(report.toText().contains("WRONG_"));
    }

    /** Fields that record errors of the reference, remarks, or values of servers that not every case has. */
    private static boolean isOptional(String field) {
        return field.startsWith("WRONG_")
                || field.startsWith("NOTE_")
                || List.of("plain_accuracy", "weighted_f1_by_hand", "delphi_one_batch", "correct", "result")
                        .contains(field);
    }

    /** Returns the paths of all fields of an object and of the first object of each list. */
    private static List<String> pointers(JsonNode node, String prefix) {
        List<String> found = new ArrayList<>();
        node.properties().forEach(entry -> {
            if (!isOptional(entry.getKey())) {
                String pointer = prefix + "/" + entry.getKey().replace("/", "~1");
                found.add(pointer);
                found.addAll(pointers(entry.getValue(), pointer));
            }
        });
        if (node instanceof ArrayNode list && !list.isEmpty() && list.get(0).isObject()) {
            found.addAll(pointers(list.get(0), prefix + "/0"));
        }
        return found;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "simulation inputs.json", "simulation expected.json", "classification inputs.json",
                "classification expected.json", "highlighting expected.json", "intruder expected.json",
                "embedding expected.json"
            })
    void missingFieldIsOneSentenceThatNamesFileAndField(String caseAndFile) throws IOException {
        String name = caseAndFile.split(" ")[0];
        String file = caseAndFile.split(" ")[1];
        for (String pointer : pointers(Json.read(CASES.resolve(name).resolve(file)), "")) {
            String field = pointer.substring(pointer.lastIndexOf('/') + 1);
            // A case has any thresholds, start indices and tokens; answers have either a result or an error.
            if (pointer.matches("/format/from_index_3|.*/highlighted/.*|.*/top_logprobs/.*|.*/probabilities/.*"
                    + "|/unparsable/0/error|/parse/0/(error|interpretation)")) {
                continue;
            }
            InvalidInputException failure = assertThrows(
                    InvalidInputException.class,
                    () -> changed(name, file, json -> {
                        JsonNode parent = json.at(pointer.substring(0, pointer.lastIndexOf('/')));
                        ((ObjectNode) parent).remove(field);
                    }),
                    pointer);
            assertTrue(
                    failure.getMessage().contains(file) && failure.getMessage().contains(field),
                    pointer + ": " + failure.getMessage());
            assertEquals(1, failure.getMessage().lines().count(), failure.getMessage());
        }
    }

    @Test
    void countOfFailedRowsThatIsAlwaysZeroFails() throws IOException {
        ReferenceReport report = changed("classification", "expected.json", json -> {
            for (JsonNode aggregate : json.get("aggregate")) {
                ((ObjectNode) aggregate).set("failed_count", aggregate.get("WRONG_failed_count"));
            }
        });
        assertEquals(List.of("aggregate.detection.failed_count", "aggregate.fuzz.failed_count"), failed(report));
    }

    @Test
    void expectedValueThatOverwritesASpellingFails() throws IOException {
        for (String field : List.of("openai_ignores_the_second", "added")) {
            ReferenceReport report = changed("simulation", "expected.json", json -> {
                ObjectNode spellings = (ObjectNode) json.get("two_spellings_of_one_number");
                spellings.set(field, spellings.get("WRONG_delphi_overwrites_instead_of_adding"));
            });
            assertEquals(List.of("two_spellings." + field), failed(report));
        }
    }

    @Test
    void meanOfCorrelationsOfSequencesFails() throws IOException {
        ReferenceReport report = changed("simulation", "expected.json", json -> {
            ObjectNode openAi = (ObjectNode) json.get("openai");
            openAi.set(
                    "sparse_coding_top_and_random",
                    openAi.get("NOTE_mean_of_per_sequence_correlations_is_another_number"));
        });
        assertEquals(List.of("sparse_coding_top_and_random"), failed(report));
    }

    @Test
    void definedValueForAnUndefinedCorrelationFails() throws IOException {
        ReferenceReport report = changed(
                "simulation",
                "expected.json",
                json -> ((ObjectNode) json.at("/openai/per_sequence/1")).put("correlation", 0.0));
        assertEquals(List.of("openai.per_sequence.correlation"), failed(report));
    }

    @Test
    void marksOfAThresholdThatIsIgnoredFail() throws IOException {
        ReferenceReport report = changed("highlighting", "expected.json", json -> {
            ObjectNode texts = (ObjectNode) json.at("/examples/0/highlighted");
            texts.set("0.9", texts.get("0.3"));
        });
        assertEquals(List.of("highlighted"), failed(report));
    }

    @Test
    void activationsOfOtherWindowsThanTheNeighboursFail() throws IOException {
        Path target = copy("windows");
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Scope scope = Scope.open()) {
            Map<String, NDArray> tensors = new TreeMap<>();
            try (Safetensors stored = Safetensors.open(CASES.resolve("windows/expected.safetensors"))) {
                stored.names().forEach(name -> tensors.put(name, stored.load(manager, name)));
            }
            tensors.put("centred.activations", tensors.get("WRONG_centred.activations"));
            Safetensors.write(target.resolve("expected.safetensors"), tensors, Map.of());
        }
        assertEquals(List.of("centred.tokens_and_activations"), failed(run(target)));
    }

    @Test
    void anotherNumberOfWindowsPerBatchFails() throws IOException {
        ReferenceReport report = changed("windows", "case.json", json -> json.put("windows_per_batch", 5));
        assertTrue(failed(report).stream().allMatch(value -> value.startsWith("centred.")), report::toText);
        assertFalse(report.passed());
    }

    @Test
    void lossesThatDependOnEarlierBatchesFail() throws IOException {
        ReferenceReport report = changed("surprisal", "expected.json", json -> {
            ObjectNode explanation = (ObjectNode) json.get("explanation");
            ArrayNode wrong = (ArrayNode) explanation.get("WRONG_delphi_second_batch_sees_the_first");
            ArrayNode rows = (ArrayNode) explanation.get("per_token_without_first");
            for (int i = 0; i < wrong.size(); i++) {
                rows.set(i, wrong.get(i));
            }
        });
        assertEquals(List.of("explanation.per_token_without_first"), failed(report));
    }

    @Test
    void tokenOutsideTheVocabularyIsOneSentence() {
        InvalidInputException failure = assertThrows(
                InvalidInputException.class,
                () -> changed("surprisal", "expected.json", json -> ((ArrayNode) json.at("/sentences/0")).set(0, 40)));
        assertTrue(failure.getMessage().contains("is 40, expected 0 to 39"), failure.getMessage());
    }

    @Test
    void missingPrefixIsOneSentence() {
        InvalidInputException failure = assertThrows(
                InvalidInputException.class,
                () -> changed(
                        "surprisal",
                        "expected.json",
                        json -> ((ObjectNode) json.get("prefix")).remove("no_explanation")));
        assertTrue(failure.getMessage().contains("has no prefix.no_explanation"), failure.getMessage());
    }

    @Test
    void caseWithOtherSizesAndWithoutSilentSequencesPasses() throws IOException {
        Path target = copy("simulation");
        ObjectNode inputs = (ObjectNode) Json.read(target.resolve("inputs.json"));
        inputs.remove(List.of("non_activating_true", "non_activating_predicted"));
        Files.writeString(target.resolve("inputs.json"), inputs.toString());
        ObjectNode expected = (ObjectNode) Json.read(target.resolve("expected.json"));
        ((ArrayNode) expected.get("delphi")).remove(3);
        Files.writeString(target.resolve("expected.json"), expected.toString());
        assertTrue(run(target).passed());
    }
}
