package dev.assay.io;

import dev.assay.InvalidInputException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The exclusive right to write a folder, among the processes of a machine and the threads of a process. A thread may acquire a lock several
 * times. The operating system releases the lock of a process that ends; closing the lock deletes its file.
 */
public final class FolderLock implements Closeable {
    private static final Pattern CONTENT = Pattern.compile("(\\d{1,19}) .*", Pattern.DOTALL);
    private static final int LONGEST_CONTENT = 80;

    /**
     * The locks of this process by lock file; accessed only while synchronized on the map. The operating system's locks belong to the
     * process: it releases them when any thread closes any other channel of the same file.
     */
    private static final Map<Path, Holder> HELD = new HashMap<>();

    private final Path file;
    private final Holder holder;
    private final Optional<Path> created; // a folder to delete if it is still empty

    private FolderLock(Path file, Holder holder, Optional<Path> created) {
        this.file = file;
        this.holder = holder;
        this.created = created;
    }

    /** A lock of this process. */
    private static final class Holder {
        private final Thread owner = Thread.currentThread();
        private final FileChannel locked;
        private final FileChannel opened;
        private int count = 1;

        /** Uses two channels of the lock file: closing either of them ends the lock. */
        Holder(FileChannel locked, FileChannel opened) {
            this.locked = locked;
            this.opened = opened;
        }
    }

    /**
     * Locks a folder whose files are written one by one, by a file inside the folder.
     *
     * @param folder created if it does not exist; closing the lock deletes it if it was created and is still empty
     * @return the lock, to be closed by the same thread
     * @throws InvalidInputException if another process or thread holds the lock, or the path is a file
     * @throws IOException if the lock file cannot be written
     */
    public static FolderLock in(Path folder) throws IOException {
        if (Files.exists(folder) && !Files.isDirectory(folder)) {
            throw new InvalidInputException(folder + " is a file, expected a folder");
        }
        boolean fresh = !Files.exists(folder);
        FileFailures.createFolder(folder);
        return acquire(
                folder, TemporaryNames.lockIn(folder.toRealPath()), fresh ? Optional.of(folder) : Optional.empty());
    }

    /**
     * Locks a folder that is replaced as a whole, by a file next to it.
     *
     * @param folder need not exist; its parent is created
     * @return the lock, to be closed by the same thread
     * @throws InvalidInputException if another process or thread holds the lock
     * @throws IOException if the lock file cannot be written
     */
    public static FolderLock nextTo(Path folder) throws IOException {
        Path target = folder.toAbsolutePath().normalize();
        FileFailures.createFolder(target.getParent());
        Path real = target.getParent().toRealPath().resolve(target.getFileName());
        return acquire(folder, TemporaryNames.lockOf(real), Optional.empty());
    }

    private static FolderLock acquire(Path folder, Path file, Optional<Path> created) throws IOException {
        synchronized (HELD) {
            Holder holder = HELD.get(file);
            if (holder == null) {
                HELD.put(file, open(folder, file));
            } else if (holder.owner == Thread.currentThread()) {
                holder.count++;
            } else {
                throw busy(folder, "another thread of this process");
            }
            return new FolderLock(file, HELD.get(file), created);
        }
    }

    /** Opens and locks the file. Repeats if its owner deleted it between the two. */
    private static Holder open(Path folder, Path file) throws IOException {
        while (true) {
            FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            try {
                if (!locks(channel)) {
                    Matcher owner = CONTENT.matcher(content(channel));
                    throw busy(folder, owner.matches() ? "process " + owner.group(1) : "another process");
                }
                String content = ProcessHandle.current().pid() + " " + UUID.randomUUID() + "\n";
                channel.truncate(0);
                channel.write(ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8)), 0);
                Optional<FileChannel> same = openIfEqual(file, content);
                if (same.isPresent()) {
                    return new Holder(channel, same.get());
                }
                channel.close();
            } catch (IOException | RuntimeException failure) {
                channel.close();
                throw failure;
            }
        }
    }

    private static boolean locks(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException otherClassLoader) {
            return false;
        }
    }

    private static Optional<FileChannel> openIfEqual(Path file, String content) throws IOException {
        FileChannel channel;
        try {
            channel = FileChannel.open(file, StandardOpenOption.READ);
        } catch (NoSuchFileException deleted) {
            return Optional.empty();
        }
        if (content(channel).equals(content)) {
            return Optional.of(channel);
        }
        channel.close();
        return Optional.empty();
    }

    private static String content(FileChannel channel) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(LONGEST_CONTENT);
        channel.read(bytes, 0);
        return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
    }

    private static InvalidInputException busy(Path folder, String owner) {
        return new InvalidInputException(
                folder + " is being written by " + owner + ", expected a folder without another writer");
    }

    /** Releases the lock if this thread has closed it as often as it has acquired it. */
    @Override
    public void close() throws IOException {
        synchronized (HELD) {
            holder.count--;
            if (holder.count == 0) {
                HELD.remove(file);
                try {
                    Files.deleteIfExists(file);
                } finally {
                    holder.locked.close();
                    holder.opened.close();
                }
            }
        }
        if (created.isPresent()) {
            deleteIfEmpty(created.get());
        }
    }

    private static void deleteIfEmpty(Path folder) throws IOException {
        try (var entries = Files.newDirectoryStream(folder)) {
            if (entries.iterator().hasNext()) {
                return;
            }
        } catch (NoSuchFileException deleted) {
            return;
        }
        Files.deleteIfExists(folder);
    }
}
