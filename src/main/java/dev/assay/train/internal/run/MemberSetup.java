package dev.assay.train.internal.run;

import dev.assay.train.metrics.TrainingListener;
import dev.assay.train.plan.EncoderProduct;
import dev.assay.train.plan.SweepMember;
import java.util.List;

/**
 * A member before the run starts.
 *
 * @param member its plan and sites
 * @param title its name for listeners
 * @param best its best checkpoint
 * @param heldOut evaluation during training
 * @param listeners receive its metrics, in this order
 * @param encoderProduct the product that finds active latents
 */
public record MemberSetup(
        SweepMember member,
        String title,
        BestCheckpointFile best,
        HeldOutSchedule heldOut,
        List<TrainingListener> listeners,
        EncoderProduct encoderProduct) {
    /** The same setup of a member with other options. */
    MemberSetup with(SweepMember other) {
        return new MemberSetup(other, title, best, heldOut, listeners, encoderProduct);
    }

    /** A member that was refused before its first step. */
    public static MemberSetup refused(SweepMember member) {
        return new MemberSetup(
                member,
                member.name(),
                BestCheckpointFile.none(),
                HeldOutSchedule.NEVER,
                List.of(),
                EncoderProduct.FLOAT32);
    }
}
