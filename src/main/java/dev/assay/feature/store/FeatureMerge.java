package dev.assay.feature.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.io.AtomicFolder;
import dev.assay.provenance.Provenance;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * Merges the parts of a feature store in the order of their contexts. The files are equal, byte for byte, to those of one pass over all
 * contexts, for any ranges of the parts.
 *
 * <p>Parts are read one after the other, so memory depends on the budget and the number of latents, not on the number of parts. The store
 * ends, as in one pass, after the context that reaches the requested number of tokens; later contexts and parts are not read.
 */
public final class FeatureMerge {
    private static final long DEFAULT_MEMORY = 1L << 28;

    private final List<Path> files;
    private long memory = DEFAULT_MEMORY;
    private LongConsumer progress = tokens -> {};

    private FeatureMerge(List<Path> files) {
        this.files = files;
    }

    /**
     * Starts a merge.
     *
     * @param files the files of the parts in the order of their contexts, at least one; each starts where the one before ends
     * @return the options
     */
    public static FeatureMerge of(List<Path> files) {
        InvalidInputException.require(
                !files.isEmpty(), "the list of parts of a feature store is empty, expected at least one");
        return new FeatureMerge(List.copyOf(files));
    }

    /**
     * Sets the approximate memory for sorting activations and counting coactivations, as {@link FeatureCollector#memoryBudget}.
     *
     * @param bytes the budget in bytes, at least 65,536; default 256 MiB
     * @return this
     */
    public FeatureMerge memoryBudget(long bytes) {
        memory = StoreBuilder.requireMemory(bytes);
        return this;
    }

    /**
     * Sets a progress listener.
     *
     * @param listener called with the number of tokens in the statistics so far
     * @return this
     */
    public FeatureMerge progress(LongConsumer listener) {
        progress = listener;
        return this;
    }

    /**
     * Writes the store.
     *
     * @param folder the folder of the store: absent, empty, or an existing store, which is replaced when the new one is complete
     * @return the store
     * @throws IOException if reading or writing fails; then an existing store is unchanged
     * @throws InvalidInputException if parts are missing or of different stores, or no token is counted
     */
    public FeatureStore write(Path folder) throws IOException {
        StoreFiles.requireUsable(folder);
        PartDescription first = requireConsecutive();
        AtomicFolder.write(folder, target -> write(target, first));
        return FeatureStore.open(folder);
    }

    /** Checks all headers and returns the description of the first part. */
    private PartDescription requireConsecutive() throws IOException {
        PartDescription first = FeaturePart.open(files.get(0)).description();
        long next = first.range().from();
        for (Path file : files) {
            PartDescription part = FeaturePart.open(file).description();
            if (part.range().from() != next) {
                throw new InvalidInputException(file + " has the " + part.range() + ", expected contexts from " + next
                        + ", where the part before it ends");
            }
            requireSame(file, "", first.identity(), part.identity());
            next = part.range().to();
        }
        return first;
    }

    private static void requireSame(Path file, String path, ObjectNode first, ObjectNode part) {
        List<String> fields = new ArrayList<>();
        first.fieldNames().forEachRemaining(fields::add);
        part.fieldNames().forEachRemaining(fields::add);
        for (String field : fields) {
            JsonNode expected = first.path(field);
            JsonNode found = part.path(field);
            if (expected instanceof ObjectNode one && found instanceof ObjectNode other) {
                requireSame(file, path + field + ".", one, other);
            } else if (!expected.equals(found)) {
                throw new InvalidInputException(file + " is a part of another feature store: " + path + field + " is "
                        + found + ", expected " + expected + " as in the first part");
            }
        }
    }

    private void write(Path target, PartDescription first) throws IOException {
        StoreBuilder.Options options = first.options().withMemory(memory);
        try (StoreBuilder builder = new StoreBuilder(target, first.latents(), options)) {
            for (Path file : files) {
                FeaturePart.Reader reader = FeaturePart.open(file).read();
                while (reader.hasNext() && !builder.full()) {
                    builder.add(reader.next());
                    progress.accept(builder.tokens());
                }
            }
            builder.requireTokens(first.provenance().text());
            builder.finish(
                    hash -> provenance(first.provenance(), hash, builder),
                    FeaturePart.open(files.get(0)).vocabulary(),
                    first.rules());
        }
    }

    private static Provenance provenance(Provenance part, String hash, StoreBuilder builder) {
        return part.withText(builder.text(part.text(), hash));
    }
}
