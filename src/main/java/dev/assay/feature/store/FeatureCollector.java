package dev.assay.feature.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.attach.AttachedSites;
import dev.assay.attach.ForwardBatches;
import dev.assay.attach.TokenMask;
import dev.assay.io.AtomicFolder;
import dev.assay.io.Json;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.ActivationCache;
import dev.assay.model.hook.HookPoint;
import dev.assay.provenance.ParentArtifact;
import dev.assay.provenance.TextProvenance;
import dev.assay.sae.Dictionary;
import dev.assay.sae.PositionSlice;
import dev.assay.sae.SaeMetadata;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.SparseCodes;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import dev.assay.text.ContextRange;
import dev.assay.text.ContextReader;
import dev.assay.text.Corpus;
import dev.assay.text.CorpusIndex;
import dev.assay.text.RangeReaders;
import dev.assay.text.Split;
import dev.assay.text.TextPosition;
import dev.assay.text.TokenBatch;
import dev.assay.text.TokenSelection;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.LongConsumer;
import java.util.function.Supplier;

/**
 * Collects a {@link FeatureStore} in one pass of the model and the dictionary over a corpus. Special tokens, and tokens that the dictionary's
 * training left out, are not part of the statistics.
 *
 * <p>The store does not depend on the batch size or the memory budget. Equal runs on one machine write equal files.
 */
public final class FeatureCollector {
    private static final int READ_AHEAD = 256;

    private final HookedTransformer model;
    private final Dictionary dictionary;
    private final Supplier<ParentArtifact> origin;
    private final Corpus corpus;
    private ParentArtifact described;
    private long tokens = 1_000_000;
    private Split split = Split.ALL;
    private int batch = ForwardBatches.CONTEXTS;
    private ExampleWindow window = ExampleWindow.DEFAULT;
    private long memoryBudget = 1L << 28;
    private int partners = 32;
    private HookPoint hook;
    private ObjectNode note = Json.mapper().createObjectNode();
    private LongConsumer progress = read -> {};

    private FeatureCollector(
            HookedTransformer model, Dictionary dictionary, Supplier<ParentArtifact> origin, Corpus corpus) {
        this.model = model;
        this.dictionary = dictionary;
        this.origin = origin;
        this.corpus = corpus;
    }

    /**
     * Returns a collector with default options: one million tokens of all documents.
     *
     * @param model the model
     * @param sae the dictionary; its metadata names the hook point unless {@link #hook} is set
     * @param corpus the text
     * @return the collector
     */
    public static FeatureCollector of(HookedTransformer model, SparseAutoencoder sae, Corpus corpus) {
        return new FeatureCollector(model, sae, () -> WeightsHash.artifact(sae), corpus);
    }

    /**
     * Returns a collector for any dictionary, such as a baseline, with default options.
     *
     * @param model the model
     * @param dictionary the dictionary; its metadata names the hook point unless {@link #hook} is set
     * @param origin the description of the dictionary that the provenance of the store records
     * @param corpus the text
     * @return the collector
     */
    public static FeatureCollector of(
            HookedTransformer model, Dictionary dictionary, ParentArtifact origin, Corpus corpus) {
        return new FeatureCollector(model, dictionary, () -> origin, corpus);
    }

    /**
     * Sets the number of tokens to read. The pass ends after the context that reaches this number, or at the end of the corpus.
     *
     * @param tokens the number of tokens in the statistics, without special tokens, 1 to 2,147,483,647; default 1,000,000
     * @return this
     */
    public FeatureCollector tokens(long tokens) {
        // Positions are stored in 32 bits.
        if (tokens < 1 || tokens > Integer.MAX_VALUE) {
            throw new InvalidInputException(
                    "the number of tokens to read is " + tokens + ", expected 1 to " + Integer.MAX_VALUE);
        }
        this.tokens = tokens;
        return this;
    }

    /**
     * Sets the documents to read.
     *
     * @param split the split; default all documents
     * @return this
     */
    public FeatureCollector split(Split split) {
        this.split = split;
        return this;
    }

    /**
     * Sets the batch size. It affects speed and memory, not the store.
     *
     * @param contexts the number of contexts per forward pass, at least 1; default 32
     * @return this
     */
    public FeatureCollector batch(int contexts) {
        this.batch = InvalidInputException.requireAtLeast(1, "the number of contexts per batch", contexts);
        return this;
    }

    /**
     * Sets the approximate memory for sorting activations and counting coactivations. Larger data is written to temporary files next to the
     * store. The memory of the model and the batch is not included. The budget affects speed, not the store.
     *
     * @param bytes the budget in bytes, at least 65,536; default 256 MiB
     * @return this
     */
    public FeatureCollector memoryBudget(long bytes) {
        this.memoryBudget = StoreBuilder.requireMemory(bytes);
        return this;
    }

    /**
     * Sets the number of coactivating latents to store per latent and measure. The time to find them is proportional to the number of
     * tokens times the square of the active latents per token.
     *
     * @param count the number of latents, at least 0; default 32; 0 skips the search
     * @return this
     */
    public FeatureCollector partners(int count) {
        this.partners = InvalidInputException.requireAtLeast(0, "the number of partners per latent", count);
        return this;
    }

    /**
     * Sets the default window of the examples of the store.
     *
     * @param before the number of tokens before the peak, at least 0; default 20
     * @param after the number of tokens after the peak, at least 0; default 10
     * @return this
     */
    public FeatureCollector window(int before, int after) {
        this.window = new ExampleWindow(before, after);
        return this;
    }

    /**
     * Sets the hook point that the dictionary reads, instead of the hook point in its metadata.
     *
     * @param hook a hook point of the model
     * @return this
     */
    public FeatureCollector hook(HookPoint hook) {
        this.hook = hook;
        return this;
    }

    /**
     * Sets a note for the manifest, such as the description of a run.
     *
     * @param fields any JSON
     * @return this
     */
    public FeatureCollector note(ObjectNode fields) {
        this.note = fields.deepCopy();
        return this;
    }

    /**
     * Sets a progress listener.
     *
     * @param progress called after each batch with the number of tokens in the statistics so far
     * @return this
     */
    public FeatureCollector progress(LongConsumer progress) {
        this.progress = progress;
        return this;
    }

    /**
     * Runs the pass and writes the store. A killed pass leaves an existing store unchanged; the next pass removes its temporary files.
     *
     * @param folder the folder of the store: absent, empty, or an existing store, which is replaced when the new one is complete
     * @return the store
     * @throws IOException if reading or writing fails
     * @throws InvalidInputException if model, dictionary and corpus do not match, or the folder contains other files
     */
    public FeatureStore collect(Path folder) throws IOException {
        StoreFiles.requireUsable(folder);
        model.requireContext(corpus.contextLength());
        AttachedSites sites = sites(); // a dictionary that does not fit the model is refused before anything is written
        AtomicFolder.write(
                folder,
                target -> FeatureStoreWriter.write(
                        target,
                        sites,
                        dictionary.dSae(),
                        options(),
                        corpus.tokenizer(),
                        origin(),
                        text(),
                        writer -> read((contexts, counted, codes) -> {
                            writer.add(contexts, counted, codes);
                            progress.accept(Math.min(writer.tokens(), tokens));
                            return writer.tokens() < tokens;
                        })));
        return FeatureStore.open(folder);
    }

    /**
     * Divides a pass into ranges of contexts, which several processes can read with {@link #collectPart}.
     *
     * @param index the index of the corpus
     * @param contexts the approximate number of contexts of a range, at least 1; rounded up to whole forward passes
     * @return consecutive ranges from the first context to one that reaches the number of tokens, or to the end of the corpus. If the
     *     metadata of the dictionary excludes more than special tokens, these are all ranges of the corpus; a job can stop after the
     *     parts that reach the number
     * @throws InvalidInputException if the index is of another corpus or split, or the text is too short for a context
     * @throws IOException if the text is too short and cannot be read to say so
     */
    public List<ContextRange> units(CorpusIndex index, int contexts) throws IOException {
        index.requireSame(corpus, split);
        index.requireContext(corpus);
        InvalidInputException.requireAtLeast(1, "the number of contexts per range", contexts);
        long unit = (contexts + contextsPerPass() - 1L) / contextsPerPass() * contextsPerPass();
        SaeMetadata metadata = dictionary.metadata();
        boolean countsAllButSpecial = metadata.excludedTokens().ids().isEmpty()
                && metadata.positions().equals(PositionSlice.ALL)
                && metadata.largestNorms().isEmpty()
                && index.selection().equals(TokenSelection.WITHOUT_SPECIAL);
        long end = countsAllButSpecial
                ? index.contextsUntil(tokens)
                : index.contexts().to();
        return index.contexts().split(unit).stream()
                .filter(range -> range.from() < end)
                .toList();
    }

    /** {@return the number of contexts per forward pass, a function of the batch size and the number of tokens} */
    public int contextsPerPass() {
        return (int) Math.min(batch, (tokens - 1) / corpus.contextLength() + 1);
    }

    /**
     * Runs the model and the dictionary over a range of contexts and writes their activations. {@link FeatureMerge} writes a store from the
     * parts of consecutive ranges. A part ends with its range, whatever the number of tokens is.
     *
     * @param range a range of contexts that starts with a forward pass, such as {@link #units} returns
     * @param before a position at or before the start of the range, such as {@link CorpusIndex#before} returns
     * @param file the file of the part; replaced if it exists
     * @return the record of the file
     * @throws IOException if reading or writing fails; then an existing file is unchanged
     * @throws InvalidInputException if model, dictionary and corpus do not match, the range starts within a forward pass, or the text ends
     *     before the range does
     */
    public StoredPart collectPart(ContextRange range, TextPosition before, Path file) throws IOException {
        try (RangeReaders ranges = ranges()) {
            return collectPart(range, before, ranges, file);
        }
    }

    /**
     * Returns readers for {@link #collectPart(ContextRange, TextPosition, RangeReaders, Path)}.
     *
     * @return readers of the split, which the caller closes
     */
    public RangeReaders ranges() {
        return new RangeReaders(corpus, split, Math.max(batch, READ_AHEAD));
    }

    /**
     * Collects a part, see {@link #collectPart(ContextRange, TextPosition, Path)}. The parts of consecutive ranges read the text once if
     * they share their readers.
     *
     * @param range a range of contexts that starts with a forward pass
     * @param before a position at or before the start of the range
     * @param ranges the readers of {@link #ranges}
     * @param file the file of the part; replaced if it exists
     * @return the record of the file
     * @throws IOException if reading or writing fails; then an existing file is unchanged
     */
    public StoredPart collectPart(ContextRange range, TextPosition before, RangeReaders ranges, Path file)
            throws IOException {
        model.requireContext(corpus.contextLength());
        AttachedSites sites = sites();
        InvalidInputException.require(
                range.from() % contextsPerPass() == 0,
                () -> "the range of " + range + " starts within a forward pass, expected a multiple of "
                        + contextsPerPass() + " contexts");
        AtomicFolder.writeFile(file, (scratch, target) -> {
            try (PartBuilder builder = new PartBuilder(scratch, dictionary.dSae(), memoryBudget);
                    ContextReader reader = ranges.open(range, before)) {
                FeatureStoreWriter writer = new FeatureStoreWriter(builder);
                read(reader, (contexts, counted, codes) -> {
                    writer.add(contexts, counted, codes);
                    progress.accept(builder.tokens());
                    return true;
                });
                builder.finish(
                        target,
                        range,
                        hash -> new PartDescription(
                                range,
                                dictionary.dSae(),
                                options(),
                                TextRules.of(corpus.tokenizer()),
                                FeatureStoreWriter.provenance(sites, origin(), builder.text(text(), hash))),
                        new VocabularyBytes(corpus.tokenizer().vocabularySize(), corpus.tokenizer()::bytes));
            }
        });
        return StoredPart.of(file, range, FeaturePart.open(file).tokens());
    }

    private StoreBuilder.Options options() {
        return new StoreBuilder.Options(memoryBudget, partners, window, note, tokens);
    }

    private TextProvenance text() {
        return TextProvenance.of(
                corpus.description(),
                split.name().toLowerCase(Locale.ROOT).replace('_', '-') + " documents",
                corpus.contextLength(),
                corpus.prependBos(),
                true);
    }

    private ParentArtifact origin() {
        if (described == null) {
            described = origin.get();
        }
        return described;
    }

    /**
     * Runs the model and the dictionary over the corpus without writing a store, to time the pass.
     *
     * @throws IOException if reading fails
     */
    public void encodeOnly() throws IOException {
        long[] read = {0};
        read((contexts, counted, codes) -> {
            codes.offsets().toLongArray(); // waits for asynchronous devices
            for (boolean counts : counted) {
                read[0] += counts ? 1 : 0;
            }
            return read[0] < tokens;
        });
    }

    /** Consumes the codes of whole contexts. */
    @FunctionalInterface
    private interface CodeSink {
        /** Returns whether to read on. */
        boolean accept(TokenBatch contexts, boolean[] counted, SparseCodes codes) throws IOException;
    }

    /**
     * Reads contexts in passes of equal numbers of contexts. Each pass has the same contexts for every range that contains
     * it, so its codes have the same bits.
     */
    private void read(CodeSink sink) throws IOException {
        try (ContextReader reader = corpus.readAhead(split, Math.max(batch, READ_AHEAD))) {
            read(reader, sink);
        }
    }

    private void read(ContextReader reader, CodeSink sink) throws IOException {
        TokenMask mask = TokenMask.withoutSpecial(corpus.tokenizer(), dictionary.metadata());
        AttachedSites sites = sites();
        HookPoint[] points = sites.reads().toArray(HookPoint[]::new);
        try (Autograd off = Autograd.off()) {
            boolean more = true;
            while (more) {
                TokenBatch contexts = reader.next(contextsPerPass());
                if (contexts == null) {
                    return;
                }
                try (Scope scope = Scope.open();
                        ActivationCache cache = model.cache(contexts.toArray(model.manager()), points)) {
                    boolean[] counted = mask.includes(contexts, sites, cache);
                    more = sink.accept(contexts, counted, dictionary.encode(sites.input(cache)));
                }
            }
        }
    }

    private AttachedSites sites() {
        return hook == null ? AttachedSites.of(model, dictionary) : AttachedSites.of(model, dictionary, hook);
    }
}
