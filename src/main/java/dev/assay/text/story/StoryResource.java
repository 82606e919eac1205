package dev.assay.text.story;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Reads resource files of the story grammar. */
final class StoryResource {
    private StoryResource() {}

    /** Returns the lines of a resource without comments and blank lines. */
    static List<String> lines(String name) {
        try (InputStream bytes = StoryResource.class.getResourceAsStream(name);
                BufferedReader reader = new BufferedReader(new InputStreamReader(bytes, StandardCharsets.UTF_8))) {
            return reader.lines()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(name, e);
        }
    }
}
