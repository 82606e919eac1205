package dev.assay.verify.reference;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.InvalidInputException;
import dev.assay.explain.measure.IntruderAnswer;
import dev.assay.explain.measure.UnusableAnswerException;
import dev.assay.io.JsonObject;
import java.io.IOException;
import java.util.List;
import java.util.Set;

/** The intruder task of delphi: parsing of answers, and accuracy against chance. */
final class ExplainIntruderGroup implements ReferenceGroup {
    private static final double TOLERANCE = 1e-6;

    @Override
    public String name() {
        return "explain/intruder";
    }

    @Override
    public boolean recognizes(CaseFolder folder) throws IOException {
        Set<String> fields = folder.fields(ExplainCase.EXPECTED);
        return fields.containsAll(Set.of("parse", "examples_shown"))
                || fields.containsAll(Set.of("intruder_index", "prediction"));
    }

    @Override
    public List<ValueDifference> compare(CaseFolder folder) throws IOException {
        JsonObject expected = folder.json(ExplainCase.EXPECTED);
        int shown = expected.positive("examples_shown");
        Differences differences = new Differences();
        for (JsonObject answer : expected.objects("parse")) {
            compareAnswer(answer, shown, differences);
        }
        int[] truth = ExplainCase.integers(expected, "intruder_index");
        JsonNode predictions = ExplainCase.list(expected, "prediction", "a list of integers");
        ExplainCase.requireEqual(expected, "intruder_index", truth.length, "prediction", predictions.size());
        InvalidInputException.require(
                truth.length > 0, () -> expected.file() + ": intruder_index is empty, expected at least one entry");
        long correct = 0;
        for (int i = 0; i < truth.length; i++) {
            JsonNode prediction = predictions.get(i);
            // The reference counts a failed answer, null here, as wrong.
            correct += prediction.isIntegralNumber() && prediction.intValue() == truth[i] ? 1 : 0;
        }
        ExplainCase.compare(differences, "accuracy", (double) correct / truth.length, expected, "accuracy", TOLERANCE);
        ExplainCase.compare(differences, "chance", 1.0 / shown, expected, "chance", TOLERANCE);
        return differences.toList();
    }

    private static void compareAnswer(JsonObject answer, int shown, Differences differences) {
        String text = answer.text("text");
        try {
            IntruderAnswer parsed = IntruderAnswer.parse(text, shown);
            if (answer.has("error")) {
                differences.equal("parse.error", "none", answer.text("error"));
                return;
            }
            differences.equal("parse.prediction", parsed.index(), answer.integer("prediction"));
            differences.equal("parse.interpretation", parsed.interpretation(), answer.text("interpretation"));
        } catch (UnusableAnswerException e) {
            String error = switch (e.kind()) {
                case NO_ANSWER -> "No response found in string";
                case MALFORMED, WRONG_LENGTH -> "Response is not a number";
                case OUT_OF_RANGE -> "Response is out of range";
            };
            differences.equal("parse.error", error, answer.has("error") ? answer.text("error") : "none");
        }
    }
}
