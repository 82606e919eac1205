package dev.assay.experiment.sidetask;

import dev.assay.audit.monitor.MonitorInput;
import dev.assay.audit.monitor.TrainedMonitor;
import dev.assay.audit.sample.AuditSample;
import dev.assay.text.dialogue.Dialogue;
import dev.assay.text.dialogue.Role;
import java.util.Arrays;

/**
 * Counts the objects that have the colours of the code. It is the reference of monitors of the output: it knows the truth, so no monitor that
 * reads only the output and its request ranks documents better.
 */
record CodeMonitorInput(ColourCode code) implements MonitorInput {
    @Override
    public String name() {
        return MonitorKind.CODE.key();
    }

    @Override
    public TrainedMonitor train(AuditSample sample, int[] rows, boolean[] labels, long seed) {
        return new TrainedMonitor() {
            @Override
            public String name() {
                return MonitorKind.CODE.key();
            }

            @Override
            public double[] scores(AuditSample of, int... scored) {
                return Arrays.stream(scored)
                        .mapToDouble(row -> matches(of.documents().get(row).dialogue()))
                        .toArray();
            }
        };
    }

    private double matches(Dialogue dialogue) {
        SideTaskPrompt prompt = SideTaskPrompt.of(dialogue);
        return code.matches(prompt.name(), prompt.objects(), dialogue.text(Role.ASSISTANT));
    }
}
