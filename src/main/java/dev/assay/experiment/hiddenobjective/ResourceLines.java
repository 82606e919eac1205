package dev.assay.experiment.hiddenobjective;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Reads the text files of this package's resources. */
final class ResourceLines {
    private ResourceLines() {}

    /** Returns the bytes of a file. */
    static byte[] bytes(String file) {
        try (InputStream in = ResourceLines.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException("the resource " + file + " is missing");
            }
            return in.readAllBytes();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Returns the lines of a file without comments and empty lines. */
    static List<String> of(String file) {
        return new String(bytes(file), StandardCharsets.UTF_8)
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .toList();
    }
}
