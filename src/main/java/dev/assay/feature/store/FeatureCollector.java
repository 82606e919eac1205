package dev.assay.feature.store;

import dev.assay.InvalidInputException;
import dev.assay.attach.AttachedSites;
import dev.assay.attach.ForwardBatches;
import dev.assay.attach.TokenMask;
import dev.assay.io.AtomicFolder;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.ActivationCache;
import dev.assay.model.hook.HookPoint;
import dev.assay.provenance.ModelProvenance;
import dev.assay.provenance.Provenance;
import dev.assay.provenance.TextProvenance;
import dev.assay.sae.Sites;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.SparseCodes;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import dev.assay.text.ContextReader;
import dev.assay.text.Corpus;
import dev.assay.text.Split;
import dev.assay.text.TokenBatch;
import dev.assay.text.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.LongConsumer;

/**
 * Collects a {@link FeatureStore}: one pass of the model and the dictionary over a corpus, for all latents at once.
 *
 * <p>The outcome does not depend on the batch size, and equal runs on one machine give equal stores.
 */
public final class FeatureCollector {
    private static final long LEAST_MEMORY = 1 << 16;
    private static final int READ_AHEAD = 256;

    private final HookedTransformer model;
    private final SparseAutoencoder sae;
    private final Corpus corpus;
    private long tokens = 1_000_000;
    private Split split = Split.ALL;
    private int batch = ForwardBatches.CONTEXTS;
    private ExampleWindow window = ExampleWindow.USUAL;
    private long memoryBudget = 1L << 28;
    private int partners = 32;
    private HookPoint hook;
    private LongConsumer progress = read -> {};

    private FeatureCollector(HookedTransformer model, SparseAutoencoder sae, Corpus corpus) {
        this.model = model;
        this.sae = sae;
        this.corpus = corpus;
    }

    /**
     * Starts with the usual options: a million tokens of all documents.
     *
     * @param model the model
     * @param sae the dictionary; its metadata name the hook point unless {@link #hook} does
     * @param corpus the text
     * @return the options
     */
    public static FeatureCollector of(HookedTransformer model, SparseAutoencoder sae, Corpus corpus) {
        return new FeatureCollector(model, sae, corpus);
    }

    /**
     * Sets how much to read. The pass ends with the context in which this number is reached, or with the corpus.
     *
     * @param tokens tokens in the statistics, at least 1
     * @return this
     */
    public FeatureCollector tokens(long tokens) {
        // A position takes 32 bits.
        if (tokens < 1 || tokens > Integer.MAX_VALUE) {
            throw new InvalidInputException("asked to read " + tokens + " tokens, expected 1 to " + Integer.MAX_VALUE);
        }
        this.tokens = tokens;
        return this;
    }

    /**
     * Sets which documents to read.
     *
     * @param split all unless set
     * @return this
     */
    public FeatureCollector split(Split split) {
        this.split = split;
        return this;
    }

    /**
     * Sets how many contexts run at once, which changes speed and memory, not the outcome.
     *
     * @param contexts at least 1; 32 unless set
     * @return this
     */
    public FeatureCollector batch(int contexts) {
        this.batch = InvalidInputException.requireAtLeast(1, "the number of contexts per batch", contexts);
        return this;
    }

    /**
     * Sets about how much memory to use for putting activations in order and for counting what fires together; what does not fit goes
     * to temporary files beside the store. The batch and the model take theirs besides. It changes speed, not the outcome.
     *
     * @param bytes at least 65,536; 256 MiB unless set
     * @return this
     */
    public FeatureCollector memoryBudget(long bytes) {
        if (bytes < LEAST_MEMORY) {
            throw new InvalidInputException(
                    "the memory budget is " + bytes + " bytes, expected at least " + LEAST_MEMORY);
        }
        this.memoryBudget = bytes;
        return this;
    }

    /**
     * Sets how many of the latents that fire with a latent to keep, by each measure. Finding them takes time in proportion to the
     * tokens and to the square of the active latents of a token.
     *
     * @param count not negative; 32 unless set; 0 leaves the search out
     * @return this
     */
    public FeatureCollector partners(int count) {
        this.partners = InvalidInputException.requireAtLeast(0, "the number of partners per latent", count);
        return this;
    }

    /**
     * Sets how much text an example of the store shows unless its reader asks for something else.
     *
     * @param before the number of tokens before the peak; 20 unless set
     * @param after the number of tokens after it; 10 unless set
     * @return this
     */
    public FeatureCollector window(int before, int after) {
        this.window = new ExampleWindow(before, after);
        return this;
    }

    /**
     * Sets the site that the dictionary reads, in place of the one that its metadata name.
     *
     * @param hook a site of the model
     * @return this
     */
    public FeatureCollector hook(HookPoint hook) {
        this.hook = hook;
        return this;
    }

    /**
     * Sets what hears of the progress.
     *
     * @param progress gets the number of tokens in the statistics after each batch
     * @return this
     */
    public FeatureCollector progress(LongConsumer progress) {
        this.progress = progress;
        return this;
    }

    /**
     * Runs the pass. If it is killed, what was there is as it was, and the next pass removes what was left beside it.
     *
     * @param folder where the store goes: absent, empty, or a store, which is replaced when the new one is complete
     * @return the store
     * @throws IOException if reading or writing fails
     * @throws InvalidInputException if the parts do not fit each other, or the folder holds something else
     */
    public FeatureStore collect(Path folder) throws IOException {
        StoreFiles.requireUsable(folder);
        AtomicFolder.write(folder, this::build);
        return FeatureStore.open(folder);
    }

    private void build(Path folder) throws IOException {
        StoreBuilder.Options options = new StoreBuilder.Options(memoryBudget, partners, window);
        try (StoreBuilder builder = new StoreBuilder(folder, sae.dSae(), options)) {
            read((contexts, counted, codes) -> {
                builder.add(new CodedTokens(
                        contexts,
                        counted,
                        codes.offsets().toLongArray(),
                        codes.indices().toLongArray(),
                        codes.values().toFloatArray()));
                progress.accept(builder.tokens());
            });
            if (builder.tokens() == 0) {
                throw new InvalidInputException(corpus.description() + " has no token to read among "
                        + split.name().toLowerCase(Locale.ROOT) + " documents");
            }
            Tokenizer tokenizer = corpus.tokenizer();
            builder.finish(
                    tokens -> provenance(builder, tokens),
                    new VocabularyTexts(tokenizer.vocabularySize(), tokenizer::token));
        }
    }

    /** Does all that the pass does but for the store. */
    public void encodeOnly() throws IOException {
        // The offsets are not there before the work is done, wherever it is done.
        read((contexts, counted, codes) -> codes.offsets().toLongArray());
    }

    /** Takes the codes of whole contexts. */
    @FunctionalInterface
    private interface CodeSink {
        void accept(TokenBatch contexts, boolean[] counted, SparseCodes codes) throws IOException;
    }

    private void read(CodeSink sink) throws IOException {
        TokenMask mask = TokenMask.withoutSpecial(corpus.tokenizer());
        AttachedSites sites = sites();
        HookPoint[] points = sites.reads().toArray(HookPoint[]::new);
        try (ContextReader reader = corpus.readAhead(split, Math.max(batch, READ_AHEAD));
                Autograd off = Autograd.off()) {
            for (long read = 0; read < tokens; ) {
                // Only the last of these contexts can reach the number, so that the end does not depend on the batch.
                long wanted = (tokens - read - 1) / corpus.contextLength() + 1;
                TokenBatch contexts = reader.next((int) Math.min(batch, wanted));
                if (contexts == null) {
                    return;
                }
                boolean[] counted = mask.includes(contexts.ids());
                for (boolean counts : counted) {
                    read += counts ? 1 : 0;
                }
                try (Scope scope = Scope.open();
                        ActivationCache cache = model.cache(contexts.toArray(model.manager()), points)) {
                    sink.accept(contexts, counted, sae.encode(sites.input(cache)));
                }
            }
        }
    }

    private AttachedSites sites() {
        return AttachedSites.of(model, hook == null ? sae.sites() : sae.sitesReading(hook.name()));
    }

    private Provenance provenance(StoreBuilder builder, String corpusHash) {
        TextProvenance text = new TextProvenance(
                corpus.description(),
                split.name().toLowerCase(Locale.ROOT).replace('_', '-') + " documents",
                corpusHash,
                corpus.contextLength(),
                corpus.prependBos(),
                true,
                builder.contexts(),
                builder.tokens());
        ModelProvenance of =
                ModelProvenance.of(model.name(), model.precision().toString()).withHash(WeightsHash.of(model));
        Sites at = sites().sites();
        return Provenance.of(of, at.readNames(), text)
                .withSites(at.readNames(), at.writeNames())
                .withParent(WeightsHash.artifact(sae));
    }
}
