package dev.assay.text;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.io.JsonObject;
import java.util.Arrays;

/** Parses the fields of a {@link CorpusIndex} and checks them. */
final class CorpusIndexJson {
    private static final String POSITIONS = "positions";
    private static final int COLUMNS = 3;

    private CorpusIndexJson() {}

    static CorpusIndex parse(JsonObject json) {
        CorpusIndex.Totals totals = new CorpusIndex.Totals(
                json.count("contexts"), json.count("documents"), json.count("tokens"), json.count("selected"));
        int stride = json.positive("stride");
        JsonNode rows = json.node().path(POSITIONS);
        int entries = rows.size();
        if (!rows.isArray() || entries != totals.contexts() / stride + 1) {
            throw json.unexpected(POSITIONS, "a list of " + (totals.contexts() / stride + 1) + " positions");
        }
        long[] documents = new long[entries];
        int[] tokens = new int[entries];
        long[] selected = new long[entries];
        for (int i = 0; i < entries; i++) {
            JsonNode row = rows.path(i);
            boolean numbers = row.size() == COLUMNS
                    && row.path(0).isIntegralNumber()
                    && row.path(1).isInt()
                    && row.path(2).isIntegralNumber();
            if (!numbers || i > 0 && row.path(0).longValue() < documents[i - 1]) {
                throw json.unexpected(POSITIONS, "ascending documents with a token and a number of selected tokens");
            }
            documents[i] = row.path(0).longValue();
            tokens[i] = row.path(1).intValue();
            selected[i] = row.path(2).longValue();
        }
        return new CorpusIndex(
                new CorpusIndex.Subject(json.text("corpus"), json.text("corpus_hash"), split(json)),
                new TokenSelection(json.bool("special_tokens"), json.integer("first_position")),
                stride,
                totals,
                documents,
                tokens,
                selected);
    }

    private static Split split(JsonObject json) {
        return Arrays.stream(Split.values())
                .filter(split -> split.name().equals(json.text("split")))
                .findFirst()
                .orElseThrow(() -> json.unexpected("split", Arrays.toString(Split.values())));
    }
}
