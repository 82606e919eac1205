package dev.assay.spark.internal.file;

import dev.assay.InvalidInputException;
import dev.assay.io.Sha256;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkEnv;

/**
 * Copies of folders on the local disk of a host, shared by its processes. A folder is copied under a lock by the first task that needs it;
 * every copied file is compared with its hash. A copy remains for later jobs until it is deleted.
 */
public final class HostCache {
    /** The option of Spark with the folder of the cache; the default is {@code assay-spark} in the temporary folder of the process. */
    public static final String OPTION = "spark.assay.cache";

    /** Locks of the operating system exclude processes, this one the threads of a process. */
    private static final Object THREADS = new Object();

    private final Path root;

    public HostCache(Path root) {
        this.root = root;
    }

    /** Returns the cache of this host. */
    public static HostCache ofHost() {
        Path usual = Path.of(System.getProperty("java.io.tmpdir"), "assay-spark-" + System.getProperty("user.name"));
        SparkEnv env = SparkEnv.get();
        return new HostCache(env == null ? usual : Path.of(env.conf().get(OPTION, usual.toString())));
    }

    /** Returns a folder for files of one piece of work on this host, which need not exist. */
    public Path work(String name) {
        return root.resolve("work").resolve(name);
    }

    /**
     * Returns a local folder with the files of a shared folder.
     *
     * @throws InvalidInputException if a copied file has another hash than expected
     * @throws IOException if a file cannot be read or copied
     */
    public Path local(SharedFolder shared, Configuration configuration) throws IOException {
        HadoopFiles source = HadoopFiles.in(shared.uri(), configuration);
        if (source.isLocal()) {
            return source.local();
        }
        Path copy = root.resolve(shared.hash());
        Files.createDirectories(root);
        synchronized (THREADS) {
            try (FileChannel channel = FileChannel.open(
                            root.resolve(shared.hash() + ".lock"),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
                    FileLock lock = channel.lock()) {
                for (SharedFolder.Entry file : shared.files()) {
                    copy(source, file, copy.resolve(file.name()));
                }
            }
        }
        return copy;
    }

    /** Returns a local copy of the folder of a text. */
    public Path text(HadoopText text) throws IOException {
        HadoopFiles source = HadoopFiles.in(text.folder(), text.configuration().value());
        Path copy = root.resolve("text").resolve(text.cacheName());
        Files.createDirectories(copy);
        synchronized (THREADS) {
            try (FileChannel channel = FileChannel.open(
                            copy.resolveSibling("copy.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = channel.lock()) {
                for (HadoopFiles.Entry file : text.files()) {
                    Path target = copy.resolve(file.name());
                    if (!Files.exists(target) || Files.size(target) != file.bytes()) {
                        Files.createDirectories(target.getParent());
                        source.download(file.name(), target);
                    }
                }
            }
        }
        return copy;
    }

    /** Copies a file unless it is there. A copy has its name only after its hash was compared. */
    private static void copy(HadoopFiles source, SharedFolder.Entry file, Path target) throws IOException {
        if (Files.exists(target) && Files.size(target) == file.bytes()) {
            return;
        }
        Files.createDirectories(target.getParent());
        Path incoming = target.resolveSibling(target.getFileName() + ".incoming");
        source.download(file.name(), incoming);
        String hash = Sha256.of(incoming);
        if (!hash.equals(file.sha256())) {
            Files.delete(incoming);
            throw new InvalidInputException(source.name(file.name()) + " has the hash " + hash + ", expected "
                    + file.sha256() + "; the file was changed or damaged");
        }
        Files.move(
                incoming,
                target,
                java.nio.file.StandardCopyOption.ATOMIC_MOVE,
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    }
}
