package dev.assay.spark.internal.file;

import dev.assay.io.AtomicFiles;
import dev.assay.io.IoConsumer;
import dev.assay.io.Sha256;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.StreamCapabilities;

/**
 * Files below one folder of a Hadoop file system. Every failure names the file. On the local file system no checksum files are written,
 * which only Hadoop would read.
 */
public final class HadoopFiles {
    private static final int BUFFER = 1 << 18;

    private final FileSystem system;
    private final Path root;

    private HadoopFiles(FileSystem system, Path root) {
        this.system = system;
        this.root = root;
    }

    /**
     * Opens a folder.
     *
     * @param folder a path or URI; without a scheme, a path of the default file system of the configuration
     * @param configuration the configuration of Hadoop
     * @return the folder, which need not exist
     * @throws IOException if the file system is unknown or cannot be reached
     */
    public static HadoopFiles in(String folder, Configuration configuration) throws IOException {
        Path path = new Path(folder);
        try {
            FileSystem system = path.getFileSystem(configuration);
            FileSystem plain = system instanceof LocalFileSystem local ? local.getRawFileSystem() : system;
            return new HadoopFiles(plain, plain.makeQualified(path));
        } catch (IOException failure) {
            throw named(path, "opened", failure);
        }
    }

    /** Returns whether the folder is on the local file system. */
    public boolean isLocal() {
        return system.getUri().getScheme().equals("file");
    }

    /** Returns the folder on the local file system. */
    public java.nio.file.Path local() {
        return java.nio.file.Path.of(root.toUri().getPath());
    }

    /** Returns the path of a file, for messages. A local path has no scheme. */
    public String name(String file) {
        return name(path(file));
    }

    private static String name(Path path) {
        return "file".equals(path.toUri().getScheme()) ? path.toUri().getPath() : path.toString();
    }

    private Path path(String file) {
        return file.isEmpty() ? root : new Path(root, file);
    }

    /** Returns the length of a file; -1 if there is none. */
    public long length(String file) throws IOException {
        try {
            FileStatus status = system.getFileStatus(path(file));
            return status.isFile() ? status.getLen() : -1;
        } catch (FileNotFoundException missing) {
            return -1;
        } catch (IOException failure) {
            throw named(path(file), "read", failure);
        }
    }

    public boolean exists(String file) throws IOException {
        try {
            return system.exists(path(file));
        } catch (IOException failure) {
            throw named(path(file), "read", failure);
        }
    }

    /** Returns all files in a folder and below, relative to the root, in the order of their names. An absent folder has none. */
    public List<String> list(String folder) throws IOException {
        List<String> files = new ArrayList<>();
        Deque<Path> folders = new ArrayDeque<>(List.of(path(folder)));
        while (!folders.isEmpty()) {
            Path next = folders.remove();
            try {
                // Unlike listFiles, it does not start a process per local file to read its permissions.
                for (FileStatus status : system.listStatus(next)) {
                    if (status.isDirectory()) {
                        folders.add(status.getPath());
                    } else {
                        files.add(relative(status.getPath()));
                    }
                }
            } catch (FileNotFoundException absent) {
                continue;
            } catch (IOException failure) {
                throw named(next, "read", failure);
            }
        }
        files.sort(null);
        return files;
    }

    /**
     * A file.
     *
     * @param name the path below the folder
     * @param bytes its length
     * @param modified the time of its last change, in milliseconds
     */
    public record Entry(String name, long bytes, long modified) implements Serializable {}

    /** Returns all files of the folder and below in the order of their names, without hidden ones. */
    public List<Entry> entries() throws IOException {
        List<Entry> entries = new ArrayList<>();
        for (String name : list("")) {
            if (!("/" + name).contains("/.")) {
                FileStatus status = system.getFileStatus(path(name));
                entries.add(new Entry(name, status.getLen(), status.getModificationTime()));
            }
        }
        return entries;
    }

    public boolean isFolder(String file) throws IOException {
        try {
            return system.getFileStatus(path(file)).isDirectory();
        } catch (FileNotFoundException missing) {
            return false;
        } catch (IOException failure) {
            throw named(path(file), "read", failure);
        }
    }

    private String relative(Path file) {
        return file.toUri().getPath().substring(root.toUri().getPath().length() + 1);
    }

    /**
     * Writes a new file, replacing an earlier one. The file is complete or absent only if the caller renames it afterwards.
     *
     * @return its SHA-256
     */
    public String write(String file, IoConsumer<OutputStream> content) throws IOException {
        Sha256 hash = new Sha256();
        try (FSDataOutputStream out = create(path(file))) {
            content.accept(hash.passing(out));
            out.flush();
            if (out.hasCapability(StreamCapabilities.HSYNC)) {
                out.hsync();
            }
        } catch (IOException | FSError failure) {
            throw named(path(file), "written", failure);
        }
        return hash.hex();
    }

    /** Creates a file. This method of the local file system does not start a process that sets the permissions. */
    private FSDataOutputStream create(Path file) throws IOException {
        if (!system.exists(file.getParent()) && !system.mkdirs(file.getParent())) {
            throw new IOException("the folder " + name(file.getParent()) + " cannot be created");
        }
        return system.create(
                file, true, BUFFER, system.getDefaultReplication(file), system.getDefaultBlockSize(file), null);
    }

    /** Writes a text file, which appears under its name only when it is complete. */
    public void writeText(String file, String content) throws IOException {
        String temporary = file + ".new";
        write(temporary, out -> out.write(content.getBytes(StandardCharsets.UTF_8)));
        move(temporary, file);
    }

    public String readText(String file) throws IOException {
        try (InputStream in = system.open(path(file))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException failure) {
            throw named(path(file), "read", failure);
        }
    }

    /** Returns the SHA-256 of a file. */
    public String hash(String file) throws IOException {
        Sha256 hash = new Sha256();
        byte[] buffer = new byte[BUFFER];
        try (InputStream in = system.open(path(file))) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                hash.add(ByteBuffer.wrap(buffer, 0, read));
            }
            return hash.hex();
        } catch (IOException failure) {
            throw named(path(file), "read", failure);
        }
    }

    /** Copies a file to the local file system. */
    public void download(String file, java.nio.file.Path local) throws IOException {
        try (InputStream in = system.open(path(file))) {
            AtomicFiles.write(local, in::transferTo);
        } catch (IOException failure) {
            throw named(path(file), "read", failure);
        }
    }

    /** Moves a file, replacing an earlier one. */
    public void move(String from, String to) throws IOException {
        Path target = path(to);
        try {
            if (!system.exists(target.getParent())) {
                system.mkdirs(target.getParent());
            }
            if (!system.rename(path(from), target)) {
                system.delete(target, false);
                if (!system.rename(path(from), target)) {
                    throw new IOException("renaming " + name(path(from)) + " to it failed");
                }
            }
        } catch (IOException | FSError failure) {
            throw named(target, "written", failure);
        }
    }

    /** Deletes a file or a folder with its content, if it exists. */
    public void delete(String file) throws IOException {
        try {
            if (system.exists(path(file)) && !system.delete(path(file), true)) {
                throw new IOException("the file system refused it");
            }
        } catch (IOException | FSError failure) {
            throw named(path(file), "deleted", failure);
        }
    }

    /** Returns a failure whose message is the file, the operation and the first line of the reason. */
    private static IOException named(Path file, String operation, Throwable failure) {
        if (failure instanceof FileSystemException known && known.getFile() != null && known.getReason() != null) {
            return known;
        }
        Throwable reason = failure instanceof FSError && failure.getCause() != null ? failure.getCause() : failure;
        String message = reason.getMessage() == null ? reason.getClass().getSimpleName() : reason.getMessage();
        FileSystemException named = new FileSystemException(
                name(file),
                null,
                "cannot be " + operation + ": " + message.lines().findFirst().orElse(""));
        named.initCause(failure);
        return named;
    }
}
