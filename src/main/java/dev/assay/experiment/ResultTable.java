package dev.assay.experiment;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.io.Json;
import dev.assay.view.Displayable;
import dev.assay.view.Html;
import dev.assay.view.Table;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A table of results with typed columns. Text and number columns identify a row. A measure column holds estimates with their intervals.
 * A null column holds the same measure of a control, such as a random dictionary of the same size.
 *
 * <pre>{@code
 * ResultTable table = ResultTable.of("recovery", "Recovered features")
 *         .text("architecture", "architecture")
 *         .number("latents", "latents")
 *         .measure("found", "share found")
 *         .nullOf("found", "found_random", "random dictionary");
 * table.row("topk", 256, Estimate.overSeeds(found), Estimate.overSeeds(random));
 * }</pre>
 */
public final class ResultTable implements Displayable {
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9_-]*");

    private static final String TARGET = "_target";
    private static final String LOW = "_low";
    private static final String HIGH = "_high";

    private final String name;
    private final String caption;
    private final List<Column> columns = new ArrayList<>();
    private final List<List<Object>> rows = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    private ResultTable(String name, String caption) {
        this.name = name;
        this.caption = caption;
    }

    /** The type of a column. */
    private enum Kind {
        TEXT(String.class),
        NUMBER(Number.class),
        LINK(ResultLink.class),
        MEASURE(Estimate.class);

        private final Class<?> type;

        Kind(Class<?> type) {
            this.type = type;
        }
    }

    /** A column; {@code nullOf} is the key of the measure that it is the control of, or empty. */
    private record Column(String key, String heading, Kind kind, String nullOf) {
        /** Returns the names of the column in CSV. */
        List<String> csvNames() {
            return switch (kind) {
                case MEASURE -> List.of(key, key + LOW, key + HIGH);
                case LINK -> List.of(key, key + TARGET);
                case TEXT, NUMBER -> List.of(key);
            };
        }
    }

    /**
     * Creates a table without columns.
     *
     * @param name of the files: lower case letters, digits, hyphens and underscores
     * @param caption one line above the table
     * @return the table
     */
    public static ResultTable of(String name, String caption) {
        return new ResultTable(named(name), caption);
    }

    static String named(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "\"" + name + "\" is not a name of lower case letters, digits, hyphens and underscores");
        }
        return name;
    }

    /**
     * Adds a column of texts.
     *
     * @param key its name in files
     * @param heading its name for readers
     * @return this
     */
    public ResultTable text(String key, String heading) {
        return column(key, heading, Kind.TEXT, "");
    }

    /**
     * Adds a column of numbers that are given, such as sizes.
     *
     * @param key its name in files
     * @param heading its name for readers
     * @return this
     */
    public ResultTable number(String key, String heading) {
        return column(key, heading, Kind.NUMBER, "");
    }

    /**
     * Adds a column of links. In CSV it has two columns: {@code key} and {@code key_target}.
     *
     * @param key its name in files
     * @param heading its name for readers
     * @return this
     */
    public ResultTable link(String key, String heading) {
        return column(key, heading, Kind.LINK, "");
    }

    /**
     * Adds a column of estimates. In CSV it has three columns: {@code key}, {@code key_low} and {@code key_high}.
     *
     * @param key its name in files
     * @param heading its name for readers
     * @return this
     */
    public ResultTable measure(String key, String heading) {
        return column(key, heading, Kind.MEASURE, "");
    }

    /**
     * Adds a column with a measure of a control.
     *
     * @param measure the key of the measure
     * @param key its name in files
     * @param heading the control, for readers
     * @return this
     */
    public ResultTable nullOf(String measure, String key, String heading) {
        if (columns.stream().noneMatch(column -> column.key.equals(measure) && column.kind == Kind.MEASURE)) {
            throw new IllegalArgumentException("table " + name + " has no measure \"" + measure + "\"");
        }
        return column(key, heading, Kind.MEASURE, measure);
    }

    private ResultTable column(String key, String heading, Kind kind, String nullOf) {
        Column added = new Column(named(key), heading, kind, nullOf);
        for (Column column : columns) {
            if (!Collections.disjoint(column.csvNames(), added.csvNames())) {
                throw new IllegalArgumentException(
                        "table " + name + " has two columns of one name: \"" + column.key + "\" and \"" + key + "\"");
            }
        }
        if (!rows.isEmpty()) {
            throw new IllegalArgumentException("column \"" + key + "\" follows rows, expected columns first");
        }
        columns.add(added);
        return this;
    }

    /**
     * Adds a row.
     *
     * @param cells one per column: a {@code String} for a text, a {@code Number} for a number, a {@link ResultLink} for a link, an
     *     {@link Estimate} for a measure or a null
     * @return this
     * @throws IllegalArgumentException if a cell has another type
     */
    public ResultTable row(Object... cells) {
        if (cells.length != columns.size()) {
            throw new IllegalArgumentException(
                    "table " + name + ": " + cells.length + " cells for " + columns.size() + " columns");
        }
        for (int i = 0; i < cells.length; i++) {
            Column column = columns.get(i);
            if (!column.kind.type.isInstance(cells[i])) {
                throw new IllegalArgumentException("table " + name + ", column " + column.key + ": " + cells[i]
                        + " is no " + column.kind.type.getSimpleName());
            }
        }
        rows.add(List.of(cells));
        return this;
    }

    /**
     * Adds a sentence below the table.
     *
     * @param sentence plain text
     * @return this
     */
    public ResultTable note(String sentence) {
        notes.add(sentence);
        return this;
    }

    /** {@return the name of the files} */
    public String name() {
        return name;
    }

    /** {@return the line above the table} */
    public String caption() {
        return caption;
    }

    /** {@return the number of rows} */
    public int size() {
        return rows.size();
    }

    /**
     * Returns a measure of a row.
     *
     * @param row from 0
     * @param key of the column
     * @return the estimate
     */
    public Estimate estimate(int row, String key) {
        for (int i = 0; i < columns.size(); i++) {
            if (columns.get(i).key.equals(key) && rows.get(row).get(i) instanceof Estimate estimate) {
                return estimate;
            }
        }
        throw new IllegalArgumentException("table " + name + " has no measure \"" + key + "\"");
    }

    /**
     * Returns columns and rows as JSON.
     *
     * @return an object with {@code name}, {@code caption}, {@code columns}, {@code rows} and {@code notes}; an estimate has the fields
     *     {@code mean}, {@code low}, {@code high} and {@code values}, without those that are not finite
     */
    public ObjectNode toJson() {
        ObjectNode json = Json.mapper().createObjectNode().put("name", name).put("caption", caption);
        ArrayNode heads = json.putArray("columns");
        for (Column column : columns) {
            ObjectNode head = heads.addObject().put("key", column.key).put("heading", column.heading);
            head.put("type", column.kind.name().toLowerCase(Locale.ROOT));
            if (!column.nullOf.isEmpty()) {
                head.put("null_of", column.nullOf);
            }
        }
        ArrayNode body = json.putArray("rows");
        for (List<Object> row : rows) {
            ObjectNode node = body.addObject();
            for (int i = 0; i < row.size(); i++) {
                put(node, columns.get(i).key, row.get(i));
            }
        }
        notes.forEach(json.putArray("notes")::add);
        return json;
    }

    private static void put(ObjectNode node, String key, Object cell) {
        if (cell instanceof Estimate estimate) {
            ObjectNode object = node.putObject(key);
            putFinite(object, "mean", estimate.mean());
            putFinite(object, "low", estimate.low());
            putFinite(object, "high", estimate.high());
            if (!estimate.values().isEmpty()) {
                ArrayNode values = object.putArray("values");
                estimate.values().forEach(value -> {
                    if (Double.isFinite(value)) {
                        values.add(value);
                    } else {
                        values.addNull();
                    }
                });
            }
        } else if (cell instanceof Integer || cell instanceof Long) {
            node.put(key, ((Number) cell).longValue());
        } else if (cell instanceof Number number) {
            putFinite(node, key, number.doubleValue());
        } else if (cell instanceof ResultLink link) {
            node.put(key, link.text()).put(key + TARGET, link.target());
        } else {
            node.put(key, (String) cell);
        }
    }

    private static void putFinite(ObjectNode node, String key, double value) {
        if (Double.isFinite(value)) {
            node.put(key, value);
        }
    }

    /**
     * Returns columns and rows as comma-separated values (RFC 4180). A number that is not finite is an empty field.
     *
     * @return a header line, then one line per row
     */
    public String toCsv() {
        StringBuilder csv = new StringBuilder();
        List<String> fields = new ArrayList<>();
        columns.forEach(column -> fields.addAll(column.csvNames()));
        csv.append(String.join(",", fields)).append('\n');
        for (List<Object> row : rows) {
            fields.clear();
            for (Object cell : row) {
                if (cell instanceof Estimate estimate) {
                    fields.add(plain(estimate.mean()));
                    fields.add(plain(estimate.low()));
                    fields.add(plain(estimate.high()));
                } else if (cell instanceof ResultLink link) {
                    fields.add(quoted(link.text()));
                    fields.add(quoted(link.target()));
                } else {
                    fields.add(cell instanceof Number number ? plain(number) : quoted((String) cell));
                }
            }
            csv.append(String.join(",", fields)).append('\n');
        }
        return csv.toString();
    }

    private static String plain(Number number) {
        return Double.isFinite(number.doubleValue()) ? number.toString() : "";
    }

    private static String quoted(String text) {
        return text.matches("[^\",\r\n]*") ? text : '"' + text.replace("\"", "\"\"") + '"';
    }

    /** Returns the table for readers. */
    Table view() {
        Table table = Table.of(caption);
        for (Column column : columns) {
            if (column.kind == Kind.TEXT || column.kind == Kind.LINK) {
                table.words(column.heading);
            } else {
                table.numbers(column.heading);
            }
        }
        for (List<Object> row : rows) {
            table.row(row.stream().map(ResultTable::cell).toList());
        }
        notes.forEach(table::note);
        return table;
    }

    private static Table.Cell cell(Object value) {
        if (value instanceof Estimate estimate) {
            return Table.Cell.text(estimate.text());
        }
        if (value instanceof Integer || value instanceof Long) {
            return Table.Cell.count(((Number) value).longValue());
        }
        if (value instanceof ResultLink link) {
            return Table.Cell.html(link.text(), link.html());
        }
        return value instanceof Number number
                ? Table.Cell.text(given(number.doubleValue()))
                : Table.Cell.text((String) value);
    }

    /**
     * Formats a number that is given, such as a coefficient, without trailing zeros.
     *
     * @param number any number
     * @return at most four significant digits; a dash for NaN
     */
    public static String given(double number) {
        return Double.isFinite(number)
                ? new BigDecimal(number)
                        .round(new MathContext(4))
                        .stripTrailingZeros()
                        .toPlainString()
                : Html.number(number);
    }

    @Override
    public String toHtml() {
        return view().toHtml();
    }

    /** Returns caption, rows and notes as aligned lines, each ended. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(caption).append('\n').append(view());
        notes.forEach(note -> text.append(note).append('\n'));
        return text.toString();
    }
}
