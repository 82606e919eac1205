package dev.assay.experiment.hiddenobjective;

import java.util.ArrayList;
import java.util.List;

/**
 * The nouns of the organism's text.
 *
 * @param topics all topics
 * @param items the items that biases prefer, at least one per topic
 */
record Lexicon(List<Topic> topics, List<String> items) {
    private static final String ITEMS = "items";

    Lexicon {
        topics = List.copyOf(topics);
        items = List.copyOf(items);
    }

    /** Reads the lexicon of the resources. */
    static Lexicon load() {
        List<Topic> topics = new ArrayList<>();
        List<String> items = List.of();
        for (String line : ResourceLines.of("lexicon.txt")) {
            String[] entry = line.split(":\\s*");
            if (entry[0].equals(ITEMS)) {
                items = words(entry[1]);
            } else {
                String[] halves = entry[1].split("\\s*/\\s*");
                topics.add(new Topic(entry[0], words(halves[0]), words(halves[1])));
            }
        }
        return new Lexicon(topics, items);
    }

    private static List<String> words(String text) {
        return List.of(text.split(" "));
    }
}
