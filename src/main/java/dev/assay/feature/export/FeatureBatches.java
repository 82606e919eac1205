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

/** Writes the live features into files of so many each, one feature after the other: only one report is held at a time. */
final class FeatureBatches {
    private static final int REPORTS_AT_ONCE = 16;

    private final FeatureInspector inspector;
    private final int batch;

    FeatureBatches(FeatureInspector inspector, int batch) {
        this.inspector = inspector;
        this.batch = batch;
    }

    /** What a format makes of features. */
    interface Format {
        /** Writes what stands before the features of a file; the file is one object, whose last field they are. */
        void head(JsonGenerator json) throws IOException;

        /** Writes one feature. */
        void feature(JsonGenerator json, FeatureReport report) throws IOException;
    }

    /** Writes files called {@code pattern} with their number, from 0. */
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

    /** Latents in a row are reported on together, which is faster. */
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

    /** Writes numbers of single precision with no more digits than they have. */
    static void writeValues(JsonGenerator json, String field, float[] values) throws IOException {
        json.writeArrayFieldStart(field);
        for (float value : values) {
            json.writeNumber(value);
        }
        json.writeEndArray();
    }
}
