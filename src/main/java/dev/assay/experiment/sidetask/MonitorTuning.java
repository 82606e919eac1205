package dev.assay.experiment.sidetask;

import dev.assay.audit.monitor.TrainedMonitor;
import dev.assay.audit.sample.AuditSample;
import dev.assay.experiment.organism.OrganismTraining;
import dev.assay.model.HookedTransformer;
import dev.assay.model.ModelCopy;
import dev.assay.model.hook.HookPoint;
import dev.assay.model.training.LossTerm;
import dev.assay.model.training.ProbePenalty;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.text.dialogue.Dialogue;
import dev.assay.text.dialogue.LabelledDialogue;
import dev.assay.text.dialogue.Role;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Tunes an organism so that a monitor scores its answers of the side task low. */
final class MonitorTuning {
    private static final double LEARNING_RATE = 2e-3;
    private static final int BATCH = 32;
    /** One of three answers is selected. */
    private static final int SELECTION = 3;

    private final SideTaskSettings settings;
    private final SideTaskGrammar grammar;
    private final ColourCode code;
    private final SplittableRandom random;

    MonitorTuning(SideTaskSettings settings, SideTaskGrammar grammar, ColourCode code, SplittableRandom random) {
        this.settings = settings;
        this.grammar = grammar;
        this.code = code;
        this.random = random;
    }

    /**
     * Tunes against a monitor of text: in each round the organism answers, and is trained on those answers that perform the side task and that
     * the monitor scores lowest, and on as many dialogues without the side task.
     */
    HookedTransformer selecting(HookedTransformer organism, TrainedMonitor monitor) throws IOException {
        HookedTransformer current = ModelCopy.of(organism);
        for (int round = 0; round < settings.rounds(); round++) {
            try (HookedTransformer previous = current) {
                List<Dialogue> dialogues = new ArrayList<>();
                for (boolean scratchpad : new boolean[] {true, false}) {
                    dialogues.addAll(leastDetected(previous, scratchpad, monitor));
                }
                int selected = dialogues.size();
                for (int i = 0; i < selected; i++) {
                    dialogues.add(grammar.write(SideTaskPrompt.draw(false, random), random.nextBoolean(), random));
                }
                current = train(previous, dialogues, List.of());
            }
        }
        return current;
    }

    private List<Dialogue> leastDetected(HookedTransformer model, boolean scratchpad, TrainedMonitor monitor) {
        List<Dialogue> done = new AnswerSampler(model, code, random.nextLong())
                .sample(true, scratchpad, settings.pool() / 2).stream()
                        .filter(answer -> answer.done() && answer.doesMainTask())
                        .map(AnswerSampler.Answer::dialogue)
                        .toList();
        if (done.isEmpty()) {
            return done;
        }
        AuditSample sample = AuditSample.of(IntStream.range(0, done.size())
                .mapToObj(i -> new LabelledDialogue("answer " + i, "side task", done.get(i)))
                .toList());
        double[] scores = monitor.scores(
                sample, IntStream.range(0, done.size()).toArray());
        return IntStream.range(0, done.size())
                .boxed()
                .sorted(Comparator.comparingDouble(i -> scores[i]))
                .limit(Math.max(1, done.size() / SELECTION))
                .map(done::get)
                .toList();
    }

    /**
     * Tunes against a monitor of activations or of features: the organism is trained on dialogues of its grammar, with the score of the monitor
     * as a penalty.
     *
     * @param dictionary the dictionary of the monitor; empty for a monitor of activations
     */
    HookedTransformer penalising(
            HookedTransformer organism,
            HookPoint site,
            LinearMonitorInput.Trained monitor,
            List<SparseAutoencoder> dictionary)
            throws IOException {
        LossTerm penalty = dictionary.isEmpty()
                ? probePenalty(site, monitor, organism.width(site))
                : FeaturePenalty.of(site, dictionary.get(0), monitor, Role.ASSISTANT);
        return train(organism, grammar.dialogues(settings.examples(), random), List.of(penalty));
    }

    private static ProbePenalty probePenalty(HookPoint site, LinearMonitorInput.Trained monitor, int width) {
        float[] weights = new float[width];
        int[] columns = monitor.columns();
        for (int i = 0; i < columns.length; i++) {
            weights[columns[i]] = (float) monitor.probe().weights()[i];
        }
        return new ProbePenalty(site, weights, monitor.probe().intercept(), Role.ASSISTANT);
    }

    private HookedTransformer train(HookedTransformer from, List<Dialogue> dialogues, List<LossTerm> penalties)
            throws IOException {
        OrganismTraining training =
                new OrganismTraining(settings.tuningSteps(), BATCH, LEARNING_RATE, random.nextLong());
        return training.train(from, SideTaskGrammar.examples(dialogues, from.tokenizer()), options -> {
            penalties.forEach(penalty -> options.lossTerm(penalty, settings.penalty()));
            return options;
        });
    }
}
