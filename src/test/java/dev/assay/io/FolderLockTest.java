package dev.assay.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.ChildJvm;
import dev.assay.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class FolderLockTest {
    @TempDir
    private Path temporary;

    @Test
    void threadAcquiresItsLockAgainUntilAllAreClosed() throws IOException {
        Path folder = temporary.resolve("run");
        try (FolderLock outer = FolderLock.in(folder)) {
            FolderLock.in(folder).close();
            assertTrue(refusalOfAnotherThread(folder).contains("another thread of this process"));
        }
        assertEquals("", refusalOfAnotherThread(folder));
    }

    @Test
    void closingDeletesTheLockAndAnEmptyFolder() throws IOException {
        Path folder = temporary.resolve("run");
        FolderLock.in(folder).close();
        assertFalse(Files.exists(folder));
        try (FolderLock lock = FolderLock.in(folder)) {
            Files.writeString(folder.resolve("run.json"), "{}");
        }
        try (FolderLock lock = FolderLock.nextTo(folder)) {
            assertTrue(Files.exists(folder));
        }
        try (var left = Files.walk(temporary)) {
            assertEquals(3, left.count());
        }
    }

    @Test
    void folderThatExistedIsKept() throws IOException {
        FolderLock.in(temporary).close();
        assertTrue(Files.exists(temporary));
    }

    @Test
    void lockFileOfAKilledProcessDoesNotCount() throws IOException {
        Files.writeString(TemporaryNames.lockIn(temporary), "1 of a process that was killed");
        FolderLock.in(temporary).close();
        assertFalse(Files.exists(TemporaryNames.lockIn(temporary)));
    }

    @Test
    @Timeout(60)
    @Tag("slow")
    void otherProcessIsRefusedWithTheProcessIdOfTheWriter() throws Exception {
        Path folder = temporary.resolve("run");
        try (FolderLock lock = FolderLock.in(folder)) {
            Process other = ChildJvm.of(FolderLockTest.class, folder.toString())
                    .redirectErrorStream(true)
                    .start();
            String output = new String(other.getInputStream().readAllBytes());
            assertEquals(1, other.waitFor());
            String sentence = folder + " is being written by process "
                    + ProcessHandle.current().pid() + ", expected a folder without another writer";
            assertTrue(output.contains(sentence), output);
        }
        Process other = ChildJvm.of(FolderLockTest.class, folder.toString()).start();
        assertEquals(0, other.waitFor());
    }

    /** Locks the folder of the argument. */
    public static void main(String[] arguments) throws IOException {
        FolderLock.in(Path.of(arguments[0])).close();
    }

    private static String refusalOfAnotherThread(Path folder) {
        try {
            CompletableFuture.runAsync(() -> {
                        try {
                            FolderLock.in(folder).close();
                        } catch (IOException failure) {
                            throw new AssertionError(failure);
                        }
                    })
                    .join();
            return "";
        } catch (CompletionException refused) {
            return assertThrows(InvalidInputException.class, () -> {
                        throw refused.getCause();
                    })
                    .getMessage();
        }
    }
}
