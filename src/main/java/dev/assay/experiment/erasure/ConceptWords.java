package dev.assay.experiment.erasure;

import dev.assay.InvalidInputException;
import dev.assay.text.tokenizer.Tokenizer;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The words of the two classes of a concept that a tokenizer writes as one token each.
 *
 * @param pairs the known pairs, such as {@code he/she}
 * @param negative tokens of the first words
 * @param positive tokens of the second words
 * @param groups the group of each token: words that pairs connect, such as him, his and her
 */
record ConceptWords(List<String> pairs, int[] negative, int[] positive, Map<Integer, Integer> groups) {
    /** The group of all tokens that no pair has. */
    static final int NO_GROUP = -1;

    /** Text before a word: a space, or an opening quote. */
    private static final List<String> BEFORE = List.of("the ", "the \"");

    /** Pairs of words that differ in gender, male first. */
    static final List<String> GENDER = List.of(
            "he/she",
            "him/her",
            "his/her",
            "himself/herself",
            "man/woman",
            "men/women",
            "boy/girl",
            "father/mother",
            "son/daughter",
            "brother/sister",
            "husband/wife",
            "king/queen");

    /**
     * Finds the pairs of which the tokenizer writes both words as one token within a text or a quotation, in lower case or
     * capitalised.
     *
     * @throws InvalidInputException if an entry is no pair, a word is in both classes, or the tokenizer knows no pair
     */
    static ConceptWords of(Tokenizer tokenizer, List<String> entries) {
        Set<String> known = new LinkedHashSet<>();
        Set<Integer> negative = new LinkedHashSet<>();
        Set<Integer> positive = new LinkedHashSet<>();
        Map<Integer, Integer> groups = new HashMap<>();
        for (String entry : entries) {
            String[] words = entry.split("/", -1);
            InvalidInputException.require(
                    words.length == 2 && !words[0].isBlank() && !words[1].isBlank(),
                    () -> "setting words has the entry \"" + entry + "\", expected two words such as he/she");
            for (String before : BEFORE) {
                for (boolean capital : new boolean[] {false, true}) {
                    OptionalInt first = token(tokenizer, before, words[0].strip(), capital);
                    OptionalInt second = token(tokenizer, before, words[1].strip(), capital);
                    if (first.isPresent() && second.isPresent()) {
                        negative.add(first.getAsInt());
                        positive.add(second.getAsInt());
                        connect(groups, first.getAsInt(), second.getAsInt());
                        known.add(entry.strip());
                    }
                }
            }
        }
        InvalidInputException.require(
                !known.isEmpty(),
                () -> "the tokenizer writes none of the pairs " + String.join(", ", entries)
                        + " as one token each, expected at least one; name pairs with --set words=WORD/WORD,…");
        String both = positive.stream()
                .filter(negative::contains)
                .map(tokenizer::token)
                .map(String::strip)
                .collect(Collectors.joining(", "));
        InvalidInputException.require(
                both.isEmpty(), () -> "setting words has \"" + both + "\" in both classes, expected different words");
        return new ConceptWords(List.copyOf(known), array(negative), array(positive), groups);
    }

    private static void connect(Map<Integer, Integer> groups, int first, int second) {
        int kept = groups.computeIfAbsent(first, token -> token);
        int merged = groups.computeIfAbsent(second, token -> kept);
        groups.replaceAll((token, group) -> group == merged ? kept : group);
    }

    /** Returns the group of a token, or {@link #NO_GROUP}. */
    int groupOf(int token) {
        return groups.getOrDefault(token, NO_GROUP);
    }

    private static int[] array(Set<Integer> tokens) {
        return tokens.stream().mapToInt(Integer::intValue).toArray();
    }

    private static String capitalised(String word) {
        String text = word.strip();
        return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
    }

    /** Returns the token of a word after some text. */
    private static OptionalInt token(Tokenizer tokenizer, String before, String word, boolean capital) {
        String written = capital ? capitalised(word) : word;
        int[] ids = tokenizer.encode(before + written);
        int last = ids[ids.length - 1];
        return tokenizer.token(last).strip().equals(written) ? OptionalInt.of(last) : OptionalInt.empty();
    }

    /** Returns whether a token is a word of the first class, of the second, or of none: −1, 1 or 0. */
    int sideOf(int token) {
        if (IntStream.of(positive).anyMatch(id -> id == token)) {
            return 1;
        }
        return IntStream.of(negative).anyMatch(id -> id == token) ? -1 : 0;
    }
}
