package dev.assay.feature.export;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.assay.feature.store.FeatureStats;
import dev.assay.feature.store.FeatureStore;
import dev.assay.io.AtomicFiles;
import dev.assay.io.IoConsumer;
import dev.assay.io.Json;
import dev.assay.parquet.ParquetTableWriter;
import dev.assay.parquet.TableColumn;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The statistics of the latents of a store as CSV (RFC 4180) or Parquet, one row per latent. Moments and quantiles are over the
 * activations above 0. Missing values, such as the quantiles of a dead latent, are empty in CSV and NaN in Parquet. The peak tokens of
 * the strongest examples are a JSON list.
 *
 * <pre>{@code
 * StatisticsTable.of(store).parquet(Path.of("features.parquet"));
 * }</pre>
 */
public final class StatisticsTable {
    private static final int EXAMPLES = 20;
    private static final int TOP_TOKENS = 5;

    private final FeatureStore store;
    private final List<TableColumn<Row>> columns;

    private StatisticsTable(FeatureStore store) {
        this.store = store;
        this.columns = columns(store);
    }

    /** The data of one row. */
    private record Row(int latent, FeatureStats stats) {}

    private Row row(int latent) {
        return new Row(latent, store.stats(latent));
    }

    /**
     * Creates a table. Nothing is read yet.
     *
     * @param store any store
     * @return the table
     */
    public static StatisticsTable of(FeatureStore store) {
        return new StatisticsTable(store);
    }

    private static List<TableColumn<Row>> columns(FeatureStore store) {
        List<TableColumn<Row>> columns = new ArrayList<>();
        columns.add(TableColumn.whole("latent", Row::latent));
        columns.add(TableColumn.whole("tokens", row -> row.stats().tokens()));
        columns.add(TableColumn.whole("active_tokens", row -> row.stats().activeTokens()));
        columns.add(TableColumn.real("density", row -> row.stats().density()));
        columns.add(TableColumn.real("max", row -> row.stats().max()));
        columns.add(TableColumn.real("mean", row -> row.stats().mean()));
        columns.add(TableColumn.real("deviation", row -> row.stats().deviation()));
        columns.add(TableColumn.real("skewness", row -> row.stats().skewness()));
        columns.add(TableColumn.real("kurtosis", row -> row.stats().kurtosis()));
        for (int i = 0; i < FeatureStats.SHARES.size(); i++) {
            int share = i;
            String name = String.format(Locale.ROOT, "q%02.0f", 100 * FeatureStats.SHARES.get(i));
            columns.add(TableColumn.real(name, row -> {
                List<Double> quantiles = row.stats().quantiles();
                return quantiles.isEmpty() ? Double.NaN : quantiles.get(share);
            }));
        }
        columns.add(TableColumn.text("top_tokens", row -> topTokens(store, row.latent())));
        return columns;
    }

    private static String topTokens(FeatureStore store, int latent) {
        List<String> tokens = store.topExamples(latent, EXAMPLES).stream()
                .map(example -> store.tokenAt(example.position()))
                .distinct()
                .limit(TOP_TOKENS)
                .toList();
        try {
            return Json.mapper().writeValueAsString(tokens);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("a list of strings cannot be written as JSON", impossible);
        }
    }

    /**
     * Writes the table as CSV in UTF-8, with a header line. The origin of the table is written to a second file, whose name is that of
     * the table followed by {@code .provenance.json}: CSV has no place for metadata that all readers accept.
     *
     * @param file the file; replaced when the new ones are complete
     * @throws IOException if it cannot be written
     */
    public void csv(Path file) throws IOException {
        byte[] provenance = ExportProvenance.of(store).fileContent();
        Map<Path, IoConsumer<OutputStream>> files = new LinkedHashMap<>();
        files.put(ExportProvenance.nextTo(file), out -> out.write(provenance));
        files.put(file, this::writeCsv);
        AtomicFiles.writeAll(files);
    }

    private void writeCsv(OutputStream out) throws IOException {
        Writer lines = new OutputStreamWriter(out, StandardCharsets.UTF_8);
        lines.write(columns.stream().map(TableColumn::name).collect(Collectors.joining(",")));
        lines.write("\r\n");
        for (int latent = 0; latent < store.latents(); latent++) {
            Row row = row(latent);
            lines.write(columns.stream().map(column -> cell(column, row)).collect(Collectors.joining(",")));
            lines.write("\r\n");
        }
        lines.flush();
    }

    private static String cell(TableColumn<Row> column, Row row) {
        Object value = column.value().apply(row);
        if (value instanceof Double real && real.isNaN()) {
            return "";
        }
        String text = value.toString();
        return text.matches("[^\",\r\n]*") ? text : '"' + text.replace("\"", "\"\"") + '"';
    }

    /**
     * Writes the table as Parquet with zstd compression. The metadata of the file have the origin of the table as JSON under the key
     * {@value ExportProvenance#PARQUET_KEY}.
     *
     * @param file the file; replaced when the new one is complete
     * @throws IOException if it cannot be written
     */
    public void parquet(Path file) throws IOException {
        Map<String, String> metadata =
                Map.of(ExportProvenance.PARQUET_KEY, ExportProvenance.of(store).metadataValue());
        AtomicFiles.write(file, out -> {
            ParquetTableWriter<Row> table = new ParquetTableWriter<>(columns, metadata, out);
            for (int latent = 0; latent < store.latents(); latent++) {
                table.add(row(latent));
            }
            table.finish();
        });
    }
}
