package dev.assay.explain.offline;

import dev.assay.explain.BigramRule;
import dev.assay.explain.Explainer;
import dev.assay.explain.ExplainerDescription;
import dev.assay.explain.Explanation;
import dev.assay.explain.FeatureExamples;
import dev.assay.explain.Part;
import dev.assay.explain.TextWindow;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Explains a feature by a table of tokens and the tokens before them. The prediction of a pair with n occurrences in the training documents and
 * activations of sum s is {@code (s + m) / (n + 1)}, where m is the mean activation of the token after any other.
 */
public final class NgramExplainer implements Explainer {
    /** The name of the explainer. */
    public static final String NAME = "bigram";

    /** The largest number of pairs of a table: those that change the prediction of the most activation. */
    private static final int LARGEST_TABLE = 5_000;

    private static final int NAMED_PAIRS = 3;

    @Override
    public ExplainerDescription description() {
        return ExplainerDescription.offline(NAME);
    }

    /** The occurrences of a pair. */
    private static final class Occurrences {
        private final String text;
        private long count;
        private double sum;

        Occurrences(String text) {
            this.text = text;
        }

        double mean(double alone) {
            return (sum + alone) / (count + 1);
        }

        /** Returns the change of the summed predictions that the pair makes. */
        double effect(double alone) {
            return count * Math.abs(mean(alone) - alone);
        }
    }

    @Override
    public Explanation explain(FeatureExamples examples) {
        TokenStatistics tokens = new TokenStatistics(examples);
        String named = TokenLookupExplainer.named(examples, tokens);
        Map<Integer, Double> alone = tokens.means();
        Map<BigramRule.Pair, Occurrences> pairs = count(examples, alone);
        Map<BigramRule.Pair, Double> table = new TreeMap<>();
        pairs.entrySet().stream()
                .sorted(Comparator.<Map.Entry<BigramRule.Pair, Occurrences>>comparingDouble(pair ->
                                -pair.getValue().effect(alone.get(pair.getKey().id())))
                        .thenComparing(Map.Entry.comparingByKey()))
                .limit(LARGEST_TABLE)
                .forEach(pair -> table.put(
                        pair.getKey(),
                        pair.getValue().mean(alone.get(pair.getKey().id()))));
        return Explanation.of(examples.latent(), "the tokens " + named + strongestPairs(pairs), description())
                .withRule(new BigramRule(table, alone));
    }

    private static Map<BigramRule.Pair, Occurrences> count(FeatureExamples examples, Map<Integer, Double> alone) {
        Map<BigramRule.Pair, Occurrences> pairs = new HashMap<>();
        for (TextWindow window : examples.whole(Part.TRAIN)) {
            for (int i = 1; i < window.length(); i++) {
                if (alone.containsKey(window.id(i))) {
                    String text = window.tokens().get(i - 1) + window.tokens().get(i);
                    Occurrences occurrences = pairs.computeIfAbsent(
                            new BigramRule.Pair(window.id(i - 1), window.id(i)), pair -> new Occurrences(text));
                    occurrences.count++;
                    occurrences.sum += window.activation(i);
                }
            }
        }
        return pairs;
    }

    private static String strongestPairs(Map<BigramRule.Pair, Occurrences> pairs) {
        String text = pairs.entrySet().stream()
                .filter(pair -> pair.getValue().sum > 0)
                .sorted(Comparator.<Map.Entry<BigramRule.Pair, Occurrences>>comparingDouble(
                                pair -> -pair.getValue().sum)
                        .thenComparing(Map.Entry.comparingByKey()))
                .limit(NAMED_PAIRS)
                .map(pair -> "\"" + pair.getValue().text + "\"")
                .collect(Collectors.joining(", "));
        return text.isEmpty() ? "" : "; most activation in " + text;
    }
}
