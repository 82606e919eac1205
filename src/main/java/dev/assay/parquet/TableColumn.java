package dev.assay.parquet;

import java.util.function.Function;

/**
 * A column of a table with a value in every row.
 *
 * @param <R> the type of a row
 * @param name the header
 * @param kind the type of its values
 * @param value returns a {@link Long}, a {@link Double} or a {@link String}, according to the kind
 */
public record TableColumn<R>(String name, Kind kind, Function<R, Object> value) {
    /** The type of values. */
    public enum Kind {
        /** 64-bit integers. */
        WHOLE,
        /** Double-precision numbers. */
        REAL,
        /** Text. */
        TEXT
    }

    /**
     * Creates an integer column.
     *
     * @param <R> the type of a row
     * @param name the header
     * @param value returns the value of a row
     * @return the column
     */
    public static <R> TableColumn<R> whole(String name, Function<R, ? extends Number> value) {
        return new TableColumn<>(name, Kind.WHOLE, row -> value.apply(row).longValue());
    }

    /**
     * Creates a column of numbers.
     *
     * @param <R> the type of a row
     * @param name the header
     * @param value returns the value of a row; NaN for none
     * @return the column
     */
    public static <R> TableColumn<R> real(String name, Function<R, Double> value) {
        return new TableColumn<>(name, Kind.REAL, value::apply);
    }

    /**
     * Creates a text column.
     *
     * @param <R> the type of a row
     * @param name the header
     * @param value returns the value of a row
     * @return the column
     */
    public static <R> TableColumn<R> text(String name, Function<R, String> value) {
        return new TableColumn<>(name, Kind.TEXT, value::apply);
    }
}
