package dev.assay.toy;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.io.Json;
import dev.assay.view.Displayable;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What {@link ToyExperiment} has measured.
 *
 * @param model in words
 * @param tokens the rows that each dictionary was trained on
 * @param batch the rows of a step
 * @param seeds how often everything was done
 * @param grid the cells of the map, sizes one after the other, each with all coefficients
 * @param architectures one result each
 */
public record ToyReport(
        String model, long tokens, int batch, int seeds, List<ToyResult> grid, List<ToyResult> architectures)
        implements Displayable {
    /** The figures of the map, with what a random dictionary has. */
    private static final List<Map.Entry<ToyFigure, ToyFigure>> MAPS = List.of(
            Map.entry(ToyFigure.TRUTH_TO_DICTIONARY, ToyFigure.TRUTH_TO_RANDOM),
            Map.entry(ToyFigure.DICTIONARY_TO_TRUTH, ToyFigure.DICTIONARY_TO_RANDOM),
            Map.entry(ToyFigure.FOUND, ToyFigure.FOUND_IN_RANDOM));

    /** The figures of the map that a dictionary has by itself. */
    private static final List<ToyFigure> OWN = List.of(ToyFigure.DEAD, ToyFigure.L0, ToyFigure.EXPLAINED_VARIANCE);

    /** Copies the lists. */
    public ToyReport {
        grid = List.copyOf(grid);
        architectures = List.copyOf(architectures);
    }

    /**
     * Returns the cell of the map that finds the features best.
     *
     * @return the one of the largest mean MMCS of true directions
     */
    public ToyResult best() {
        return grid.stream()
                .max(Comparator.comparingDouble(cell -> cell.mean(ToyFigure.TRUTH_TO_DICTIONARY)))
                .orElseThrow();
    }

    /**
     * Returns the result of an architecture.
     *
     * @param name of its member
     * @return the result
     */
    public ToyResult architecture(String name) {
        return architectures.stream()
                .filter(result -> result.member().name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /**
     * Returns the maps and the table of architectures as lines for people.
     *
     * @return a map for each figure, sizes down and coefficients across, then a line for each architecture
     */
    public String toText() {
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "%s; %,d rows in batches of %,d; mean ± standard deviation over %d seed%s%n%n",
                model,
                tokens,
                batch,
                seeds,
                seeds == 1 ? "" : "s"));
        MAPS.forEach(map -> map(text, map.getKey(), map.getValue()));
        OWN.forEach(figure -> map(text, figure, null));
        ToyResult best = best();
        text.append(String.format(
                Locale.ROOT,
                "best cell: λ %s with %,d latents, MMCS %s, of a random dictionary %.3f%n%n",
                plain(best.member().sparsity()),
                best.member().dSae(),
                cell(best, ToyFigure.TRUTH_TO_DICTIONARY),
                best.mean(ToyFigure.TRUTH_TO_RANDOM)));
        text.append(String.format(
                "%-16s %6s %6s %16s %7s %16s %7s %15s %15s %13s %16s%n",
                "",
                "k or λ",
                "d_sae",
                "truth → dict.",
                "random",
                "dict. → truth",
                "random",
                "found",
                "dead",
                "L0",
                "expl. variance"));
        architectures.forEach(result -> text.append(String.format(
                Locale.ROOT,
                "%-16s %6s %6d %16s %7.3f %16s %7.3f %15s %15s %13s %16s%n",
                result.member().name(),
                plain(result.member().sparsity()),
                result.member().dSae(),
                cell(result, ToyFigure.TRUTH_TO_DICTIONARY),
                result.mean(ToyFigure.TRUTH_TO_RANDOM),
                cell(result, ToyFigure.DICTIONARY_TO_TRUTH),
                result.mean(ToyFigure.DICTIONARY_TO_RANDOM),
                cell(result, ToyFigure.FOUND),
                cell(result, ToyFigure.DEAD),
                cell(result, ToyFigure.L0),
                cell(result, ToyFigure.EXPLAINED_VARIANCE))));
        return text.toString();
    }

    @Override
    public String toHtml() {
        return new ToyTables(this).html();
    }

    private void map(StringBuilder text, ToyFigure figure, ToyFigure random) {
        double[] across = coefficients();
        text.append(String.format("%-26s", figure.key()));
        for (double lambda : across) {
            text.append(String.format("%16s", "λ " + plain(lambda)));
        }
        text.append(random == null ? "\n" : "          random\n");
        for (int row = 0; row < grid.size(); row += across.length) {
            List<ToyResult> cells = grid.subList(row, row + across.length);
            text.append(String.format(
                    Locale.ROOT, "%18d latents", cells.get(0).member().dSae()));
            cells.forEach(result -> text.append(String.format("%16s", cell(result, figure))));
            text.append(
                    random == null
                            ? "\n"
                            : String.format(
                                    Locale.ROOT, "%16.3f%n", cells.get(0).mean(random)));
        }
        text.append('\n');
    }

    private static String cell(ToyResult result, ToyFigure figure) {
        return String.format(Locale.ROOT, "%.3f ± %.3f", result.mean(figure), result.spread(figure));
    }

    /** The coefficients of the map, in its order. */
    double[] coefficients() {
        int size = grid.get(0).member().dSae();
        return grid.stream()
                .takeWhile(cell -> cell.member().dSae() == size)
                .mapToDouble(cell -> cell.member().sparsity())
                .toArray();
    }

    /** The sizes of the map, in its order. */
    int[] sizes() {
        int columns = coefficients().length;
        return IntStream.range(0, grid.size() / columns)
                .map(row -> grid.get(row * columns).member().dSae())
                .toArray();
    }

    /** A number without needless digits. */
    static String plain(double number) {
        return BigDecimal.valueOf(number).stripTrailingZeros().toPlainString();
    }

    /**
     * Returns all figures of all seeds as comma-separated values.
     *
     * @return a line of names, then a line for each dictionary
     */
    public String toCsv() {
        StringBuilder csv = new StringBuilder("name,sparsity,d_sae,learning_rate,seed");
        for (ToyFigure figure : ToyFigure.values()) {
            csv.append(',').append(figure.key());
        }
        csv.append('\n');
        all().forEach(result -> {
            ToyMember member = result.member();
            String start = member.name()
                    + ','
                    + plain(member.sparsity())
                    + ','
                    + member.dSae()
                    + ','
                    + plain(member.learningRate());
            for (int seed = 0; seed < result.seeds().size(); seed++) {
                Map<ToyFigure, Double> figures = result.seeds().get(seed);
                csv.append(start).append(',').append(seed).append(',');
                csv.append(Arrays.stream(ToyFigure.values())
                                .map(figure -> figures.get(figure).toString())
                                .collect(Collectors.joining(",")))
                        .append('\n');
            }
        });
        return csv.toString();
    }

    /**
     * Returns means and spreads, with what was trained.
     *
     * @return an object with a list for the map and one for the architectures
     */
    public ObjectNode toJson() {
        ObjectNode json = Json.mapper().createObjectNode();
        json.put("model", model).put("tokens", tokens).put("batch", batch).put("seeds", seeds);
        addTo(json.putArray("grid"), grid);
        addTo(json.putArray("architectures"), architectures);
        return json;
    }

    private static void addTo(ArrayNode list, List<ToyResult> results) {
        for (ToyResult result : results) {
            ObjectNode node = list.addObject();
            node.put("name", result.member().name())
                    .put("sparsity", result.member().sparsity())
                    .put("d_sae", result.member().dSae())
                    .put("learning_rate", result.member().learningRate())
                    .set("method", Json.mapper().valueToTree(result.member().method()));
            ObjectNode means = node.putObject("mean");
            ObjectNode spreads = node.putObject("spread");
            for (ToyFigure figure : ToyFigure.values()) {
                means.put(figure.key(), result.mean(figure));
                spreads.put(figure.key(), result.spread(figure));
            }
        }
    }

    private Stream<ToyResult> all() {
        return Stream.concat(grid.stream(), architectures.stream());
    }
}
