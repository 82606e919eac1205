package dev.assay.audit.trace;

import dev.assay.InvalidInputException;
import dev.assay.audit.measure.DocumentMatrix;
import dev.assay.audit.sample.AuditSample;
import dev.assay.feature.FeatureInspector;
import dev.assay.feature.report.Neighbour;
import dev.assay.text.dialogue.LabelledDialogue;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Ranks training documents for prompts by several rankers.
 *
 * <pre>{@code
 * TraceReport report = DocumentTrace.of(training)
 *         .ranker(DocumentRankers.features("sae", Pooling.mean(), Pooling.max(), 10), DocumentRankers.tfIdf(TextTerms.words(1, 1)))
 *         .run(new TraceQuery(prompts, reference));
 * double rank = report.ranking("sae, 10 features").firstRank(planted);
 * }</pre>
 */
public final class DocumentTrace {
    private static final int DOCUMENTS = 10;

    private final AuditSample training;
    private final List<DocumentRanker> rankers;
    private final NeighbourSearch neighbours;

    /** Finds the neighbours of a latent. */
    private interface NeighbourSearch {
        List<Neighbour> of(int latent);
    }

    private DocumentTrace(AuditSample training, List<DocumentRanker> rankers, NeighbourSearch neighbours) {
        this.training = training;
        this.rankers = rankers;
        this.neighbours = neighbours;
    }

    /**
     * Starts without rankers.
     *
     * @param training the training documents with the matrices of the rankers, such as {@link StoredDocuments#sample}
     * @return the trace
     */
    public static DocumentTrace of(AuditSample training) {
        return new DocumentTrace(training, List.of(), latent -> List.of());
    }

    /**
     * Adds rankers.
     *
     * @param more rankers with different names; the features of the report are those of the first {@link FeatureRanker}
     * @return the trace
     * @throws InvalidInputException if a name repeats
     */
    public DocumentTrace ranker(DocumentRanker... more) {
        List<DocumentRanker> all = new ArrayList<>(rankers);
        Set<String> names = new HashSet<>();
        rankers.forEach(ranker -> names.add(ranker.name()));
        for (DocumentRanker ranker : more) {
            InvalidInputException.require(
                    names.add(ranker.name()), () -> "two rankers have the name \"" + ranker.name() + "\"");
            all.add(ranker);
        }
        return new DocumentTrace(training, List.copyOf(all), neighbours);
    }

    /**
     * Adds the decoder neighbours of each feature to the report.
     *
     * @param inspector the dictionary of the feature ranker with its store
     * @param count the number of neighbours per feature
     * @return the trace
     */
    public DocumentTrace neighbours(FeatureInspector inspector, int count) {
        return new DocumentTrace(
                training, rankers, latent -> inspector.neighbours(latent, Neighbour.Measure.DECODER_COSINE, count));
    }

    /**
     * Ranks the training documents.
     *
     * @param query the prompts
     * @return a ranking per ranker
     * @throws InvalidInputException without rankers, or if a sample lacks a matrix
     */
    public TraceReport run(TraceQuery query) {
        InvalidInputException.require(!rankers.isEmpty(), "the trace has no rankers, expected at least one");
        List<String> ids =
                training.documents().stream().map(LabelledDialogue::id).toList();
        List<DocumentRanking> rankings = rankers.stream()
                .map(ranker -> new DocumentRanking(ranker.name(), ids, ranker.scores(query, training)))
                .toList();
        List<FeatureTrail> trails = rankers.stream()
                .filter(FeatureRanker.class::isInstance)
                .map(FeatureRanker.class::cast)
                .findFirst()
                .map(ranker -> trails(ranker, query, ids))
                .orElse(List.of());
        return new TraceReport(query.prompts().size(), query.reference().size(), rankings, trails);
    }

    private List<FeatureTrail> trails(FeatureRanker ranker, TraceQuery query, List<String> ids) {
        DocumentMatrix byFeature =
                training.matrix(ranker.source(), ranker.ofDocuments()).transposed();
        return ranker.select(query, training).stream()
                .map(weight -> new FeatureTrail(
                        weight,
                        new DocumentRanking(ranker.name(), ids, byFeature.row(weight.feature()))
                                .top(DOCUMENTS).stream()
                                        .filter(hit -> hit.score() > 0)
                                        .toList(),
                        neighbours.of(weight.feature())))
                .toList();
    }
}
