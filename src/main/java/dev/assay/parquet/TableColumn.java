package dev.assay.parquet;

import java.util.function.Function;

/**
 * A column of a table, with a value in every row.
 *
 * @param <R> what a row is made of
 * @param name above it
 * @param kind of its values
 * @param value a {@link Long}, a {@link Double} or a {@link String}, as the kind says
 */
public record TableColumn<R>(String name, Kind kind, Function<R, Object> value) {
    /** What a column holds. */
    public enum Kind {
        /** Whole numbers of 64 bits. */
        WHOLE,
        /** Numbers of double precision. */
        REAL,
        /** Text. */
        TEXT
    }

    /**
     * Makes a column of whole numbers.
     *
     * @param <R> what a row is made of
     * @param name above it
     * @param value of a row
     * @return the column
     */
    public static <R> TableColumn<R> whole(String name, Function<R, ? extends Number> value) {
        return new TableColumn<>(name, Kind.WHOLE, row -> value.apply(row).longValue());
    }

    /**
     * Makes a column of numbers.
     *
     * @param <R> what a row is made of
     * @param name above it
     * @param value of a row; NaN for none
     * @return the column
     */
    public static <R> TableColumn<R> real(String name, Function<R, Double> value) {
        return new TableColumn<>(name, Kind.REAL, value::apply);
    }

    /**
     * Makes a column of text.
     *
     * @param <R> what a row is made of
     * @param name above it
     * @param value of a row
     * @return the column
     */
    public static <R> TableColumn<R> text(String name, Function<R, String> value) {
        return new TableColumn<>(name, Kind.TEXT, value::apply);
    }
}
