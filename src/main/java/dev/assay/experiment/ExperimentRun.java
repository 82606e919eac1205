package dev.assay.experiment;

import ai.djl.Device;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.evaluate.control.RandomWeightModel;
import dev.assay.io.AtomicFiles;
import dev.assay.io.Json;
import dev.assay.model.HookedTransformer;
import dev.assay.provenance.Provenance;
import dev.assay.run.TextDescription;
import dev.assay.tensor.Threads;
import dev.assay.text.Corpus;
import dev.assay.text.tokenizer.Tokenizer;
import dev.assay.view.Picture;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.LongStream;

/**
 * One execution of an experiment: its options, its cells and its results.
 *
 * <pre>{@code
 * for (long seed : run.seeds()) {
 *     Recovery recovery = run.cell("recovery-seed" + seed, Recovery.class, () -> measure(seed));
 * }
 * run.table(table);
 * run.figure("recovery", chart.picture());
 * run.finding("…");
 * }</pre>
 */
public final class ExperimentRun {
    private final Experiment experiment;
    private final ExperimentOptions options;
    private final ExperimentSettings settings;
    private final ExperimentFolder folder;
    private final CellCache cache;
    private final Consumer<String> progress;
    private final List<ResultTable> tables = new ArrayList<>();
    private final Map<String, Picture> figures = new LinkedHashMap<>();
    private final List<String> findings = new ArrayList<>();
    private final List<Provenance> provenance = new ArrayList<>();

    ExperimentRun(
            Experiment experiment, ExperimentOptions options, ExperimentFolder folder, Consumer<String> progress) {
        this.experiment = experiment;
        this.options = options;
        this.folder = folder;
        this.progress = progress;
        settings = ExperimentSettings.of(experiment, options.quick(), options.settings());
        cache = new CellCache(folder);
    }

    /** Computes the value of a cell. */
    @FunctionalInterface
    public interface Cell<T> {
        /**
         * Computes the value.
         *
         * @return a record, a map, a list, an array, a text or a number, which Jackson can write and read
         * @throws IOException if a file cannot be read or written
         */
        T compute() throws IOException;
    }

    /** Writes the files of an artifact. */
    @FunctionalInterface
    public interface Artifact {
        /**
         * Writes the files.
         *
         * @param folder an empty folder, which is moved to its place when it is complete
         * @throws IOException if a file cannot be written
         */
        void write(Path folder) throws IOException;
    }

    /** {@return the shared options} */
    public ExperimentOptions options() {
        return options;
    }

    /** {@return whether this is the quick form} */
    public boolean isQuick() {
        return options.quick();
    }

    /** {@return the experiment's own settings} */
    public ExperimentSettings settings() {
        return settings;
    }

    /** {@return the seeds, 0 to number − 1} */
    public List<Long> seeds() {
        return LongStream.range(0, options.seeds(experiment)).boxed().toList();
    }

    /** {@return the device of models and dictionaries} */
    public Device device() {
        return options.device();
    }

    /**
     * Reports the current step of the work.
     *
     * @param sentence one line
     */
    public void progress(String sentence) {
        progress.accept(sentence);
    }

    /**
     * Returns the value of a cell. It is read from the folder if an earlier run with the same options has computed it, otherwise computed
     * and written.
     *
     * @param <T> the type of the value
     * @param key unique within the experiment: letters, digits and {@code . _ = + -}
     * @param type the type of the value
     * @param cell computes the value from options, settings and key alone
     * @return the value, as read from the file
     * @throws IOException if a file cannot be read or written
     */
    public <T> T cell(String key, Class<T> type, Cell<T> cell) throws IOException {
        return cache.cell(key, type, () -> {
            progress(key);
            return cell.compute();
        });
    }

    /**
     * Returns the folder of files such as a trained model, under {@code artifacts/KEY}. They are written unless an earlier run with the same
     * options has completed them.
     *
     * @param key unique within the experiment: letters, digits and {@code . _ = + -}
     * @param artifact writes the files from options, settings and key alone
     * @return the folder, which must not be changed
     * @throws IOException if a file cannot be read or written
     */
    public Path artifact(String key, Artifact artifact) throws IOException {
        return cache.artifact(key, target -> {
            progress(key);
            artifact.write(target);
        });
    }

    /**
     * Loads the model of {@code --model}.
     *
     * @param standard the experiment's own model, used without {@code --model}
     * @return the model on the device of the options, closed by the caller
     * @throws IOException if a file cannot be read
     */
    public HookedTransformer model(String standard) throws IOException {
        return HookedTransformer.loader()
                .device(options.device())
                .load(options.model().isEmpty() ? standard : options.model());
    }

    /**
     * Creates an untrained model with the architecture of the loaded one, see {@link RandomWeightModel#asAtStart}.
     *
     * @param model the model of {@link #model}
     * @param seed of the weights
     * @return the model on the same device, closed by the caller
     */
    public HookedTransformer randomWeights(HookedTransformer model, long seed) {
        return RandomWeightModel.asAtStart(model, seed);
    }

    /** {@return whether {@code --model} names a model} */
    public boolean hasModel() {
        return !options.model().isEmpty();
    }

    /**
     * Returns the text of {@code --text}: contexts of at most {@value TextDescription#CONTEXT_LENGTH} tokens, one of every
     * {@value TextDescription#HELD_OUT_EVERY} documents held out.
     *
     * @param model the model, which has a tokenizer
     * @param standard the experiment's own text, used without {@code --text}
     * @return the corpus
     */
    public Corpus corpus(HookedTransformer model, String standard) {
        return corpus(model, standard, TextDescription.CONTEXT_LENGTH);
    }

    /**
     * Returns the text of {@code --text} in contexts of another length, see {@link #corpus(HookedTransformer, String)}.
     *
     * @param model the model, which has a tokenizer
     * @param standard the experiment's own text, used without {@code --text}
     * @param contextLength tokens per context; reduced to the context length of the model if that is smaller
     * @return the corpus
     */
    public Corpus corpus(HookedTransformer model, String standard, int contextLength) {
        return corpus(model, standard, contextLength, TextDescription.HELD_OUT_EVERY);
    }

    /**
     * Returns the text of {@code --text} with another share of held-out documents, see {@link #corpus(HookedTransformer, String)}.
     *
     * @param model the model, which has a tokenizer
     * @param standard the experiment's own text, used without {@code --text}
     * @param contextLength tokens per context; reduced to the context length of the model if that is smaller
     * @param heldOutEvery n to hold out one of every n documents
     * @return the corpus
     */
    public Corpus corpus(HookedTransformer model, String standard, int contextLength, int heldOutEvery) {
        int length = Math.min(contextLength, model.config().contextLength());
        return corpus(model.tokenizer(), standard, length, heldOutEvery);
    }

    /**
     * Returns the text of {@code --text} for a model that does not exist yet, see {@link #corpus(HookedTransformer, String)}.
     *
     * @param tokenizer the tokenizer
     * @param standard the experiment's own text, used without {@code --text}
     * @param contextLength tokens per context
     * @return the corpus
     */
    public Corpus corpus(Tokenizer tokenizer, String standard, int contextLength) {
        return corpus(tokenizer, standard, contextLength, TextDescription.HELD_OUT_EVERY);
    }

    private Corpus corpus(Tokenizer tokenizer, String standard, int contextLength, int heldOutEvery) {
        List<String> sources = options.text().isEmpty() ? List.of(standard) : options.text();
        TextDescription text = TextDescription.of().withSources(sources).withHeldOutEvery(heldOutEvery);
        return text.withContexts(contextLength, text.bos()).corpus(tokenizer);
    }

    /**
     * Adds a table to the results.
     *
     * @param table its name is unique
     */
    public void table(ResultTable table) {
        if (tables.stream().anyMatch(other -> other.name().equals(table.name()))) {
            throw new IllegalArgumentException("duplicate table " + table.name());
        }
        tables.add(table);
    }

    /**
     * Adds a figure to the results, written as PNG and as SVG.
     *
     * @param name of the files: lower case letters, digits, hyphens and underscores; unique
     * @param picture the figure
     */
    public void figure(String name, Picture picture) {
        if (figures.putIfAbsent(ResultTable.named(name), picture) != null) {
            throw new IllegalArgumentException("duplicate figure " + name);
        }
    }

    /**
     * Adds a finding to the results.
     *
     * @param sentence plain text with the figures that it rests on
     */
    public void finding(String sentence) {
        findings.add(sentence);
    }

    /**
     * Adds the origin of activations to the results.
     *
     * @param origin of a source of activations
     */
    public void provenance(Provenance origin) {
        if (!provenance.contains(origin)) {
            provenance.add(origin);
        }
    }

    /** Writes tables, figures, the page, and at last the description that declares the results complete. */
    ExperimentReport finish() throws IOException {
        ExperimentReport report = new ExperimentReport(
                experiment.name(),
                experiment.question(),
                folder.path(),
                tables,
                findings,
                cache.seconds(),
                cache.computed(),
                cache.found());
        for (ResultTable table : tables) {
            AtomicFiles.writeString(folder.tables().resolve(table.name() + ".csv"), table.toCsv());
            AtomicFiles.writeString(folder.tables().resolve(table.name() + ".json"), Json.pretty(table.toJson()));
        }
        for (Map.Entry<String, Picture> figure : figures.entrySet()) {
            figure.getValue().writePng(folder.figures().resolve(figure.getKey() + ".png"));
            figure.getValue().writeSvg(folder.figures().resolve(figure.getKey() + ".svg"));
        }
        ObjectNode json = description();
        AtomicFiles.writeString(folder.page(), new ExperimentPage(report, figures, json).html());
        AtomicFiles.writeString(folder.description(), Json.pretty(json));
        return report;
    }

    private ObjectNode description() {
        ObjectNode json = ExperimentFolder.head(experiment, options.identity(experiment));
        json.put("complete", true).put("seconds", cache.seconds());
        json.put("threads", Threads.count())
                .put("processors", Runtime.getRuntime().availableProcessors())
                .put("java", Runtime.version().toString());
        findings.forEach(json.putArray("findings")::add);
        tables.forEach(table -> json.withArray("tables").add(table.name()));
        figures.keySet().forEach(json.withArray("figures")::add);
        ArrayNode origins = json.putArray(Provenance.FIELD);
        provenance.forEach(origin -> origins.add(origin.toJson()));
        return json;
    }
}
