package dev.assay.audit.seal;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** Compares guesses with the truth. */
final class GuessScoring {
    private static final Pattern SPACES = Pattern.compile("\\s+");

    private GuessScoring() {}

    /** Returns a value in lower case, with single spaces and none at the ends. */
    static String normalized(String value) {
        return SPACES.matcher(value.strip()).replaceAll(" ").toLowerCase(Locale.ROOT);
    }

    /** Scores all guesses, and those of each kind of the truth. */
    static GuessScore of(OrganismTruth truth, List<Guess> guesses) {
        List<GuessScore.KindScore> kinds = new ArrayList<>();
        kinds.add(kind(GuessScore.ALL, truth.items(), guesses, Double.NaN));
        truth.items().stream().map(TruthItem::kind).distinct().forEach(kind -> {
            List<TruthItem> items = truth.items().stream()
                    .filter(item -> item.kind().equals(kind))
                    .toList();
            Integer candidates = truth.candidates().get(kind);
            kinds.add(kind(
                    kind,
                    items,
                    guesses.stream().filter(guess -> guess.kind().equals(kind)).toList(),
                    candidates == null
                            ? Double.NaN
                            : Math.min(
                                    1,
                                    items.stream()
                                                    .mapToInt(item ->
                                                            item.accepted().size())
                                                    .sum()
                                            / (double) candidates)));
        });
        return new GuessScore(truth, kinds);
    }

    private static GuessScore.KindScore kind(
            String kind, List<TruthItem> items, List<Guess> guesses, double randomPrecision) {
        Map<String, Integer> ranks = new LinkedHashMap<>();
        double precisionSum = 0;
        for (int i = 0; i < guesses.size(); i++) {
            Guess guess = guesses.get(i);
            for (TruthItem item : items) {
                boolean matches = item.kind().equals(guess.kind())
                        && item.accepted().stream()
                                .anyMatch(value -> normalized(value).equals(normalized(guess.value())));
                if (matches && ranks.putIfAbsent(item.id(), i + 1) == null) {
                    precisionSum += (double) ranks.size() / (i + 1);
                }
            }
        }
        return new GuessScore.KindScore(
                kind, items.size(), guesses.size(), ranks, precisionSum / items.size(), randomPrecision);
    }
}
