package dev.assay.feature.store;

import dev.assay.InvalidInputException;
import dev.assay.checkpoint.MappedTensor;
import dev.assay.io.Sha256;
import dev.assay.model.HookedTransformer;
import dev.assay.provenance.ParentArtifact;
import dev.assay.provenance.Provenance;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.text.Corpus;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What one pass over a corpus found of every latent of a dictionary: where it is active and how strongly, statistics, the latents that
 * fire with it, and the text itself. Reads without the model.
 *
 * <p>Immutable, and safe to use from several threads. The file stays mapped while the store is in use; opening it reads next to
 * nothing of it. Statistics are of the exact activations in float64; single activations are stored in 16 bits, off by at most
 * 1/131070 of the latent's largest (see {@link FeatureActivations}). An activation counts where it is above 0 and its token is not
 * special.
 *
 * <p>Positions number all tokens read, special ones included: position p is token {@code p % contextLength} of context
 * {@code p / contextLength}.
 */
public final class FeatureStore {
    private final FeatureStoreManifest manifest;
    private final Path data;
    private final Map<String, MappedTensor> arrays;
    private final StoredCorpus corpus;
    private final StoredLatents stored;

    FeatureStore(Path data, FeatureStoreManifest manifest, Map<String, MappedTensor> arrays) {
        this.manifest = manifest;
        this.data = data;
        this.arrays = arrays;
        corpus = new StoredCorpus(data, manifest.provenance().text().contextLength(), arrays);
        stored = new StoredLatents(arrays, corpus, manifest.provenance().text().tokens());
    }

    /**
     * Reads a million tokens of a corpus and stores what the dictionary finds there. {@link FeatureCollector} has the options.
     *
     * @param model the model
     * @param sae a dictionary whose metadata name a hook point of the model
     * @param corpus the text
     * @param folder where the store goes: absent, empty, or a store, which is replaced
     * @return the store
     * @throws IOException if reading or writing fails
     * @throws InvalidInputException if the parts do not fit each other, or the folder holds something else
     */
    public static FeatureStore collect(HookedTransformer model, SparseAutoencoder sae, Corpus corpus, Path folder)
            throws IOException {
        return FeatureCollector.of(model, sae, corpus).collect(folder);
    }

    /**
     * Opens a store in milliseconds. Sizes and headers are checked; {@link #verify} checks every byte.
     *
     * @param folder where it was collected to
     * @return the store
     * @throws IOException if reading fails
     * @throws InvalidInputException if the folder holds no store, a damaged one, or one of an earlier version
     */
    public static FeatureStore open(Path folder) throws IOException {
        return StoreFiles.read(folder);
    }

    /**
     * Tells whether a folder holds a store, without a look at its content.
     *
     * @param folder any folder
     * @return true if one was collected there
     */
    public static boolean isStore(Path folder) {
        return StoreFiles.isStore(folder);
    }

    /**
     * Reads every byte and compares it with the hashes that were taken when the store was written.
     *
     * @return one sentence for each array that is damaged; empty for a sound store
     */
    public List<String> verify() {
        List<String> damages = new ArrayList<>();
        manifest.hashes().forEach((name, hash) -> {
            if (!arrays.get(name).sha256().equals(hash)) {
                damages.add(data + ": " + name + " is not what was written; collect the store again");
            }
        });
        return damages;
    }

    /**
     * Returns where the contents come from.
     *
     * @return model, dictionary, corpus
     */
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

    /**
     * Returns the number of latents.
     *
     * @return d_sae
     */
    public int latents() {
        return manifest.layout().latents();
    }

    /**
     * Returns the number of tokens in the statistics.
     *
     * @return all tokens read but special ones
     */
    public long tokens() {
        return manifest.provenance().text().tokens();
    }

    /**
     * Returns the number of tokens that were read, special ones included.
     *
     * @return one more than the last position
     */
    public long positions() {
        return manifest.layout().positions();
    }

    /**
     * Returns the number of activations above 0 of all latents.
     *
     * @return the number, of which {@link #tokens} go into the mean L0
     */
    public long activations() {
        return manifest.layout().activations();
    }

    /**
     * Returns the size of the file of arrays.
     *
     * @return bytes
     */
    public long bytes() {
        return manifest.bytes();
    }

    /**
     * Returns how often a latent is active.
     *
     * @param latent from 0
     * @return the share of tokens on which it is above 0
     * @throws InvalidInputException if there is no such latent
     */
    public double density(int latent) {
        return stored.density(checked(latent));
    }

    /**
     * Returns how strong a latent gets.
     *
     * @param latent from 0
     * @return its largest activation, exactly; 0 where there is none
     * @throws InvalidInputException if there is no such latent
     */
    public double maxActivation(int latent) {
        return stored.max(checked(latent));
    }

    /**
     * Returns the numbers of a latent: of the exact activations, but for the quantiles, which are of the stored ones.
     *
     * @param latent from 0
     * @return its numbers
     * @throws InvalidInputException if there is no such latent
     */
    public FeatureStats stats(int latent) {
        return stored.stats(checked(latent));
    }

    /**
     * Returns the exact activations of a latent by bin, from 0 to the bin of the largest.
     *
     * @param latent from 0
     * @return 33 to 64 bins; fewer only for a latent whose activations are all tiny, none for a dead one
     * @throws InvalidInputException if there is no such latent
     */
    public Histogram histogram(int latent) {
        return stored.histogram(checked(latent));
    }

    /**
     * Returns a quantile of the activations of a latent, interpolated between neighbours (NumPy's default).
     *
     * @param latent from 0
     * @param share from 0, the smallest activation, to 1, the largest
     * @return the activation; 0 for a dead latent
     * @throws InvalidInputException if there is no such latent or share
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
     * Returns the rank of an activation among those of a latent.
     *
     * @param latent from 0
     * @param value an activation
     * @return the share of the latent's activations above 0 that are at most the value; 0 for a dead latent
     * @throws InvalidInputException if there is no such latent
     */
    public double share(int latent, double value) {
        char[] codes = stored.codes(checked(latent));
        return codes.length == 0 || !(value > 0) ? 0 : RowSummaries.share(codes, value, stored.max(latent));
    }

    /**
     * Returns all activations of a latent.
     *
     * @param latent from 0
     * @return where it is above 0 and how strongly, in the order of the corpus
     * @throws InvalidInputException if there is no such latent
     */
    public FeatureActivations activations(int latent) {
        return stored.row(checked(latent));
    }

    /**
     * Returns the strongest examples of a latent, with as much text as was set when the store was collected.
     *
     * @param latent from 0
     * @param count the most examples
     * @return at most one a context, strongest first, equal ones in the order of the corpus
     * @throws InvalidInputException if there is no such latent
     */
    public List<Example> topExamples(int latent, int count) {
        return topExamples(latent, count, manifest.window());
    }

    /** Returns what {@link #topExamples(int, int)} does, with so much text around the peaks. */
    public List<Example> topExamples(int latent, int count, ExampleWindow window) {
        return examples(latent, window).top(InvalidInputException.requireAtLeast(0, "the number of examples", count));
    }

    /**
     * Returns examples from ranges of equal width between 0 and the largest activation of a latent. The peak of an example, which
     * is the largest activation of its window, is in the range; so nothing that a group shows is above its range.
     *
     * @param latent from 0
     * @param groups the number of ranges
     * @param each the most examples of a range, drawn evenly from the strongest to the weakest
     * @return the highest range first, each with at most one example a context; empty for a dead latent
     * @throws InvalidInputException if there is no such latent
     */
    public List<ExampleGroup> examplesByInterval(int latent, int groups, int each) {
        return examplesByInterval(latent, groups, each, manifest.window());
    }

    /** Returns what {@link #examplesByInterval(int, int, int)} does, with so much text around the peaks. */
    public List<ExampleGroup> examplesByInterval(int latent, int groups, int each, ExampleWindow window) {
        ExampleReader reader = examples(latent, window);
        InvalidInputException.requireAtLeast(1, "the number of groups", groups);
        InvalidInputException.requireAtLeast(0, "the number of examples per group", each);
        return reader.byInterval(groups, each);
    }

    /**
     * Returns examples from ranges that hold equal shares of the activations of a latent, as far as equal activations allow. The peak
     * of an example, which is the largest activation of its window, is in the range.
     *
     * @param latent from 0
     * @param groups the number of ranges; ranges that equal activations leave empty are left out
     * @param each the most examples of a range, drawn evenly from the strongest to the weakest
     * @return the highest range first, each with at most one example a context; empty for a dead latent
     * @throws InvalidInputException if there is no such latent
     */
    public List<ExampleGroup> examplesByQuantile(int latent, int groups, int each) {
        return examplesByQuantile(latent, groups, each, manifest.window());
    }

    /** Returns what {@link #examplesByQuantile(int, int, int)} does, with so much text around the peaks. */
    public List<ExampleGroup> examplesByQuantile(int latent, int groups, int each, ExampleWindow window) {
        ExampleReader reader = examples(latent, window);
        InvalidInputException.requireAtLeast(1, "the number of groups", groups);
        InvalidInputException.requireAtLeast(0, "the number of examples per group", each);
        return reader.byQuantile(groups, each);
    }

    /**
     * Returns the latents that fire on the same tokens, found over the whole store.
     *
     * @param latent from 0
     * @param count the most latents, of which the store has as many as were asked for when it was collected, usually 32
     * @return those with the largest Jaccard index first, equal ones by number; none that never fires together with the latent
     * @throws InvalidInputException if there is no such latent
     */
    public List<Coactivation> cofiring(int latent, int count) {
        return partners(StoreLayout.JACCARD, latent, count);
    }

    /**
     * Returns the latents whose stored activations correlate with those of a latent over all tokens of the store, zeros included.
     *
     * @param latent from 0
     * @param count the most latents, of which the store has as many as were asked for when it was collected, usually 32
     * @return those with the largest correlation first, equal ones by number; none that never fires together with the latent
     * @throws InvalidInputException if there is no such latent
     */
    public List<Coactivation> correlated(int latent, int count) {
        return partners(StoreLayout.PEARSON, latent, count);
    }

    /**
     * Returns what two latents have in common, exactly, from their rows.
     *
     * @param latent from 0
     * @param other from 0
     * @return about the other latent; the same numbers as in {@link #cofiring} and {@link #correlated}
     * @throws InvalidInputException if there is no such latent
     */
    public Coactivation cofiringWith(int latent, int other) {
        return activations(latent).with(activations(other), tokens()).cofiring(other);
    }

    /**
     * Returns the context around a position.
     *
     * @param position of any token of it
     * @return all of its tokens
     * @throws InvalidInputException if there is no such position
     */
    public ContextTokens context(long position) {
        return corpus.context(position);
    }

    /**
     * Returns the text of a token of the vocabulary that the corpus was read with.
     *
     * @param id the token
     * @return its text
     * @throws InvalidInputException if there is no such token
     */
    public String token(int id) {
        if (id < 0 || id >= manifest.layout().vocabulary()) {
            throw new InvalidInputException("there is no token " + id + ", expected 0 to "
                    + (manifest.layout().vocabulary() - 1));
        }
        return corpus.text(id);
    }

    /**
     * Looks for latents.
     *
     * @param query what they must be like
     * @return the numbers of all that are, rising
     * @throws InvalidInputException if a regular expression takes too long
     */
    public List<Integer> search(FeatureQuery query) {
        return IntStream.range(0, latents())
                .parallel()
                .filter(query.in(this))
                .boxed()
                .toList();
    }

    /** Returns the examples of a latent, for several questions about it in a row. */
    public ExampleReader examples(int latent) {
        return examples(latent, manifest.window());
    }

    /** {@return the latent, after checking its range} */
    public int checked(int latent) {
        if (latent < 0 || latent >= latents()) {
            throw new InvalidInputException("there is no latent " + latent + ", expected 0 to " + (latents() - 1));
        }
        return latent;
    }

    private List<Coactivation> partners(String measure, int latent, int count) {
        int most = InvalidInputException.requireAtLeast(0, "the number of latents", count);
        return stored.partners(measure, checked(latent), most, manifest.layout().partners());
    }

    private ExampleReader examples(int latent, ExampleWindow window) {
        return new ExampleReader(corpus, activations(latent), window);
    }
}
