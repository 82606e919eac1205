package dev.assay.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScratchFilesTest {
    @TempDir
    private Path folder;

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void writesAFileAndRemovesItsScratchFiles() throws IOException {
        Path file = folder.resolve("part");
        for (String text : List.of("first", "second")) {
            AtomicFolder.writeFile(file, (scratch, target) -> {
                Files.writeString(scratch.resolve("log"), "scratch");
                Files.writeString(target, text);
            });
            assertEquals(text, Files.readString(file));
            assertEquals(List.of("part"), names());
        }
    }

    @Test
    void failureKeepsTheFileAndNamesIt() throws IOException {
        Path file = Files.writeString(folder.resolve("part"), "first");
        FileSystemException failure = assertThrows(
                FileSystemException.class,
                () -> AtomicFolder.writeFile(file, (scratch, target) -> {
                    Files.writeString(target, "half");
                    throw new FileSystemException(scratch.resolve("log").toString(), null, "No space left on device");
                }));
        assertTrue(failure.getMessage().startsWith(file + ": No space left on device"), failure.getMessage());
        assertEquals("first", Files.readString(file));
        assertEquals(List.of("part"), names());
    }
}
