package dev.assay.train;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.InvalidInputException;
import dev.assay.checkpoint.Json;
import dev.assay.checkpoint.JsonObject;
import dev.assay.checkpoint.Safetensors;
import dev.assay.sae.TopK;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Repeats a training run that another library recorded, batch for batch, and compares losses and weights.
 *
 * <p>A case is a folder: {@code case.json} (class and hyper-parameters of the trainer, the batches' file, tolerances),
 * {@code init.safetensors}, {@code after_1.safetensors}, {@code final.safetensors} and {@code losses.json}.
 */
public final class TrainingReplay {
    private final Path folder;
    private final JsonObject description;
    private final Convention convention;

    private TrainingReplay(Path folder, JsonObject description) {
        this.folder = folder;
        this.description = description;
        this.convention = Convention.of(description.text("class"), folder);
    }

    /**
     * Opens a case.
     *
     * @param folder holds {@code case.json}
     * @return the replay, not yet run
     * @throws IOException when a file cannot be read
     */
    public static TrainingReplay open(Path folder) throws IOException {
        return new TrainingReplay(folder, JsonObject.read(folder.resolve("case.json")));
    }

    /**
     * What a replay found.
     *
     * @param losses the largest relative difference of each loss over all steps
     * @param afterFirst the largest absolute difference of each weight after the first step
     * @param last the largest absolute difference of each weight after the last step
     * @param lossTolerance allowed for losses
     * @param afterFirstTolerance allowed for weights after the first step
     * @param lastTolerance allowed for final weights
     */
    public record Result(
            Map<String, Double> losses,
            Map<String, Double> afterFirst,
            Map<String, Double> last,
            double lossTolerance,
            double afterFirstTolerance,
            double lastTolerance) {

        /**
         * Tells whether everything agrees.
         *
         * @return true when each difference is within its tolerance
         */
        public boolean passed() {
            return within(losses, lossTolerance)
                    && within(afterFirst, afterFirstTolerance)
                    && within(last, lastTolerance);
        }

        private static boolean within(Map<String, Double> differences, double tolerance) {
            return differences.values().stream().allMatch(difference -> difference <= tolerance);
        }
    }

    /**
     * Runs all steps.
     *
     * @param device where to run
     * @return the differences
     * @throws IOException when a file cannot be read
     */
    public Result run(Device device) throws IOException {
        JsonNode losses = Json.read(folder.resolve("losses.json"));
        JsonObject tolerance = description.object("tolerance");
        Map<String, Double> lossDifferences = new LinkedHashMap<>();
        Map<String, Double> afterFirst = Map.of();
        try (NDManager manager = NDManager.newBaseManager(device, "PyTorch");
                Scope scope = Scope.open();
                Autograd off = Autograd.off();
                Safetensors init = Safetensors.open(folder.resolve("init.safetensors"));
                Safetensors batches = Safetensors.open(
                        folder.resolve(description.text("batches_file")).normalize())) {
            NDArray all = batches.load(manager, "batches"); // [steps, batch, d_in]
            TrainingPlan plan = convention.plan(description, all.getShape().get(0));
            try (TrainingState state = new TrainingState(manager, plan, convention.load(init, manager))) {
                for (int i = 0; i < plan.steps(); i++) {
                    TrainingState.StepReport report;
                    try (Scope step = Scope.open()) {
                        report = state.step(all.get(i));
                    }
                    compare(lossDifferences, losses, i, "loss", report.loss());
                    compare(lossDifferences, losses, i, convention.squaredErrorName, report.squaredError());
                    double auxiliary = report.auxiliary() / convention.auxiliaryFactor(plan);
                    compare(lossDifferences, losses, i, convention.auxiliaryName, auxiliary);
                    compare(lossDifferences, losses, i, "l0", report.l0());
                    if (i == 0) {
                        afterFirst = weights(state.parameters(), "after_1.safetensors", manager);
                    }
                }
                Map<String, Double> last = weights(state.parameters(), "final.safetensors", manager);
                return new Result(
                        lossDifferences,
                        afterFirst,
                        last,
                        tolerance.number("losses_relative"),
                        tolerance.number("after_1_max_abs"),
                        tolerance.number("final_weights_max_abs"));
            }
        }
    }

    private void compare(Map<String, Double> differences, JsonNode losses, int step, String name, double found) {
        JsonNode expected = losses.path(name).path(step);
        if (!expected.isNumber()) {
            throw new InvalidInputException(
                    folder.resolve("losses.json") + ": " + name + " has no number for step " + step);
        }
        double scale = Math.max(Math.abs(expected.asDouble()), 1e-12);
        double difference = Math.abs(found - expected.asDouble()) / scale;
        // A NaN must not hide behind Math.max's neighbours: merge keeps it, since Math.max(NaN, x) is NaN.
        differences.merge(name, expected.asDouble() == found ? 0 : difference, Math::max);
    }

    private Map<String, Double> weights(DictionaryParameters found, String file, NDManager manager) throws IOException {
        Map<String, Double> differences = new LinkedHashMap<>();
        try (Scope scope = Scope.open();
                Safetensors stored = Safetensors.open(folder.resolve(file));
                DictionaryParameters expected = convention.load(stored, manager)) {
            for (int i = 0; i < DictionaryParameters.NAMES.size(); i++) {
                NDArray difference = found.arrays().get(i).sub(expected.arrays().get(i));
                differences.put(DictionaryParameters.NAMES.get(i), (double)
                        difference.abs().max().getFloat());
            }
        }
        return differences;
    }

    /** What a library does its own way: names, layouts, and the options that reproduce it. */
    private enum Convention {
        DICTIONARY_LEARNING_TOPK(
                "TopKTrainer",
                List.of("encoder.weight", "encoder.bias", "decoder.weight", "b_dec"),
                "l2_loss",
                "auxk_loss") {
            @Override
            TrainingPlan plan(JsonObject c, long steps) {
                JsonObject h = c.object("hyper_parameters");
                AuxiliaryLoss auxiliary =
                        new AuxiliaryLoss(h.number("auxk_alpha"), AuxiliaryLoss.Convention.NORMALIZED);
                DeadLatentRule dead = DeadLatentRule.after(c.integer("dead_feature_threshold_tokens"));
                OptimizerOptions optimizer = new OptimizerOptions(h.number("lr"), 0.9, 0.999, 0, 0, 1, true);
                return plan(c, steps, TopK.of(h.integer("k")), optimizer, auxiliary, dead, true, true);
            }

            @Override
            double auxiliaryFactor(TrainingPlan plan) {
                return plan.auxiliary().coefficient(); // the file holds the loss before its coefficient
            }

            @Override
            NDArray decoder(NDArray stored) {
                return stored.transpose();
            }

            @Override
            NDArray encoder(NDArray stored) {
                return stored;
            }
        },
        SAELENS_TOPK(
                "TopKTrainingSAE",
                List.of("W_enc", "b_enc", "W_dec", "b_dec"),
                "mse_loss",
                "auxiliary_reconstruction_loss") {
            @Override
            TrainingPlan plan(JsonObject c, long steps) {
                JsonObject h = c.object("hyper_parameters");
                int batch = c.integer("batch");
                AuxiliaryLoss auxiliary =
                        new AuxiliaryLoss(h.number("aux_loss_coefficient"), AuxiliaryLoss.Convention.SCALED);
                DeadLatentRule dead = new DeadLatentRule(
                        (long) h.integer("dead_feature_window") * batch, DeadLatentRule.Timing.BEFORE_BATCH);
                OptimizerOptions optimizer = new OptimizerOptions(
                        h.number("lr"), h.number("adam_beta1", 0.9), h.number("adam_beta2", 0.999), 0, 0, 1, false);
                TopK topK = new TopK(h.integer("k"), h.bool("rescale_acts_by_decoder_norm"));
                boolean centres = h.bool("apply_b_dec_to_input");
                return plan(c, steps, topK, optimizer, auxiliary, dead, centres, false);
            }

            @Override
            double auxiliaryFactor(TrainingPlan plan) {
                return 1;
            }

            @Override
            NDArray decoder(NDArray stored) {
                return stored;
            }

            @Override
            NDArray encoder(NDArray stored) {
                return stored.transpose();
            }
        };

        private final String trainerClass;
        private final List<String> names;
        private final String squaredErrorName;
        private final String auxiliaryName;

        Convention(String trainerClass, List<String> names, String squaredErrorName, String auxiliaryName) {
            this.trainerClass = trainerClass;
            this.names = names;
            this.squaredErrorName = squaredErrorName;
            this.auxiliaryName = auxiliaryName;
        }

        static Convention of(String trainerClass, Path folder) {
            for (Convention convention : values()) {
                if (convention.trainerClass.equals(trainerClass)) {
                    return convention;
                }
            }
            throw new InvalidInputException(folder.resolve("case.json") + ": class is \"" + trainerClass
                    + "\", expected TopKTrainer (dictionary_learning) or TopKTrainingSAE (SAELens)");
        }

        abstract TrainingPlan plan(JsonObject description, long steps);

        /** What the recorded auxiliary loss must be multiplied by to give its part of the loss. */
        abstract double auxiliaryFactor(TrainingPlan plan);

        abstract NDArray encoder(NDArray stored);

        abstract NDArray decoder(NDArray stored);

        DictionaryParameters load(Safetensors file, NDManager manager) {
            return new DictionaryParameters(
                    Scope.outside(() -> Aten.contiguous(encoder(file.load(manager, names.get(0))))),
                    Scope.outside(() -> file.load(manager, names.get(1))),
                    Scope.outside(() -> Aten.contiguous(decoder(file.load(manager, names.get(2))))),
                    Scope.outside(() -> file.load(manager, names.get(3))));
        }

        static TrainingPlan plan(
                JsonObject description,
                long steps,
                TopK topK,
                OptimizerOptions optimizer,
                AuxiliaryLoss auxiliary,
                DeadLatentRule dead,
                boolean centresInput,
                boolean medianBias) {
            int batch = description.integer("batch");
            return new TrainingPlan(
                    topK,
                    description.integer("d_sae"),
                    steps * batch,
                    batch,
                    0,
                    optimizer,
                    auxiliary,
                    dead,
                    centresInput,
                    medianBias,
                    false);
        }
    }
}
