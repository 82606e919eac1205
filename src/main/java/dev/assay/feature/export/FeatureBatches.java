package dev.assay.feature.export;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.assay.feature.FeatureInspector;
import dev.assay.feature.report.FeatureReport;
import dev.assay.feature.report.FeatureSummary;
import dev.assay.io.Json;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Writes the live features in files with a fixed number of features each. Features are streamed one by one. */
final class FeatureBatches {
    private static final int REPORTS_AT_ONCE = 16;

    private final FeatureInspector inspector;
    private final int batch;

    FeatureBatches(FeatureInspector inspector, int batch) {
        this.inspector = inspector;
        this.batch = batch;
    }

    /** The format of a file of features. */
    interface Format {
        /** Writes the start of a file: an object whose last field holds the features. */
        void head(JsonGenerator json) throws IOException;

        /** Writes one feature. */
        void feature(JsonGenerator json, FeatureReport report) throws IOException;
    }

    /** Writes files named by {@code pattern} with their number, from 0. */
    void write(Path folder, String pattern, Format format) throws IOException {
        List<Integer> live = inspector.features().stream()
                .filter(feature -> !feature.isDead())
                .map(FeatureSummary::latent)
                .toList();
        for (int first = 0; first < live.size(); first += batch) {
            List<Integer> latents = live.subList(first, Math.min(first + batch, live.size()));
            Path file = folder.resolve(String.format(Locale.ROOT, pattern, first / batch));
            try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file));
                    JsonGenerator json = Json.mapper().createGenerator(out)) {
                json.writeStartObject();
                format.head(json);
                json.writeArrayFieldStart("features");
                features(json, latents, format);
                json.writeEndArray();
                json.writeEndObject();
            }
        }
    }

    /** Reads the reports of consecutive latents together, which is faster. */
    private void features(JsonGenerator json, List<Integer> latents, Format format) throws IOException {
        int done = 0;
        while (done < latents.size()) {
            int first = latents.get(done);
            int count = 1;
            while (count < REPORTS_AT_ONCE
                    && done + count < latents.size()
                    && latents.get(done + count) == first + count) {
                count++;
            }
            for (FeatureReport report : inspector.reports(first, first + count)) {
                format.feature(json, report);
            }
            done += count;
        }
    }

    /** Writes float32 numbers with the fewest digits that identify them. */
    static void writeValues(JsonGenerator json, String field, float[] values) throws IOException {
        json.writeArrayFieldStart(field);
        for (float value : values) {
            json.writeNumber(value);
        }
        json.writeEndArray();
    }
}
