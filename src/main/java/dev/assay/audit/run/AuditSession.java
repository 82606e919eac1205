package dev.assay.audit.run;

import dev.assay.audit.sample.Pooling;
import dev.assay.feature.store.FeatureStore;
import dev.assay.io.AtomicFolder;
import dev.assay.io.IoConsumer;
import dev.assay.model.HookedTransformer;
import dev.assay.run.Run;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.text.dialogue.DialogueFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;

/**
 * Audits of a run on labelled documents. Each writes a folder with {@code audit.json}, {@code report.html}, CSV tables and a feature store of
 * the documents; the folder appears when it is complete.
 *
 * <pre>{@code
 * try (Run run = Run.open(Path.of("runs/first"))) {
 *     AuditDocuments documents = AuditDocuments.read(Path.of("labelled.jsonl"));
 *     AuditResult result = AuditSession.of(run, AuditSettings.DEFAULT)
 *             .contrast(documents, documents.labels(List.of("watched", "free")), Path.of("audits/watched"));
 *     System.out.println(result.text());
 * }
 * }</pre>
 *
 * <p>Every result has the same numbers for controls: random features, raw activations and terms of the text, and a dictionary of a model with
 * random weights where {@link #randomWeights} is set.
 */
public final class AuditSession {
    private final Run run;
    private final AuditSettings settings;
    private DialogueFormat format = DialogueFormat.standard();
    private IntConsumer progress = documents -> {};
    private Optional<Control> control = Optional.empty();

    /** The folder of the dictionary of a model with random weights, and the activations that it is trained on if it is missing. */
    private record Control(Path folder, long tokens) {}

    /** What a report contains. */
    private enum Part {
        CONTRAST,
        MONITORS
    }

    private AuditSession(Run run, AuditSettings settings) {
        this.run = run;
        this.settings = settings;
    }

    /**
     * Starts with the controls that need no training.
     *
     * @param run the opened run folder; the caller closes it
     * @param settings the settings
     * @return the session
     */
    public static AuditSession of(Run run, AuditSettings settings) {
        return new AuditSession(run, settings);
    }

    /**
     * Sets the markers around turns.
     *
     * @param other the format; default {@link DialogueFormat#standard()}
     * @return this
     */
    public AuditSession format(DialogueFormat other) {
        this.format = other;
        return this;
    }

    /**
     * Adds the control of a dictionary of the same model with random weights.
     *
     * @param folder the folder of the dictionary, which is trained and saved there if the folder does not exist
     * @param trainingTokens the number of activations to train on
     * @return this
     */
    public AuditSession randomWeights(Path folder, long trainingTokens) {
        this.control = Optional.of(new Control(folder, trainingTokens));
        return this;
    }

    /**
     * Sets a progress listener.
     *
     * @param listener called with the number of documents that the model has read
     * @return this
     */
    public AuditSession progress(IntConsumer listener) {
        this.progress = listener;
        return this;
    }

    /**
     * Compares the features of documents of two labels.
     *
     * @param documents the documents
     * @param labels the labels
     * @param out the folder of the results: absent, empty, or results to replace
     * @return the result
     * @throws IOException if a file cannot be read or written
     */
    public AuditResult contrast(AuditDocuments documents, AuditDocuments.Labels labels, Path out) throws IOException {
        return write(documents, labels, List.of(Part.CONTRAST), out);
    }

    /**
     * Trains and tests monitors of the first label.
     *
     * @param documents the documents
     * @param labels the labels
     * @param out the folder of the results: absent, empty, or results to replace
     * @return the result
     * @throws IOException if a file cannot be read or written
     */
    public AuditResult monitor(AuditDocuments documents, AuditDocuments.Labels labels, Path out) throws IOException {
        return write(documents, labels, List.of(Part.MONITORS), out);
    }

    /**
     * Compares features and trains monitors from the same pass.
     *
     * @param documents the documents
     * @param labels the labels
     * @param out the folder of the results: absent, empty, or results to replace
     * @return the result
     * @throws IOException if a file cannot be read or written
     */
    public AuditResult contrastAndMonitor(AuditDocuments documents, AuditDocuments.Labels labels, Path out)
            throws IOException {
        return write(documents, labels, List.of(Part.CONTRAST, Part.MONITORS), out);
    }

    /**
     * Compares the features of the run's model with those of a tuned model on the same documents.
     *
     * @param documents the documents; labels are not used
     * @param tuned the tuned model; the caller closes it
     * @param crosscoder a dictionary of both models whose columns are those of the run's model, then those of the tuned model; empty for none
     * @param out the folder of the results: absent, empty, or results to replace
     * @return the result
     * @throws IOException if a file cannot be read or written
     */
    public AuditResult diff(
            AuditDocuments documents, HookedTransformer tuned, Optional<SparseAutoencoder> crosscoder, Path out)
            throws IOException {
        AuditFolder.requireUsable(out);
        AuditSubject subject = AuditSubject.of(run);
        return AuditFolder.write(out, folder -> {
            int active = reading(subject, settings.poolings(), Optional.empty()).activeLatents(documents.documents());
            DiffResults results = DiffResults.of(subject, tuned, documents, settings, format, active, crosscoder);
            progress.accept(documents.documents().size());
            DiffSection section = new DiffSection(subject, results, settings.features());
            AuditResultBuilder builder = new AuditResultBuilder("diff", subject, documents, settings, Optional.empty());
            results.put(builder.json(), subject, out, settings.features());
            return builder.add(section.text(), section.html(out), results.tables())
                    .build("Audit of " + subject.model().name() + " and " + tuned.name());
        });
    }

    /**
     * Ranks training documents by the features that are stronger on prompts than on reference prompts.
     *
     * @param prompts the prompts, which have the first label, and the reference prompts, which have the second
     * @param labels the labels
     * @param trace what is searched
     * @param out the folder of the results: absent, empty, or results to replace
     * @return the result
     * @throws IOException if a file cannot be read or written
     * @throws dev.assay.InvalidInputException if no training documents are named and the run has no feature store
     */
    public AuditResult trace(AuditDocuments prompts, AuditDocuments.Labels labels, TraceSettings trace, Path out)
            throws IOException {
        AuditFolder.requireUsable(out);
        AuditSubject subject = AuditSubject.of(run);
        List<AuditResult> results = new ArrayList<>();
        withControl(
                subject,
                prompts,
                random -> results.add(AuditFolder.write(out, folder -> {
                    TraceReading reading = new TraceReading(
                            subject,
                            reading(subject, settings.poolings(), random),
                            reading(subject, List.of(trace.documentPooling()), random),
                            trace);
                    TraceResults found = reading.run(prompts, labels, settings, format, folder, progress);
                    TraceSection section = new TraceSection(subject, found);
                    AuditResultBuilder builder = new AuditResultBuilder("trace", subject, prompts, settings, random);
                    builder.labels(labels);
                    trace.put(builder.json().withObjectProperty("settings"));
                    TraceJson.put(builder.json(), subject, found, out);
                    return builder.add(section.text(), section.html(out), TraceJson.tables(found))
                            .build("Training documents of " + labels.first());
                })));
        return results.get(0);
    }

    private AuditResult write(AuditDocuments documents, AuditDocuments.Labels labels, List<Part> parts, Path out)
            throws IOException {
        AuditFolder.requireUsable(out);
        AuditSubject subject = AuditSubject.of(run);
        List<AuditResult> results = new ArrayList<>();
        withControl(
                subject,
                documents,
                random -> results.add(AuditFolder.write(out, folder -> {
                    Path store = folder.resolve(AuditFolder.STORE);
                    AuditReading reading = reading(subject, settings.poolings(), random);
                    AuditedDocuments read =
                            reading.run(documents, reading.activeLatents(documents.documents()), store, progress);
                    return result(subject, documents, labels, parts, read, random, FeatureStore.open(store), out);
                })));
        return results.get(0);
    }

    private AuditReading reading(
            AuditSubject subject, List<Pooling> poolings, Optional<RandomWeightDictionary> random) {
        return new AuditReading(subject.model(), subject.dictionary(), poolings, format, settings.seed(), random);
    }

    /** Opens the dictionary of a model with random weights, or trains it if its folder does not exist. */
    private void withControl(
            AuditSubject subject, AuditDocuments documents, IoConsumer<Optional<RandomWeightDictionary>> work)
            throws IOException {
        if (control.isEmpty()) {
            work.accept(Optional.empty());
            return;
        }
        Path folder = control.get().folder();
        AtomicFolder.recover(folder);
        try (RandomWeightDictionary random = Files.exists(folder)
                ? RandomWeightDictionary.open(subject.model(), folder)
                : RandomWeightDictionary.train(
                        subject.model(),
                        subject.dictionary(),
                        run.corpus(),
                        reading(subject, settings.poolings(), Optional.empty()).activeLatents(documents.documents()),
                        control.get().tokens(),
                        settings.seed(),
                        folder)) {
            work.accept(Optional.of(random));
        }
    }

    private AuditResult result(
            AuditSubject subject,
            AuditDocuments documents,
            AuditDocuments.Labels labels,
            List<Part> parts,
            AuditedDocuments read,
            Optional<RandomWeightDictionary> random,
            FeatureStore store,
            Path out)
            throws IOException {
        AuditResultBuilder builder = new AuditResultBuilder(
                parts.get(0) == Part.CONTRAST ? "contrast" : "monitor", subject, documents, settings, random);
        builder.labels(labels);
        if (parts.contains(Part.CONTRAST)) {
            ContrastResults results = ContrastResults.of(read, labels, settings);
            FeatureCards cards = new FeatureCards(subject, read, results, store, out);
            ContrastSection section = new ContrastSection(subject, read, results);
            ContrastJson.put(builder.json(), read, results);
            cards.json(builder.json().putArray("features"));
            builder.add(section.text(), section.html(cards), ContrastJson.tables(read, results));
        }
        if (parts.contains(Part.MONITORS)) {
            MonitorResults results = MonitorResults.of(read, labels, settings);
            MonitorSection section = new MonitorSection(subject, read, results);
            MonitorJson.put(builder.json(), read, results);
            builder.add(section.text(), section.html(out), MonitorJson.tables(read, results));
        }
        return builder.build("Audit of " + labels.first() + " and " + labels.second());
    }
}
