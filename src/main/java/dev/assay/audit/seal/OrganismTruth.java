package dev.assay.audit.seal;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.io.Json;
import dev.assay.io.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What an organism hides.
 *
 * @param items the hidden facts, at least one
 * @param candidates by kind, the number of values that a guess could name, such as the number of training documents; kinds without such a
 *     number are absent. It gives the precision of random guesses
 */
public record OrganismTruth(List<TruthItem> items, Map<String, Integer> candidates) {
    /** Copies and checks. */
    public OrganismTruth {
        items = List.copyOf(items);
        candidates = Map.copyOf(candidates);
        InvalidInputException.require(!items.isEmpty(), "the truth has no items, expected at least one");
        Set<String> ids = new HashSet<>();
        Set<String> values = new HashSet<>();
        for (TruthItem item : items) {
            InvalidInputException.require(
                    ids.add(item.id()), () -> "two hidden facts have the id \"" + item.id() + "\"");
            for (String value : item.accepted()) {
                InvalidInputException.require(
                        values.add(item.kind() + "\n" + GuessScoring.normalized(value)),
                        () -> "two hidden facts of the kind " + item.kind() + " accept \"" + value
                                + "\", expected each value once");
            }
        }
        candidates.forEach((kind, count) ->
                InvalidInputException.requireAtLeast(1, "the number of candidates of the kind " + kind, count));
    }

    /** Returns the truth as the bytes that are encrypted. */
    byte[] toBytes() {
        return toJson().toString().getBytes(StandardCharsets.UTF_8);
    }

    /** {@return the truth as JSON with the fields {@code items} and {@code candidates}} */
    public ObjectNode toJson() {
        ObjectNode json = Json.mapper().createObjectNode();
        ArrayNode array = json.putArray("items");
        for (TruthItem item : items) {
            ObjectNode node = array.addObject()
                    .put("kind", item.kind())
                    .put("id", item.id())
                    .put("text", item.text());
            item.accepted().forEach(node.putArray("accepted")::add);
        }
        ObjectNode counts = json.putObject("candidates");
        new TreeMap<>(candidates).forEach(counts::put);
        return json;
    }

    /**
     * Reads the truth.
     *
     * @param json an object as {@link #toJson} writes it; {@code candidates} and {@code text} are optional
     * @return the truth
     * @throws InvalidInputException if a field is missing or unusable, naming the file
     */
    public static OrganismTruth read(JsonObject json) {
        List<TruthItem> items = new ArrayList<>();
        for (JsonObject item : json.objects("items")) {
            try {
                items.add(new TruthItem(
                        item.text("kind"), item.text("id"), item.text("text", ""), item.texts("accepted")));
            } catch (InvalidInputException e) {
                String message = e.getMessage();
                String place = json.file() + ": items[" + items.size() + "]: ";
                throw message.startsWith(json.file().toString()) ? e : new InvalidInputException(place + message, e);
            }
        }
        Map<String, Integer> candidates = new TreeMap<>();
        json.node().path("candidates").properties().forEach(entry -> {
            InvalidInputException.require(
                    entry.getValue().canConvertToInt(),
                    () -> json.file() + ": candidates." + entry.getKey() + " is " + entry.getValue()
                            + ", expected an integer");
            candidates.put(entry.getKey(), entry.getValue().intValue());
        });
        try {
            return new OrganismTruth(items, candidates);
        } catch (InvalidInputException e) {
            throw new InvalidInputException(json.file() + ": " + e.getMessage(), e);
        }
    }
}
