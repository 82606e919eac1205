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
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.SparseCodes;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import dev.assay.text.ContextReader;
import dev.assay.text.Corpus;
import dev.assay.text.Split;
import dev.assay.text.TokenBatch;
import java.io.IOException;
import java.nio.file.Path;
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
    private static final long MIN_MEMORY = 1 << 16;
    private static final int READ_AHEAD = 256;

    private final HookedTransformer model;
    private final Dictionary dictionary;
    private final Supplier<ParentArtifact> origin;
    private final Corpus corpus;
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
        if (bytes < MIN_MEMORY) {
            throw new InvalidInputException(
                    "the memory budget is " + bytes + " bytes, expected at least " + MIN_MEMORY);
        }
        this.memoryBudget = bytes;
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
        StoreBuilder.Options options = new StoreBuilder.Options(memoryBudget, partners, window, note);
        TextProvenance text = TextProvenance.of(
                corpus.description(),
                split.name().toLowerCase(Locale.ROOT).replace('_', '-') + " documents",
                corpus.contextLength(),
                corpus.prependBos(),
                true);
        AtomicFolder.write(
                folder,
                target -> FeatureStoreWriter.write(
                        target,
                        sites,
                        dictionary.dSae(),
                        options,
                        corpus.tokenizer(),
                        origin.get(),
                        text,
                        writer -> read((contexts, counted, codes) -> {
                            writer.add(contexts, counted, codes);
                            progress.accept(writer.tokens());
                        })));
        return FeatureStore.open(folder);
    }

    /**
     * Runs the model and the dictionary over the corpus without writing a store, to time the pass.
     *
     * @throws IOException if reading fails
     */
    public void encodeOnly() throws IOException {
        // Copying the offsets waits for asynchronous devices.
        read((contexts, counted, codes) -> codes.offsets().toLongArray());
    }

    /** Consumes the codes of whole contexts. */
    @FunctionalInterface
    private interface CodeSink {
        void accept(TokenBatch contexts, boolean[] counted, SparseCodes codes) throws IOException;
    }

    private void read(CodeSink sink) throws IOException {
        TokenMask mask = TokenMask.withoutSpecial(corpus.tokenizer(), dictionary.metadata());
        AttachedSites sites = sites();
        HookPoint[] points = sites.reads().toArray(HookPoint[]::new);
        try (ContextReader reader = corpus.readAhead(split, Math.max(batch, READ_AHEAD));
                Autograd off = Autograd.off()) {
            for (long read = 0; read < tokens; ) {
                // Only the last of these contexts can reach the number, so the end does not depend on the batch size.
                long wanted = (tokens - read - 1) / corpus.contextLength() + 1;
                TokenBatch contexts = reader.next((int) Math.min(batch, wanted));
                if (contexts == null) {
                    return;
                }
                try (Scope scope = Scope.open();
                        ActivationCache cache = model.cache(contexts.toArray(model.manager()), points)) {
                    boolean[] counted = mask.includes(contexts, sites, cache);
                    for (boolean counts : counted) {
                        read += counts ? 1 : 0;
                    }
                    sink.accept(contexts, counted, dictionary.encode(sites.input(cache)));
                }
            }
        }
    }

    private AttachedSites sites() {
        return hook == null ? AttachedSites.of(model, dictionary) : AttachedSites.of(model, dictionary, hook);
    }
}
