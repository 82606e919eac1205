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
import dev.assay.train.method.StandardTraining;
import dev.assay.train.method.ThresholdRule;
import dev.assay.train.method.TopKTraining;
import dev.assay.train.plan.AuxiliaryLoss;
import dev.assay.train.plan.DeadLatentOptions;
import dev.assay.train.plan.DeadLatentRule;
import dev.assay.train.plan.DictionaryInitialization;
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
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Trainable dictionaries of SAELens 6.18. Differences from Assay's defaults:
 *
 * <ul>
 *   <li>The decoder has no constraint, and penalties include its norms. Gradients are clipped at 1. The decoder bias starts at a given
 *       value.
 *   <li>A latent is dead for a batch if it was silent for more than a window of batches before it.
 *   <li>The auxiliary loss is {@link AuxiliaryLoss.Convention#SCALED}.
 *   <li>The threshold of BatchTopK is a running mean that starts at 0.
 * </ul>
 */
enum SaelensTrainer implements RecordedTrainer {
    STANDARD("StandardTrainingSAE", "b_enc", "l1") {
        @Override
        TrainingMethod method(JsonObject run, JsonObject h) {
            return new StandardTraining(h.number("l1_coefficient"), h.number("lp_norm", 1), true, false);
        }
    },
    GATED("GatedTrainingSAE", "b_gate", "l1") {
        @Override
        TrainingMethod method(JsonObject run, JsonObject h) {
            return new GatedTraining(h.number("l1_coefficient"), GatedTraining.Auxiliary.ATTACHED, true);
        }
    },
    JUMP_RELU("JumpReLUTrainingSAE", "b_enc", "l0") {
        @Override
        TrainingMethod method(JsonObject run, JsonObject h) {
            double coefficient = h.number("l0_coefficient");
            String mode = h.text("jumprelu_sparsity_loss_mode");
            if (!List.of("step", "tanh").contains(mode)) {
                throw h.unexpected("jumprelu_sparsity_loss_mode", "step or tanh");
            }
            return new JumpReluTraining(
                    mode.equals("step")
                            ? new JumpReluPenalty.Step(coefficient)
                            : new JumpReluPenalty.Tanh(coefficient, h.number("jumprelu_tanh_scale")),
                    h.number("jumprelu_bandwidth"),
                    JumpReluTraining.Threshold.LOGARITHM,
                    0.001,
                    h.number("pre_act_loss_coefficient", 0));
        }
    },
    TOP_K("TopKTrainingSAE", "b_enc", null) {
        @Override
        TrainingMethod method(JsonObject run, JsonObject h) {
            return new TopKTraining(new TopK(h.integer("k"), h.bool(RESCALES)));
        }
    },
    BATCH_TOP_K("BatchTopKTrainingSAE", "b_enc", null) {
        @Override
        TrainingMethod method(JsonObject run, JsonObject h) {
            return selection(h);
        }
    },
    MATRYOSHKA("MatryoshkaBatchTopKTrainingSAE", "b_enc", null) {
        @Override
        TrainingMethod method(JsonObject run, JsonObject h) {
            List<Integer> widths = new ArrayList<>();
            h.numbers("matryoshka_widths").forEach(width -> widths.add(width.intValue()));
            int dSae = run.integer("d_sae");
            if (widths.isEmpty() || widths.get(widths.size() - 1) != dSae) {
                widths.add(dSae);
            }
            return new MatryoshkaTraining(selection(h), widths, Collections.nCopies(widths.size(), 1.0));
        }
    };

    private static final String RESCALES = "rescale_acts_by_decoder_norm";

    private final String className;
    private final String coefficient; // null if the loss has no coefficient with warm-up
    private final StoredTensors tensors;

    SaelensTrainer(String className, String encoderBias, String coefficient) {
        this.className = className;
        this.coefficient = coefficient;
        this.tensors = new StoredTensors()
                .transposed(Parameter.ENCODER, "W_enc")
                .with(Parameter.ENCODER_BIAS, encoderBias)
                .with(Parameter.DECODER, "W_dec")
                .with(Parameter.DECODER_BIAS, "b_dec");
        if (className.startsWith("Gated")) {
            tensors.with(Parameter.MAGNITUDE_BIAS, "b_mag").with(Parameter.MAGNITUDE_SCALE, "r_mag");
        }
        if (className.startsWith("Jump")) {
            tensors.with(Parameter.THRESHOLD, "log_threshold");
        }
    }

    abstract TrainingMethod method(JsonObject run, JsonObject hyperParameters);

    @Override
    public String className() {
        return className;
    }

    @Override
    public String describe() {
        return className + " (SAELens)";
    }

    @Override
    public StoredTensors tensors() {
        return tensors;
    }

    private static BatchTopKTraining selection(JsonObject h) {
        ThresholdRule rule = new ThresholdRule(h.number("topk_threshold_lr"), 0, ThresholdRule.Start.ZERO);
        return new BatchTopKTraining(h.number("k"), h.bool(RESCALES), rule);
    }

    @Override
    public TrainingPlan plan(JsonObject run, long steps) {
        JsonObject h = run.object("hyper_parameters");
        for (String field : List.of("normalize_activations", "reshape_activations")) {
            if (!h.text(field, "none").equals("none")) {
                throw h.unexpected(field, "none");
            }
        }
        int batch = run.integer("batch");
        OptimizerOptions optimizer = OptimizerOptions.of(h.number("lr"))
                .schedule(RateSchedule.linear(StepSpan.steps(h.integer("lr_warm_up_steps", 0)), StepSpan.NONE))
                .betas(h.number("adam_beta1", 0.9), h.number("adam_beta2", 0.999))
                .clipNorm(1)
                .decoder(DecoderConstraint.FREE);
        AuxiliaryLoss auxiliary =
                new AuxiliaryLoss(h.number("aux_loss_coefficient", 0), AuxiliaryLoss.Convention.SCALED);
        DeadLatentRule dead =
                new DeadLatentRule((long) h.integer("dead_feature_window") * batch, DeadLatentRule.Timing.BEFORE_BATCH);
        StepSpan warmUp = StepSpan.steps(coefficient == null ? 0 : h.integer(coefficient + "_warm_up_steps", 0));
        return new TrainingPlan(
                method(run, h),
                run.integer("d_sae"),
                steps * batch,
                batch,
                0,
                optimizer,
                SparsitySchedule.warmUp(warmUp),
                DeadLatentOptions.of(auxiliary, dead),
                DictionaryInitialization.standard().decoderBias(DictionaryInitialization.DecoderBias.ZERO),
                h.bool("apply_b_dec_to_input"),
                false,
                Target.INPUT);
    }

    @Override
    public Map<String, Double> logged(TrainingState.StepReport report, TrainingPlan plan) {
        Map<String, Double> all = new LinkedHashMap<>();
        all.put("loss", report.loss());
        all.put("mse_loss", report.squaredError());
        all.put("l0", report.l0());
        all.put("n_dead", (double) report.dead());
        all.put("lr", report.learningRate());
        all.put("grad_norm_before_clip", report.gradientNorm());
        all.put("topk_threshold_after_step", RecordedTrainer.number(report, LossNames.THRESHOLD));
        for (String name : List.of(LossNames.L1, LossNames.L0, LossNames.DEAD_PRE_ACTIVATION, LossNames.AUXILIARY)) {
            all.put(name, RecordedTrainer.number(report, name));
        }
        report.losses().logged().forEach((name, number) -> {
            if (name.startsWith(LossNames.INNER)) {
                all.put(name, number);
            }
        });
        if (coefficient != null) {
            all.put(coefficient + "_coefficient", peak(plan.method()) * RecordedTrainer.sparsity(report, plan));
        }
        return all;
    }

    private static double peak(TrainingMethod method) {
        if (method instanceof StandardTraining standard) {
            return standard.coefficient();
        }
        if (method instanceof GatedTraining gated) {
            return gated.coefficient();
        }
        return ((JumpReluTraining) method).penalty().coefficient();
    }
}
