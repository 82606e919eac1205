package dev.assay.feature.export;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.feature.store.FeatureStore;
import dev.assay.io.Json;
import dev.assay.provenance.AssayVersion;
import dev.assay.provenance.Provenance;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * The origin of an export: that of the feature store, with the store as another parent. Formats whose files cannot hold it get a file
 * {@code {"provenance": …}} next to them.
 *
 * @param provenance the origin
 */
record ExportProvenance(Provenance provenance) {
    /** The name of the file in a folder of exported files. */
    static final String FILE = "provenance.json";
    /** The key in the metadata of a Parquet file. */
    static final String PARQUET_KEY = "assay.provenance";

    static ExportProvenance of(FeatureStore store) {
        return new ExportProvenance(
                store.provenance().withVersion(AssayVersion.current()).withParent(store.artifact()));
    }

    /** Returns the file for an exported file without metadata: its name, followed by {@code .provenance.json}. */
    static Path nextTo(Path file) {
        return file.resolveSibling(file.getFileName() + "." + FILE);
    }

    /** Returns the content of {@link #FILE}, in UTF-8. */
    byte[] fileContent() {
        ObjectNode json = Json.mapper().createObjectNode();
        json.set(Provenance.FIELD, provenance.toJson());
        return Json.pretty(json).getBytes(StandardCharsets.UTF_8);
    }

    /** Returns the value of {@link #PARQUET_KEY}. */
    String metadataValue() {
        return provenance.toJson().toString();
    }
}
