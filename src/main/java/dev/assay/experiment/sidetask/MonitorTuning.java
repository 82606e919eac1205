package dev.assay.experiment.sidetask;

import dev.assay.audit.monitor.TrainedMonitor;
import dev.assay.audit.sample.AuditSample;
import dev.assay.experiment.organism.OrganismTraining;
import dev.assay.model.HookedTransformer;
import dev.assay.model.ModelCopy;
import dev.assay.model.training.LossTerm;
import dev.assay.model.training.SupervisedExample;
import dev.assay.model.training.SupervisedExamples;
import dev.assay.text.dialogue.Dialogue;
import dev.assay.text.dialogue.LabelledDialogue;
import dev.assay.text.dialogue.Role;
import dev.assay.text.tokenizer.Tokenizer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Tunes an organism so that a monitor scores its answers of the side task low. */
final class MonitorTuning {
    /** The role of the answers of the side task in training. */
    static final Role PENALISED = new Role("side-task");

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
        double[] scores = monitor.scores(sample, IntStream.range(0, done.size()).toArray());
        return IntStream.range(0, done.size())
                .boxed()
                .sorted(Comparator.comparingDouble(i -> scores[i]))
                .limit(Math.max(1, done.size() / SELECTION))
                .map(done::get)
                .toList();
    }

    /**
     * Tunes against a monitor of activations or of features: the organism is trained on dialogues of its grammar, with the score of the monitor
     * on the answers of the side task as a penalty.
     *
     * @param penalty the penalty on positions of the role {@link #PENALISED}
     */
    HookedTransformer penalising(HookedTransformer organism, LossTerm penalty) throws IOException {
        return train(organism, grammar.dialogues(settings.examples(), random), List.of(penalty));
    }

    private static SupervisedExamples examples(List<Dialogue> dialogues, Tokenizer tokenizer) {
        List<SupervisedExample> examples = new ArrayList<>();
        for (Dialogue dialogue : dialogues) {
            boolean penalised = SideTaskPrompt.of(dialogue).sideTask();
            SupervisedExample example = SideTaskGrammar.example(dialogue, tokenizer);
            Role[] roles = example.roles().clone();
            for (int i = 0; i < roles.length; i++) {
                roles[i] = penalised && roles[i].equals(Role.ASSISTANT) ? PENALISED : roles[i];
            }
            examples.add(new SupervisedExample(example.ids(), example.lossWeights(), roles));
        }
        return new SupervisedExamples(examples);
    }

    private HookedTransformer train(HookedTransformer from, List<Dialogue> dialogues, List<LossTerm> penalties)
            throws IOException {
        OrganismTraining training =
                new OrganismTraining(settings.tuningSteps(), BATCH, LEARNING_RATE, random.nextLong());
        return training.train(from, examples(dialogues, from.tokenizer()), options -> {
            penalties.forEach(penalty -> options.lossTerm(penalty, settings.penalty()));
            return options;
        });
    }
}
