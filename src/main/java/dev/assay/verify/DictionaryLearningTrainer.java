package dev.assay.verify;

import dev.assay.io.JsonObject;
import dev.assay.sae.TopK;
import dev.assay.train.internal.run.StoredTensors;
import dev.assay.train.internal.step.TrainingState;
import dev.assay.train.method.BatchTopKTraining;
import dev.assay.train.method.GatedTraining;
import dev.assay.train.method.JumpReluPenalty;
import dev.assay.train.method.JumpReluTraining;
import dev.assay.train.method.MatryoshkaTraining;
import dev.assay.train.method.PAnnealingTraining;
import dev.assay.train.method.StandardTraining;
import dev.assay.train.method.ThresholdRule;
import dev.assay.train.method.TopKTraining;
import dev.assay.train.plan.AuxiliaryLoss;
import dev.assay.train.plan.DeadLatentOptions;
import dev.assay.train.plan.DeadLatentRule;
import dev.assay.train.plan.DictionaryInitialization;
import dev.assay.train.plan.KAnnealing;
import dev.assay.train.plan.SparsitySchedule;
import dev.assay.train.plan.Target;
import dev.assay.train.plan.TrainingPlan;
import dev.assay.train.spi.DecoderConstraint;
import dev.assay.train.spi.LossNames;
import dev.assay.train.spi.OptimizerOptions;
import dev.assay.train.spi.Parameter;
import dev.assay.train.spi.RateSchedule;
import dev.assay.train.spi.StepSpan;
import dev.assay.train.spi.TrainingMethod;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Trainers of dictionary_learning 0.1.0. Differences from Assay's defaults:
 *
 * <ul>
 *   <li>Decoder rows have norm 1, and gradients along them are removed. Gradients are clipped at 1, except in the standard, p-annealing
 *       and gated trainers. Adam has betas (0, 0.999) in the gated and the JumpReLU trainer.
 *   <li>The JumpReLU trainer does not subtract the decoder bias, its thresholds are raw and can be negative, its penalty is
 *       {@link JumpReluPenalty.Target} with silent latents as zeros, and a latent is dead after more than a given number of tokens.
 *   <li>Matryoshka losses are the mean over groups of losses that are already weighted by 1/n.
 *   <li>An annealed k is set after a step for the next one.
 * </ul>
 */
enum DictionaryLearningTrainer implements RecordedTrainer {
    STANDARD("StandardTrainer", Layout.LINEAR, "bias") {
        @Override
        TrainingMethod method(JsonObject run, JsonObject h) {
            return StandardTraining.l1(h.number("l1_penalty"));
        }

        @Override
        Map<String, Double> losses(TrainingState.StepReport report, TrainingPlan plan) {
            return penalized(report, plan, LossNames.ERROR_NORM, LossNames.ERROR_NORM);
        }
    },
    P_ANNEALING("PAnnealTrainer", Layout.LINEAR, "bias") {
        @Override
        TrainingMethod method(JsonObject run, JsonObject h) {
            double planned = run.integer("steps") + 1;
            if (!List.of("Lp", "Lp^p").contains(h.text("sparsity_function"))) {
                throw h.unexpected("sparsity_function", "Lp or Lp^p");
            }
            return new PAnnealingTraining(
                    h.number("initial_sparsity_penalty"),
                    h.number("p_start"),
                    h.number("p_end"),
                    h.text("sparsity_function").equals("Lp"),
                    h.integer("anneal_start") / planned,
                    h.number("anneal_end", planned) / planned,
                    h.integer("n_sparsity_updates"),
                    h.integer("sparsity_queue_length"));
        }

        @Override
        Map<String, Double> losses(TrainingState.StepReport report, TrainingPlan plan) {
            return Map.of(
                    "mse_loss", report.squaredError(),
                    "lp_loss", RecordedTrainer.number(report, LossNames.PENALTY),
                    "scaled_lp_loss", RecordedTrainer.number(report, LossNames.L1),
                    "p", RecordedTrainer.number(report, LossNames.EXPONENT),
                    "sparsity_coeff", RecordedTrainer.number(report, LossNames.COEFFICIENT),
                    "sparsity_scale", RecordedTrainer.sparsity(report, plan));
        }
    },
    GATED("GatedSAETrainer", Layout.LINEAR, "decoder_bias") {
        @Override
        TrainingMethod method(JsonObject run, JsonObject h) {
            return GatedTraining.of(h.number("l1_penalty"));
        }

        @Override
        Map<String, Double> losses(TrainingState.StepReport report, TrainingPlan plan) {
            return penalized(report, plan, "aux_loss", LossNames.AUXILIARY);
        }
    },
    JUMP_RELU("JumpReluTrainer", Layout.MATRICES, "b_dec") {
        @Override
        TrainingMethod method(JsonObject run, JsonObject h) {
            JumpReluPenalty penalty =
                    new JumpReluPenalty.Target(h.number("sparsity_penalty"), h.number("target_l0"), true);
            return new JumpReluTraining(
                    penalty, h.number("bandwidth"), JumpReluTraining.Threshold.RAW_UNBOUNDED, 0.001, 0);
        }

        @Override
        Map<String, Double> losses(TrainingState.StepReport report, TrainingPlan plan) {
            return Map.of(
                    "l2_loss", report.squaredError(),
                    "sparsity_loss", RecordedTrainer.number(report, LossNames.L0),
                    "sparsity_scale", RecordedTrainer.sparsity(report, plan),
                    "n_dead", (double) report.dead());
        }
    },
    TOP_K("TopKTrainer", Layout.LINEAR, "b_dec") {
        @Override
        TrainingMethod method(JsonObject run, JsonObject h) {
            return new TopKTraining(TopK.of(h.integer("k")), threshold(h));
        }

        @Override
        Map<String, Double> losses(TrainingState.StepReport report, TrainingPlan plan) {
            return selected(report, plan, report.squaredError());
        }
    },
    BATCH_TOP_K("BatchTopKTrainer", Layout.LINEAR, "b_dec") {
        @Override
        TrainingMethod method(JsonObject run, JsonObject h) {
            return new BatchTopKTraining(h.integer("k"), false, threshold(h));
        }

        @Override
        Map<String, Double> losses(TrainingState.StepReport report, TrainingPlan plan) {
            return selected(report, plan, report.squaredError());
        }
    },
    MATRYOSHKA("MatryoshkaBatchTopKTrainer", Layout.MATRICES, "b_dec") {
        @Override
        TrainingMethod method(JsonObject run, JsonObject h) {
            BatchTopKTraining selection = new BatchTopKTraining(h.integer("k"), false, threshold(h));
            List<Double> weights = h.has("group_weights") ? h.numbers("group_weights") : null;
            return MatryoshkaTraining.ofFractions(
                    selection, run.integer("d_sae"), h.numbers("group_fractions"), weights);
        }

        @Override
        Map<String, Double> losses(TrainingState.StepReport report, TrainingPlan plan) {
            MatryoshkaTraining method = (MatryoshkaTraining) plan.method();
            int groups = method.widths().size();
            double[] each = IntStream.range(0, groups)
                    .mapToDouble(
                            g -> method.weights().get(g) * groups * RecordedTrainer.number(report, method.errorName(g)))
                    .toArray();
            Map<String, Double> losses = selected(report, plan, RecordedTrainer.number(report, LossNames.MATRYOSHKA));
            losses.put(
                    "min_l2_loss",
                    IntStream.range(0, groups).mapToDouble(g -> each[g]).min().orElseThrow());
            losses.put(
                    "max_l2_loss",
                    IntStream.range(0, groups).mapToDouble(g -> each[g]).max().orElseThrow());
            return losses;
        }
    };

    /** Replaces an auxiliary coefficient of 0, because the logged loss is divided by it; the gradient is unaffected. */
    private static final double NO_AUXILIARY = 1e-30;

    private static final int DEAD_AFTER = 10_000_000;

    private final String className;
    private final StoredTensors tensors;

    DictionaryLearningTrainer(String className, Layout layout, String decoderBias) {
        this.className = className;
        this.tensors = layout.tensors(className).with(Parameter.DECODER_BIAS, decoderBias);
    }

    /** The layout of stored matrices. */
    private enum Layout {
        /** As in {@code nn.Linear}: [out, in]. */
        LINEAR,
        /** For multiplication of x from the right: [in, out]. */
        MATRICES;

        StoredTensors tensors(String className) {
            StoredTensors tensors = new StoredTensors();
            if (this == MATRICES) {
                tensors.transposed(Parameter.ENCODER, "W_enc")
                        .with(Parameter.ENCODER_BIAS, "b_enc")
                        .with(Parameter.DECODER, "W_dec");
            } else {
                tensors.with(Parameter.ENCODER, "encoder.weight")
                        .with(Parameter.ENCODER_BIAS, "encoder.bias")
                        .transposed(Parameter.DECODER, "decoder.weight");
            }
            if (className.startsWith("Gated")) {
                tensors.with(Parameter.ENCODER_BIAS, "gate_bias")
                        .with(Parameter.MAGNITUDE_BIAS, "mag_bias")
                        .with(Parameter.MAGNITUDE_SCALE, "r_mag");
            }
            return className.startsWith("Jump") ? tensors.with(Parameter.THRESHOLD, "threshold") : tensors;
        }
    }

    abstract TrainingMethod method(JsonObject run, JsonObject hyperParameters);

    abstract Map<String, Double> losses(TrainingState.StepReport report, TrainingPlan plan);

    @Override
    public String className() {
        return className;
    }

    @Override
    public String describe() {
        return className + " (dictionary_learning)";
    }

    @Override
    public StoredTensors tensors() {
        return tensors;
    }

    /** {@inheritDoc} The trainers were configured with one step more than they ran, so a decay to 0 is not complete at the last step. */
    @Override
    public TrainingPlan plan(JsonObject run, long steps) {
        JsonObject h = run.object("hyper_parameters");
        if (h.has("resample_steps")) {
            throw h.unexpected("resample_steps", "null, because the drawn latents are not recorded");
        }
        long planned = steps + 1;
        int dSae = run.integer("d_sae");
        boolean constrainedAdam = this == STANDARD || this == P_ANNEALING || this == GATED;
        boolean selects = this == TOP_K || this == BATCH_TOP_K || this == MATRYOSHKA;
        double beta1 = this == GATED || this == JUMP_RELU ? 0 : 0.9;
        RateSchedule schedule = RateSchedule.dictionaryLearning(
                h.integer("warmup_steps"), h.integer("decay_start", (int) planned), planned);
        OptimizerOptions optimizer = OptimizerOptions.of(h.number("lr", 2e-4 / Math.sqrt(dSae / 16384.0)))
                .schedule(schedule)
                .betas(beta1, 0.999)
                .clipNorm(constrainedAdam ? 0 : 1)
                .decoder(
                        constrainedAdam
                                ? DecoderConstraint.UNIT_NORM_TANGENT
                                : DecoderConstraint.UNIT_NORM_NEAR_TANGENT);
        double coefficient = selects ? Math.max(h.number("auxk_alpha"), NO_AUXILIARY) : 0;
        AuxiliaryLoss auxiliary = new AuxiliaryLoss(coefficient, AuxiliaryLoss.Convention.NORMALIZED);
        int deadAfter = run.integer("dead_feature_threshold_tokens", DEAD_AFTER);
        return new TrainingPlan(
                method(run, h),
                dSae,
                planned * run.integer("batch"),
                run.integer("batch"),
                0,
                optimizer,
                sparsity(run, h),
                DeadLatentOptions.of(auxiliary, DeadLatentRule.after(this == JUMP_RELU ? deadAfter + 1L : deadAfter)),
                DictionaryInitialization.standard()
                        .decoderBias(
                                selects
                                        ? DictionaryInitialization.DecoderBias.GEOMETRIC_MEDIAN
                                        : DictionaryInitialization.DecoderBias.ZERO),
                this != JUMP_RELU,
                false,
                Target.INPUT);
    }

    private static SparsitySchedule sparsity(JsonObject run, JsonObject h) {
        StepSpan warmUp = StepSpan.steps(h.integer("sparsity_warmup_steps", 0));
        KAnnealing annealing = h.has("k_anneal_steps")
                ? new KAnnealing(
                        run.integer("d_in"), StepSpan.steps(h.integer("k_anneal_steps")), KAnnealing.Timing.AFTER_STEP)
                : KAnnealing.none();
        return new SparsitySchedule(warmUp, annealing);
    }

    /** Converts the threshold rule: the library's β weights the previous value, and the first batch counted follows the start step. */
    private static ThresholdRule threshold(JsonObject h) {
        return new ThresholdRule(
                1 - h.number("threshold_beta"), h.integer("threshold_start_step") + 1L, ThresholdRule.Start.FIRST);
    }

    @Override
    public Map<String, Double> logged(TrainingState.StepReport report, TrainingPlan plan) {
        Map<String, Double> all = new LinkedHashMap<>();
        all.put("loss", report.loss());
        all.putAll(losses(report, plan));
        all.put("l0", report.l0());
        all.put("lr", report.learningRate());
        all.put("grad_norm_before_clip", report.gradientNorm());
        return all;
    }

    private static Map<String, Double> penalized(
            TrainingState.StepReport report, TrainingPlan plan, String other, String name) {
        return Map.of(
                "mse_loss",
                report.squaredError(),
                "sparsity_loss",
                RecordedTrainer.number(report, LossNames.PENALTY),
                "sparsity_scale",
                RecordedTrainer.sparsity(report, plan),
                other,
                RecordedTrainer.number(report, name));
    }

    private static Map<String, Double> selected(TrainingState.StepReport report, TrainingPlan plan, double error) {
        double threshold = RecordedTrainer.number(report, LossNames.THRESHOLD);
        double auxiliary = RecordedTrainer.number(report, LossNames.AUXILIARY);
        Map<String, Double> losses = new LinkedHashMap<>();
        losses.put("l2_loss", error);
        losses.put("auxk_loss", auxiliary / plan.revival().auxiliary().coefficient());
        losses.put("n_dead", (double) report.dead());
        losses.put("threshold_after_step", Double.isNaN(threshold) ? -1 : threshold);
        return losses;
    }
}
