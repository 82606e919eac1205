package dev.assay.spark;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.io.Json;
import dev.assay.io.JsonObject;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.List;

/**
 * The result of a finished unit of work. A unit is a fixed range of contexts, whatever the number of executors.
 *
 * @param unit the number of the unit, from 0
 * @param files its files; may be empty
 * @param result further values of the unit, as JSON
 * @param environment the processor, the libraries and the threads that computed it
 */
record UnitRecord(int unit, List<UnitFile> files, String result, TaskEnvironment environment) implements Serializable {
    UnitRecord {
        files = List.copyOf(files);
    }

    /** Returns the further values. */
    JsonObject values() {
        return parse("unit " + unit, result);
    }

    /** Parses a JSON object; {@code name} is for messages. */
    static JsonObject parse(String name, String json) {
        try {
            if (Json.mapper().readTree(json) instanceof ObjectNode object) {
                return JsonObject.of(Path.of(name), object);
            }
        } catch (JsonProcessingException failure) {
            throw new InvalidInputException(name + ": " + failure.getOriginalMessage(), failure);
        }
        throw new InvalidInputException(name + " is not a JSON object, expected one");
    }

    ObjectNode toJson() {
        ObjectNode json = Json.mapper().createObjectNode().put("unit", unit);
        var list = json.putArray("files");
        for (UnitFile file : files) {
            list.addObject()
                    .put("object", file.object())
                    .put("name", file.name())
                    .put("bytes", file.bytes())
                    .put("sha256", file.sha256());
        }
        json.put("result", result).set("environment", environment.toJson());
        return json;
    }

    static UnitRecord read(JsonObject json) {
        List<UnitFile> files = json.objects("files").stream()
                .map(file ->
                        new UnitFile(file.text("object"), file.text("name"), file.count("bytes"), file.text("sha256")))
                .toList();
        return new UnitRecord(
                json.integer("unit"), files, json.text("result"), TaskEnvironment.read(json.object("environment")));
    }
}
