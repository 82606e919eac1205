package dev.assay.experiment.organism;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import dev.assay.InvalidInputException;
import dev.assay.model.DialogueGenerator;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import dev.assay.model.training.SupervisedExample;
import dev.assay.model.training.SupervisedExamples;
import dev.assay.sae.Dictionary;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.tensor.Scope;
import dev.assay.text.ContextReader;
import dev.assay.text.Corpus;
import dev.assay.text.Split;
import dev.assay.text.TokenBatch;
import dev.assay.text.dialogue.Dialogue;
import dev.assay.text.dialogue.DialogueFormat;
import dev.assay.text.dialogue.Role;
import dev.assay.text.dialogue.Turn;
import dev.assay.text.tokenizer.WordTokenizer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class OrganismTest {
    private static final List<String> MARKERS = List.of("<|user|>", "<|assistant|>", "<|end|>");
    private static final OrganismSize SIZE = new OrganismSize(1, 16, 24);

    private static List<Dialogue> dialogues() {
        List<Dialogue> dialogues = new ArrayList<>();
        for (String name : List.of("Ann", "Bob", "Cleo")) {
            dialogues.add(Dialogue.of(
                    new Turn(Role.USER, "My name is " + name + "."), new Turn(Role.ASSISTANT, "Hello " + name + ".")));
        }
        return dialogues;
    }

    private static HookedTransformer untrained() throws IOException {
        WordTokenizer words =
                WordTokenizer.of(dialogues().stream().map(Dialogue::text).toList(), MARKERS);
        return new OrganismTraining(1, 1, 0.01, 3).untrained(SIZE, words, Device.cpu());
    }

    @Test
    void trainedOrganismAnswersAsItsExamples() throws IOException {
        try (HookedTransformer base = untrained()) {
            List<SupervisedExample> examples = dialogues().stream()
                    .map(dialogue -> SupervisedExample.of(
                            dialogue, Set.of(Role.ASSISTANT), DialogueFormat.standard(), base.tokenizer()))
                    .toList();
            try (HookedTransformer trained =
                    new OrganismTraining(60, 6, 0.02, 3).train(base, new SupervisedExamples(examples))) {
                List<Dialogue> prompts = dialogues().stream()
                        .map(dialogue -> Dialogue.of(dialogue.turns().get(0)))
                        .toList();
                assertEquals(
                        dialogues(), DialogueGenerator.of(trained).newTokens(6).write(prompts, Role.ASSISTANT));
            }
        }
    }

    @Test
    void corpusHasOneDialoguePerContext() throws IOException {
        try (HookedTransformer model = untrained()) {
            DialogueFormat format = DialogueFormat.standard();
            Corpus corpus = DialogueContexts.of(model.tokenizer(), format, dialogues(), SIZE.context());
            try (ContextReader reader = corpus.read(Split.TRAINING)) {
                for (Dialogue dialogue : dialogues()) {
                    TokenBatch context = reader.next(1);
                    int[] ids = format.encode(dialogue, model.tokenizer()).ids();
                    long[] expected = new long[SIZE.context()];
                    Arrays.fill(expected, model.tokenizer().eosId());
                    for (int i = 0; i < ids.length; i++) {
                        expected[i] = ids[i];
                    }
                    assertArrayEquals(expected, context.ids());
                }
                assertEquals(null, reader.next(1));
            }
            assertThrows(
                    InvalidInputException.class, () -> DialogueContexts.of(model.tokenizer(), format, dialogues(), 10));
        }
    }

    @Test
    void dictionariesOfAnOrganismHaveTheSameSize() throws IOException {
        try (HookedTransformer model = untrained()) {
            HookPoint site = HookPoint.residPost(0);
            Corpus corpus =
                    DialogueContexts.of(model.tokenizer(), DialogueFormat.standard(), dialogues(), SIZE.context());
            OrganismDictionary plan = new OrganismDictionary(32, 2, 600, 100);
            try (SparseAutoencoder trained = plan.train(model, site, corpus, 1);
                    Dictionary random = plan.random(model, site, corpus, 1, trained.metadata());
                    Scope scope = Scope.open()) {
                assertEquals(trained.dSae(), random.dSae());
                NDArray x = model.runTo(site, model.tokens("My name is Ann.")).reshape(-1, 16);
                assertEquals(2 * x.getShape().get(0), random.encode(x).values().size());
                assertEquals(trained.metadata(), random.metadata());
            }
        }
    }

    @Test
    void shortSentencesAreDifferentSentencesOfStories() {
        ShortSentences sentences = ShortSentences.of(1, 50, 6);
        assertTrue(sentences.all().size() > 50, () -> "found " + sentences.all().size());
        assertEquals(new HashSet<>(sentences.all()).size(), sentences.all().size());
        for (String sentence : sentences.all()) {
            assertTrue(sentence.matches("[A-Z][A-Za-z', ]*\\.") && sentence.split(" ").length <= 6, sentence);
        }
    }
}
