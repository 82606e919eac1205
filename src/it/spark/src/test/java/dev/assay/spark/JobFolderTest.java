package dev.assay.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobFolderTest {
    private static final String MANIFEST = "manifest.json";

    private final TaskEnvironment environment = new TaskEnvironment(1, "cpu", "amd64", "2.7.1", "0.1.0");

    @TempDir
    Path temporary;

    @Test
    void publishesOneAttemptPerUnitAndDeletesTheOthers() throws IOException {
        JobFolder folder = folder("out");
        folder.begin(job(1), MANIFEST);
        UnitRecord lost = write(folder, 0, "a", "text");
        UnitRecord kept = write(folder, 0, "b", "text");
        assertEquals(lost.files().get(0).sha256(), kept.files().get(0).sha256());
        UnitRecord other = write(folder, 1, "a", "more");

        folder.publish(List.of(kept, other));
        folder.write(MANIFEST, "{}");
        assertEquals(List.of(lost.files().get(0).object()), folder.clean());
        assertEquals(Set.of("0.txt", "1.txt", MANIFEST), names(temporary.resolve("out")));
        assertEquals("text", Files.readString(temporary.resolve("out/0.txt")));
    }

    @Test
    void rerunFindsFinishedUnitsAlsoAfterTheirFilesWereMoved() throws IOException {
        JobFolder folder = folder("out");
        folder.begin(job(1), MANIFEST);
        UnitRecord record = write(folder, 3, "a", "text");
        folder.begin(job(1), MANIFEST);
        assertEquals(Set.of(3), folder.done().keySet());
        folder.publish(List.of(record));
        assertEquals(Set.of(3), folder.done().keySet());
        folder.publish(List.of(record));
        assertTrue(folder.isIntact(folder.done().get(3)));
    }

    @Test
    void rerunRepeatsUnitsWhoseFilesAreMissingOrDamaged() throws IOException {
        JobFolder folder = folder("out");
        folder.begin(job(1), MANIFEST);
        UnitRecord shortened = write(folder, 0, "a", "text");
        UnitRecord changed = write(folder, 1, "a", "text");
        Files.writeString(
                temporary.resolve("out").resolve(shortened.files().get(0).object()), "te");
        Files.writeString(
                temporary.resolve("out").resolve(changed.files().get(0).object()), "tex.");
        assertEquals(Set.of(1), folder.done().keySet());
        assertFalse(folder.isIntact(folder.done().get(1)));
    }

    @Test
    void refusesTheFolderOfAnotherJobAndNamesTheField() throws IOException {
        folder("out").begin(job(1), MANIFEST);
        InvalidInputException refused =
                assertThrows(InvalidInputException.class, () -> folder("out").begin(job(2), MANIFEST));
        assertTrue(
                refused.getMessage().contains("options.rows is 1 in the job of this folder, expected 2"),
                refused::getMessage);

        Files.createDirectories(temporary.resolve("other"));
        Files.writeString(temporary.resolve("other/notes.txt"), "mine");
        InvalidInputException foreign =
                assertThrows(InvalidInputException.class, () -> folder("other").begin(job(1), MANIFEST));
        assertTrue(foreign.getMessage().contains("other contains notes.txt"), foreign::getMessage);
    }

    @Test
    void attemptWithoutCommitLeavesNothing() throws IOException {
        JobFolder folder = folder("out");
        folder.begin(job(1), MANIFEST);
        try (UnitAttempt attempt = new TaskAttempts(folder.files(), "a", environment).begin(0)) {
            Files.writeString(attempt.folder().resolve("0.txt"), "text");
        }
        assertEquals(Set.of("_job/job.json"), names(temporary.resolve("out")));
    }

    @Test
    void fullDiskIsOneSentenceWithThePath() {
        Configuration configuration = FailingFileSystem.configure(new Configuration(), "No space left on device");
        JobFolder folder = JobFolder.of("failing://" + temporary.resolve("out"), configuration);
        IOException full = assertThrows(IOException.class, () -> folder.begin(job(1), MANIFEST));
        assertEquals(
                "failing:" + temporary.resolve("out")
                        + "/_job/job.json.new: cannot be written: No space left on device",
                full.getMessage());
    }

    @Test
    void unwritableFolderIsOneSentenceWithThePath() throws IOException {
        // A file in place of a folder: the user root may write everywhere else.
        Files.writeString(temporary.resolve("file"), "");
        IOException refused =
                assertThrows(IOException.class, () -> folder("file/out").begin(job(1), MANIFEST));
        assertTrue(refused.getMessage().contains(temporary.resolve("file/out").toString()), refused::getMessage);
        assertFalse(refused.getMessage().contains("\n"), refused::getMessage);
    }

    private JobFolder folder(String name) {
        return JobFolder.of(temporary.resolve(name).toString(), new Configuration());
    }

    private UnitRecord write(JobFolder folder, int unit, String attempt, String content) throws IOException {
        try (UnitAttempt open = new TaskAttempts(folder.files(), attempt, environment).begin(unit)) {
            Files.writeString(open.folder().resolve(unit + ".txt"), content);
            return open.commit(Json.mapper().createObjectNode().put("length", content.length()));
        }
    }

    private static ObjectNode job(int rows) {
        ObjectNode job = Json.mapper().createObjectNode().put("job", "test");
        job.putObject("options").put("rows", rows);
        return job;
    }

    private static Set<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> folder.relativize(file).toString())
                    .collect(java.util.stream.Collectors.toSet());
        }
    }
}
