package dev.assay.feature.study;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.feature.store.FeatureActivations;
import dev.assay.feature.store.FeatureStore;
import dev.assay.io.Json;
import dev.assay.view.Displayable;
import dev.assay.view.Table;
import dev.assay.view.Table.Cell;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The tokens on which a feature is active, by ranges of its activation.
 *
 * @param latent the latent
 * @param bins ranges of equal width from 0 to the maximum activation, ascending
 */
public record TokenHistogram(int latent, List<Bin> bins) implements Displayable {
    /** Copies the list. */
    public TokenHistogram {
        bins = List.copyOf(bins);
    }

    /**
     * One range of activations.
     *
     * @param low the lower end, exclusive
     * @param high the upper end, inclusive
     * @param tokens the number of activations in the range
     * @param distinct the number of different tokens
     * @param most the most frequent tokens, by descending count
     */
    public record Bin(double low, double high, long tokens, int distinct, List<TokenCount> most) {
        /** Copies the list. */
        public Bin {
            most = List.copyOf(most);
        }
    }

    /**
     * How often a token has an activation in a range.
     *
     * @param token its text
     * @param count the number of activations
     */
    public record TokenCount(String token, long count) {}

    /**
     * Counts the tokens of a feature.
     *
     * @param store the feature store, with the texts of tokens
     * @param latent the latent
     * @param bins the number of ranges, at least 1
     * @param most the largest number of tokens per range
     * @return the histogram; all ranges are empty for a dead latent
     * @throws InvalidInputException if the latent does not exist or a number is below 1
     */
    public static TokenHistogram of(FeatureStore store, int latent, int bins, int most) {
        InvalidInputException.requireAtLeast(1, "the number of ranges", bins);
        InvalidInputException.requireAtLeast(1, "the number of tokens per range", most);
        FeatureActivations activations = store.activations(store.checked(latent));
        double max = store.maxActivation(latent);
        List<Map<String, Long>> counts = new ArrayList<>();
        for (int bin = 0; bin < bins; bin++) {
            counts.add(new LinkedHashMap<>());
        }
        for (int i = 0; i < activations.size(); i++) {
            int bin = Math.max(0, (int) Math.ceil(activations.value(i) / max * bins) - 1);
            counts.get(Math.min(bins - 1, bin)).merge(store.tokenAt(activations.position(i)), 1L, Long::sum);
        }
        List<Bin> result = new ArrayList<>();
        for (int bin = 0; bin < bins; bin++) {
            Map<String, Long> found = counts.get(bin);
            result.add(new Bin(
                    max * bin / bins,
                    max * (bin + 1) / bins,
                    found.values().stream().mapToLong(Long::longValue).sum(),
                    found.size(),
                    found.entrySet().stream()
                            .sorted(Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder())
                                    .thenComparing(Map.Entry.comparingByKey()))
                            .limit(most)
                            .map(entry -> new TokenCount(entry.getKey(), entry.getValue()))
                            .toList()));
        }
        return new TokenHistogram(latent, result);
    }

    private Table table() {
        Table table = Table.of("Tokens by activation")
                .numbers("activation", "tokens", "distinct")
                .words("most frequent");
        for (int i = bins.size() - 1; i >= 0; i--) {
            Bin bin = bins.get(i);
            table.row(
                    Cell.text(String.format(Locale.ROOT, "%.2f–%.2f", bin.low(), bin.high())),
                    Cell.count(bin.tokens()),
                    Cell.count(bin.distinct()),
                    Cell.tokens(bin.most().stream().map(TokenCount::token).collect(Collectors.toList())));
        }
        return table;
    }

    /** Returns the table, strongest range first. */
    @Override
    public String toString() {
        return table().toText();
    }

    @Override
    public String toHtml() {
        return table().toHtml();
    }

    /**
     * Returns the fields as JSON.
     *
     * @return an object
     */
    public ObjectNode toJson() {
        return Json.mapper().valueToTree(this);
    }
}
