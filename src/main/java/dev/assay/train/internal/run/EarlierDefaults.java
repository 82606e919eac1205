package dev.assay.train.internal.run;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.io.Json;
import dev.assay.sae.TopK;
import dev.assay.train.method.BatchTopKTraining;
import dev.assay.train.method.GatedTraining;
import dev.assay.train.method.StandardTraining;
import dev.assay.train.method.TopKTraining;
import dev.assay.train.plan.DictionaryInitialization;
import dev.assay.train.plan.SweepMember;
import dev.assay.train.plan.TrainingPlan;
import dev.assay.train.spi.OptimizerOptions;
import dev.assay.train.spi.RateSchedule;
import dev.assay.train.spi.StepSpan;
import dev.assay.train.spi.TrainingMethod;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Default options of version 0.1, with which its interrupted runs resume: half of the present base rate for runs of any length, 5 % warm-up,
 * and decoder rows of norm 1 in all methods.
 */
final class EarlierDefaults {
    private static final double RATE = 2.8e-3;
    private static final RateSchedule SCHEDULE = RateSchedule.linear(StepSpan.share(0.05), StepSpan.share(0.7));

    private EarlierDefaults() {}

    /**
     * Returns a member with the defaults of version 0.1 in place of the present ones, if its checkpoint was trained with these.
     *
     * @param checkpoint the state of the member
     * @param member as it would be trained from the start
     * @return the member to resume
     * @throws IOException if the checkpoint cannot be read
     */
    static SweepMember adopted(Path checkpoint, SweepMember member) throws IOException {
        TrainingPlan earlier = earlier(member.plan());
        JsonNode stored = TrainingCheckpoints.header(checkpoint).plan();
        JsonNode asked = Json.mapper().valueToTree(earlier);
        boolean same = stored.path("method").equals(asked.path("method"))
                && stored.path("optimizer").equals(asked.path("optimizer"));
        return same ? new SweepMember(member.name(), earlier, member.sites(), member.refusal()) : member;
    }

    /** Returns a plan with the defaults of version 0.1 wherever it has the present ones. */
    static TrainingPlan earlier(TrainingPlan plan) {
        OptimizerOptions usual = plan.method().optimizer(plan.dSae(), plan.steps());
        OptimizerOptions asked = plan.optimizer();
        TrainingMethod method = earlier(plan.method());
        OptimizerOptions before = method.optimizer(plan.dSae())
                .learningRate(RATE / Math.sqrt(Math.max(plan.dSae(), 1) / 1024.0))
                .schedule(SCHEDULE);
        boolean usualBetas = asked.beta1() == usual.beta1() && asked.beta2() == usual.beta2();
        boolean usualDecoder = asked.decoder() == usual.decoder();
        OptimizerOptions optimizer = asked.learningRate(
                        asked.learningRate() == usual.learningRate() ? before.learningRate() : asked.learningRate())
                .schedule(asked.schedule().equals(usual.schedule()) ? before.schedule() : asked.schedule())
                .betas(usualBetas ? before.beta1() : asked.beta1(), usualBetas ? before.beta2() : asked.beta2())
                .decoder(usualDecoder ? before.decoder() : asked.decoder());
        DictionaryInitialization start = plan.initialization();
        boolean usualStart = start.decoderNorm() == plan.method().initialDecoderNorm();
        return plan.with(method, optimizer, usualStart ? start.decoderNorm(method.initialDecoderNorm()) : start);
    }

    /** The method of the same name in version 0.1. */
    private static TrainingMethod earlier(TrainingMethod method) {
        if (method instanceof TopKTraining topK) {
            return new TopKTraining(TopK.of(topK.architecture().k()), topK.threshold());
        }
        if (method instanceof BatchTopKTraining batchTopK) {
            return new BatchTopKTraining(batchTopK.k(), false, batchTopK.threshold());
        }
        if (method instanceof StandardTraining standard) {
            return new StandardTraining(standard.coefficient(), standard.p(), false, standard.tied());
        }
        return method instanceof GatedTraining gated ? GatedTraining.of(gated.coefficient()) : method;
    }
}
