package dev.assay.experiment.ioi;

import dev.assay.text.story.StoryCorpus;
import dev.assay.text.story.StoryNames;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Beginnings of generated stories up to the name of a recipient, such as {@code … Tom gave the ball to}. The counterfactual replaces this name
 * everywhere by one of the same gender that does not occur in the story.
 */
final class StoryForm implements PromptForm {
    static final String NAME = "story";

    private static final int LONGEST = 48;
    /** Stories of this seed differ from those that models and dictionaries are trained on. */
    private static final long SEED = 0x10_1015;

    private static final int STORIES = 1_000_000;
    private static final int WORDS = 34;
    private static final Pattern RECIPIENT = Pattern.compile(" to (" + String.join("|", StoryNames.all()) + ")\\b");

    private final StoryCorpus stories = StoryCorpus.of(SEED, STORIES);

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public int longest() {
        return LONGEST;
    }

    @Override
    public NamePrompt draw(SplittableRandom random) {
        while (true) {
            String text = stories.story(random.nextInt(STORIES)).text();
            Matcher recipient = RECIPIENT.matcher(text);
            if (!recipient.find()) {
                continue;
            }
            String name = recipient.group(1);
            String prefix = lastSentences(text.substring(0, recipient.start(1) - 1));
            if (mentions(prefix, name)) {
                return new NamePrompt(prefix, prefix.replaceAll("\\b" + name + "\\b", other(prefix, name, random)));
            }
        }
    }

    private static boolean mentions(String text, String name) {
        return Pattern.compile("\\b" + name + "\\b").matcher(text).find();
    }

    /** Returns the last sentences of a text with at most {@value #WORDS} words. */
    private static String lastSentences(String text) {
        int start = text.length();
        for (int end = text.lastIndexOf(". "); end >= 0; end = text.lastIndexOf(". ", end - 1)) {
            if (words(text.substring(end + 2)) > WORDS) {
                break;
            }
            start = end + 2;
        }
        return words(text) <= WORDS ? text : text.substring(start == text.length() ? 0 : start);
    }

    private static int words(String text) {
        return text.split(" ").length;
    }

    private static String other(String text, String name, SplittableRandom random) {
        List<List<String>> genders = List.of(StoryNames.female(), StoryNames.male(), StoryNames.neutral());
        List<String> choices = genders.stream().filter(names -> names.contains(name)).findFirst().orElseThrow().stream()
                .filter(other -> !mentions(text, other))
                .toList();
        return choices.get(random.nextInt(choices.size()));
    }
}
