package dev.assay.feature.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.checkpoint.MappedTensor;
import dev.assay.io.Sha256;
import dev.assay.model.HookedTransformer;
import dev.assay.provenance.ParentArtifact;
import dev.assay.provenance.Provenance;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.text.Corpus;
import dev.assay.text.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Activations of all latents of a dictionary on a corpus, with statistics, coactivating latents and the corpus tokens. Reading a store does
 * not need the model.
 *
 * <p>Immutable and thread-safe. The data file is memory-mapped; opening a store reads only headers. Statistics are computed in float64 from
 * exact activations. Single activations are stored in 16 bits with an error of at most 1/131070 of the maximum of the latent (see
 * {@link FeatureActivations}). Only activations above 0 on tokens that are not special are stored.
 *
 * <p>A position is the index of a token among all tokens read, special tokens included: position p is token {@code p % contextLength} of
 * context {@code p / contextLength}.
 */
public final class FeatureStore {
    private final FeatureStoreManifest manifest;
    private final Path data;
    private final Map<String, MappedTensor> arrays;
    private final StoredCorpus corpus;
    private final StoredLatents stored;

    FeatureStore(Path data, FeatureStoreManifest manifest, Map<String, MappedTensor> arrays) {
        this(
                data,
                manifest,
                arrays,
                new StoredCorpus(data, manifest.provenance().text().contextLength(), arrays, manifest.rules()));
    }

    private FeatureStore(
            Path data, FeatureStoreManifest manifest, Map<String, MappedTensor> arrays, StoredCorpus corpus) {
        this.manifest = manifest;
        this.data = data;
        this.arrays = arrays;
        this.corpus = corpus;
        stored = new StoredLatents(arrays, corpus, manifest.provenance().text().tokens());
    }

    /**
     * Collects a store from one million tokens of a corpus. See {@link FeatureCollector} for options.
     *
     * @param model the model
     * @param sae a dictionary with a hook point of the model in its metadata
     * @param corpus the text
     * @param folder the folder of the store: absent, empty, or an existing store, which is replaced
     * @return the store
     * @throws IOException if reading or writing fails
     * @throws InvalidInputException if model, dictionary and corpus do not match, or the folder contains other files
     */
    public static FeatureStore collect(HookedTransformer model, SparseAutoencoder sae, Corpus corpus, Path folder)
            throws IOException {
        return FeatureCollector.of(model, sae, corpus).collect(folder);
    }

    /** Merges {@linkplain FeatureCollector#collectPart parts} in the order of their contexts, see {@link FeatureMerge#write}. */
    public static FeatureStore merge(List<Path> parts, Path folder) throws IOException {
        return FeatureMerge.of(parts).write(folder);
    }

    /**
     * Opens a store. Checks only sizes and headers, which takes milliseconds; {@link #verify} checks every byte.
     *
     * @param folder the folder of the store
     * @return the store
     * @throws IOException if reading fails
     * @throws InvalidInputException if the folder contains no store, a damaged store, or a store of an unsupported version
     */
    public static FeatureStore open(Path folder) throws IOException {
        return StoreFiles.read(folder);
    }

    /**
     * Returns whether a folder contains a store. The contents are not checked.
     *
     * @param folder any path
     * @return true if the folder contains the manifest of a store
     */
    public static boolean isStore(Path folder) {
        return StoreFiles.isStore(folder);
    }

    /**
     * Returns whether the store has the bytes of each token, from which the text of a sequence is decoded.
     *
     * @return false for a store of an earlier version, which has the text of each token alone
     */
    public boolean hasTokenBytes() {
        return manifest.rules().complete();
    }

    /**
     * Returns the store with the texts of a tokenizer, if it was collected by a version of Assay that stored the text of each token alone.
     * Such texts have U+FFFD for characters that are split between tokens.
     *
     * @param tokenizer the tokenizer of the corpus
     * @return a view of the same files; this store if it has the bytes of each token, or the tokenizer has another number of tokens
     */
    public FeatureStore withTexts(Tokenizer tokenizer) {
        boolean sameSize = tokenizer.vocabularySize() == manifest.layout().vocabulary();
        return hasTokenBytes() || !sameSize
                ? this
                : new FeatureStore(data, manifest, arrays, corpus.withTexts(tokenizer));
    }

    /**
     * Reads every array and compares its SHA-256 hash with the manifest.
     *
     * @return one message per damaged array; empty for an intact store
     */
    public List<String> verify() {
        List<String> damages = new ArrayList<>();
        manifest.hashes().forEach((name, hash) -> {
            if (!arrays.get(name).sha256().equals(hash)) {
                damages.add(data + ": the hash of " + name
                        + " does not match the manifest; the store is damaged, collect it again");
            }
        });
        return damages;
    }

    /** {@return the note of the writer, such as the description of a run; empty if there is none} */
    public ObjectNode note() {
        return manifest.note().deepCopy();
    }

    /** {@return the model, dictionary, hook points and corpus of the pass} */
    public Provenance provenance() {
        return manifest.provenance();
    }

    /**
     * Returns the store as the parent of an artifact that is computed from it.
     *
     * @return its size, and the SHA-256 of the hashes of its arrays
     */
    public ParentArtifact artifact() {
        Sha256 hash = new Sha256();
        manifest.hashes().forEach((name, array) -> hash.add(name).add(array));
        return new ParentArtifact(
                ParentArtifact.FEATURES, latents() + " latents on " + tokens() + " tokens", hash.hex());
    }

    /** {@return the number of latents, d_sae} */
    public int latents() {
        return manifest.layout().latents();
    }

    /** {@return the number of tokens in the statistics: the tokens read, without special tokens} */
    public long tokens() {
        return manifest.provenance().text().tokens();
    }

    /** {@return the number of positions: the tokens read, special tokens included} */
    public long positions() {
        return manifest.layout().positions();
    }

    /** {@return the number of stored activations above 0; divided by {@link #tokens}, the mean L0} */
    public long activations() {
        return manifest.layout().activations();
    }

    /** {@return the size of the data file in bytes} */
    public long bytes() {
        return manifest.bytes();
    }

    /**
     * Returns the density of a latent.
     *
     * @param latent the index of the latent, from 0
     * @return the fraction of tokens with an activation above 0
     */
    public double density(int latent) {
        return stored.density(checked(latent));
    }

    /**
     * Returns the maximum activation of a latent.
     *
     * @param latent the index of the latent, from 0
     * @return the exact maximum; 0 for a dead latent
     */
    public double maxActivation(int latent) {
        return stored.max(checked(latent));
    }

    /**
     * Returns the activation statistics of a latent. Quantiles are computed from stored activations, all other numbers from exact ones.
     *
     * @param latent the index of the latent, from 0
     * @return the statistics
     * @throws InvalidInputException if the latent is out of range
     */
    public FeatureStats stats(int latent) {
        return stored.stats(checked(latent));
    }

    /**
     * Returns the histogram of the exact activations of a latent, from 0 to the bin of the maximum.
     *
     * @param latent the index of the latent, from 0
     * @return 33 to 64 bins; fewer if all activations are below 2^-61, none for a dead latent
     * @throws InvalidInputException if the latent is out of range
     */
    public Histogram histogram(int latent) {
        return stored.histogram(checked(latent));
    }

    /**
     * Returns a quantile of the stored activations of a latent, with linear interpolation (the default of NumPy).
     *
     * @param latent the index of the latent, from 0
     * @param share the probability, from 0 (minimum) to 1 (maximum)
     * @return the quantile; 0 for a dead latent
     * @throws InvalidInputException if the latent or the share is out of range
     */
    public double quantile(int latent, double share) {
        if (!(share >= 0 && share <= 1)) {
            throw new InvalidInputException("the share is " + share + ", expected 0 to 1");
        }
        char[] codes = stored.codes(checked(latent));
        Arrays.sort(codes);
        return codes.length == 0 ? 0 : RowSummaries.quantile(codes, share, stored.max(latent));
    }

    /**
     * Returns the cumulative share of an activation among the activations of a latent.
     *
     * @param latent the index of the latent, from 0
     * @param value an activation
     * @return the fraction of the latent's activations above 0 that are at most the value; 0 for a dead latent
     * @throws InvalidInputException if the latent is out of range
     */
    public double share(int latent, double value) {
        char[] codes = stored.codes(checked(latent));
        return codes.length == 0 || !(value > 0) ? 0 : RowSummaries.share(codes, value, stored.max(latent));
    }

    /**
     * Returns all activations of a latent.
     *
     * @param latent the index of the latent, from 0
     * @return the positions and values of its activations above 0, in corpus order
     */
    public FeatureActivations activations(int latent) {
        return stored.row(checked(latent));
    }

    /**
     * Returns the strongest examples of a latent, in the window that was set when the store was collected.
     *
     * @param latent the index of the latent, from 0
     * @param count the maximum number of examples, at least 0
     * @return at most one example per context, strongest first, ties in corpus order
     * @throws InvalidInputException if the latent is out of range
     */
    public List<Example> topExamples(int latent, int count) {
        return topExamples(latent, count, manifest.window());
    }

    /** Returns the strongest examples of a latent in a given window, see {@link #topExamples(int, int)}. */
    public List<Example> topExamples(int latent, int count, ExampleWindow window) {
        return examples(latent, window).top(InvalidInputException.requireAtLeast(0, "the number of examples", count));
    }

    /**
     * Returns examples from ranges of equal width between 0 and the maximum activation of a latent. The peak of each example is the maximum
     * of its window and in the range, so no shown activation is above the range.
     *
     * @param latent the index of the latent, from 0
     * @param groups the number of ranges, at least 1
     * @param each the maximum number of examples per range, at least 0, drawn evenly from the strongest to the weakest
     * @return the highest range first, each with at most one example per context; empty for a dead latent
     * @throws InvalidInputException if the latent is out of range
     */
    public List<ExampleGroup> examplesByInterval(int latent, int groups, int each) {
        return examplesByInterval(latent, groups, each, manifest.window());
    }

    /** Returns examples from ranges of equal width in a given window, see {@link #examplesByInterval(int, int, int)}. */
    public List<ExampleGroup> examplesByInterval(int latent, int groups, int each, ExampleWindow window) {
        return grouped(latent, groups, each, window).byInterval(groups, each);
    }

    /**
     * Returns examples from quantile ranges: each range has the same number of activations of the latent, up to ties. The peak of each
     * example is the maximum of its window and in the range.
     *
     * @param latent the index of the latent, from 0
     * @param groups the number of ranges, at least 1; ranges that are empty because of ties are omitted
     * @param each the maximum number of examples per range, at least 0, drawn evenly from the strongest to the weakest
     * @return the highest range first, each with at most one example per context; empty for a dead latent
     * @throws InvalidInputException if the latent is out of range
     */
    public List<ExampleGroup> examplesByQuantile(int latent, int groups, int each) {
        return examplesByQuantile(latent, groups, each, manifest.window());
    }

    /** Returns examples from quantile ranges in a given window, see {@link #examplesByQuantile(int, int, int)}. */
    public List<ExampleGroup> examplesByQuantile(int latent, int groups, int each, ExampleWindow window) {
        return grouped(latent, groups, each, window).byQuantile(groups, each);
    }

    /**
     * Returns the latents with the highest Jaccard index with a latent, over all tokens of the store.
     *
     * @param latent the index of the latent, from 0
     * @param count the maximum number of latents, at least 0; the store has a fixed number per latent, 32 by default
     * @return the latents by descending Jaccard index, ties by index; only latents with a common active token
     * @throws InvalidInputException if the latent is out of range
     */
    public List<Coactivation> coactivating(int latent, int count) {
        return partners(StoreLayout.JACCARD, latent, count);
    }

    /**
     * Returns the latents with the highest Pearson correlation with a latent, over the stored activations of all tokens, zeros included.
     *
     * @param latent the index of the latent, from 0
     * @param count the maximum number of latents, at least 0; the store has a fixed number per latent, 32 by default
     * @return the latents by descending correlation, ties by index; only latents with a common active token
     * @throws InvalidInputException if the latent is out of range
     */
    public List<Coactivation> correlated(int latent, int count) {
        return partners(StoreLayout.PEARSON, latent, count);
    }

    /**
     * Returns the coactivation of two latents, computed from all of their stored activations.
     *
     * @param latent the index of the latent, from 0
     * @param other the index of the other latent, from 0
     * @return the coactivation, with the other latent as its latent; equal to the entry in {@link #coactivating} and {@link #correlated}
     * @throws InvalidInputException if the latent is out of range
     */
    public Coactivation coactivationWith(int latent, int other) {
        return activations(latent).with(activations(other), tokens()).coactivation(other);
    }

    /** {@return the token ids, texts and documents of the corpus} */
    public StoredCorpus corpus() {
        return corpus;
    }

    /**
     * Returns the context around a position.
     *
     * @param position the position of any token of the context
     * @return all tokens of the context
     * @throws InvalidInputException if the position is out of range
     */
    public ContextTokens context(long position) {
        return corpus.context(position);
    }

    /**
     * Returns the text of a token of the corpus tokenizer.
     *
     * @param id the token id
     * @return the text of the token outside any sequence; bytes of an incomplete character are spelled, such as {@code <0xE6>}
     * @throws InvalidInputException if the id is out of range
     */
    public String token(int id) {
        if (id < 0 || id >= manifest.layout().vocabulary()) {
            throw new InvalidInputException("there is no token " + id + ", expected 0 to "
                    + (manifest.layout().vocabulary() - 1));
        }
        return corpus.text(id);
    }

    /**
     * Returns the text of the token at a position, see {@link #token}. It names the token itself, also where the token is a part of a
     * character.
     *
     * @param position the position of a token
     * @return the text of the token outside any sequence
     * @throws InvalidInputException if the position is out of range
     */
    public String tokenAt(long position) {
        return corpus.textAt(position);
    }

    /**
     * Finds the latents that meet all conditions of a query.
     *
     * @param query the conditions
     * @return the indices of the matching latents, ascending
     * @throws InvalidInputException if a regular expression exceeds its time limit
     */
    public List<Integer> search(FeatureQuery query) {
        return IntStream.range(0, latents())
                .parallel()
                .filter(query.in(this))
                .boxed()
                .toList();
    }

    /** Returns a reader of the examples of a latent. It is faster than several calls on this store. */
    public ExampleReader examples(int latent) {
        return examples(latent, manifest.window());
    }

    /**
     * Checks the range of a latent index.
     *
     * @param latent the index of a latent
     * @return the index
     * @throws InvalidInputException if the index is out of range
     */
    public int checked(int latent) {
        if (latent < 0 || latent >= latents()) {
            throw new InvalidInputException("there is no latent " + latent + ", expected 0 to " + (latents() - 1));
        }
        return latent;
    }

    private ExampleReader grouped(int latent, int groups, int each, ExampleWindow window) {
        InvalidInputException.requireAtLeast(1, "the number of groups", groups);
        InvalidInputException.requireAtLeast(0, "the number of examples per group", each);
        return examples(latent, window);
    }

    private List<Coactivation> partners(String measure, int latent, int count) {
        InvalidInputException.requireAtLeast(0, "the number of latents", count);
        return stored.partners(
                measure, checked(latent), count, manifest.layout().partners());
    }

    private ExampleReader examples(int latent, ExampleWindow window) {
        return new ExampleReader(corpus, activations(latent), window);
    }
}
