package dev.assay.explain.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.explain.FailureKind;
import dev.assay.explain.ScoredItem;
import dev.assay.explain.Stratum;
import dev.assay.explain.Verdict;
import dev.assay.io.Json;
import dev.assay.io.JsonObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;

/**
 * A question to a judge and its answer, as a file holds it: the window by its place in the feature store.
 *
 * @param start the position of the first token in the store
 * @param length the number of tokens
 * @param decile 1 to 10 for an active window by activation, lowest first; 0 for other windows
 * @param marks the indices of the marked tokens
 * @param truth whether the item is positive
 * @param verdict the answer or the failure
 */
record StoredItem(long start, int length, int decile, List<Integer> marks, boolean truth, Verdict verdict) {
    /** Copies the list. */
    StoredItem {
        marks = List.copyOf(marks);
    }

    static ArrayNode toJson(List<ScoredItem> items) {
        ArrayNode list = Json.mapper().createArrayNode();
        for (ScoredItem item : items) {
            ObjectNode one = list.addObject()
                    .put("start", item.window().start())
                    .put("length", item.window().length())
                    .put("stratum", item.window().stratum().name())
                    .put("truth", item.truth());
            if (!item.marks().isEmpty()) {
                ArrayNode marks = one.putArray("marks");
                item.marks().forEach(marks::add);
            }
            if (item.verdict() instanceof Verdict.Given given) {
                one.put("prediction", given.positive());
                given.probability().ifPresent(probability -> one.put("probability", probability));
            } else {
                one.put("failure", ((Verdict.Failed) item.verdict()).kind().name());
            }
        }
        return list;
    }

    /** Reads the items of a line of scores. */
    static List<StoredItem> of(JsonObject line) {
        List<StoredItem> items = new ArrayList<>();
        if (!line.has("judged")) {
            return items;
        }
        for (JsonObject item : line.objects("judged")) {
            List<Integer> marks = new ArrayList<>();
            for (JsonNode mark : item.node().path("marks")) {
                marks.add(mark.intValue());
            }
            items.add(new StoredItem(
                    item.count("start"),
                    item.positive("length"),
                    constant(Stratum.class, item, "stratum").decile(),
                    marks,
                    item.bool("truth"),
                    verdict(item)));
        }
        return items;
    }

    /** Reads the name of a constant. */
    static <E extends Enum<E>> E constant(Class<E> type, JsonObject object, String field) {
        String name = object.text(field);
        return Arrays.stream(type.getEnumConstants())
                .filter(constant -> constant.name().equals(name))
                .findFirst()
                .orElseThrow(() -> object.unexpected(field, "one of " + Arrays.toString(type.getEnumConstants())));
    }

    private static Verdict verdict(JsonObject item) {
        if (!item.has("prediction")) {
            return Verdict.failed(constant(FailureKind.class, item, "failure"));
        }
        return new Verdict.Given(
                item.bool("prediction"),
                item.has("probability") ? OptionalDouble.of(item.number("probability")) : OptionalDouble.empty());
    }
}
