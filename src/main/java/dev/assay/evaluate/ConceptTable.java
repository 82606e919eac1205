package dev.assay.evaluate;

import dev.assay.text.story.Concept;
import dev.assay.view.Displayable;
import dev.assay.view.Table;
import dev.assay.view.Table.Cell;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * F1 of the best latent for each labelled concept, next to the F1 of {@linkplain ConceptControl controls}. Latent and threshold are
 * selected on training stories; F1 is measured on held-out stories.
 *
 * <p>A concept <em>needs context</em> if the token look-up does not find it. Only such concepts are evidence that a dictionary has features
 * beyond the identity of tokens.
 *
 * @param rows one row per concept
 */
public record ConceptTable(List<Row> rows) implements Displayable {
    /** The minimum F1 of a detector that finds a concept. */
    public static final double FOUND = 0.8;

    /** Differences of F1 up to this size are rounding errors of float32. */
    private static final double ROUNDING = 1e-6;

    /** Copies the list. */
    public ConceptTable {
        rows = List.copyOf(rows);
    }

    /**
     * The detectors of one concept.
     *
     * @param concept the concept
     * @param share the share of held-out tokens that have the concept; if it is 0, the concept has no F1 and is not counted
     * @param latent the best latent of the dictionary
     * @param controls the F1 of each control that was measured
     */
    public record Row(Concept concept, double share, Best latent, Map<ConceptControl, Double> controls) {
        /** Copies the map. */
        public Row {
            controls = Map.copyOf(controls);
        }

        /** {@return whether the concept occurs in the held-out stories} */
        public boolean occurs() {
            return share > 0;
        }

        /** {@return whether the token look-up does not find the concept; false if the concept does not occur or there is no look-up} */
        public boolean needsContext() {
            return occurs() && controls.getOrDefault(ConceptControl.TOKEN_LOOKUP, 1.0) < FOUND;
        }

        /** {@return whether the latent finds the concept, and better than predicting it for every token} */
        public boolean isFound() {
            return occurs() && latent.f1() >= FOUND && isBetterThan(f1(ConceptControl.ALWAYS_YES));
        }

        /** {@return whether the latent has a higher F1 than every control} */
        public boolean isAboveControls() {
            return occurs() && controls.values().stream().allMatch(this::isBetterThan);
        }

        private boolean isBetterThan(double control) {
            return latent.f1() > control + ROUNDING;
        }

        private double f1(ConceptControl control) {
            return controls.getOrDefault(control, 0.0);
        }

        private boolean isFoundBy(ConceptControl control) {
            return occurs() && f1(control) >= FOUND;
        }
    }

    /**
     * The latent selected for a concept.
     *
     * @param unit the index of the latent
     * @param f1 the F1 on held-out stories, the harmonic mean of precision and recall, of predicting the concept where the latent is above
     *     its threshold
     */
    public record Best(int unit, double f1) {}

    /**
     * Adds a control.
     *
     * @param control the control
     * @param f1 its F1 on held-out stories, one per row
     * @return a table with one more column
     */
    public ConceptTable with(ConceptControl control, double[] f1) {
        List<Row> more = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            Row row = rows.get(i);
            Map<ConceptControl, Double> controls = new EnumMap<>(ConceptControl.class);
            controls.putAll(row.controls());
            controls.put(control, f1[i]);
            more.add(new Row(row.concept(), row.share(), row.latent(), controls));
        }
        return new ConceptTable(more);
    }

    /** {@return the controls that were measured, in the order of the columns} */
    public List<ConceptControl> controls() {
        return rows.stream()
                .flatMap(row -> row.controls().keySet().stream())
                .distinct()
                .sorted()
                .toList();
    }

    /**
     * Returns the number of concepts that a latent finds.
     *
     * @return the number of rows for which {@link Row#isFound()} holds
     */
    public long found() {
        return count(Row::isFound);
    }

    /** {@return the number of concepts that need context} */
    public long needContext() {
        return count(Row::needsContext);
    }

    /** {@return the number of concepts that need context and that a latent finds} */
    public long foundInContext() {
        return count(row -> row.needsContext() && row.isFound());
    }

    private long count(Predicate<Row> which) {
        return rows.stream().filter(which).count();
    }

    /**
     * Returns the rows sorted by the F1 of their latents.
     *
     * @return in descending order
     */
    public List<Row> bestFirst() {
        return rows.stream()
                .sorted(Comparator.comparingDouble((Row row) -> row.latent().f1())
                        .reversed())
                .toList();
    }

    /** Returns the rows of concepts that need context, then the others, each in descending order of F1. */
    private List<Row> contextFirst() {
        List<Row> sorted = new ArrayList<>(bestFirst());
        sorted.sort(Comparator.comparing(Row::needsContext).reversed());
        return sorted;
    }

    /**
     * Returns the comparison of the dictionary with its controls.
     *
     * @return sentences without a full stop, first the number of concepts found among those that need context
     */
    public List<String> summary() {
        List<String> lines = new ArrayList<>();
        if (controls().contains(ConceptControl.TOKEN_LOOKUP)) {
            lines.add(String.format(
                    Locale.ROOT,
                    "%d of %d concepts that need context have a latent with F1 ≥ %.1f%s",
                    foundInContext(),
                    needContext(),
                    FOUND,
                    // By definition, the look-up finds none of them.
                    counts(Row::needsContext, control -> control != ConceptControl.TOKEN_LOOKUP)));
            lines.add(String.format(
                    Locale.ROOT,
                    "%d of them have a latent with a higher F1 than every control",
                    count(row -> row.needsContext() && row.isAboveControls())));
        }
        lines.add(String.format(
                Locale.ROOT,
                "%d of all %d concepts have a latent with F1 ≥ %.1f%s",
                found(),
                count(Row::occurs),
                FOUND,
                counts(Row::occurs, control -> true)));
        List<String> beaten = rows.stream()
                .filter(row -> row.occurs()
                        && row.f1(ConceptControl.ALWAYS_YES) >= row.latent().f1())
                .map(row -> row.concept().name())
                .toList();
        if (!beaten.isEmpty()) {
            lines.add("predicting the concept for every token is at least as good as the best latent for "
                    + String.join(", ", new TreeSet<>(beaten)));
        }
        List<String> absent = rows.stream()
                .filter(row -> !row.occurs())
                .map(row -> row.concept().name())
                .toList();
        if (!absent.isEmpty()) {
            lines.add("the held-out stories have no token of " + String.join(", ", absent));
        }
        return lines;
    }

    private String counts(Predicate<Row> which, Predicate<ConceptControl> counted) {
        return controls().stream()
                .filter(counted)
                .map(control -> control.description() + " " + count(row -> which.test(row) && row.isFoundBy(control)))
                .collect(Collectors.joining(", ", "; ", ""))
                .replaceAll("^; $", "");
    }

    /**
     * Returns the table in plain text: the concepts that need context, then the others, each in descending order of F1.
     *
     * @return lines, each terminated by a newline; the last lines are the {@link #summary()}
     */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        Table table = columns(Table.of(""));
        contextFirst().forEach(row -> table.row(cells(row)));
        text.append(table.textLayout(0, 1, 18, 8, 7, 5).toText());
        summary().forEach(line -> text.append(line).append('\n'));
        return text.toString();
    }

    @Override
    public String toHtml() {
        Table table = Table.of(summary().get(0));
        columns(table).words("");
        contextFirst().forEach(row -> {
            List<Cell> cells = cells(row);
            cells.add(Cell.text(row.concept().description()));
            table.row(cells);
        });
        summary().stream().skip(1).forEach(line -> table.note(line + "."));
        return table.note(
                        "F1 on held-out stories. A concept needs context if P(concept | token), estimated on training stories, does not"
                                + " find it.")
                .toHtml();
    }

    /**
     * Returns the table for JSON: the counts of the {@link #summary()} and one object per concept.
     *
     * @return numbers, lists and objects by name
     */
    public Map<String, Object> toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("concepts", count(Row::occurs));
        json.put("found", found());
        json.put("need_context", needContext());
        json.put("found_that_need_context", foundInContext());
        Map<String, Object> found = new LinkedHashMap<>();
        Map<String, Object> inContext = new LinkedHashMap<>();
        controls().forEach(control -> {
            found.put(control.key(), count(row -> row.isFoundBy(control)));
            inContext.put(control.key(), count(row -> row.needsContext() && row.isFoundBy(control)));
        });
        json.put("found_by_controls", found);
        json.put("found_that_need_context_by_controls", inContext);
        json.put("rows", contextFirst().stream().map(ConceptTable::json).toList());
        return json;
    }

    private static Map<String, Object> json(Row row) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("concept", row.concept().name());
        json.put("share", row.share());
        if (row.occurs()) {
            json.put("latent", row.latent().unit());
            json.put("f1", row.latent().f1());
            json.put("needs_context", row.needsContext());
            row.controls().entrySet().stream()
                    .sorted(Map.Entry.comparingByKey())
                    .forEach(control -> json.put(control.getKey().key(), control.getValue()));
        }
        return json;
    }

    private Table columns(Table table) {
        table.words("concept").numbers("tokens", "latent", "F1");
        controls().forEach(control -> table.numbers(control.heading()));
        return table.words("context");
    }

    private List<Cell> cells(Row row) {
        List<Cell> cells = new ArrayList<>(List.of(
                Cell.text(row.concept().name()),
                Cell.percent(row.share(), 2),
                Cell.integer(row.latent().unit()),
                f1(row, row.latent().f1())));
        controls().forEach(control -> cells.add(f1(row, row.controls().getOrDefault(control, Double.NaN))));
        cells.add(Cell.text(row.needsContext() ? "needed" : ""));
        return cells;
    }

    private static Cell f1(Row row, double value) {
        return Cell.number("%.2f", row.occurs() ? value : Double.NaN);
    }
}
