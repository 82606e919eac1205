package dev.assay.spark;

import dev.assay.provenance.AssayVersion;
import dev.assay.tensor.Threads;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Starts PyTorch in a process of Spark. The engine unpacks its native files to a folder of the host at its first start. Processes of one
 * host do so one after the other, so that they are unpacked once.
 */
final class NativeLibraries {
    private static final String THREADS = "ai.djl.pytorch.num_threads";
    private static final String INTEROP_THREADS = "ai.djl.pytorch.num_interop_threads";
    private static final String OFFLINE = "ai.djl.offline";

    private NativeLibraries() {}

    /**
     * Starts the engine if it does not run yet, and sets the number of threads of the operations of this thread.
     *
     * @param threads at least 1; 0 keeps the number
     * @throws IOException if the lock cannot be created
     */
    static void start(int threads) throws IOException {
        if (threads > 0 && System.getProperty(THREADS) == null) {
            // The engine reads them once, when it starts.
            System.setProperty(THREADS, Integer.toString(threads));
            System.setProperty(INTEROP_THREADS, "1");
        }
        if (System.getProperty(OFFLINE) == null) {
            System.setProperty(OFFLINE, "true");
        }
        startLocked(lockFile());
        if (threads > 0) {
            Threads.set(threads);
        }
    }

    private static synchronized void startLocked(Path file) throws IOException {
        Files.createDirectories(file.getParent());
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.lock()) {
            Threads.count();
        }
    }

    /** Returns a file in the folder where DJL unpacks its native files, one per version of Assay. */
    private static Path lockFile() {
        return cacheFolder().resolve("assay-" + AssayVersion.current() + ".lock");
    }

    /** Returns DJL's cache, by its own rules. */
    static Path cacheFolder() {
        for (String name : new String[] {"ENGINE_CACHE_DIR", "DJL_CACHE_DIR"}) {
            String folder = System.getenv(name) == null ? System.getProperty(name) : System.getenv(name);
            if (folder != null && !folder.isEmpty()) {
                return Path.of(folder);
            }
        }
        Path home = Path.of(System.getProperty("user.home"));
        return Files.isWritable(home)
                ? home.resolve(".djl.ai")
                : Path.of(System.getProperty("java.io.tmpdir"), ".djl.ai");
    }
}
