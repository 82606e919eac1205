package dev.assay.audit.run;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.io.JsonObject;
import dev.assay.text.dialogue.DialogueFormat;
import dev.assay.text.dialogue.Role;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** A file with the markers around turns, by role: {@code {"user": {"before": "<user>", "after": "</user>"}}}. */
public final class MarkerFile {
    private MarkerFile() {}

    /**
     * Reads a file.
     *
     * @param file a JSON object of objects with {@code before} and {@code after}
     * @return the format; roles that the file does not name keep their default markers
     * @throws IOException if the file cannot be read
     * @throws dev.assay.InvalidInputException if a field is missing or no text, naming the file
     */
    public static DialogueFormat read(Path file) throws IOException {
        JsonObject json = JsonObject.read(file);
        DialogueFormat format = DialogueFormat.standard();
        for (Map.Entry<String, JsonNode> role : json.node().properties()) {
            JsonObject markers = json.object(role.getKey());
            format = format.with(new Role(role.getKey()), markers.text("before"), markers.text("after"));
        }
        return format;
    }
}
