package dev.assay.examples;

import dev.assay.text.dialogue.Dialogue;
import dev.assay.text.dialogue.DialogueFile;
import dev.assay.text.dialogue.LabelledDialogue;
import dev.assay.text.story.Story;
import dev.assay.text.story.StoryCorpus;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Writes generated stories as labelled documents for an audit: the label says whether a story contains a concept. */
public final class LabelStories {
    private static final long SEED = 11; // other stories than those that the quickstart trains on

    private LabelStories() {}

    /**
     * Writes the file.
     *
     * @param arguments the file, and optionally the concept (present-tense) and the number of stories (600)
     * @throws IOException if the file cannot be written
     */
    public static void main(String... arguments) throws IOException {
        Path file = Path.of(arguments.length > 0 ? arguments[0] : "target/stories.jsonl");
        String concept = arguments.length > 1 ? arguments[1] : "present-tense";
        int count = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 600;
        if (StoryCorpus.conceptIndex(concept).isEmpty()) {
            throw new IllegalArgumentException("there is no concept " + concept + " in the stories");
        }
        StoryCorpus stories = StoryCorpus.of(SEED, count);
        List<LabelledDialogue> documents = new ArrayList<>();
        for (int i = 0; i < stories.stories(); i++) {
            Story story = stories.story(i);
            boolean has = story.spans().stream()
                    .anyMatch(span -> span.concept().name().equals(concept));
            documents.add(new LabelledDialogue(
                    "story-" + i, has ? concept : "other", "", "", Dialogue.document(story.text())));
        }
        DialogueFile.write(file, documents);
        System.out.println(file + ": " + count + " stories");
    }
}
