package dev.assay.run;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.io.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** The figures of {@code assay evaluate}. */
public final class EvaluationFigures {
    /** Name of the file in a dictionary folder. */
    public static final String FILE = "evaluation.json";

    private EvaluationFigures() {}

    /** Returns those that it left beside a dictionary, if any. */
    public static Map<String, Double> beside(Path folder) throws IOException {
        Map<String, Double> figures = new LinkedHashMap<>();
        Path file = folder.resolve(FILE);
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
}
