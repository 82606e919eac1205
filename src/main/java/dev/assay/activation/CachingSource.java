package dev.assay.activation;

import ai.djl.Device;
import dev.assay.InvalidInputException;
import dev.assay.io.ScratchFile;
import dev.assay.provenance.Provenance;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * A source whose streams keep the activations that they compute, so that later epochs do not run the model or the tokenizer again. The rows
 * are the same bits as those of the source. Activations are kept in memory up to {@value #MEMORY_BYTES} bytes, and beyond in a temporary
 * file; those that exceed the limit are computed in each epoch. A stream frees both when it is closed.
 */
public final class CachingSource implements ActivationSource {
    /** The largest number of bytes in memory, and the default limit. */
    public static final long MEMORY_BYTES = 1L << 30;

    private final ActivationSource source;
    private final long bytes;
    private final long memoryBytes;
    private final Path folder;

    private CachingSource(ActivationSource source, long bytes, long memoryBytes, Path folder) {
        this.source = source;
        this.bytes = bytes;
        this.memoryBytes = memoryBytes;
        this.folder = folder;
    }

    /**
     * Adds a cache to a source.
     *
     * @param source a source on the CPU whose batches depend on their position in the text, not on the epoch
     * @param bytes the largest number of bytes in memory and in the temporary file together, at least 0
     * @param folder the folder of the temporary file; files that killed processes left there are deleted, so one process at a time may use it
     * @return the source with its cache; the source itself without any bytes or on another device
     */
    public static ActivationSource of(ActivationSource source, long bytes, Path folder) {
        return of(source, bytes, MEMORY_BYTES, folder);
    }

    /**
     * Adds a cache without a file to a source.
     *
     * @param source as for {@link #of}
     * @param bytes the largest number of bytes in memory, at least 0
     * @return the source with its cache; the source itself without any bytes or on another device
     */
    public static ActivationSource inMemory(ActivationSource source, long bytes) {
        return of(source, bytes, bytes, Path.of(""));
    }

    static ActivationSource of(ActivationSource source, long bytes, long memoryBytes, Path folder) {
        InvalidInputException.require(
                bytes >= 0, () -> "the activations to keep are " + bytes + " bytes, expected at least 0");
        return bytes == 0 || !source.device().equals(Device.cpu())
                ? source
                : new CachingSource(source, bytes, memoryBytes, folder);
    }

    @Override
    public List<String> sites() {
        return source.sites();
    }

    @Override
    public List<Integer> widths() {
        return source.widths();
    }

    @Override
    public ActivationStream open(StreamPosition start) throws IOException {
        if (bytes > memoryBytes) {
            ScratchFile.deleteLeftovers(folder, ActivationFile.NAME);
        }
        return new CachingStream(source, new ActivationMemory(bytes, memoryBytes, folder), start);
    }

    @Override
    public ActivationStream openSample(long rows) throws IOException {
        return source.openSample(rows);
    }

    @Override
    public Device device() {
        return source.device();
    }

    @Override
    public Provenance provenance() {
        return source.provenance();
    }

    @Override
    public String modelHash() {
        return source.modelHash();
    }
}
