package dev.assay.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.checkpoint.Safetensors;
import dev.assay.checkpoint.SafetensorsWriter;
import dev.assay.tensor.TorchEngine;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class AtomicFilesTest {
    private static final String DISK_FULL = "No space left on device";

    @TempDir
    private Path folder;

    @Test
    void createsFoldersAndReplacesFiles() throws IOException {
        Path file = folder.resolve("a/b/c.txt");
        AtomicFiles.writeString(file, "one");
        AtomicFiles.writeString(file, "two");
        assertEquals("two", Files.readString(file));
        assertEquals(List.of("c.txt"), names(file.getParent()));
    }

    @Test
    void keepsOldFileOnFullDisk() throws IOException {
        Path file = folder.resolve("weights.safetensors");
        try (NDManager manager = TorchEngine.newManager(Device.cpu())) {
            Safetensors.write(file, Map.of("a", manager.ones(new Shape(3))), Map.of());
            byte[] before = Files.readAllBytes(file);
            SafetensorsWriter writer = Safetensors.writer(Map.of("a", manager.ones(new Shape(1_000_000))), Map.of());
            FileSystemException failure = assertThrows(
                    FileSystemException.class,
                    () -> AtomicFiles.write(file, out -> writer.writeTo(new SmallDisk(out, 2_000_000))));
            assertEquals(file.toAbsolutePath() + ": " + DISK_FULL, failure.getMessage());
            assertEquals(List.of("weights.safetensors"), names(folder));
            assertArrayEquals(before, Files.readAllBytes(file));
        }
    }

    @Test
    void replacesSeveralFilesAsOneUnit() throws IOException {
        Map<Path, IoConsumer<OutputStream>> files = new LinkedHashMap<>();
        files.put(folder.resolve("first"), out -> out.write('1'));
        files.put(folder.resolve("second"), out -> new SmallDisk(out, 0).write('2'));
        AtomicFiles.writeString(folder.resolve("first"), "old");
        assertThrows(IOException.class, () -> AtomicFiles.writeAll(files));
        assertEquals("old", Files.readString(folder.resolve("first")));
        assertEquals(List.of("first"), names(folder));
    }

    @Test
    void keepsOldFileOnException() throws IOException {
        Path file = folder.resolve("a");
        AtomicFiles.writeString(file, "old");
        assertThrows(
                IllegalStateException.class,
                () -> AtomicFiles.write(file, out -> {
                    throw new IllegalStateException();
                }));
        assertEquals("old", Files.readString(file));
        assertEquals(List.of("a"), names(folder));
    }

    @Test
    void replacesFolderAsWhole() throws IOException {
        Path target = folder.resolve("checkpoint");
        AtomicFolder.write(target, place -> Files.writeString(place.resolve("old"), "1"));
        AtomicFolder.write(target, place -> {
            Files.createDirectory(place.resolve("deep"));
            Files.writeString(place.resolve("deep/new"), "2");
        });
        assertEquals(List.of("deep"), names(target));
        assertEquals(List.of("checkpoint"), names(folder));
    }

    @Test
    void keepsOldFolderOnFailure() throws IOException {
        Path target = folder.resolve("checkpoint");
        AtomicFolder.write(target, place -> Files.writeString(place.resolve("old"), "1"));
        assertThrows(
                IOException.class,
                () -> AtomicFolder.write(target, place -> {
                    Files.writeString(place.resolve("new"), "2");
                    throw new IOException(DISK_FULL);
                }));
        assertEquals(List.of("old"), names(target));
        assertEquals(List.of("checkpoint"), names(folder));
    }

    @Test
    void restoresFolderOfKilledProcess() throws IOException {
        Path target = folder.resolve("checkpoint");
        AtomicFolder.write(target, place -> Files.writeString(place.resolve("old"), "1"));
        TemporaryFolder.create(target).moveTargetHere(); // killed between the two moves
        AtomicFolder.recover(target);
        assertEquals(List.of("old"), names(target));
        AtomicFolder.write(target, place -> Files.writeString(place.resolve("new"), "1"));
        assertEquals(List.of("new"), names(target));
        assertEquals(List.of("checkpoint"), names(folder));
    }

    @Test
    void keepsFoldersAndFilesOfTheUser() throws IOException {
        Path target = folder.resolve("features");
        String unmarked = TemporaryNames.next(target).getFileName().toString();
        List<String> foreign = List.of("features.partial", "features.previous", "features.assay-tmp", unmarked);
        for (String name : foreign) {
            Files.createDirectory(folder.resolve(name));
            Files.writeString(folder.resolve(name).resolve("thesis.txt"), name);
        }
        AtomicFolder.recover(target);
        assertFalse(Files.exists(target));
        AtomicFolder.write(target, place -> Files.writeString(place.resolve("a"), "1"));
        AtomicFolder.write(target, place -> Files.writeString(place.resolve("b"), "2"));
        AtomicFolder.sweep(folder);
        AtomicFolder.delete(target);
        for (String name : foreign) {
            assertEquals(name, Files.readString(folder.resolve(name).resolve("thesis.txt")));
        }
        assertEquals(foreign.size(), names(folder).size());
    }

    @Test
    void deletesOnlyTemporaryFoldersOfTheSameTarget() throws IOException {
        Path target = folder.resolve("a");
        Path other = folder.resolve("a.b");
        TemporaryFolder.create(target);
        Files.createDirectory(TemporaryNames.next(target)); // killed before the marker was written
        TemporaryFolder.create(other);
        AtomicFolder.write(target, place -> Files.writeString(place.resolve("file"), "1"));
        assertEquals(1, TemporaryFolder.of(other).size());
        assertEquals(0, TemporaryFolder.of(target).size());
        AtomicFolder.sweep(folder);
        assertEquals(List.of("a"), names(folder));
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void replacesTheFolderThatALinkRefersTo() throws IOException {
        Path disk = Files.createDirectory(folder.resolve("disk"));
        Files.writeString(disk.resolve("old"), "1");
        Path link = Files.createSymbolicLink(folder.resolve("link"), disk);
        AtomicFolder.write(link, place -> Files.writeString(place.resolve("new"), "2"));
        assertTrue(Files.isSymbolicLink(link));
        assertEquals(List.of("new"), names(disk));
    }

    @Test
    void failureInAFolderNamesTheTarget() {
        Path target = folder.resolve("export");
        IOException unnamed = assertThrows(
                IOException.class,
                () -> AtomicFolder.write(target, place -> {
                    throw new IOException(DISK_FULL);
                }));
        assertEquals(target + ": " + DISK_FULL, unnamed.getMessage());
        IOException named = assertThrows(
                IOException.class,
                () -> AtomicFolder.write(target, place -> {
                    throw new FileSystemException(place.resolve("atoms/1.json").toString(), null, DISK_FULL);
                }));
        assertEquals(target.resolve("atoms/1.json") + ": " + DISK_FULL, named.getMessage());
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        }
    }

    /** Fails like a full disk. */
    private static final class SmallDisk extends FilterOutputStream {
        private long left;

        SmallDisk(OutputStream out, long bytes) {
            super(out);
            left = bytes;
        }

        @Override
        public void write(int value) throws IOException {
            left--;
            if (left < 0) {
                throw new IOException(DISK_FULL);
            }
            out.write(value);
        }
    }
}
