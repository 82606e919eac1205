package dev.assay.train.internal.run;

import dev.assay.train.plan.SweepMember;
import dev.assay.train.plan.TrainingPlan;
import java.io.IOException;
import java.nio.file.Path;

/** Default options of earlier versions, with which their interrupted runs resume. */
final class EarlierDefaults {
    private EarlierDefaults() {}

    /**
     * Returns a member with the learning rate of its checkpoint if the member has the present default and the checkpoint that of version
     * 0.1, which was half as high and did not depend on the number of steps.
     *
     * @param checkpoint the state of the member
     * @param member as it would be trained from the start
     * @return the member to resume
     * @throws IOException if the checkpoint cannot be read
     */
    static SweepMember adopted(Path checkpoint, SweepMember member) throws IOException {
        TrainingPlan plan = member.plan();
        double stored = TrainingCheckpoints.header(checkpoint)
                .plan()
                .path("optimizer")
                .path("learningRate")
                .asDouble();
        double present = plan.method().optimizer(plan.dSae(), plan.steps()).learningRate();
        double earlier = 2.8e-3 / Math.sqrt(Math.max(plan.dSae(), 1) / 1024.0);
        return plan.optimizer().learningRate() == present && stored == earlier
                ? new SweepMember(member.name(), plan.withLearningRate(stored), member.sites(), member.refusal())
                : member;
    }
}
