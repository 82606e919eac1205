package dev.assay.feature.store;

import dev.assay.InvalidInputException;
import dev.assay.checkpoint.IncrementalSafetensors;
import dev.assay.checkpoint.MappedTensor;
import dev.assay.checkpoint.PlannedTensor;
import dev.assay.checkpoint.Safetensors;
import dev.assay.provenance.Provenance;
import dev.assay.text.TokenBatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Builds the files of a store in a folder of its own while codes stream by. What grows with the corpus goes to temporary files; at
 * the end {@link RowTransposition} turns them into rows, {@link RowSummaries} and {@link CoactivationPass} look over the whole.
 */
final class StoreBuilder implements AutoCloseable {
    /** A block of the log takes some ten times its activations in bytes, twice: while it is filled and while it is read. */
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
     * How a store is built.
     *
     * @param memory about how many bytes to use for putting rows in order and counting pairs
     * @param partners how many latents to keep by each measure of firing together
     * @param window how much text an example shows unless told otherwise
     */
    record Options(long memory, int partners, ExampleWindow window) {}

    /**
     * Adds whole contexts. Only activations above 0 of tokens that count are kept.
     *
     * @throws InvalidInputException where an activation is not a finite number, or there are too many tokens
     */
    void add(CodedTokens batch) throws IOException {
        TokenBatch read = batch.tokens();
        if (corpus.positions() + read.ids().length > Integer.MAX_VALUE) {
            throw new InvalidInputException("the corpus has more than " + Integer.MAX_VALUE
                    + " tokens, which a store cannot hold; ask for fewer");
        }
        corpus.add(read);
        for (int token = 0; token < read.ids().length; token++) {
            int end = batch.end(token);
            int first = (int) batch.offsets()[token];
            log.beginPosition(end - first);
            if (batch.counted()[token]) {
                tokens++;
                for (int entry = first; entry < end; entry++) {
                    add(batch, entry, token);
                }
            }
        }
        contexts += read.rows();
    }

    private void add(CodedTokens batch, int entry, int token) {
        int latent = (int) batch.latents()[entry];
        float value = batch.values()[entry];
        if (value > 0 && value <= Float.MAX_VALUE) {
            statistics.add(latent, value);
            log.add(latent, value);
        } else if (value != 0 && !(value < 0)) {
            int length = batch.tokens().length();
            throw new InvalidInputException("latent " + latent + " has activation " + value + " at token "
                    + token % length + " of context " + (contexts + token / length) + ", expected a finite number");
        }
    }

    long contexts() {
        return contexts;
    }

    long tokens() {
        return tokens;
    }

    /**
     * Writes the files.
     *
     * @param provenance gets the hash of the tokens
     */
    void finish(Function<String, Provenance> provenance, VocabularyTexts vocabulary) throws IOException {
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
            new FeatureStoreManifest(from, layout, options.window, Files.size(data), hashes(layout, written))
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

    private static Map<String, String> hashes(StoreLayout layout, Safetensors written) throws IOException {
        Map<String, MappedTensor> arrays = layout.map(written);
        return layout.tensors().parallelStream()
                .map(PlannedTensor::name)
                .collect(Collectors.toMap(
                        name -> name, name -> arrays.get(name).sha256(), (one, other) -> one, TreeMap::new));
    }

    @Override
    public void close() throws IOException {
        log.close();
        corpus.close();
    }
}
