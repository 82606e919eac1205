package dev.assay.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.io.AtomicFiles;
import dev.assay.io.Json;
import dev.assay.io.JsonObject;
import dev.assay.provenance.Provenance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The file {@code evaluation.json} of a run folder. */
public final class EvaluationFigures {
    /** The field with the scores of latents as detectors of labelled concepts, an object. */
    public static final String CONCEPTS = "concepts";

    /** The field with sentences about the figures. */
    private static final String REMARKS = "remarks";

    private EvaluationFigures() {}

    /**
     * Reads the figures of the dictionary.
     *
     * @param folder the run folder
     * @return the numbers by name, in the order of the file; empty if the dictionary was not evaluated
     * @throws IOException if the file cannot be read
     */
    public static Map<String, Double> read(Path folder) throws IOException {
        Map<String, Double> figures = new LinkedHashMap<>();
        Path file = new RunLayout(folder).evaluation();
        if (Files.isRegularFile(file)) {
            for (Map.Entry<String, JsonNode> field :
                    JsonObject.read(file).node().properties()) {
                if (field.getValue().isNumber()) {
                    figures.put(field.getKey(), field.getValue().doubleValue());
                }
            }
        }
        return figures;
    }

    /**
     * Reads the reasons for figures without a value, and the warnings.
     *
     * @param folder the run folder
     * @return sentences without a full stop; empty if the dictionary was not evaluated or all figures have their usual meaning
     * @throws IOException if the file cannot be read
     */
    public static List<String> remarks(Path folder) throws IOException {
        List<String> remarks = new ArrayList<>();
        Path file = new RunLayout(folder).evaluation();
        if (Files.isRegularFile(file)) {
            JsonObject.read(file).node().path(REMARKS).forEach(remark -> remarks.add(remark.asText()));
        }
        return remarks;
    }

    /**
     * Writes figures with their provenance.
     *
     * @param folder the run folder
     * @param figures numbers, or objects, by name
     * @param provenance the origin of the figures
     * @return the content of the file
     * @throws IOException if the file cannot be written
     */
    public static ObjectNode write(Path folder, Map<String, ?> figures, Provenance provenance) throws IOException {
        ObjectNode json = Json.mapper().valueToTree(figures);
        json.set(Provenance.FIELD, provenance.toJson());
        Files.createDirectories(folder);
        AtomicFiles.writeString(new RunLayout(folder).evaluation(), Json.pretty(json));
        return json;
    }
}
