package dev.assay.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
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

    private final RunLayout layout;
    private final RunLoader options;
    // The parts below are null until they are loaded.
    private RunDescription description;
    private SparseAutoencoder dictionary;
    private HookedTransformer model;
    private Corpus corpus;
    private FeatureStore features;
    private FeatureInspector inspector;

    Run(Path folder, RunLoader options) {
        this.layout = new RunLayout(folder);
        this.options = options;
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
     * Returns the model, the sites and the text. A folder without {@code run.json} is described by the metadata of its dictionary and by
     * the options of the {@link RunLoader}.
     *
     * @return the description
     * @throws IOException if a file cannot be read
     * @throws InvalidInputException if no model is known
     */
    public RunDescription description() throws IOException {
        if (description == null) {
            description = options.applyTo(
                    Files.exists(layout.description()) ? RunDescription.read(layout.folder()) : fromMetadata());
        }
        return description;
    }

    private RunDescription fromMetadata() throws IOException {
        SaeMetadata metadata = dictionary().metadata();
        String name = options.model()
                .or(metadata::modelName)
                .orElseThrow(() -> new InvalidInputException(layout.folder() + " has no " + RunLayout.DESCRIPTION
                        + " and its cfg.json names no model, expected the name of a model (--model)"));
        TextDescription text = TextDescription.of()
                .withContexts(
                        metadata.contextSize().orElse(TextDescription.CONTEXT_LENGTH),
                        metadata.statedPrependBos().map(BosRule::of).orElse(BosRule.TOKENIZER))
                .withHeldOutEvery(0)
                .withChunkCharacters(0);
        return new RunDescription(name, metadata.hookNames(), text, null, Precision.FLOAT32);
    }

    /**
     * Returns the dictionary.
     *
     * @return the dictionary, open until the run is closed
     * @throws IOException if a file cannot be read
     */
    public SparseAutoencoder dictionary() throws IOException {
        if (dictionary == null) {
            dictionary = SparseAutoencoder.load(layout.folder(), options.device());
        }
        return dictionary;
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
        if (options.text().isEmpty() && !Files.exists(layout.description())) {
            throw new InvalidInputException(layout.folder() + " has no " + RunLayout.DESCRIPTION
                    + ", expected a folder that assay train has written, or the names of a model and of text");
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
     * Returns the feature store of the folder.
     *
     * @return the store
     * @throws IOException if a file cannot be read
     * @throws InvalidInputException if there is none
     */
    public FeatureStore storedFeatures() throws IOException {
        if (features == null) {
            features = FeatureFolder.open(layout.folder());
        }
        return features;
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
        features = FeatureCollector.of(model(), dictionary(), corpus())
                .tokens(options.featureTokens())
                .progress(progress)
                .collect(layout.features());
        return features;
    }

    /**
     * Returns an inspector of the features. The feature store is collected if the folder has none.
     *
     * @return the inspector, usable until the run is closed
     * @throws IOException if a file cannot be read or written
     */
    public FeatureInspector inspector() throws IOException {
        if (inspector == null) {
            FeatureStore store = features();
            inspector = FeatureInspector.of(model(), dictionary(), store);
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
        SaeMetadata metadata = dictionary().metadata();
        int every = corpus().holdOut().every();
        TextProvenance text = TextProvenance.of(
                        corpus().description(),
                        every == 0 ? "all documents" : "only one of " + every + " documents",
                        corpus().contextLength(),
                        corpus().prependBos(),
                        metadata.excludesSpecialTokens())
                .withTokens(tokens);
        ModelProvenance of =
                ModelProvenance.of(model().name(), model().precision().toString());
        Sites sites = metadata.hookNames().isEmpty()
                ? dictionary().sitesReading(point().name())
                : dictionary().sites();
        return Provenance.of(of, sites.readNames(), text)
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
