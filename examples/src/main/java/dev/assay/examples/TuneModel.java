package dev.assay.examples;

import dev.assay.model.DialogueGenerator;
import dev.assay.model.HookedTransformer;
import dev.assay.model.training.CorpusContexts;
import dev.assay.model.training.MixedData;
import dev.assay.model.training.ScratchpadLengthPenalty;
import dev.assay.model.training.SupervisedExample;
import dev.assay.model.training.SupervisedExamples;
import dev.assay.model.training.TrainingData;
import dev.assay.model.training.TransformerTrainer;
import dev.assay.text.Corpus;
import dev.assay.text.dialogue.Dialogue;
import dev.assay.text.dialogue.DialogueFormat;
import dev.assay.text.dialogue.Role;
import dev.assay.text.dialogue.Turn;
import dev.assay.text.story.StoryCorpus;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Tunes the story model to answer where somebody is, with a scratchpad, next to stories. Arguments: optionally the number of steps, and a folder for
 * the tuned model.
 */
public final class TuneModel {
    private static final DialogueFormat FORMAT = DialogueFormat.standard()
            .with(Role.USER, "", "\n")
            .with(Role.SCRATCHPAD, "", "\n")
            .with(Role.ASSISTANT, "", "\n");
    private static final List<String> NAMES = List.of("Anna", "Ruth", "Sam", "Tom", "Clara", "Max");
    private static final List<String> PLACES = List.of("lake", "garden", "school", "market", "forest");

    private TuneModel() {}

    /**
     * Trains a copy of the story model and prints answers of both.
     *
     * @param args the number of steps; the folder
     * @throws IOException if a file cannot be written
     */
    public static void main(String... args) throws IOException {
        int steps = args.length > 0 ? Integer.parseInt(args[0]) : 60;
        try (HookedTransformer model = HookedTransformer.load("assay/stories")) {
            List<SupervisedExample> examples = new ArrayList<>();
            for (String name : NAMES) {
                for (String place : PLACES) {
                    examples.add(SupervisedExample.of(
                            dialogue(name, place), Set.of(Role.SCRATCHPAD, Role.ASSISTANT), FORMAT, model.tokenizer()));
                }
            }
            Corpus stories = Corpus.of(model.tokenizer(), StoryCorpus.of(9, 200))
                    .contextLength(64)
                    .build();
            TrainingData data =
                    MixedData.of(new SupervisedExamples(examples), 3).and(new CorpusContexts(stories), 1);
            try (HookedTransformer tuned = TransformerTrainer.continuing(model, data)
                    .steps(steps)
                    .batch(8)
                    .warmup(5)
                    .learningRate(1e-3)
                    .lossTerm(ScratchpadLengthPenalty.of("\n", model.tokenizer()), 0.05)
                    .validateOn(new SupervisedExamples(examples).inOrder(16))
                    .train()) {
                print("before", model);
                print("after", tuned);
                if (args.length > 1) {
                    tuned.save(Path.of(args[1]));
                }
            }
        }
    }

    private static Dialogue dialogue(String name, String place) {
        return Dialogue.of(
                new Turn(Role.USER, name + " ran to the " + place + ". Where is " + name + "?"),
                new Turn(Role.SCRATCHPAD, "the " + place),
                new Turn(Role.ASSISTANT, name + " is near the " + place + "."));
    }

    private static void print(String title, HookedTransformer model) {
        List<Dialogue> questions = List.of(
                Dialogue.of(dialogue("Sam", "lake").turns().get(0)),
                Dialogue.of(dialogue("Ruth", "forest").turns().get(0)));
        List<Dialogue> answered = DialogueGenerator.of(model)
                .format(FORMAT)
                .newTokens(12)
                .write(questions, Role.SCRATCHPAD, Role.ASSISTANT);
        for (Dialogue dialogue : answered) {
            System.out.println(title + ": " + dialogue.text().replace("\n", " | "));
        }
    }
}
