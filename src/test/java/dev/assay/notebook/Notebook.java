package dev.assay.notebook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A file of Jupyter's notebook format, version 4. */
record Notebook(String name, JsonNode json) {
    /** Returns the example notebooks in reading order. */
    static final List<String> EXAMPLES = List.of("quickstart", "inspecting-a-feature", "steering");

    static final Path FOLDER = Path.of("examples/notebooks");

    static Notebook read(Path file) throws IOException {
        return new Notebook(file.getFileName().toString(), new ObjectMapper().readTree(Files.readString(file)));
    }

    static Notebook example(String name) throws IOException {
        return read(FOLDER.resolve(name + ".ipynb"));
    }

    List<JsonNode> codeCells() {
        List<JsonNode> cells = new ArrayList<>();
        for (JsonNode cell : json.get("cells")) {
            if (cell.get("cell_type").asText().equals("code")) {
                cells.add(cell);
            }
        }
        return cells;
    }

    /** Returns the source of a cell. */
    static String source(JsonNode cell) {
        return text(cell.get("source"));
    }

    /** Joins text that the format stores as lines. */
    static String text(JsonNode lines) {
        StringBuilder text = new StringBuilder();
        lines.forEach(line -> text.append(line.asText()));
        return text.toString();
    }
}
