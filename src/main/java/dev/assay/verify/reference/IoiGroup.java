package dev.assay.verify.reference;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import dev.assay.InvalidInputException;
import dev.assay.checkpoint.Safetensors;
import dev.assay.intervene.patch.FeaturePatching;
import dev.assay.intervene.patch.PatchLadder;
import dev.assay.intervene.patch.PromptPair;
import dev.assay.io.JsonObject;
import dev.assay.model.HookedTransformer;
import dev.assay.model.PaddedTokens;
import dev.assay.model.Padding;
import dev.assay.model.hook.HookPoint;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Feature patching of sparse_coding: the activations of both runs, the greedy ladders of six kinds of dictionaries, and ablation graphs.
 * Feature sets are compared if every decision of the reference was clear of its threshold; otherwise the effects of the recorded sets are.
 */
final class IoiGroup implements ReferenceGroup {
    static final String DATA = "data.safetensors";

    private static final String EXPECTED = "expected.json";
    private static final String PROMPTS = "input_ids";
    private static final String COUNTERFACTUALS = "counterfactual_ids";
    private static final String LENGTHS = "sequence_lengths";
    private static final double TOLERANCE = 1e-4;
    private static final double SMALLEST_MARGIN = 1e-6;

    @Override
    public String name() {
        return "ioi";
    }

    @Override
    public boolean recognizes(CaseFolder folder) throws IOException {
        return folder.has("model/config.json")
                && folder.fields(EXPECTED).containsAll(Set.of("hook", "thresholds", "dictionaries"))
                && folder.tensors(DATA).containsAll(Set.of(PROMPTS, COUNTERFACTUALS, LENGTHS));
    }

    @Override
    public List<ValueDifference> compare(CaseFolder folder) throws IOException {
        JsonObject expected = folder.json(EXPECTED);
        HookPoint point = HookPoint.parse(expected.text("hook"));
        Differences differences = new Differences();
        try (HookedTransformer model = HookedTransformer.load(folder.file("model"));
                Safetensors data = Safetensors.open(folder.file(DATA));
                NDManager manager = TorchEngine.newManager(Device.cpu());
                Scope scope = Scope.open()) {
            List<PromptPair> pairs = pairs(data, manager, model.config().vocabularySize());
            compareRuns(model, point, data, manager, pairs, differences);
            JsonObject dictionaries = expected.object("dictionaries");
            double[] thresholds = expected.numbers("thresholds").stream()
                    .mapToDouble(Double::doubleValue)
                    .toArray();
            for (String name : (Iterable<String>) () -> dictionaries.node().fieldNames()) {
                try (IoiDictionary dictionary = IoiDictionary.of(name, data, manager, point);
                        FeaturePatching patching =
                                FeaturePatching.of(model, point, dictionary.sae(), dictionary.groups(), pairs)) {
                    compareLadder(name, dictionaries.object(name), patching, thresholds, differences);
                }
            }
            IoiAblationGraph.compare(folder, model, differences);
        }
        return differences.toList();
    }

    private static List<PromptPair> pairs(Safetensors data, NDManager manager, int vocabulary) {
        NDArray prompts = matrix(data, manager, PROMPTS);
        NDArray counterfactuals = matrix(data, manager, COUNTERFACTUALS);
        long[] lengths =
                data.load(manager, LENGTHS).toType(DataType.INT64, false).toLongArray();
        int width = (int) prompts.getShape().get(1);
        if (!counterfactuals.getShape().equals(prompts.getShape())
                || lengths.length != prompts.getShape().get(0)) {
            throw new InvalidInputException(data.file() + ": " + COUNTERFACTUALS + " has shape "
                    + counterfactuals.getShape() + " and " + LENGTHS + " has " + lengths.length
                    + " entries, expected those of " + PROMPTS + ", " + prompts.getShape());
        }
        long[] before = prompts.toType(DataType.INT64, false).toLongArray();
        long[] after = counterfactuals.toType(DataType.INT64, false).toLongArray();
        List<PromptPair> pairs = new ArrayList<>();
        for (int i = 0; i < lengths.length; i++) {
            int length = (int) lengths[i];
            InvalidInputException.require(
                    length >= 1 && length <= width,
                    data.file() + ": a length in " + LENGTHS + " is " + length + ", expected 1 to " + width);
            pairs.add(new PromptPair(
                    row(data, before, i * width, length, vocabulary), row(data, after, i * width, length, vocabulary)));
        }
        return pairs;
    }

    static NDArray matrix(Safetensors data, NDManager manager, String name) {
        NDArray matrix = data.load(manager, name);
        if (matrix.getShape().dimension() != 2) {
            throw new InvalidInputException(
                    data.file() + ": tensor " + name + " has shape " + matrix.getShape() + ", expected two dimensions");
        }
        return matrix;
    }

    static int[] row(Safetensors data, long[] ids, int first, int length, int vocabulary) {
        int[] row = new int[length];
        for (int i = 0; i < length; i++) {
            long id = ids[first + i];
            InvalidInputException.require(
                    id >= 0 && id < vocabulary,
                    data.file() + ": a token id is " + id + ", expected 0 to " + (vocabulary - 1));
            row[i] = (int) id;
        }
        return row;
    }

    private static void compareRuns(
            HookedTransformer model,
            HookPoint point,
            Safetensors data,
            NDManager manager,
            List<PromptPair> pairs,
            Differences differences) {
        compareRun(model, point, data, manager, pairs, PromptPair::prompt, "", differences);
        compareRun(model, point, data, manager, pairs, PromptPair::counterfactual, "counterfactual_", differences);
    }

    private static void compareRun(
            HookedTransformer model,
            HookPoint point,
            Safetensors data,
            NDManager manager,
            List<PromptPair> pairs,
            Function<PromptPair, int[]> part,
            String prefix,
            Differences differences) {
        try (Scope scope = Scope.open()) {
            PaddedTokens tokens =
                    PaddedTokens.of(manager, pairs.stream().map(part).toList(), Padding.RIGHT, 0);
            float[] found = model.runTo(point, tokens.tokens(), tokens.mask()).toFloatArray();
            NDArray recorded = data.load(manager, prefix + "activations");
            float[] expected = recorded.toType(DataType.FLOAT32, false).toFloatArray();
            int width = model.width(point);
            int length = found.length / width / pairs.size();
            int stored = (int) recorded.getShape().get(1);
            for (int i = 0; i < pairs.size(); i++) {
                for (int j = 0; j < pairs.get(i).length() * width; j++) {
                    differences.absolute(
                            prefix + "activations",
                            found[i * length * width + j],
                            expected[i * stored * width + j],
                            TOLERANCE);
                }
            }
            differences.absolute(
                    prefix + "last_logits",
                    doubles(model.lastLogits(pairs.stream().map(part).toList())),
                    doubles(data.load(manager, prefix + "last_logits")
                            .toType(DataType.FLOAT32, false)
                            .toFloatArray()),
                    TOLERANCE);
        }
    }

    private static double[] doubles(float... numbers) {
        return IntStream.range(0, numbers.length).mapToDouble(i -> numbers[i]).toArray();
    }

    private static void compareLadder(
            String name, JsonObject expected, FeaturePatching patching, double[] thresholds, Differences differences) {
        List<JsonObject> rows = expected.objects("ladder");
        boolean clear = expected.number("smallest_decision_margin") > SMALLEST_MARGIN;
        PatchLadder ladder = clear
                ? PatchLadder.options(thresholds).run(patching)
                : new PatchLadder(
                        rows.stream()
                                .map(row -> new PatchLadder.Rung(
                                        row.text("step"), features(row), patching.patch(features(row))))
                                .toList(),
                        0);
        differences.equal(name + ".features", patching.features(), expected.integer("features"));
        differences.equal(name + ".steps", ladder.rungs().size(), rows.size());
        for (int i = 0; i < Math.min(rows.size(), ladder.rungs().size()); i++) {
            JsonObject row = rows.get(i);
            PatchLadder.Rung rung = ladder.rungs().get(i);
            differences.equal(name + ".features_patched", rung.features(), features(row));
            differences.equal(name + ".count", rung.features().size(), row.integer("count"));
            differences.absolute(
                    name + ".kl_patched_to_counterfactual",
                    rung.effect().klPatchedToCounterfactual(),
                    row.number("kl_patched_to_counterfactual"),
                    TOLERANCE);
            differences.absolute(
                    name + ".kl_counterfactual_to_patched",
                    rung.effect().klCounterfactualToPatched(),
                    row.number("kl_counterfactual_to_patched"),
                    TOLERANCE);
            differences.absolute(name + ".edit_size", rung.effect().editSize(), row.number("edit_size"), TOLERANCE);
        }
    }

    private static List<Integer> features(JsonObject row) {
        return Arrays.stream(row.numbers("features_patched").stream()
                        .mapToInt(Double::intValue)
                        .toArray())
                .boxed()
                .toList();
    }
}
