package dev.assay.activation.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.activation.ActivationBuffer;
import dev.assay.activation.StreamPosition;
import dev.assay.io.Json;
import dev.assay.io.JsonObject;

/** The fields of the position of a row in a source. */
final class ProgressJson {
    private ProgressJson() {}

    static ObjectNode write(ActivationBuffer.Progress progress) {
        return Json.mapper()
                .createObjectNode()
                .put("epoch", progress.position().epoch())
                .put("context", progress.position().context())
                .put("document", progress.position().document())
                .put("token", progress.position().token())
                .put("row", progress.offset());
    }

    static ActivationBuffer.Progress read(JsonObject json) {
        StreamPosition position = new StreamPosition(
                json.count("epoch"), json.count("context"), json.count("document"), json.integer("token"));
        return new ActivationBuffer.Progress(position, json.count("row"));
    }
}
