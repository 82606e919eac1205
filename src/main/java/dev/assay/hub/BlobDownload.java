package dev.assay.hub;

import dev.assay.io.AtomicFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.function.LongConsumer;

/**
 * Downloads one file into a cache. It is written to {@code TAG.incomplete}, which a later download resumes; after verification it is moved
 * to its final place.
 */
final class BlobDownload {
    private static final int BUFFER = 1 << 17;

    private final HubClient client;
    private final HubCache cache;
    private final HubName name;
    private final String commit;
    private final HubFile file;
    private final long maxBytes;
    private final Path blob;
    private final Path incomplete;

    /** Prepares the download of a file with metadata from the hub; {@code maxBytes} limits a file of unknown size. */
    BlobDownload(HubClient client, HubCache cache, HubName name, String commit, HubFile file, long maxBytes) {
        this.client = client;
        this.cache = cache;
        this.name = name;
        this.commit = commit;
        this.file = file;
        this.maxBytes = maxBytes;
        this.blob = cache.blob(file.tag());
        this.incomplete = blob.resolveSibling(file.tag() + ".incomplete");
    }

    /** Returns whether the file is already in the cache. */
    boolean isDone() throws IOException {
        return Files.isRegularFile(blob) && (file.size() < 0 || Files.size(blob) == file.size());
    }

    String tag() {
        return file.tag();
    }

    /** Returns the number of bytes to download, 0 if the file is in the cache or its size is unknown. */
    long size() throws IOException {
        return isDone() ? 0 : Math.max(0, file.size());
    }

    /** Returns the number of missing bytes, 0 if unknown. */
    long missing() throws IOException {
        return Math.max(0, size() - (Files.exists(incomplete) ? Files.size(incomplete) : 0));
    }

    /**
     * Downloads the file unless it is in the cache.
     *
     * @param progress receives the number of bytes present
     * @return the path in the cache
     * @throws IOException if the download fails or does not match the hub's metadata; a mismatching file is deleted
     */
    Path run(LongConsumer progress) throws IOException {
        if (isDone()) {
            return blob;
        }
        Files.createDirectories(blob.getParent());
        try (BlobLock lock = BlobLock.acquire(cache.lock(file.tag()))) {
            if (!isDone()) {
                download(progress);
            }
        }
        return blob;
    }

    private void download(LongConsumer progress) throws IOException {
        boolean continued = Files.exists(incomplete);
        receive(progress);
        if (continued && !isAsDescribed()) {
            // The remainder of an earlier download may be the damaged part, so it is deleted too.
            Files.delete(incomplete);
            receive(progress);
        }
        if (!isAsDescribed()) {
            long size = Files.size(incomplete);
            Files.delete(incomplete);
            throw new IOException(label() + " arrived with " + size + " bytes and a hash other than " + file.tag()
                    + ", expected " + (file.size() < 0 ? "content of that hash" : file.size() + " bytes of that hash")
                    + "; it was deleted, try again");
        }
        Files.move(incomplete, blob, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        AtomicFiles.forceFolder(blob.getParent());
    }

    private boolean isAsDescribed() throws IOException {
        return (file.size() < 0 || Files.size(incomplete) == file.size()) && ContentTag.matches(incomplete, file.tag());
    }

    /**
     * Downloads the missing bytes and resumes after each broken connection. Only a size above that of all tries before is progress: a
     * server that cuts the connection at one byte and then refuses to continue from it ends the download after the usual number of tries.
     */
    private void receive(LongConsumer progress) throws IOException {
        Retries retries = new Retries(client.retryPolicy());
        try (FileChannel out = FileChannel.open(incomplete, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            if (file.size() >= 0 && out.size() > file.size()) {
                out.truncate(0);
            }
            boolean whole = file.size() >= 0 && out.size() == file.size();
            long largest = out.size();
            while (!whole) {
                try {
                    whole = receive(out, progress);
                } catch (TransientFailure failure) {
                    if (out.size() > largest) {
                        largest = out.size();
                        retries.progressed();
                    }
                    retries.failed(failure);
                }
            }
            out.force(true);
        }
    }

    /** Downloads missing bytes over one connection; returns whether the file is then complete. */
    private boolean receive(FileChannel out, LongConsumer progress) throws IOException {
        try (HubResponse answer = client.open(name, commit, file.name(), out.size())) {
            if (answer.status() == HubResponse.RANGE_NOT_SATISFIABLE) {
                out.truncate(0);
                throw new TransientFailure(label() + " cannot be resumed", null, null);
            }
            if (!continues(answer, out.size())) {
                out.truncate(0);
            }
            long promised = answer.wholeSize(out.size());
            out.position(out.size());
            byte[] buffer = new byte[BUFFER];
            for (int read = answer.body().read(buffer);
                    read >= 0;
                    read = answer.body().read(buffer)) {
                requireWithinLimit(out.position() + read);
                write(out, ByteBuffer.wrap(buffer, 0, read));
                progress.accept(out.position());
            }
            long expected = file.size() >= 0 ? file.size() : promised;
            if (out.position() < expected) {
                throw new TransientFailure(
                        label() + " ended after " + out.position() + " of " + expected + " bytes", null, null);
            }
            return true;
        }
    }

    /** Deletes a file that becomes longer than the hub declares, or than the limit of files whose size is unknown. */
    private void requireWithinLimit(long bytes) throws IOException {
        boolean sized = file.size() >= 0;
        if (bytes > (sized ? file.size() : maxBytes)) {
            Files.delete(incomplete);
            throw new IOException(label() + " is longer than the "
                    + (sized
                            ? file.size() + " bytes that the hub declares; it was deleted"
                            : maxBytes + " bytes allowed for a file whose size the hub does not declare (--max-bytes);"
                                    + " it was deleted"));
        }
    }

    /** Returns whether a response starts at the requested byte rather than at the first. */
    private static boolean continues(HubResponse answer, long from) {
        return answer.status() == HubResponse.PARTIAL_CONTENT
                && answer.header("Content-Range").startsWith("bytes " + from + "-");
    }

    private void write(FileChannel out, ByteBuffer bytes) throws IOException {
        try {
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
        } catch (IOException failure) {
            // "No space left on device" alone does not name the file.
            IOException named = new FileSystemException(incomplete.toString(), null, failure.getMessage());
            named.initCause(failure);
            throw named;
        }
    }

    private String label() {
        return client.host() + ": " + file.name() + " of " + name;
    }
}
