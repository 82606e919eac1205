package dev.assay.audit.run;

import dev.assay.InvalidInputException;
import dev.assay.io.AtomicFolder;
import dev.assay.io.Json;
import dev.assay.io.TemporaryNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The folder of the results of an audit: {@value #RESULT}, {@value #REPORT}, a folder of CSV tables, and a feature store of the documents. It
 * appears when it is complete; results that were there before are then replaced.
 */
public final class AuditFolder {
    /** The name of the file with the result. */
    public static final String RESULT = "audit.json";
    /** The name of the page. */
    public static final String REPORT = "report.html";
    /** The name of the folder of CSV tables. */
    public static final String TABLES = "tables";
    /** The name of the folder of the feature store of the documents. */
    public static final String STORE = "features";

    private AuditFolder() {}

    /** Computes a result, which may write further files into the folder of the argument. */
    interface Computation {
        AuditResult in(Path folder) throws IOException;
    }

    /**
     * Checks that a folder may be written.
     *
     * @param folder the folder
     * @throws IOException if it cannot be read
     * @throws InvalidInputException if it has files, but no {@value #RESULT}
     */
    public static void requireUsable(Path folder) throws IOException {
        AtomicFolder.recover(folder);
        if (!Files.exists(folder)) {
            return;
        }
        InvalidInputException.require(
                Files.isDirectory(folder), () -> folder + " is a file, expected a folder for the results");
        if (Files.isRegularFile(folder.resolve(RESULT))) {
            return;
        }
        List<Path> entries;
        try (Stream<Path> listed = Files.list(folder)) {
            entries = listed.sorted().toList();
        }
        for (Path entry : entries) {
            InvalidInputException.require(
                    TemporaryNames.isIgnored(entry),
                    () -> folder + " contains " + entry.getFileName() + " and no " + RESULT
                            + ", expected an empty folder or results of assay audit");
        }
    }

    static AuditResult write(Path folder, Computation computation) throws IOException {
        requireUsable(folder);
        List<AuditResult> results = new ArrayList<>();
        AtomicFolder.write(folder, temporary -> {
            AuditResult result = computation.in(temporary);
            Path tables = Files.createDirectory(temporary.resolve(TABLES));
            for (Map.Entry<String, String> table : result.tables().entrySet()) {
                Files.writeString(tables.resolve(table.getKey() + ".csv"), table.getValue());
            }
            Files.writeString(temporary.resolve(REPORT), result.page());
            Files.writeString(temporary.resolve(RESULT), Json.pretty(result.json()));
            results.add(result);
        });
        return results.get(0);
    }
}
