package dev.assay.verify.reference;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.explain.measure.Surprisal;
import dev.assay.io.JsonObject;
import dev.assay.model.HookedTransformer;
import dev.assay.tensor.Scope;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * Losses of texts given a prefix in a model, and their gain by an explanation, as in delphi's surprisal scorer. Each text is run alone, so no
 * loss depends on padding or on the texts before it.
 */
final class ExplainSurprisalGroup implements ReferenceGroup {
    private static final String MODEL = "model";
    private static final String INFORMED = "explanation";
    private static final String UNINFORMED = "no_explanation";
    private static final double TOLERANCE = 1e-4;

    @Override
    public String name() {
        return "explain/surprisal";
    }

    @Override
    public boolean recognizes(CaseFolder folder) throws IOException {
        return folder.has(MODEL + "/config.json")
                && folder.fields(ExplainCase.EXPECTED).containsAll(Set.of("sentences", "prefix"));
    }

    @Override
    public List<ValueDifference> compare(CaseFolder folder) throws IOException {
        JsonObject expected = folder.json(ExplainCase.EXPECTED);
        List<int[]> sentences = ExplainCase.integerRows(expected, "sentences");
        JsonObject prefixes = expected.object("prefix");
        Differences differences = new Differences();
        Map<String, List<double[]>> losses = new HashMap<>();
        try (HookedTransformer model = HookedTransformer.load(folder.file(MODEL))) {
            for (String name : SaeBenchCase.names(prefixes)) {
                int[] prefix = ExplainCase.integers(prefixes, name);
                InvalidInputException.require(
                        prefix.length > 0,
                        () -> prefixes.file() + ": prefix." + name + " is empty, expected at least one token id");
                List<double[]> ofPrefix = new ArrayList<>();
                for (int[] sentence : sentences) {
                    ofPrefix.add(losses(model, prefixes, name, prefix, sentence));
                }
                compareLosses(name, ofPrefix, expected.object(name), differences);
                losses.put(name, ofPrefix);
            }
        }
        compareGains(expected, losses, differences);
        return differences.toList();
    }

    private static double[] losses(
            HookedTransformer model, JsonObject prefixes, String name, int[] prefix, int[] sentence) {
        int vocabulary = model.config().vocabularySize();
        int[] ids = Arrays.copyOf(prefix, prefix.length + sentence.length);
        System.arraycopy(sentence, 0, ids, prefix.length, sentence.length);
        for (int id : ids) {
            InvalidInputException.require(
                    id >= 0 && id < vocabulary,
                    () -> prefixes.file() + ": a token id of prefix." + name + " or sentences is " + id
                            + ", expected 0 to " + (vocabulary - 1));
        }
        double[] losses = new double[sentence.length];
        try (Scope scope = Scope.open()) {
            long[] input = Arrays.stream(ids).asLongStream().toArray();
            NDArray tokens = model.manager().create(input, new Shape(1, ids.length));
            float[] logits = model.forward(tokens).toFloatArray();
            for (int i = 0; i < losses.length; i++) {
                losses[i] = Surprisal.loss(logits, (prefix.length + i - 1) * vocabulary, vocabulary, sentence[i]);
            }
        }
        return losses;
    }

    private static void compareLosses(
            String name, List<double[]> losses, JsonObject recorded, Differences differences) {
        List<double[]> withoutFirst = losses.stream()
                .map(sentence -> Arrays.copyOfRange(sentence, Math.min(1, sentence.length), sentence.length))
                .toList();
        compareRows(name, "per_token", losses, recorded, differences);
        compareRows(name, "per_token_without_first", withoutFirst, recorded, differences);
        if (recorded.has("delphi_one_batch")) {
            compareRows(name, "delphi_one_batch", withoutFirst, recorded, differences);
        }
    }

    private static void compareRows(
            String name, String field, List<double[]> found, JsonObject recorded, Differences differences) {
        List<double[]> rows = ExplainCase.rows(recorded, field);
        ExplainCase.requireEqual(recorded, name + "." + field, rows.size(), "sentences", found.size());
        for (int i = 0; i < rows.size(); i++) {
            ExplainCase.relative(differences, name + "." + field, found.get(i), rows.get(i), TOLERANCE);
        }
    }

    private static void compareGains(JsonObject expected, Map<String, List<double[]>> losses, Differences differences) {
        for (String name : List.of(INFORMED, UNINFORMED)) {
            InvalidInputException.require(
                    losses.containsKey(name),
                    () -> expected.file() + " has no prefix." + name + ", expected a list of token ids");
        }
        double[] recorded = SaeBenchCase.numbers(expected, "gain_per_sentence");
        List<double[]> informed = losses.get(INFORMED);
        ExplainCase.requireEqual(expected, "gain_per_sentence", recorded.length, "sentences", informed.size());
        for (int i = 0; i < recorded.length; i++) {
            double[] uninformed = losses.get(UNINFORMED).get(i);
            OptionalDouble gain = uninformed.length < 2
                    ? OptionalDouble.empty()
                    : OptionalDouble.of(Surprisal.gain(uninformed, informed.get(i)));
            // A gain is a difference of losses of order 1.
            differences.relative(
                    "gain_per_sentence",
                    gain.orElse(Double.NaN),
                    Double.isFinite(recorded[i]) ? recorded[i] : Double.NaN,
                    1,
                    TOLERANCE);
        }
    }
}
