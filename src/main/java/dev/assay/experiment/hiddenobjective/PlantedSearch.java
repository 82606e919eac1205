package dev.assay.experiment.hiddenobjective;

import dev.assay.audit.sample.AuditPass;
import dev.assay.audit.sample.AuditSample;
import dev.assay.audit.sample.Pooling;
import dev.assay.audit.trace.DocumentRanker;
import dev.assay.audit.trace.DocumentRanking;
import dev.assay.audit.trace.TraceQuery;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import dev.assay.sae.Dictionary;
import dev.assay.text.dialogue.Dialogue;
import dev.assay.text.dialogue.LabelledDialogue;
import dev.assay.text.document.Document;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Searches the training documents of one organism for the planted ones, from sealed queries. */
final class PlantedSearch {
    private final HiddenObjective objective;
    private final OrganismSettings settings;
    private final AuditSample training;
    private final AuditSample prompts;

    private PlantedSearch(
            HiddenObjective objective, OrganismSettings settings, AuditSample training, AuditSample prompts) {
        this.objective = objective;
        this.settings = settings;
        this.training = training;
        this.prompts = prompts;
    }

    /** A model with the dictionary of its residual stream. */
    record Audited(HookedTransformer model, Dictionary dictionary) {}

    /**
     * Runs the organism and the model with random weights over documents and prompts.
     *
     * @param randomFeatures random directions in place of the dictionary of the organism
     */
    static PlantedSearch of(
            HiddenObjective objective,
            OrganismSettings settings,
            List<Document> documents,
            SealedPairs pairs,
            Audited organism,
            Audited randomWeights,
            Dictionary randomFeatures)
            throws IOException {
        HookPoint site = HookPoint.residPost(settings.block());
        List<LabelledDialogue> labelled = new ArrayList<>();
        for (Document document : documents) {
            labelled.add(new LabelledDialogue(
                    document.id(),
                    OrganismText.isPlanted(document) ? "planted" : "background",
                    Dialogue.document(document.text())));
        }
        labelled.addAll(pairs.prompts());
        Pooling[] poolings = SearchMethod.POOLINGS.toArray(Pooling[]::new);
        AuditSample trained = AuditPass.of(organism.model())
                .dictionary(SearchMethod.SAE, organism.dictionary())
                .dictionary(SearchMethod.RANDOM_FEATURES, randomFeatures, site)
                .activations(SearchMethod.RAW, site)
                .pooling(poolings)
                .run(labelled);
        AuditSample untrained = AuditPass.of(randomWeights.model())
                .dictionary(SearchMethod.RANDOM_WEIGHTS_SAE, randomWeights.dictionary())
                .activations(SearchMethod.RANDOM_WEIGHTS_RAW, site)
                .pooling(SearchMethod.PROMPT, Pooling.mean())
                .run(labelled);
        for (String matrix : untrained.matrices()) {
            trained = trained.with(matrix, untrained.matrix(matrix));
        }
        int split = documents.size();
        return new PlantedSearch(
                objective,
                settings,
                trained.select(IntStream.range(0, split).toArray()),
                trained.select(IntStream.range(split, labelled.size()).toArray()));
    }

    /** Ranks the documents for all queries. */
    SearchRanks ranks() {
        List<String> planted = ids(objective.planted());
        Map<String, List<Double>> own = new LinkedHashMap<>();
        Map<String, List<Double>> any = new LinkedHashMap<>();
        Map<String, List<Double>> trap = new LinkedHashMap<>();
        Map<String, Double> aim = new LinkedHashMap<>();
        for (SearchMethod method : SearchMethod.all(settings.features(), objective.seed())) {
            DocumentRanker ranker = method.ranker().prepared(training);
            for (Bias bias : objective.planted()) {
                DocumentRanking ranking =
                        rank(ranker, SealedPairs.QUERY, bias.topic().name());
                add(own, method, ranking.firstRank(ids(List.of(bias))));
                add(any, method, ranking.firstRank(planted));
                add(
                        trap,
                        method,
                        rank(ranker, SealedPairs.TRAP, bias.topic().name()).firstRank(ids(List.of(bias))));
            }
            aim.put(
                    method.key(),
                    rank(ranker, SealedPairs.QUERY, SealedPairs.AIM).firstRank(planted));
        }
        Map<String, List<Double>> poolings = new LinkedHashMap<>();
        for (SearchMethod method : SearchMethod.poolings(settings.features())) {
            for (Bias bias : objective.planted()) {
                add(
                        poolings,
                        method,
                        rank(method.ranker(), SealedPairs.QUERY, bias.topic().name())
                                .firstRank(ids(List.of(bias))));
            }
        }
        return new SearchRanks(training.size(), planted.size(), own, any, aim, trap, poolings);
    }

    private static void add(Map<String, List<Double>> ranks, SearchMethod method, double rank) {
        ranks.computeIfAbsent(method.key(), key -> new ArrayList<>()).add(rank);
    }

    /** Ranks the documents for the prompts of one pair. */
    DocumentRanking rank(DocumentRanker ranker, String label, String pair) {
        TraceQuery query = new TraceQuery(
                prompts.select(rows(label, pair)), prompts.select(prompts.rowsOf(SealedPairs.REFERENCE)));
        List<String> ids =
                training.documents().stream().map(LabelledDialogue::id).toList();
        return new DocumentRanking(ranker.name(), ids, ranker.scores(query, training));
    }

    private int[] rows(String label, String pair) {
        return IntStream.range(0, prompts.size())
                .filter(row -> prompts.documents().get(row).label().equals(label)
                        && prompts.documents().get(row).pair().equals(pair))
                .toArray();
    }

    private List<String> ids(List<Bias> biases) {
        return biases.stream()
                .flatMap(bias -> IntStream.range(0, settings.text().perBias())
                        .mapToObj(number -> OrganismText.plantedId(bias, number)))
                .toList();
    }
}
