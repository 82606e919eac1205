package dev.assay.verify.reference;

import dev.assay.explain.measure.ActivationLevels;
import dev.assay.explain.measure.ExampleQuantiles;
import dev.assay.explain.measure.Highlighting;
import dev.assay.io.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** Marked texts, levels and quantiles of examples as in delphi. */
final class ExplainHighlightingGroup implements ReferenceGroup {
    @Override
    public String name() {
        return "explain/highlighting";
    }

    @Override
    public boolean recognizes(CaseFolder folder) throws IOException {
        Set<String> fields = folder.fields(ExplainCase.EXPECTED);
        return fields.containsAll(Set.of("examples", "normalised_0_10"))
                || fields.containsAll(Set.of("n_incorrect_for_fuzzing", "quantiles"));
    }

    @Override
    public List<ValueDifference> compare(CaseFolder folder) throws IOException {
        JsonObject expected = folder.json(ExplainCase.EXPECTED);
        Differences differences = new Differences();
        List<float[]> windows = new ArrayList<>();
        for (JsonObject example : expected.objects("examples")) {
            windows.add(compareTexts(example, differences));
        }
        compareLevels(expected.object("normalised_0_10"), windows, differences);
        differences.equal(
                "n_incorrect_for_fuzzing",
                Highlighting.meanActiveTokens(windows),
                expected.integer("n_incorrect_for_fuzzing"));
        compareQuantiles(expected.object("quantiles"), differences);
        return differences.toList();
    }

    private static float[] compareTexts(JsonObject example, Differences differences) {
        List<String> tokens = example.texts("tokens");
        float[] activations = ExplainCase.narrow(example.numbers("activations").stream()
                .mapToDouble(Double::doubleValue)
                .toArray());
        ExplainCase.requireEqual(example, "tokens", tokens.size(), "activations", activations.length);
        differences.equal("plain", Highlighting.plain(tokens), example.text("plain"));
        JsonObject highlighted = example.object("highlighted");
        for (String threshold : SaeBenchCase.names(highlighted)) {
            if (!threshold.matches("0(\\.[0-9]+)?|1(\\.0+)?")) {
                throw highlighted.unexpected(threshold, "a text per threshold from 0 to 1");
            }
            boolean[] marks = Highlighting.atLeast(activations, Double.parseDouble(threshold));
            differences.equal("highlighted", Highlighting.marked(tokens, marks), highlighted.text(threshold));
        }
        boolean[] fixed = Highlighting.fixedPosition(tokens.size());
        differences.equal(
                "not_active_one_highlight",
                Highlighting.marked(tokens, fixed),
                example.text("not_active_one_highlight"));
        differences.equal(
                "highlight_position",
                IntStream.range(0, fixed.length).filter(i -> fixed[i]).sum(),
                example.integer("highlight_position"));
        return activations;
    }

    private static void compareLevels(JsonObject recorded, List<float[]> windows, Differences differences) {
        float maximum = (float) recorded.number("max_activation");
        List<double[]> values = ExplainCase.rows(recorded, "values");
        ExplainCase.requireEqual(recorded, "values", values.size(), "examples", windows.size());
        for (int i = 0; i < windows.size(); i++) {
            double[] found = Arrays.stream(ActivationLevels.roundedUp(windows.get(i), maximum))
                    .asDoubleStream()
                    .toArray();
            differences.absolute("normalised_0_10", found, values.get(i), 0);
        }
    }

    private static void compareQuantiles(JsonObject recorded, Differences differences) {
        int[] found = ExampleQuantiles.ofRanks(recorded.integer("n"), recorded.positive("n_quantiles"));
        differences.equal("quantile_of_rank", list(found), list(ExplainCase.integers(recorded, "quantile_of_rank")));
        differences.equal(
                "ranks_used",
                IntStream.range(0, found.length).boxed().toList(),
                list(ExplainCase.integers(recorded, "ranks_used")));
    }

    private static List<Integer> list(int[] numbers) {
        return Arrays.stream(numbers).boxed().toList();
    }
}
