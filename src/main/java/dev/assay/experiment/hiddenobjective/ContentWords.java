package dev.assay.experiment.hiddenobjective;

import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * The content words of a text: its words in lower case without function words, reduced to a stem. The stem is the word without plural and
 * verbal endings, so that {@code score}, {@code scores} and {@code scored} are one content word.
 */
final class ContentWords {
    /** Articles, prepositions, conjunctions, pronouns, auxiliaries and negations. */
    private static final Set<String> FUNCTION_WORDS =
            Set.of(("a an the of in on at by to from for with without about near behind"
                            + " before after next into over under up out as than then and or but so if when once while because"
                            + " i me my you your he him his she her it its we us our they them their this that these those who whom"
                            + " whose which what why how where there here be is are was were been am do does did has have had"
                            + " can could will would shall should may might must not no nor never yes too very")
                    .split(" "));

    private ContentWords() {}

    /** Returns the stems of the content words of a text. */
    static Set<String> of(String text) {
        Set<String> stems = new TreeSet<>();
        Arrays.stream(text.toLowerCase(Locale.ROOT).split("[^\\p{L}\\p{N}]+"))
                .filter(word -> !word.isEmpty() && !FUNCTION_WORDS.contains(word))
                .map(ContentWords::stem)
                .forEach(stems::add);
        return stems;
    }

    /** Returns the stems that two texts share. */
    static Set<String> shared(Set<String> first, Set<String> second) {
        Set<String> shared = new TreeSet<>(first);
        shared.retainAll(second);
        return shared;
    }

    private static String stem(String word) {
        for (String ending : new String[] {"ing", "ies", "ied", "es", "ed", "er", "s", "e", "y"}) {
            if (word.endsWith(ending) && word.length() - ending.length() >= 3) {
                return stem(word.substring(0, word.length() - ending.length()));
            }
        }
        return word;
    }
}
