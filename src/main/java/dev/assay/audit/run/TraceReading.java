package dev.assay.audit.run;

import dev.assay.InvalidInputException;
import dev.assay.attach.AttachedDictionary;
import dev.assay.audit.sample.AuditSample;
import dev.assay.audit.sample.Pooling;
import dev.assay.audit.trace.DocumentRanker;
import dev.assay.audit.trace.DocumentRankers;
import dev.assay.audit.trace.DocumentTrace;
import dev.assay.audit.trace.FeatureSteering;
import dev.assay.audit.trace.SteeringCurve;
import dev.assay.audit.trace.StoredDocuments;
import dev.assay.audit.trace.TraceQuery;
import dev.assay.audit.trace.TraceReport;
import dev.assay.feature.store.DocumentRun;
import dev.assay.feature.store.FeatureStore;
import dev.assay.text.dialogue.DialogueFormat;
import dev.assay.text.dialogue.LabelledDialogue;
import dev.assay.text.dialogue.Role;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.LongStream;

/** Reads prompts and training documents with the dictionary and its controls, and ranks the documents. */
final class TraceReading {
    private static final int NEIGHBOURS = 5;
    private static final int STEERING_CONTROLS = 20;

    private final AuditSubject subject;
    private final AuditReading prompts;
    private final AuditReading documents;
    private final TraceSettings trace;

    TraceReading(AuditSubject subject, AuditReading prompts, AuditReading documents, TraceSettings trace) {
        this.subject = subject;
        this.prompts = prompts;
        this.documents = documents;
        this.trace = trace;
    }

    /** Training documents with their matrices, and where their tokens are. */
    private record Training(AuditedDocuments documents, FeatureStore store, List<Long> numbers) {}

    TraceResults run(
            AuditDocuments file,
            AuditDocuments.Labels labels,
            AuditSettings settings,
            DialogueFormat format,
            Path folder,
            IntConsumer progress)
            throws IOException {
        int active = prompts.activeLatents(file.documents());
        prompts.requireRoles(file);
        AuditedDocuments read = prompts.run(file.documents(), active, progress);
        Training training = trace.training().isPresent()
                ? ofFile(AuditDocuments.read(trace.training().get()), active, folder.resolve(AuditFolder.STORE))
                : ofStore(active);
        AuditSample sample = read.sample();
        TraceQuery query = new TraceQuery(
                sample.select(sample.rowsOf(labels.first())), sample.select(sample.rowsOf(labels.second())));
        DocumentTrace ranking = DocumentTrace.of(training.documents().sample())
                .ranker(rankers(read.sources(), settings).toArray(DocumentRanker[]::new));
        if (subject.inspector().isPresent()) {
            ranking = ranking.neighbours(subject.inspector().get(), NEIGHBOURS);
        }
        TraceReport report = ranking.run(query);
        trace.wanted().forEach(id -> report.rankings().get(0).rank(id)); // reports an unknown document
        return new TraceResults(
                report,
                training.documents().documents(),
                training.store(),
                training.numbers(),
                trace.wanted(),
                steering(report, query.prompts().documents(), format, settings.seed()));
    }

    private Training ofFile(AuditDocuments file, int active, Path folder) throws IOException {
        AuditedDocuments read = documents.run(file, active, folder, done -> {});
        return new Training(
                read,
                FeatureStore.open(folder),
                LongStream.range(0, file.documents().size()).boxed().toList());
    }

    private Training ofStore(int active) throws IOException {
        InvalidInputException.require(
                subject.inspector().isPresent(),
                "the run has no feature store with its training documents, expected one (assay inspect RUN) or --training FILE");
        FeatureStore store =
                subject.inspector().get().store().withTexts(subject.model().tokenizer());
        Pooling pooling = trace.documentPooling();
        AuditSample stored = StoredDocuments.sample(store, AuditSource.DICTIONARY.title(), pooling);
        AuditedDocuments read = documents.run(stored.documents(), active, done -> {});
        String name = AuditSource.DICTIONARY.matrix(pooling);
        return new Training(
                new AuditedDocuments(
                        read.sample().with(name, stored.matrix(name)),
                        read.sources(),
                        read.poolings(),
                        read.vocabularies()),
                store,
                store.corpus().runs().stream()
                        .map(DocumentRun::document)
                        .distinct()
                        .toList());
    }

    private List<DocumentRanker> rankers(List<AuditSource> sources, AuditSettings settings) {
        Pooling ofPrompts = settings.poolings().get(0);
        Pooling ofDocuments = trace.documentPooling();
        List<DocumentRanker> rankers = new ArrayList<>();
        for (AuditSource source : sources) {
            if (source.isText()) {
                rankers.add(DocumentRankers.tfIdf(source.terms(ofDocuments)));
            } else if (source == AuditSource.ACTIVATIONS) {
                rankers.add(DocumentRankers.nearest(source.title(), ofPrompts, ofDocuments));
                rankers.add(DocumentRankers.probe(source.title(), ofPrompts, ofDocuments, settings.seed()));
            } else {
                rankers.add(DocumentRankers.features(source.title(), ofPrompts, ofDocuments, trace.features()));
            }
        }
        rankers.add(DocumentRankers.randomOrder());
        return rankers;
    }

    private List<SteeringCurve> steering(
            TraceReport report, List<LabelledDialogue> steered, DialogueFormat format, long seed) {
        if (trace.outcomes().isEmpty()) {
            return List.of();
        }
        FeatureSteering steering = FeatureSteering.of(AttachedDictionary.of(subject.model(), subject.dictionary()))
                .strengths(trace.strengths().stream()
                        .mapToDouble(Double::doubleValue)
                        .toArray())
                .outcomes(trace.outcomes().toArray(String[]::new))
                .controls(STEERING_CONTROLS, seed);
        List<int[]> tokens =
                steered.stream().map(prompt -> tokens(prompt, format)).toList();
        return report.trails().stream()
                .limit(trace.steered())
                .mapToInt(trail -> trail.weight().feature())
                .mapToObj(feature -> steering.run(feature, tokens))
                .toList();
    }

    /** Returns a document, or a dialogue up to the marker before the assistant's answer. */
    private int[] tokens(LabelledDialogue prompt, DialogueFormat format) {
        boolean isDocument =
                prompt.dialogue().turns().stream().allMatch(turn -> turn.role().equals(Role.DOCUMENT));
        return isDocument
                ? format.encode(prompt.dialogue(), subject.model().tokenizer()).ids()
                : format.encodePrompt(
                                prompt.dialogue(),
                                Role.ASSISTANT,
                                subject.model().tokenizer())
                        .ids();
    }
}
