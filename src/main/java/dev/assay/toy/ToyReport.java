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
 * The results of a {@link ToyExperiment}.
 *
 * @param model a description of the toy model
 * @param tokens the number of training rows of each dictionary
 * @param batch the rows per step
 * @param seeds the number of seeds
 * @param grid the cells of the grid by size, then by coefficient
 * @param architectures one result per architecture
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
     * Returns the cell of the grid that recovers the features best.
     *
     * @return the cell with the largest mean MMCS of true directions
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
     * @return a grid per figure, sizes down and coefficients across, then one line per architecture
     */
    @Override
    public String toString() {
        return new ToyTables(this).text();
    }

    @Override
    public String toHtml() {
        return new ToyTables(this).html();
    }

    /** {@return the coefficients of the grid, in order} */
    double[] coefficients() {
        int size = grid.get(0).member().dSae();
        return grid.stream()
                .takeWhile(cell -> cell.member().dSae() == size)
                .mapToDouble(cell -> cell.member().sparsity())
                .toArray();
    }

    /** {@return the sizes of the grid, in order} */
    int[] sizes() {
        int columns = coefficients().length;
        return IntStream.range(0, grid.size() / columns)
                .map(row -> grid.get(row * columns).member().dSae())
                .toArray();
    }

    /** {@return a number without trailing zeros} */
    static String plain(double number) {
        return BigDecimal.valueOf(number).stripTrailingZeros().toPlainString();
    }

    /**
     * Returns all figures of all seeds as comma-separated values. An undefined figure is an empty field.
     *
     * @return a header line, then one line per dictionary
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
                                .map(figure -> figures.get(figure).isNaN()
                                        ? ""
                                        : figures.get(figure).toString())
                                .collect(Collectors.joining(",")))
                        .append('\n');
            }
        });
        return csv.toString();
    }

    /**
     * Returns means and standard deviations as JSON, with the training methods. Undefined figures are left out.
     *
     * @return an object with the lists {@code grid} and {@code architectures}
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
                if (!Double.isNaN(result.mean(figure))) {
                    means.put(figure.key(), result.mean(figure));
                    spreads.put(figure.key(), result.spread(figure));
                }
            }
        }
    }

    private Stream<ToyResult> all() {
        return Stream.concat(grid.stream(), architectures.stream());
    }
}
