package dev.assay.toy;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.io.Json;
import dev.assay.view.Displayable;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
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
     * Returns the maps and the table of architectures in plain text.
     *
     * @return a map per figure, sizes down and coefficients across, then one line per architecture
     */
    @Override
    public String toText() {
        return new ToyTables(this).text();
    }

    @Override
    public String toHtml() {
        return new ToyTables(this).html();
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
