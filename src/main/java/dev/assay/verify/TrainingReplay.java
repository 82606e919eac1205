package dev.assay.verify;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.InvalidInputException;
import dev.assay.checkpoint.Safetensors;
import dev.assay.io.Json;
import dev.assay.io.JsonObject;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import dev.assay.train.internal.step.TrainingState;
import dev.assay.train.plan.TrainingPlan;
import dev.assay.train.spi.DictionaryParameters;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Repeats a recorded training run of another library batch by batch, and compares losses and weights.
 *
 * <p>A case is a folder with {@code case.json} (class and hyperparameters of the trainer, the file of batches, tolerances),
 * {@code init.safetensors}, {@code after_1.safetensors}, {@code final.safetensors} and {@code losses.json}.
 */
public final class TrainingReplay {
    /** Lower limit of the denominator of relative differences: smaller values are dominated by the rounding of larger ones. */
    private static final double SMALLEST_SCALE = 1e-4;

    private static final List<RecordedTrainer> TRAINERS = Stream.<RecordedTrainer>concat(
                    Stream.of(DictionaryLearningTrainer.values()), Stream.of(SaelensTrainer.values()))
            .toList();

    private final Path folder;
    private final JsonObject description;
    private final RecordedTrainer trainer;

    private TrainingReplay(Path folder, JsonObject description) {
        this.folder = folder;
        this.description = description;
        String name = description.text("class");
        this.trainer = TRAINERS.stream()
                .filter(known -> known.className().equals(name))
                .findFirst()
                .orElseThrow(() -> description.unexpected(
                        "class",
                        "one of "
                                + TRAINERS.stream()
                                        .map(RecordedTrainer::describe)
                                        .collect(Collectors.joining(", "))));
    }

    /**
     * Opens a case.
     *
     * @param folder a folder with {@code case.json}
     * @return the replay, which has not run yet
     * @throws IOException if a file cannot be read
     */
    public static TrainingReplay open(Path folder) throws IOException {
        return new TrainingReplay(folder, JsonObject.read(folder.resolve("case.json")));
    }

    /**
     * The result of a replay.
     *
     * @param losses the largest relative difference of each loss over all steps
     * @param afterFirst the largest absolute difference of each weight after the first step
     * @param last the largest absolute difference of each weight after the last step
     * @param lossTolerance tolerance of losses
     * @param afterFirstTolerance tolerance of weights after the first step
     * @param lastTolerance tolerance of final weights
     */
    public record Result(
            Map<String, Double> losses,
            Map<String, Double> afterFirst,
            Map<String, Double> last,
            double lossTolerance,
            double afterFirstTolerance,
            double lastTolerance) {

        /**
         * Returns whether all differences are within their tolerances.
         *
         * @return true if the replay passed
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
     * @param device the device of the computation
     * @return the differences
     * @throws IOException if a file cannot be read
     */
    public Result run(Device device) throws IOException {
        JsonNode losses = Json.read(folder.resolve("losses.json"));
        JsonObject tolerance = description.object("tolerance");
        Map<String, Double> lossDifferences = new LinkedHashMap<>();
        Map<String, Double> afterFirst = Map.of();
        try (NDManager manager = TorchEngine.newManager(device);
                Scope scope = Scope.open();
                Autograd off = Autograd.off();
                Safetensors init = Safetensors.open(folder.resolve("init.safetensors"));
                Safetensors batches = Safetensors.open(
                        folder.resolve(description.text("batches_file")).normalize())) {
            NDArray all = batches.load(manager, "batches"); // [steps, batch, d_in]
            long steps = all.getShape().get(0);
            TrainingPlan plan = trainer.plan(description, steps);
            DictionaryParameters start = trainer.tensors().load(init, manager);
            try (TrainingState state = new TrainingState(manager, plan, start)) {
                for (int i = 0; i < steps; i++) {
                    try (Scope step = Scope.open()) {
                        TrainingState.StepReport report = state.step(all.get(i));
                        compare(lossDifferences, losses, i, trainer.logged(report, plan));
                    }
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

    /** Compares all recorded values of a step. */
    private void compare(Map<String, Double> differences, JsonNode losses, int step, Map<String, Double> found) {
        losses.properties().forEach(entry -> {
            String name = entry.getKey();
            JsonNode recorded = entry.getValue().path(step);
            if (!recorded.isNumber()) {
                throw new InvalidInputException(
                        folder.resolve("losses.json") + ": " + name + " has no number for step " + step);
            }
            if (!found.containsKey(name)) {
                throw new InvalidInputException(folder.resolve("losses.json") + ": " + name
                        + " is not a value of " + trainer.describe() + ", expected some of "
                        + found.keySet());
            }
            double expected = recorded.asDouble();
            double difference = Math.abs(found.get(name) - expected) / Math.max(Math.abs(expected), SMALLEST_SCALE);
            // Math.max(NaN, x) is NaN, so merge keeps a NaN.
            differences.merge(name, difference, Math::max);
        });
    }

    private Map<String, Double> weights(DictionaryParameters found, String file, NDManager manager) throws IOException {
        Map<String, Double> differences = new LinkedHashMap<>();
        try (Scope scope = Scope.open();
                Safetensors stored = Safetensors.open(folder.resolve(file));
                DictionaryParameters expected = trainer.tensors().load(stored, manager)) {
            found.byName()
                    .forEach((parameter, array) -> differences.put(parameter.key(), (double)
                            array.sub(expected.get(parameter)).abs().max().getFloat()));
        }
        return differences;
    }
}
