package dev.assay.explain.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.explain.ExplainerDescription;
import dev.assay.explain.Explanation;
import dev.assay.feature.store.FeatureStore;
import dev.assay.io.FolderLock;
import dev.assay.io.Json;
import dev.assay.io.JsonLines;
import dev.assay.io.JsonObject;
import dev.assay.run.StoredExplanations;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.GZIPInputStream;

/**
 * Explanations of a file of Neuronpedia: rows of its bulk exports as JSON lines or as a JSON list, plain or compressed with gzip, or a file
 * for its upload with explanations per feature.
 */
public final class NeuronpediaImport {
    /** The kind of imported explanations. */
    public static final String KIND = "neuronpedia";

    private final Path file;
    private final List<Explanation> explanations;

    private NeuronpediaImport(Path file, List<Explanation> explanations) {
        this.file = file;
        this.explanations = List.copyOf(explanations);
    }

    /**
     * Reads a file.
     *
     * @param file the file
     * @return its explanations; rows without a description are left out
     * @throws IOException if the file cannot be read
     * @throws InvalidInputException if it is not one of the formats, or a field is missing, naming file and field
     */
    public static NeuronpediaImport read(Path file) throws IOException {
        List<Explanation> found = new ArrayList<>();
        for (JsonNode document : documents(file)) {
            addDocument(file, document, found);
        }
        InvalidInputException.require(
                !found.isEmpty(), () -> file + " has no explanation, expected rows of Neuronpedia");
        return new NeuronpediaImport(file, found);
    }

    /** Reads one JSON document, or one per line. */
    private static List<JsonNode> documents(Path file) throws IOException {
        String text;
        try (InputStream in = Files.newInputStream(file);
                InputStream plain = file.toString().endsWith(".gz") ? new GZIPInputStream(in) : in) {
            text = new String(plain.readAllBytes(), StandardCharsets.UTF_8);
        }
        List<JsonNode> documents = new ArrayList<>();
        try (MappingIterator<JsonNode> values =
                Json.mapper().readerFor(JsonNode.class).readValues(text)) {
            while (values.hasNextValue()) {
                documents.add(values.nextValue());
            }
        } catch (JsonProcessingException malformed) {
            throw new InvalidInputException(
                    file + ": line " + malformed.getLocation().getLineNr()
                            + " is not valid JSON, expected rows of Neuronpedia",
                    malformed);
        }
        return documents;
    }

    private static void addDocument(Path file, JsonNode document, List<Explanation> found) {
        if (document.isArray()) {
            document.forEach(row -> addDocument(file, row, found));
        } else if (document.has("features")) {
            for (JsonNode feature : document.get("features")) {
                for (JsonNode explanation : feature.path("explanations")) {
                    addRow(file, feature, explanation, "text", "modelName", "methodName", found);
                }
            }
        } else if (document.has("explanations")) {
            for (JsonNode row : document.get("explanations")) {
                addRow(file, row, row, "description", "explanationModelName", "typeName", found);
            }
        } else {
            addRow(file, document, document, "description", "explanationModelName", "typeName", found);
        }
    }

    private static void addRow(
            Path file,
            JsonNode feature,
            JsonNode row,
            String text,
            String model,
            String type,
            List<Explanation> found) {
        if (!(feature instanceof ObjectNode ofFeature) || !(row instanceof ObjectNode ofRow)) {
            throw new InvalidInputException(file + " holds " + row.getNodeType() + ", expected rows of Neuronpedia");
        }
        JsonObject indexed = JsonObject.of(file, ofFeature);
        JsonNode index = ofFeature.path("index");
        if (!index.asText().matches("\\d{1,9}")) {
            throw indexed.unexpected("index", "the number of a feature");
        }
        JsonObject described = JsonObject.of(file, ofRow);
        String words = described.text(text).strip();
        if (words.isEmpty()) {
            return;
        }
        ExplainerDescription by = new ExplainerDescription(KIND, described.text(model, ""), Map.of());
        String method = described.text(type, "");
        found.add(Explanation.of(
                Integer.parseInt(index.asText()), words, method.isEmpty() ? by : by.with("type", method)));
    }

    /** {@return the explanations in the order of the file} */
    public List<Explanation> explanations() {
        return explanations;
    }

    /**
     * Adds the explanations to a folder of results. Explanations that the folder has are not added again.
     *
     * @param folder the folder, created if it does not exist
     * @param store the features that the explanations are for
     * @return the number of added explanations
     * @throws IOException if the folder cannot be written
     * @throws InvalidInputException if an explanation is for a latent that the store lacks; nothing is written
     */
    public int write(Path folder, FeatureStore store) throws IOException {
        for (Explanation explanation : explanations) {
            InvalidInputException.require(
                    explanation.latent() < store.latents(),
                    () -> file + " explains feature " + explanation.latent() + ", expected 0 to "
                            + (store.latents() - 1));
        }
        Path target = folder.resolve(StoredExplanations.EXPLANATIONS);
        int added = 0;
        try (FolderLock lock = FolderLock.in(folder);
                JsonLines lines = JsonLines.append(target)) {
            Set<String> known = new HashSet<>();
            for (JsonObject line : JsonLines.read(target)) {
                known.add(line.node().toString());
            }
            for (Explanation explanation : explanations) {
                if (known.add(explanation.toJson().toString())) {
                    lines.write(explanation.toJson());
                    added++;
                }
            }
        }
        return added;
    }
}
