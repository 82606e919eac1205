package dev.assay.feature.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.checkpoint.MappedTensor;
import dev.assay.checkpoint.Safetensors;
import dev.assay.io.Json;
import dev.assay.io.JsonObject;
import dev.assay.text.ContextRange;
import dev.assay.text.TokenBatch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The exact activations of a range of contexts, from which {@link FeatureMerge} writes a {@link FeatureStore}. A
 * {@link FeatureCollector#collectPart} writes one file per range.
 *
 * <p>Immutable. The file is memory-mapped and read in order; a part needs little memory of its own.
 */
public final class FeaturePart {
    static final String HEADER = "assay_feature_part";

    private final Path file;
    private final PartDescription description;
    private final PartLayout layout;
    private final Map<String, MappedTensor> arrays;

    private FeaturePart(Path file, PartDescription description, PartLayout layout, Map<String, MappedTensor> arrays) {
        this.file = file;
        this.description = description;
        this.layout = layout;
        this.arrays = arrays;
    }

    /**
     * Opens a part and checks its header, but not its values; {@link StoredPart#verify} compares every byte.
     *
     * @param file the file
     * @return the part
     * @throws IOException if it cannot be read
     * @throws InvalidInputException if it is not a part of a store
     */
    public static FeaturePart open(Path file) throws IOException {
        try (Safetensors stored = Safetensors.open(file)) {
            String header = stored.metadata().get(HEADER);
            JsonNode node = header == null ? null : Json.mapper().readTree(header);
            if (!(node instanceof ObjectNode object)) {
                throw new InvalidInputException(
                        file + " is not a part of a feature store, expected the field " + HEADER + " in its header");
            }
            JsonObject json = JsonObject.of(file, object);
            PartDescription description = PartDescription.read(json);
            PartLayout layout = new PartLayout(
                    json.count("positions"),
                    json.count("activations"),
                    json.count("documents"),
                    Math.toIntExact(
                            stored.info(StoreLayout.VOCABULARY_OFFSETS).shape().size() - 1),
                    stored.info(StoreLayout.VOCABULARY).shape().size());
            long expected =
                    description.range().size() * description.provenance().text().contextLength();
            if (layout.positions() != expected) {
                throw json.unexpected("positions", expected + " for " + description.range());
            }
            return new FeaturePart(file, description, layout, layout.map(stored));
        }
    }

    /** {@return the contexts of the part} */
    public ContextRange range() {
        return description.range();
    }

    /** {@return the number of latents, d_sae} */
    public int latents() {
        return description.latents();
    }

    /** {@return the number of tokens per context} */
    public int contextLength() {
        return description.provenance().text().contextLength();
    }

    /** {@return the number of tokens in the statistics} */
    public long tokens() {
        return description.provenance().text().tokens();
    }

    /** {@return the number of tokens after whose context the store ends, counted over all parts} */
    public long limit() {
        return description.options().limit();
    }

    /** {@return the number of activations above 0} */
    public long activations() {
        return layout.activations();
    }

    /** {@return the file} */
    public Path file() {
        return file;
    }

    PartDescription description() {
        return description;
    }

    VocabularyBytes vocabulary() {
        return new VocabularyBytes(
                arrays.get(StoreLayout.VOCABULARY_OFFSETS).ints(0, layout.vocabulary() + 1),
                arrays.get(StoreLayout.VOCABULARY).bytes(0, Math.toIntExact(layout.vocabularyBytes())));
    }

    /**
     * The tokens and activations of one context.
     *
     * @param number the number of the context in the corpus
     * @param ids token ids, special tokens included
     * @param documents the index of the document of each token
     * @param counted whether each token is part of the statistics
     * @param starts the activations of token i are entries starts[i] to starts[i + 1]
     * @param latents the latents of the activations, ascending per token
     * @param values the exact activations, above 0
     */
    public record Context(
            long number, int[] ids, long[] documents, boolean[] counted, int[] starts, int[] latents, float[] values) {}

    /**
     * Reads all contexts in order.
     *
     * @param visitor receives each context
     */
    public void contexts(Consumer<Context> visitor) {
        Reader reader = read();
        long number = range().from();
        while (reader.hasNext()) {
            CodedTokens batch = reader.next();
            for (int row = 0; row < batch.tokens().rows(); row++) {
                visitor.accept(context(batch, row, number++));
            }
        }
    }

    private static Context context(CodedTokens batch, int row, long number) {
        int length = batch.tokens().length();
        int from = row * length;
        int to = from + length;
        int first = (int) batch.offsets()[from];
        int end = batch.end(to - 1);
        int[] starts = new int[length + 1];
        for (int i = 0; i < length; i++) {
            starts[i] = (int) batch.offsets()[from + i] - first;
        }
        starts[length] = end - first;
        return new Context(
                number,
                Arrays.stream(batch.tokens().ids(), from, to)
                        .mapToInt(id -> (int) id)
                        .toArray(),
                Arrays.copyOfRange(batch.tokens().documents(), from, to),
                Arrays.copyOfRange(batch.counted(), from, to),
                starts,
                Arrays.stream(batch.latents(), first, end)
                        .mapToInt(latent -> (int) latent)
                        .toArray(),
                Arrays.copyOfRange(batch.values(), first, end));
    }

    /** Returns a reader of the contexts in order. */
    Reader read() {
        return new Reader();
    }

    /** Reads batches of contexts in order. */
    final class Reader {
        private static final int LARGEST_BATCH = 1 << 18; // activations, unless one context has more
        private static final int LARGEST_ROWS = 1 << 14; // positions

        private final int length = description.provenance().text().contextLength();
        private final MappedTensor documentPositions = arrays.get(StoreLayout.DOCUMENT_POSITIONS);
        private final MappedTensor documentNumbers = arrays.get(StoreLayout.DOCUMENT_NUMBERS);
        private long position;
        private long entry;
        private int segment; // of the next position

        /** Returns whether there are more contexts. */
        boolean hasNext() {
            return position < layout.positions();
        }

        /** Returns the next contexts. Tokens have no positions in their documents. */
        CodedTokens next() {
            int rows = 1;
            int[] active = active(1);
            int entries = Arrays.stream(active).sum();
            while (position + (rows + 1L) * length <= layout.positions() && (rows + 1) * length <= LARGEST_ROWS) {
                int[] following = arrays.get(PartLayout.ACTIVE).ints(position + (long) rows * length, length);
                int more = Arrays.stream(following).sum();
                if (entries + more > LARGEST_BATCH) {
                    break;
                }
                rows++;
                entries += more;
            }
            CodedTokens batch = batch(rows, active(rows), entries);
            position += (long) rows * length;
            entry += entries;
            return batch;
        }

        private int[] active(int rows) {
            return arrays.get(PartLayout.ACTIVE).ints(position, rows * length);
        }

        private CodedTokens batch(int rows, int[] active, int entries) {
            int size = rows * length;
            byte[] flags = arrays.get(PartLayout.COUNTED).bytes(position, size);
            boolean[] counted = new boolean[size];
            long[] documents = new long[size];
            long[] offsets = new long[size];
            long at = 0;
            for (int i = 0; i < size; i++) {
                counted[i] = flags[i] != 0;
                offsets[i] = at;
                at += active[i];
                while (segment + 1 < layout.documents() && documentPositions.intAt(segment + 1L) <= position + i) {
                    segment++;
                }
                documents[i] = documentNumbers.longAt(segment);
            }
            TokenBatch tokens = new TokenBatch(
                    rows,
                    length,
                    Arrays.stream(arrays.get(StoreLayout.TOKENS).ints(position, size))
                            .asLongStream()
                            .toArray(),
                    documents,
                    new int[size]);
            long[] latents = Arrays.stream(arrays.get(PartLayout.LATENTS).ints(entry, entries))
                    .asLongStream()
                    .toArray();
            return new CodedTokens(
                    tokens,
                    counted,
                    offsets,
                    latents,
                    arrays.get(PartLayout.ACTIVATIONS).floats(entry, entries));
        }
    }
}
