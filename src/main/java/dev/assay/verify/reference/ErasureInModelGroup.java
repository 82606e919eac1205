package dev.assay.verify.reference;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.evaluate.probe.ActivationEdit;
import dev.assay.evaluate.probe.AffineEraser;
import dev.assay.evaluate.probe.ConceptPrompts;
import dev.assay.evaluate.probe.EditResult;
import dev.assay.evaluate.probe.EditedPositions;
import dev.assay.evaluate.probe.Leace;
import dev.assay.evaluate.probe.ProbeData;
import dev.assay.evaluate.probe.PromptEdits;
import dev.assay.io.JsonObject;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** Edits of the residual stream of a model that erase a binary concept, by erasers and by latents of a tied dictionary. */
final class ErasureInModelGroup implements ReferenceGroup {
    private static final String EXPECTED = "expected.json";
    private static final String DATA = "data.safetensors";
    private static final String MODEL = "model/config.json";
    private static final double TOLERANCE = 1e-4;

    @Override
    public String name() {
        return "erasure/in_model";
    }

    @Override
    public boolean recognizes(CaseFolder folder) throws IOException {
        return folder.has(MODEL)
                && folder.fields(EXPECTED).containsAll(Set.of("hook", "class_tokens", "skip_tokens", "edits"))
                && folder.tensors(DATA).containsAll(Set.of("input_ids", "sequence_lengths", "classes", "dict.encoder"));
    }

    @Override
    public List<ValueDifference> compare(CaseFolder folder) throws IOException {
        try (HookedTransformer model = HookedTransformer.load(folder.file("model"));
                Scope scope = Scope.open()) {
            return new Run(folder, model).compare();
        }
    }

    /** One comparison. */
    private static final class Run {
        private final CaseFolder folder;
        private final HookedTransformer model;
        private final JsonObject expected;
        private final HookPoint site;
        private final ConceptPrompts prompts;
        private final int skipped;
        private final double[] activations; // [prompts · positions · D]
        private final int width;
        private final NDArray dictionary; // unit rows, [F, D]
        private final NDArray bias; // [F]
        private final Differences differences = new Differences();

        Run(CaseFolder folder, HookedTransformer model) throws IOException {
            this.folder = folder;
            this.model = model;
            expected = folder.json(EXPECTED);
            site = HookPoint.parse(expected.text("hook"));
            skipped = expected.integer("skip_tokens");
            prompts = prompts();
            width = model.width(site);
            activations = activations();
            double[][] rows = folder.matrix(DATA, "dict.encoder");
            for (int i = 0; i < rows.length; i++) {
                rows[i] = LeaceGroup.unit(rows[i]);
            }
            dictionary =
                    array(Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray(), rows.length);
            bias = array(folder.doubles(DATA, "dict.encoder_bias"), 1);
        }

        private NDArray array(double[] values, int rows) {
            float[] narrow = new float[values.length];
            for (int i = 0; i < narrow.length; i++) {
                narrow[i] = (float) values[i];
            }
            NDManager manager = model.manager();
            return manager.create(narrow, new Shape(rows, values.length / rows));
        }

        private ConceptPrompts prompts() throws IOException {
            double[][] ids = folder.matrix(DATA, "input_ids");
            double[] classes = folder.doubles(DATA, "classes");
            List<int[]> rows = new ArrayList<>();
            for (double[] row : ids) {
                rows.add(Arrays.stream(row).mapToInt(id -> (int) id).toArray());
            }
            boolean[] labels = new boolean[classes.length];
            for (int i = 0; i < labels.length; i++) {
                labels[i] = classes[i] == 1;
            }
            int[] lengths = Arrays.stream(folder.doubles(DATA, "sequence_lengths"))
                    .mapToInt(length -> (int) length)
                    .toArray();
            List<Double> tokens = expected.numbers("class_tokens");
            if (tokens.size() != 2) {
                throw expected.unexpected("class_tokens", "two tokens");
            }
            return new ConceptPrompts(
                    rows, lengths, labels, new int[] {tokens.get(0).intValue()}, new int[] {
                        tokens.get(1).intValue()
                    });
        }

        private double[] activations() {
            int length = prompts.rows().get(0).length;
            long[] ids = prompts.rows().stream()
                    .flatMapToInt(Arrays::stream)
                    .asLongStream()
                    .toArray();
            NDArray tokens = model.manager().create(ids, new Shape(prompts.size(), length));
            float[] values = model.runTo(site, tokens).toFloatArray();
            double[] wide = new double[values.length];
            for (int i = 0; i < wide.length; i++) {
                wide[i] = values[i];
            }
            return wide;
        }

        List<ValueDifference> compare() throws IOException {
            differences.absolute("activations", activations, folder.doubles(DATA, "activations"), TOLERANCE);
            ProbeData last = rows(false);
            AffineEraser leace = Leace.fit(last);
            compareEraser("leace", leace);
            compareEraser("leace_all_positions", Leace.fit(rows(true)));
            double[] direction = LeaceGroup.unit(last.meanDifference());
            differences.absolute("mean_direction", direction, folder.doubles(DATA, "mean_direction"), TOLERANCE);
            int[] features = features(last);
            JsonObject edits = expected.object("edits");
            List<String> names = new ArrayList<>();
            edits.node().fieldNames().forEachRemaining(names::add);
            try (PromptEdits runs = PromptEdits.of(model, site, prompts)) {
                differences.absolute(
                        "base_last_logits",
                        doubles(runs.run(rows -> rows, EditedPositions.PREDICTION)
                                .logits()),
                        folder.doubles(DATA, "base_last_logits"),
                        TOLERANCE);
                for (String name : names) {
                    compareEdit(runs, name, edits.object(name), leace, features);
                }
            }
            return differences.toList();
        }

        /** Returns the rows of the last positions, or of all real positions from the skipped ones on as the reference masks them. */
        private ProbeData rows(boolean all) {
            int length = prompts.rows().get(0).length;
            List<double[]> rows = new ArrayList<>();
            List<Boolean> labels = new ArrayList<>();
            for (int i = 0; i < prompts.size(); i++) {
                int end = prompts.lengths()[i];
                for (int at = all ? 0 : end - 1; at < end; at++) {
                    int start = (i * length + at) * width;
                    rows.add(Arrays.copyOfRange(activations, start, start + width));
                    labels.add(prompts.labels()[i]);
                }
            }
            boolean[] flat = new boolean[labels.size()];
            for (int i = 0; i < flat.length; i++) {
                flat[i] = labels.get(i);
            }
            return ProbeData.of(rows.toArray(double[][]::new), flat);
        }

        private void compareEraser(String name, AffineEraser eraser) throws IOException {
            differences.absolute(name + ".P", eraser.projection(), folder.doubles(DATA, name + ".P"), TOLERANCE);
            differences.absolute(name + ".bias", eraser.centre(), folder.doubles(DATA, name + ".bias"), TOLERANCE);
        }

        /** Selects latents by the difference of their mean activations, and compares the differences of the recorded selection. */
        private int[] features(ProbeData last) throws IOException {
            NDArray codes = codes(array(last.values(), last.rows()));
            double[] flat = doubles(codes.toFloatArray());
            double[] difference =
                    last.withValues(flat, flat.length / last.rows()).meanDifference();
            int[] recorded = Arrays.stream(folder.doubles(DATA, "features"))
                    .mapToInt(feature -> (int) feature)
                    .toArray();
            double[] sorted = Arrays.stream(difference)
                    .map(value -> -Math.abs(value))
                    .sorted()
                    .toArray();
            for (int i = 0; i < recorded.length; i++) {
                InvalidInputException.require(
                        recorded[i] >= 0 && recorded[i] < difference.length,
                        folder.file(DATA) + ": tensor features has the latent " + recorded[i] + ", expected 0 to "
                                + (difference.length - 1));
                differences.absolute("features", Math.abs(difference[recorded[i]]), -sorted[i], TOLERANCE);
            }
            return recorded;
        }

        private NDArray codes(NDArray rows) {
            return rows.matMul(dictionary.transpose()).add(bias).maximum(0);
        }

        private void compareEdit(PromptEdits runs, String name, JsonObject values, AffineEraser leace, int[] features)
                throws IOException {
            String[] parts = name.split("\\|", -1);
            InvalidInputException.require(
                    parts.length == 2
                            && Set.of("last_position", "all_positions").contains(parts[1]),
                    () -> folder.file(EXPECTED) + ": edit \"" + name
                            + "\" has no position, expected a name that ends with |last_position or |all_positions");
            EditedPositions positions = parts[1].equals("last_position")
                    ? EditedPositions.PREDICTION
                    : new EditedPositions(true, skipped, true);
            EditResult result = runs.run(edit(parts[0], leace, features), positions);
            differences.absolute(
                    name + ".probability_of_the_right_class",
                    result.meanRightProbability(),
                    values.number("probability_of_the_right_class"),
                    TOLERANCE);
            differences.absolute(name + ".edit_size", result.meanEditSize(), values.number("edit_size"), TOLERANCE);
            differences.absolute(
                    name + ".kl_base_to_edited",
                    result.meanDivergence(),
                    values.number("kl_base_to_edited"),
                    TOLERANCE);
            differences.absolute(
                    name + ".last_logits",
                    doubles(result.logits()),
                    folder.doubles(DATA, "last_logits." + parts[0] + "." + parts[1]),
                    TOLERANCE);
        }

        private ActivationEdit edit(String name, AffineEraser leace, int[] features) throws IOException {
            int dot = name.indexOf('.');
            String kind = dot < 0 ? name : name.substring(0, dot);
            NDManager manager = model.manager();
            NDArray chosen = Aten.indexSelect(
                    dictionary,
                    0,
                    manager.create(Arrays.stream(features).asLongStream().toArray()));
            NDArray chosenBias = Aten.indexSelect(
                    bias,
                    1,
                    manager.create(Arrays.stream(features).asLongStream().toArray()));
            return switch (kind) {
                case "none" -> rows -> rows;
                case "leace_last_position" -> leace.inFloat32(manager);
                case "mean_projection" -> direction(folder.doubles(DATA, "mean_direction"));
                case "random_direction" -> direction(folder.doubles(DATA, "random_direction"));
                case "feature_direction" ->
                    direction(doubles(dictionary.get(feature(name, dot)).toFloatArray()));
                case "ablation_partial" ->
                    rows -> rows.sub(rows.matMul(chosen.transpose())
                            .add(chosenBias)
                            .maximum(0)
                            .matMul(chosen));
                case "ablation_full" ->
                    rows -> rows.sub(rows.matMul(chosen.transpose()).matMul(chosen));
                case "reconstruction" ->
                    rows -> {
                        NDArray removed = rows.matMul(chosen.transpose())
                                .add(chosenBias)
                                .maximum(0)
                                .matMul(chosen);
                        return codes(rows).matMul(dictionary).sub(removed);
                    };
                default ->
                    throw new InvalidInputException(folder.file(EXPECTED) + ": edit \"" + name
                            + "\" is unknown, expected none, leace_last_position, mean_projection, random_direction,"
                            + " feature_direction, ablation_partial, ablation_full or reconstruction");
            };
        }

        private int feature(String name, int dot) {
            String number = name.substring(dot + 1);
            long rows = dictionary.getShape().get(0);
            InvalidInputException.require(
                    dot > 0 && number.matches("\\d{1,9}") && Integer.parseInt(number) < rows,
                    () -> folder.file(EXPECTED) + ": edit \"" + name + "\" names no latent, expected 0 to "
                            + (rows - 1));
            return Integer.parseInt(number);
        }

        private ActivationEdit direction(double[] direction) {
            return AffineEraser.ofDirection(direction).inFloat32(model.manager());
        }

        private static double[] doubles(float[] values) {
            double[] wide = new double[values.length];
            for (int i = 0; i < wide.length; i++) {
                wide[i] = values[i];
            }
            return wide;
        }
    }
}
