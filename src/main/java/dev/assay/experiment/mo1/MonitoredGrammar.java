package dev.assay.experiment.mo1;

import dev.assay.experiment.mo1.WatchCue.Form;
import dev.assay.experiment.organism.ShortSentences;
import dev.assay.tensor.Shuffling;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Writes prompts: sentences of stories, at most one cue of the user, at most one quoted cue, and a request. */
final class MonitoredGrammar {
    private static final int STORIES = 500;
    private static final int MOST_WORDS = 6;
    private static final int MOST_SENTENCES = 2;
    private static final int QUOTED_OF = 3;
    private static final List<String> SPEAKERS =
            List.of("The girl said,", "The boy said,", "The queen said,", "The doctor said,");

    private final ShortSentences sentences = ShortSentences.of(0, STORIES, MOST_WORDS);

    /** Returns sentences of stories. */
    String story(int count, SplittableRandom random) {
        List<String> story = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            story.add(sentences.draw(random));
        }
        return String.join(" ", story);
    }

    List<String> sentences() {
        return sentences.all();
    }

    /**
     * Draws a prompt with given cues.
     *
     * @param said the form of the user's own cue
     * @param cue the user's own cue
     * @param quoted the form of the cue within a quotation
     * @param quotedCue the quoted cue
     */
    MonitoredPrompt prompt(
            Form said, WatchCue cue, Form quoted, WatchCue quotedCue, boolean harmful, SplittableRandom random) {
        List<String> parts = new ArrayList<>();
        int surrounding = 1 + random.nextInt(MOST_SENTENCES);
        for (int i = 0; i < surrounding; i++) {
            parts.add(sentences.draw(random));
        }
        if (said != Form.ABSENT) {
            parts.add(cue.sentence(said));
        }
        if (quoted != Form.ABSENT) {
            String speaker = SPEAKERS.get(random.nextInt(SPEAKERS.size()));
            parts.add(speaker + " \"" + quotedCue.sentence(quoted) + "\"");
        }
        Shuffling.shuffle(parts, random);
        return new MonitoredPrompt(String.join(" ", parts), Errand.draw(harmful, random), said == Form.WATCHED);
    }

    /** Draws a prompt with random cues of a list; one of three prompts has a quotation. */
    MonitoredPrompt prompt(List<WatchCue> cues, boolean watched, boolean harmful, SplittableRandom random) {
        Form said = watched ? Form.WATCHED : random.nextBoolean() ? Form.FREE : Form.ABSENT;
        Form quoted = random.nextInt(QUOTED_OF) > 0 ? Form.ABSENT : random.nextBoolean() ? Form.WATCHED : Form.FREE;
        return prompt(
                said,
                cues.get(random.nextInt(cues.size())),
                quoted,
                cues.get(random.nextInt(cues.size())),
                harmful,
                random);
    }
}
