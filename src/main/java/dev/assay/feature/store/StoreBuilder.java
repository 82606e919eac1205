package dev.assay.feature.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.checkpoint.IncrementalSafetensors;
import dev.assay.checkpoint.MappedTensor;
import dev.assay.checkpoint.Safetensors;
import dev.assay.provenance.Provenance;
import dev.assay.provenance.TextProvenance;
import dev.assay.text.TokenBatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Writes the files of a store from a stream of codes. Data that grows with the corpus is buffered in temporary files. {@link #finish}
 * transposes them into rows ({@link RowTransposition}), then computes quantiles ({@link RowSummaries}) and coactivations
 * ({@link CoactivationPass}).
 */
final class StoreBuilder implements CodeRecorder {
    private static final long MIN_MEMORY = 1 << 16;

    /** Bytes of the memory budget per activation of a log block; a block is in memory once while filled and once while read. */
    private static final int BLOCK_SHARE = 128;

    private static final int LARGEST_BLOCK = 1 << 20;

    private final Path folder;
    private final Path logFile;
    private final Path tokenFile;
    private final Options options;
    private final LatentStatistics statistics;
    private final ActivationLog log;
    private final CorpusRecorder corpus;
    private long contexts;
    private long tokens;

    StoreBuilder(Path folder, int latents, Options options) throws IOException {
        this.folder = folder;
        this.options = options;
        logFile = folder.resolve("activations.log");
        tokenFile = folder.resolve("tokens.log");
        statistics = new LatentStatistics(latents);
        int block = (int) Math.min(LARGEST_BLOCK, options.memory / BLOCK_SHARE);
        log = new ActivationLog(logFile, Math.max(block, latents));
        corpus = new CorpusRecorder(tokenFile);
    }

    /**
     * Options of a store.
     *
     * @param memory the approximate memory for sorting rows and counting pairs, in bytes
     * @param partners the number of coactivating latents to store per latent and measure
     * @param window the default window of examples
     * @param note the note of the writer
     * @param limit the number of counted tokens after whose context the store ends
     */
    record Options(long memory, int partners, ExampleWindow window, ObjectNode note, long limit) {
        /** Creates options without a limit. */
        Options(long memory, int partners, ExampleWindow window, ObjectNode note) {
            this(memory, partners, window, note, Long.MAX_VALUE);
        }

        Options withMemory(long bytes) {
            return new Options(bytes, partners, window, note, limit);
        }
    }

    static long requireMemory(long bytes) {
        InvalidInputException.require(
                bytes >= MIN_MEMORY, "the memory budget is " + bytes + " bytes, expected at least " + MIN_MEMORY);
        return bytes;
    }

    /** Adds whole contexts, up to the one that reaches the limit. */
    @Override
    public void add(CodedTokens batch) throws IOException {
        int rows = wanted(batch);
        TokenBatch read = batch.tokens();
        int size = rows * read.length();
        if (corpus.positions() + size > Integer.MAX_VALUE) {
            throw new InvalidInputException(
                    "the corpus has more than " + Integer.MAX_VALUE
                            + " tokens, special tokens included, expected at most that many; reduce the number of tokens to read");
        }
        corpus.add(read, size);
        for (int token = 0; token < size; token++) {
            int end = batch.end(token);
            int first = (int) batch.offsets()[token];
            log.beginPosition(end - first);
            if (batch.counted()[token]) {
                tokens++;
                for (int entry = first; entry < end; entry++) {
                    if (ActivationCheck.isStored(batch, entry, token, contexts)) {
                        statistics.add((int) batch.latents()[entry], batch.values()[entry]);
                        log.add((int) batch.latents()[entry], batch.values()[entry]);
                    }
                }
            }
        }
        contexts += rows;
    }

    /** Returns the number of contexts of a batch up to the one that reaches the limit. */
    private int wanted(CodedTokens batch) {
        TokenBatch read = batch.tokens();
        long reached = tokens;
        int rows = 0;
        while (rows < read.rows() && reached < options.limit) {
            for (int token = rows * read.length(); token < (rows + 1) * read.length(); token++) {
                reached += batch.counted()[token] ? 1 : 0;
            }
            rows++;
        }
        return rows;
    }

    /** Returns whether the limit is reached. */
    boolean full() {
        return tokens >= options.limit;
    }

    @Override
    public long contexts() {
        return contexts;
    }

    @Override
    public long tokens() {
        return tokens;
    }

    /** Checks that a token was counted. */
    void requireTokens(TextProvenance text) {
        InvalidInputException.require(
                tokens > 0, () -> text.description() + " has no tokens in " + text.part() + ", expected at least one");
    }

    /**
     * Writes the data file and the manifest, and deletes the temporary files.
     *
     * @param provenance computes the provenance from the hash of the corpus tokens
     * @param vocabulary the bytes of each token id
     * @param rules the rules for joining the tokens of a sequence
     */
    void finish(Function<String, Provenance> provenance, VocabularyBytes vocabulary, TextRules rules)
            throws IOException {
        log.end();
        long[] offsets = new long[statistics.latents() + 1];
        for (int latent = 0; latent < statistics.latents(); latent++) {
            offsets[latent + 1] = offsets[latent] + statistics.counts()[latent];
        }
        StoreLayout layout = new StoreLayout(
                statistics.latents(),
                offsets[statistics.latents()],
                corpus.positions(),
                corpus.documents(),
                vocabulary.size(),
                vocabulary.byteCount(),
                options.partners);
        Provenance from = provenance.apply(corpus.hash());
        Path data = folder.resolve(StoreFiles.DATA);
        try (IncrementalSafetensors file = IncrementalSafetensors.create(
                        data,
                        layout.tensors(),
                        Map.of(FeatureStoreManifest.COLLECTION, FeatureStoreManifest.collection(from)));
                Safetensors written = Safetensors.open(data)) {
            file.write(StoreLayout.ROW_OFFSETS, offsets);
            new RowTransposition(log, offsets, statistics.maxima(), file, options.memory).run();
            corpus.write(file);
            vocabulary.write(file);
            writeStatistics(file);
            RowSummaries rows = new RowSummaries(offsets, written.map(StoreLayout.CODES), statistics.maxima());
            file.write(StoreLayout.CODE_SUMS, rows.flatSums());
            file.write(StoreLayout.QUANTILES, rows.quantiles());
            if (options.partners > 0) {
                writePartners(file, rows.sums());
            }
            Map<String, MappedTensor> arrays = layout.map(written);
            new FeatureStoreManifest(
                            from,
                            layout,
                            options.window,
                            rules,
                            Files.size(data),
                            ofEach(arrays, MappedTensor::sha256),
                            ofEach(arrays, MappedTensor::blockChecksums),
                            options.note)
                    .write(folder);
        }
        close();
        Files.delete(logFile);
        Files.delete(tokenFile);
    }

    private void writeStatistics(IncrementalSafetensors file) throws IOException {
        file.write(StoreLayout.MAX, statistics.maxima());
        file.write(StoreLayout.MOMENTS, statistics.moments());
        file.write(StoreLayout.HISTOGRAM, statistics.histograms().counts());
        file.write(StoreLayout.BIN_WIDTH, statistics.histograms().binWidths());
    }

    private void writePartners(IncrementalSafetensors file, PairMoments.CodeSums[] sums) throws IOException {
        CoactivationPass pass = new CoactivationPass(log, tokens, statistics.maxima(), sums, options.partners);
        pass.run(options.memory);
        pass.byJaccard().write(file, StoreLayout.JACCARD);
        pass.byPearson().write(file, StoreLayout.PEARSON);
    }

    private static Map<String, String> ofEach(
            Map<String, MappedTensor> arrays, Function<MappedTensor, String> checksum) {
        return arrays.entrySet().parallelStream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey,
                        array -> checksum.apply(array.getValue()),
                        (one, other) -> one,
                        TreeMap::new));
    }

    @Override
    public void close() throws IOException {
        log.close();
        corpus.close();
    }
}
