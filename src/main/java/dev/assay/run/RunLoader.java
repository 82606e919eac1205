package dev.assay.run;

import ai.djl.Device;
import dev.assay.InvalidInputException;
import dev.assay.model.config.Precision;
import dev.assay.model.hook.HookPoint;
import dev.assay.text.BosRule;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Options of {@link Run}: they replace parts of the run's description, and name the model and text of a dictionary that has none.
 *
 * <pre>{@code
 * try (Run run = Run.loader().model("gpt2").text("wiki.jsonl").open(Path.of("someones-dictionary"))) {
 *     System.out.println(run.inspector().strongest(10));
 * }
 * }</pre>
 */
public final class RunLoader implements Serializable {
    private static final long serialVersionUID = 1;

    private static final long FEATURE_TOKENS = 1_000_000;

    private String model;
    private List<String> text;
    private Precision precision;
    private List<String> sites = List.of();
    private List<String> writtenSites = List.of();
    private List<String> targets = List.of();
    private Integer context; // null for that of the run
    private Boolean prependBos; // null for that of the run
    private boolean tokensSet;
    private transient Device device = Device.cpu();
    private long featureTokens = FEATURE_TOKENS;

    RunLoader() {}

    /** Restores the options on another machine, where the device is the CPU until it is set. */
    private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
        in.defaultReadObject();
        device = Device.cpu();
    }

    /**
     * Sets the model. The default is the model that the dictionary was trained on.
     *
     * @param name a Hugging Face folder, a name on the hub, or {@code assay/stories}
     * @return this
     */
    public RunLoader model(String name) {
        this.model = name;
        return this;
    }

    /**
     * Sets the text. The default is the text that the dictionary was trained on.
     *
     * @param sources files, folders, globs, or {@code assay/stories/COUNT}
     * @return this
     */
    public RunLoader text(String... sources) {
        return text(List.of(sources));
    }

    /**
     * Sets the text. The default is the text that the dictionary was trained on.
     *
     * @param sources files, folders, globs, or {@code assay/stories/COUNT}
     * @return this
     */
    public RunLoader text(List<String> sources) {
        this.text = List.copyOf(sources);
        return this;
    }

    /**
     * Sets the type in which the model's matrix products are computed. The default is that of training.
     *
     * @param type the type
     * @return this
     */
    public RunLoader precision(Precision type) {
        this.precision = type;
        return this;
    }

    /**
     * Sets the sites that the dictionaries read. The default is the sites of their metadata.
     *
     * @param names hook points such as {@code blocks.2.hook_resid_post}, or modules such as {@code model.layers.2}: one, or for
     *     {@link #openTogether} one per dictionary, in the same order
     * @return this
     */
    public RunLoader sites(List<String> names) {
        this.sites = canonical(names);
        this.writtenSites = List.copyOf(names);
        return this;
    }

    /**
     * Sets the sites that transcoders predict. The default is the sites of their metadata.
     *
     * @param names as for {@link #sites}
     * @return this
     */
    public RunLoader targets(List<String> names) {
        this.targets = canonical(names);
        return this;
    }

    private static List<String> canonical(List<String> names) {
        return names.stream().map(name -> HookPoint.parse(name).name()).toList();
    }

    /**
     * Sets the number of tokens per context. The default is that of training.
     *
     * @param tokens including BOS
     * @return this
     */
    public RunLoader contextLength(int tokens) {
        this.context = tokens;
        return this;
    }

    /**
     * Sets whether contexts and prompts start with BOS. The default is that of training; if it is unknown, what the tokenizer does.
     *
     * @param prepend whether BOS is prepended
     * @return this
     */
    public RunLoader prependBos(boolean prepend) {
        this.prependBos = prepend;
        return this;
    }

    /**
     * Sets the device of the model and the dictionary, the CPU by default.
     *
     * @param where the device
     * @return this
     */
    public RunLoader device(Device where) {
        this.device = where;
        return this;
    }

    /**
     * Sets how many tokens are read where the feature store has to be collected, a million by default.
     *
     * @param tokens at least 1
     * @return this
     */
    public RunLoader featureTokens(long tokens) {
        this.featureTokens = tokens;
        this.tokensSet = true;
        return this;
    }

    /**
     * Opens a run folder, or the folder of a dictionary in any format that
     * {@link dev.assay.sae.SparseAutoencoder#load(Path) SparseAutoencoder.load} reads.
     *
     * @param folder the folder
     * @return the run, to be closed; nothing is loaded yet
     */
    public Run open(Path folder) {
        return new Run(new DictionaryLocation.OnDisk(folder), this, 0);
    }

    /**
     * Opens a dictionary by its name.
     *
     * @param name a path, or a folder of a repository on the hub, see {@link DictionaryLocation}
     * @return the run, to be closed; nothing is loaded yet
     */
    public Run open(String name) {
        return new Run(DictionaryLocation.of(name), this, 0);
    }

    /**
     * Opens several dictionaries with the model of the first, at the sites of {@link #sites} or of their metadata.
     *
     * @param names as for {@link #open(String)}, at least one
     * @return the dictionaries and their model, to be closed
     * @throws IOException if a file cannot be read
     * @throws InvalidInputException if there are more sites than dictionaries
     */
    public DictionaryGroup openTogether(List<String> names) throws IOException {
        return DictionaryGroup.open(openAll(names));
    }

    /**
     * Opens several dictionaries, at the sites of {@link #sites} or of their metadata.
     *
     * @param names as for {@link #open(String)}
     * @return one run per name, to be closed; nothing is loaded yet
     * @throws InvalidInputException if there are more sites than dictionaries
     */
    public List<Run> openAll(List<String> names) {
        InvalidInputException.require(
                Math.max(sites.size(), targets.size()) <= names.size(),
                () -> Math.max(sites.size(), targets.size()) + " sites are named for " + names.size()
                        + " dictionaries, expected one each");
        List<Run> runs = new ArrayList<>();
        for (String name : names) {
            runs.add(new Run(DictionaryLocation.of(name), this, runs.size()));
        }
        return runs;
    }

    /**
     * Opens the dictionaries of several folders with the model of the first.
     *
     * @param folders the folders, at least one
     * @param sites the names of the sites of the first dictionaries; the others have the sites of their metadata
     * @return the dictionaries and their model, to be closed
     * @throws IOException if a file cannot be read
     * @throws InvalidInputException if there are more sites than dictionaries
     */
    public DictionaryGroup openTogether(List<Path> folders, List<String> sites) throws IOException {
        return sites(sites).openTogether(folders.stream().map(Path::toString).toList());
    }

    Optional<String> model() {
        return Optional.ofNullable(model);
    }

    Optional<List<String>> text() {
        return Optional.ofNullable(text);
    }

    Optional<String> site(int index) {
        return sites.stream().skip(index).findFirst();
    }

    /** Returns the site in the spelling of the caller, such as the name of a module. */
    Optional<String> writtenSite(int index) {
        return writtenSites.stream().skip(index).findFirst();
    }

    Optional<String> target(int index) {
        return targets.stream().skip(index).findFirst();
    }

    Optional<Integer> contextLength() {
        return Optional.ofNullable(context);
    }

    Optional<Boolean> prependBos() {
        return Optional.ofNullable(prependBos);
    }

    /** Returns the number of tokens of the feature store that was asked for; empty if the default is used. */
    Optional<Long> statedTokens() {
        return tokensSet ? Optional.of(featureTokens) : Optional.empty();
    }

    Device device() {
        return device;
    }

    long featureTokens() {
        return featureTokens;
    }

    /** Returns a description with the options that were set in place of its own. */
    RunDescription applyTo(RunDescription run) {
        RunDescription changed = model == null ? run : run.withModel(model);
        changed = text == null ? changed : changed.withText(changed.text().withSources(text));
        TextDescription read = changed.text();
        if (context != null || prependBos != null) {
            changed = changed.withText(read.withContexts(
                    contextLength().orElse(read.contextLength()),
                    prependBos().map(BosRule::of).orElse(read.bos())));
        }
        return precision == null ? changed : changed.withPrecision(precision);
    }
}
