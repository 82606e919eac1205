package dev.assay.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.attach.AttachedDictionary;
import dev.assay.feature.FeatureInspector;
import dev.assay.feature.page.Dashboard;
import dev.assay.feature.store.FeatureCollector;
import dev.assay.feature.store.FeatureStore;
import dev.assay.feature.store.WeightsHash;
import dev.assay.io.JsonObject;
import dev.assay.model.HookedTransformer;
import dev.assay.model.config.Precision;
import dev.assay.model.hook.HookPoint;
import dev.assay.provenance.ModelProvenance;
import dev.assay.provenance.Provenance;
import dev.assay.provenance.TextProvenance;
import dev.assay.sae.SaeMetadata;
import dev.assay.sae.Sites;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.text.BosRule;
import dev.assay.text.Corpus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * A run folder, opened as the commands open it. Each part is loaded on first use and closed with the run.
 *
 * <pre>{@code
 * try (Run run = Run.open(Path.of("runs/first"))) {
 *     System.out.println(run.provenance().summary());
 *     FeatureInspector inspector = run.inspector();        // collects the feature store if there is none
 *     System.out.println(inspector.feature(123).toText());
 * }
 * }</pre>
 *
 * <p>A run is for one thread at a time.
 */
public final class Run implements AutoCloseable {
    private static final String UNKNOWN = "unknown";

    private final DictionaryLocation location;
    private final RunLayout layout;
    private final RunLoader options;
    private final int index; // of the dictionary among those that are opened together
    // The parts below are null until they are loaded.
    private RunDescription description;
    private SparseAutoencoder dictionary;
    private HookedTransformer model;
    private Corpus corpus;
    private FeatureStore features;
    private FeatureInspector inspector;

    Run(DictionaryLocation location, RunLoader options, int index) {
        this.location = location;
        this.layout = new RunLayout(location.files());
        this.options = options;
        this.index = index;
    }

    /**
     * Opens a run folder on the CPU, with the model and text of training.
     *
     * @param folder a folder written by {@code assay train} or {@link RunWriter}
     * @return the run, to be closed; nothing is loaded yet
     */
    public static Run open(Path folder) {
        return loader().open(folder);
    }

    /**
     * Returns options for opening a run on another device, or with another model or text.
     *
     * @return the options
     */
    public static RunLoader loader() {
        return new RunLoader();
    }

    /** {@return the files of the folder} */
    public RunLayout layout() {
        return layout;
    }

    /**
     * Returns the model, the sites and the text. A folder without {@code run.json} is described by its feature store, by the metadata of
     * its dictionary and by the options of the {@link RunLoader}.
     *
     * @return the description
     * @throws IOException if a file cannot be read
     * @throws InvalidInputException if no model is known
     */
    public RunDescription description() throws IOException {
        if (description == null) {
            Optional<RunDescription> stored = storedDescription();
            RunDescription described = options.applyTo(stored.isPresent() ? stored.get() : fromMetadata());
            Optional<String> site = options.site(index);
            description = site.isPresent() ? described.at(List.of(site.get())) : described;
        }
        return description;
    }

    /** Returns the description in the run folder, or in the feature store if there is no other. */
    private Optional<RunDescription> storedDescription() throws IOException {
        if (Files.exists(layout.description())) {
            return Optional.of(RunDescription.read(layout.folder()));
        }
        return FeatureStore.isStore(layout.features())
                ? RunDescription.ofNote(
                        layout.features(), FeatureStore.open(layout.features()).note())
                : Optional.empty();
    }

    private RunDescription fromMetadata() throws IOException {
        SaeMetadata metadata = dictionary().metadata();
        String name = options.model()
                .or(metadata::modelName)
                .orElseThrow(() ->
                        new InvalidInputException(layout.folder() + " does not say which model it is for: it has no "
                                + RunLayout.DESCRIPTION + " and its cfg.json names no model, expected --model"));
        TextDescription text = TextDescription.of()
                .withContexts(
                        metadata.contextSize().orElse(TextDescription.CONTEXT_LENGTH),
                        metadata.statedPrependBos().map(BosRule::of).orElse(BosRule.TOKENIZER))
                .withHeldOutEvery(0)
                .withChunkCharacters(0);
        return new RunDescription(name, metadata.hookNames(), text, null, Precision.FLOAT32);
    }

    /**
     * Returns the dictionary, with the sites and the choice of BOS that the {@link RunLoader} has in place of its own.
     *
     * @return the dictionary, open until the run is closed
     * @throws IOException if a file cannot be read
     */
    public SparseAutoencoder dictionary() throws IOException {
        if (dictionary == null) {
            dictionary = new MetadataChanges(layout.folder(), options, index, storedDescription())
                    .apply(SparseAutoencoder.load(location.resolve(), options.device()));
        }
        return dictionary;
    }

    /** Returns the dictionary, which has a site in its metadata. */
    SparseAutoencoder sitedDictionary() throws IOException {
        InvalidInputException.require(
                !dictionary().metadata().hookNames().isEmpty(),
                () -> layout.folder()
                        + " does not say which activations it is for: its cfg.json has no metadata.hook_name,"
                        + " expected --site, such as --site blocks.2.hook_resid_post");
        return dictionary();
    }

    /**
     * Returns the dictionary at its sites in the model.
     *
     * @return the attached dictionary
     * @throws IOException if a file cannot be read
     * @throws InvalidInputException if no site or no model is known, or the dictionary does not fit
     */
    public AttachedDictionary attached() throws IOException {
        SparseAutoencoder sae =
                sitedDictionary(); // a dictionary that cannot be read is reported before the model is loaded
        ModuleOutput.require(model(), sae.metadata());
        return AttachedDictionary.of(model(), sae);
    }

    /**
     * Returns the site and the model whose activations the directions of the dictionary are in.
     *
     * @return the space, as far as it is known
     * @throws IOException if a file cannot be read
     */
    public DictionarySpace space() throws IOException {
        SaeMetadata metadata = dictionary().metadata();
        Optional<String> stored = storedDescription().map(RunDescription::model);
        String of = options.model().or(() -> stored).or(metadata::modelName).orElse("");
        List<String> sites = metadata.hookNamesOut().isEmpty() ? metadata.hookNames() : metadata.hookNamesOut();
        return new DictionarySpace(layout.folder().toString(), of, sites);
    }

    /**
     * Returns whether the folder has a description of its own.
     *
     * @return false for dictionaries of other programs
     */
    public boolean hasDescription() {
        return Files.exists(layout.description());
    }

    /**
     * Returns the sites, the model, the text and its contexts in one line.
     *
     * @return such as {@code blocks.2.hook_resid_post of gpt2 on all documents of a.jsonl, contexts of 128 tokens without BOS}
     * @throws IOException if a file cannot be read
     */
    public String origin() throws IOException {
        return dictionary().sites() + " of " + description().model() + " on "
                + (corpus().heldOutEvery() == 0 ? "all documents of " : "") + corpus().description() + ", "
                + description().contexts(corpus().tokenizer());
    }

    /**
     * Returns the site that the dictionary reads.
     *
     * @return the first site of the description, or that of the dictionary's metadata
     * @throws IOException if a file cannot be read
     */
    public HookPoint point() throws IOException {
        List<String> hooks = description().hooks();
        return HookPoint.parse(hooks.isEmpty() ? dictionary().metadata().requiredHookName() : hooks.get(0));
    }

    /**
     * Returns the whole model.
     *
     * @return the model, open until the run is closed
     * @throws IOException if a file cannot be read
     * @throws InvalidInputException if the run was trained on an exported model and no other is named
     */
    public HookedTransformer model() throws IOException {
        if (model == null) {
            model = SourceModel.whole(description(), options.device());
        }
        return model;
    }

    /**
     * Returns the text, in the tokens of the model.
     *
     * @return the corpus
     * @throws IOException if a file cannot be read
     * @throws InvalidInputException if no text is known
     */
    public Corpus corpus() throws IOException {
        if (corpus == null) {
            requireText();
            corpus = description().corpus(model().tokenizer());
        }
        return corpus;
    }

    private void requireText() throws IOException {
        if (description().text().sources().isEmpty()) {
            throw new InvalidInputException(layout.folder() + " does not say which text to read: it has no "
                    + RunLayout.DESCRIPTION + ", expected --text");
        }
    }

    /**
     * Returns the feature store, which is collected on the run's text if the folder has none.
     *
     * @return the store
     * @throws IOException if a file cannot be read or written
     */
    public FeatureStore features() throws IOException {
        return features == null && !FeatureStore.isStore(layout.features())
                ? collectFeatures(read -> {})
                : storedFeatures();
    }

    /**
     * Returns the feature store of the folder. If there is none, it is collected on the text that the {@link RunLoader} names.
     *
     * @return the store
     * @throws IOException if a file cannot be read
     * @throws InvalidInputException if there is none and no text is named
     */
    public FeatureStore storedFeatures() throws IOException {
        if (features == null) {
            features = options.text().isPresent() && !FeatureFolder.isIn(layout.folder())
                    ? collectFeatures(read -> {})
                    : FeatureFolder.open(layout.folder());
        }
        return features;
    }

    /**
     * Compares the feature store of the folder with the options of the {@link RunLoader}.
     *
     * @return a sentence for each difference of text, contexts or tokens; empty if there is no store
     * @throws IOException if a file cannot be read
     * @throws InvalidInputException if the store is of another site than the one that was named
     */
    public List<String> storeDifferences() throws IOException {
        return FeatureFolder.isIn(layout.folder())
                ? new StoreDifferences(layout.folder(), storedFeatures().provenance(), options).sentences(index)
                : List.of();
    }

    /**
     * Collects the feature store on the run's text, replacing one that is there.
     *
     * @param progress receives the number of tokens read, after each batch
     * @return the store
     * @throws IOException if a file cannot be read or written
     */
    public FeatureStore collectFeatures(LongConsumer progress) throws IOException {
        inspector = null;
        SparseAutoencoder sae = attached().sae();
        RunDescription text = description().withText(description().text().resolved(corpus().tokenizer()));
        Files.createDirectories(layout.folder());
        features = FeatureCollector.of(model(), sae, corpus())
                .tokens(options.featureTokens())
                .note(text.toJson())
                .progress(progress)
                .collect(layout.features());
        return features;
    }

    /**
     * Returns an inspector of the features, with the explanations of the folder. The feature store is collected if the folder has none.
     *
     * @return the inspector, usable until the run is closed
     * @throws IOException if a file cannot be read or written
     */
    public FeatureInspector inspector() throws IOException {
        if (inspector == null) {
            FeatureStore store = features();
            inspector = FeatureInspector.of(model(), dictionary(), store)
                    .explanations(StoredExplanations.read(layout.folder()));
        }
        return inspector;
    }

    /**
     * Returns the page of features, with the figures of {@link #evaluation}.
     *
     * @return the page of {@link #inspector}
     * @throws IOException if a file cannot be read or written
     */
    public Dashboard dashboard() throws IOException {
        return dashboard(inspector());
    }

    /**
     * Returns the page of features as an inspector with labels or effects shows them, with the figures of {@link #evaluation}.
     *
     * @param from the inspector of this run
     * @return the page
     * @throws IOException if a file cannot be read
     */
    public Dashboard dashboard(FeatureInspector from) throws IOException {
        return from.dashboard()
                .title("Features of " + layout.name())
                .metrics(evaluation())
                .remarks(EvaluationFigures.remarks(layout.folder()));
    }

    /**
     * Returns the figures of the dictionary on held-out text.
     *
     * @return the numbers of {@code evaluation.json} by name; empty if the dictionary was not evaluated
     * @throws IOException if the file cannot be read
     */
    public Map<String, Double> evaluation() throws IOException {
        return EvaluationFigures.read(layout.folder());
    }

    /**
     * Returns the origin of the dictionary.
     *
     * @return the provenance in its metadata; for dictionaries of other programs, as much of it as their metadata hold
     * @throws IOException if a file cannot be read
     */
    public Provenance provenance() throws IOException {
        SaeMetadata metadata = dictionary().metadata();
        if (metadata.get(Provenance.FIELD).orElse(null) instanceof ObjectNode stored) {
            return Provenance.read(JsonObject.of(layout.folder().resolve("cfg.json"), stored));
        }
        List<String> reads = metadata.hookNames();
        TextProvenance text = TextProvenance.of(
                metadata.datasetPath().orElse(""),
                "",
                metadata.contextSize().orElse(0),
                metadata.prependBos(),
                metadata.excludesSpecialTokens());
        String name = metadata.modelName().orElse("");
        return Provenance.of(ModelProvenance.of(name, ""), reads, text)
                .withSites(reads, metadata.hookNamesOut().isEmpty() ? reads : metadata.hookNamesOut())
                .withVersion(UNKNOWN);
    }

    /**
     * Returns the origin of figures measured with this dictionary on held-out documents of this text.
     *
     * @param tokens the number of tokens
     * @return the provenance, with the dictionary as parent
     * @throws IOException if a file cannot be read
     */
    public Provenance heldOutProvenance(long tokens) throws IOException {
        return heldOutProvenance(model(), corpus(), tokens);
    }

    /**
     * Returns the origin of figures measured with this dictionary and another model or text.
     *
     * @param measured the model
     * @param text the text, of which the held-out documents were read if there are any
     * @param tokens the number of tokens
     * @return the provenance, with the dictionary as parent
     * @throws IOException if a file cannot be read
     */
    public Provenance heldOutProvenance(HookedTransformer measured, Corpus text, long tokens) throws IOException {
        SaeMetadata metadata = dictionary().metadata();
        int every = text.holdOut().every();
        TextProvenance part = TextProvenance.of(
                        text.description(),
                        every == 0 ? "all documents" : "only one of " + every + " documents",
                        text.contextLength(),
                        text.prependBos(),
                        metadata.excludesSpecialTokens())
                .withTokens(tokens);
        ModelProvenance of =
                ModelProvenance.of(measured.name(), measured.precision().toString());
        Sites sites = metadata.hookNames().isEmpty()
                ? dictionary().sitesReading(point().name())
                : dictionary().sites();
        return Provenance.of(of, sites.readNames(), part)
                .withSites(sites.readNames(), sites.writeNames())
                .withParent(WeightsHash.artifact(dictionary()));
    }

    /** Closes the model and the dictionary. */
    @Override
    public void close() {
        if (model != null) {
            model.close();
            model = null;
        }
        if (dictionary != null) {
            dictionary.close();
            dictionary = null;
        }
    }
}
