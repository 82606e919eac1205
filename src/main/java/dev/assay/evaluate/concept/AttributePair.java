package dev.assay.evaluate.concept;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Two attributes of tokens with two values each.
 *
 * @param name the name in tables
 * @param first one value of the first attribute
 * @param notFirst its other value
 * @param second one value of the second attribute
 * @param notSecond its other value
 */
record AttributePair(String name, TokenFilter first, TokenFilter notFirst, TokenFilter second, TokenFilter notSecond) {
    /** The class of the first attribute; its tokens have both values of the second one equally often. */
    static final String FIRST = "first";
    /** The class of the second attribute; its tokens have both values of the first one equally often. */
    static final String SECOND = "second";
    /** The class of tokens with both attributes; tokens of its opposite have neither. */
    static final String BOTH = "both";
    /** The opposite of each class. */
    static final Map<String, String> OPPOSITES = opposites();

    private static final List<AttributePair> ALL = List.of(
            new AttributePair(
                    "gender and role of names",
                    TokenFilter.has("female-name"),
                    TokenFilter.has("male-name"),
                    TokenFilter.has("subject"),
                    TokenFilter.lacks("subject")),
            new AttributePair(
                    "kind and number of nouns",
                    either("animal", "object-noun"),
                    either("object-noun", "animal"),
                    TokenFilter.has("plural-noun"),
                    TokenFilter.lacks("plural-noun")),
            new AttributePair(
                    "kind and quotation of marks",
                    either("comma", "sentence-end"),
                    either("sentence-end", "comma"),
                    TokenFilter.has("quotation"),
                    TokenFilter.lacks("quotation")));

    static List<AttributePair> all() {
        return ALL;
    }

    private static TokenFilter either(String concept, String other) {
        return TokenFilter.has(concept).and(TokenFilter.lacks(other));
    }

    private static Map<String, String> opposites() {
        Map<String, String> opposites = new LinkedHashMap<>();
        for (String name : List.of(FIRST, SECOND, BOTH)) {
            opposites.put(name, "not " + name);
        }
        return opposites;
    }

    /**
     * Returns the tokens of the classes and of their opposites, with as many tokens of each combination of values.
     *
     * @param least the smallest number of tokens of a combination
     * @param most the largest number
     * @param labels the concepts of the tokens
     * @return tokens by class; empty if a combination is rarer
     */
    Map<String, int[]> tokens(int least, int most, long... labels) {
        List<int[]> combinations = List.of(
                first.and(second).tokens(labels),
                first.and(notSecond).tokens(labels),
                notFirst.and(second).tokens(labels),
                notFirst.and(notSecond).tokens(labels));
        int count = Math.min(
                most,
                combinations.stream().mapToInt(tokens -> tokens.length).min().orElseThrow());
        Map<String, int[]> classes = new LinkedHashMap<>();
        if (count >= least) {
            List<int[]> equal = combinations.stream()
                    .map(tokens -> Arrays.copyOf(tokens, count))
                    .toList();
            classes.put(FIRST, join(equal.get(0), equal.get(1)));
            classes.put(SECOND, join(equal.get(0), equal.get(2)));
            classes.put(BOTH, equal.get(0));
            classes.put(OPPOSITES.get(FIRST), join(equal.get(2), equal.get(3)));
            classes.put(OPPOSITES.get(SECOND), join(equal.get(1), equal.get(3)));
            classes.put(OPPOSITES.get(BOTH), equal.get(3));
        }
        return classes;
    }

    private static int[] join(int[] one, int... other) {
        int[] joined = Arrays.copyOf(one, one.length + other.length);
        System.arraycopy(other, 0, joined, one.length, other.length);
        return joined;
    }
}
