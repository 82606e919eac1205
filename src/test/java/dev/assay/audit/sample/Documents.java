package dev.assay.audit.sample;

import dev.assay.text.dialogue.Dialogue;
import dev.assay.text.dialogue.LabelledDialogue;
import dev.assay.text.dialogue.Role;
import dev.assay.text.dialogue.Turn;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Labelled documents of random words. */
public final class Documents {
    private static final String[] WORDS = {"cat", "dog", "hill", "red", "ran", "the", "a", "who", "sat", "home"};

    private Documents() {}

    /** Returns documents of the labels {@code a} and {@code b}, half of each, without pairs and groups. */
    public static List<LabelledDialogue> plain(int count) {
        List<LabelledDialogue> documents = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            documents.add(new LabelledDialogue("d" + i, i < count / 2 ? "a" : "b", Dialogue.document(words(5, i))));
        }
        return documents;
    }

    /** Returns pairs of a document of the label {@code a} and one of {@code b}, in two halves. */
    public static List<LabelledDialogue> paired(int pairs) {
        List<LabelledDialogue> documents = new ArrayList<>();
        for (int i = 0; i < 2 * pairs; i++) {
            documents.add(new LabelledDialogue(
                    "d" + i, i < pairs ? "a" : "b", "p" + i % pairs, "", Dialogue.document(words(5, i))));
        }
        return documents;
    }

    /** Returns dialogues of a user, a scratchpad in every second one, and an assistant. */
    public static List<LabelledDialogue> dialogues(int count, int length) {
        List<LabelledDialogue> documents = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Dialogue dialogue = Dialogue.of(new Turn(Role.USER, words(1 + i % length, 3 * i)));
            if (i % 2 == 0) {
                dialogue = dialogue.with(Role.SCRATCHPAD, words(2, 3 * i + 1));
            }
            dialogue = dialogue.with(Role.ASSISTANT, words(1 + (i + 1) % length, 3 * i + 2));
            documents.add(new LabelledDialogue("d" + i, i % 3 == 0 ? "a" : "b", dialogue));
        }
        return documents;
    }

    /** Returns random words. */
    public static String words(int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<String> words = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            words.add(WORDS[random.nextInt(WORDS.length)]);
        }
        return String.join(" ", words);
    }
}
