package dev.assay.run;

import ai.djl.Device;
import dev.assay.model.config.Precision;
import java.io.IOException;
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
public final class RunLoader {
    private static final long FEATURE_TOKENS = 1_000_000;

    private String model;
    private List<String> text;
    private Precision precision;
    private Device device = Device.cpu();
    private long featureTokens = FEATURE_TOKENS;

    RunLoader() {}

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
        return new Run(folder, this);
    }

    /**
     * Opens the dictionaries of several folders with the model of the first.
     *
     * @param folders the folders, at least one
     * @param sites the names of the sites of the first dictionaries; the others have the sites of their metadata
     * @return the dictionaries and their model, to be closed
     * @throws IOException if a file cannot be read
     * @throws dev.assay.InvalidInputException if there are more sites than dictionaries
     */
    public DictionaryGroup openTogether(List<Path> folders, List<String> sites) throws IOException {
        List<Run> runs = new ArrayList<>();
        folders.forEach(folder -> runs.add(open(folder)));
        return DictionaryGroup.open(runs, sites);
    }

    Optional<String> model() {
        return Optional.ofNullable(model);
    }

    Optional<List<String>> text() {
        return Optional.ofNullable(text);
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
        return precision == null ? changed : changed.withPrecision(precision);
    }
}
