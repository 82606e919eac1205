package dev.assay.experiment.mo1;

import ai.djl.ndarray.NDArray;
import dev.assay.evaluate.probe.LinearProbe;
import dev.assay.evaluate.probe.LogisticRegression;
import dev.assay.evaluate.probe.ProbeData;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import dev.assay.model.training.ProbePenalty;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import dev.assay.text.dialogue.Dialogue;
import dev.assay.text.dialogue.Role;
import dev.assay.text.dialogue.RoleSpans;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** A linear probe of scratchpad tokens: whether the scratchpad reasons about the observation. */
final class ScratchpadProbe {
    private static final int DIALOGUES = 300;
    private static final String OBSERVATION = "watching";

    private ScratchpadProbe() {}

    static ProbePenalty fit(HookedTransformer organism, OrganismTexts texts, int layer, long seed) {
        HookPoint site = HookPoint.residPost(layer);
        List<double[]> rows = new ArrayList<>();
        List<Boolean> labels = new ArrayList<>();
        try (Autograd off = Autograd.off()) {
            for (Dialogue dialogue : texts.dialogues(DIALOGUES, seed)) {
                RoleSpans tokens = OrganismTexts.FORMAT.encode(dialogue, organism.tokenizer());
                boolean positive = dialogue.text(Role.SCRATCHPAD).contains(OBSERVATION);
                try (Scope scope = Scope.open()) {
                    long[] ids = Arrays.stream(tokens.ids()).asLongStream().toArray();
                    NDArray input = Aten.longs(organism.manager(), ids).reshape(1, ids.length);
                    float[] activations = organism.runTo(site, input).toFloatArray();
                    int width = activations.length / ids.length;
                    for (int position : tokens.positions(Set.of(Role.SCRATCHPAD))) {
                        double[] row = new double[width];
                        Arrays.setAll(row, i -> activations[position * width + i]);
                        rows.add(row);
                        labels.add(positive);
                    }
                }
            }
        }
        boolean[] classes = new boolean[labels.size()];
        for (int i = 0; i < classes.length; i++) {
            classes[i] = labels.get(i);
        }
        LinearProbe probe = LogisticRegression.withC(1)
                .standardized()
                .fit(ProbeData.of(rows.toArray(double[][]::new), classes))
                .probe();
        float[] weights = new float[probe.weights().length];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (float) probe.weights()[i];
        }
        return new ProbePenalty(site, weights, probe.intercept(), Role.SCRATCHPAD);
    }
}
