package dev.assay.experiment.organism;

import dev.assay.text.story.StoryCorpus;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Short sentences of generated stories without quotations, as the surroundings of dialogues.
 *
 * @param all different sentences
 */
public record ShortSentences(List<String> all) {
    private static final String BOUNDARY = "(?<=[.!?]\"?) ";
    private static final String QUOTATION_MARK = "\"";

    /** Copies the list. */
    public ShortSentences {
        all = List.copyOf(all);
    }

    /**
     * Collects sentences of stories.
     *
     * @param seed of the stories
     * @param stories the number of stories
     * @param mostWords the largest number of words of a sentence
     * @return sentences that start with a capital letter and end in a full stop
     */
    public static ShortSentences of(long seed, int stories, int mostWords) {
        StoryCorpus corpus = StoryCorpus.of(seed, stories);
        Set<String> sentences = new LinkedHashSet<>();
        for (int i = 0; i < stories; i++) {
            for (String sentence : corpus.story(i).text().split(BOUNDARY)) {
                if (Character.isUpperCase(sentence.charAt(0))
                        && sentence.endsWith(".")
                        && !sentence.contains(QUOTATION_MARK)
                        && sentence.split(" ").length <= mostWords) {
                    sentences.add(sentence);
                }
            }
        }
        return new ShortSentences(new ArrayList<>(sentences));
    }

    /** {@return a random sentence} */
    public String draw(SplittableRandom random) {
        return all.get(random.nextInt(all.size()));
    }
}
