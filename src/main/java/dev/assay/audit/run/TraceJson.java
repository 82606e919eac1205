package dev.assay.audit.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.audit.trace.DocumentRanking;
import dev.assay.audit.trace.FeatureTrail;
import dev.assay.audit.trace.FeatureWeight;
import dev.assay.audit.trace.SteeringCurve;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** Training documents of prompts as JSON and CSV. */
final class TraceJson {
    private static final int DOCUMENTS = 20;

    private TraceJson() {}

    static void put(ObjectNode json, AuditSubject subject, TraceResults results, Path folder) {
        json.put("prompts", results.report().prompts())
                .put("reference_prompts", results.report().reference())
                .put("training_documents", results.training().size());
        for (DocumentRanking ranking : results.report().rankings()) {
            ObjectNode node = json.withArray("rankings").addObject().put("ranker", ranking.ranker());
            node.put("control", ranking != results.report().rankings().get(0));
            ranking.top(DOCUMENTS)
                    .forEach(hit -> node.withArray("documents")
                            .addObject()
                            .put("id", hit.id())
                            .put("score", hit.score()));
            if (!results.wanted().isEmpty()) {
                node.put("first_rank", ranking.firstRank(results.wanted()));
                ObjectNode ranks = node.putObject("ranks");
                results.wanted().forEach(id -> ranks.put(id, ranking.rank(id)));
            }
        }
        json.putArray("features");
        for (FeatureTrail trail : results.report().trails()) {
            FeatureWeight weight = trail.weight();
            ObjectNode node = json.withArray("features").addObject();
            node.put("feature", weight.feature())
                    .put("prompt_mean", weight.promptMean())
                    .put("reference_mean", weight.referenceMean())
                    .put("largest", weight.largest())
                    .put("weight", weight.weight());
            String address = subject.address(weight.feature(), folder);
            if (!address.isEmpty()) {
                node.put("page", address);
            }
            subject.explain(weight.feature(), node);
            trail.documents()
                    .forEach(hit -> node.withArray("documents")
                            .addObject()
                            .put("id", hit.id())
                            .put("value", hit.score()));
            trail.neighbours()
                    .forEach(neighbour -> node.withArray("neighbours")
                            .addObject()
                            .put("feature", neighbour.latent())
                            .put("cosine", neighbour.value()));
        }
        for (SteeringCurve curve : results.steering()) {
            ObjectNode node = json.withArray("steering").addObject();
            node.put("feature", curve.latent()).put("baseline", curve.baseline());
            curve.outcomes().forEach(token -> node.withArray("outcomes").add(token));
            for (SteeringCurve.Point point : curve.points()) {
                ObjectNode at = node.withArray("points").addObject();
                at.put("strength", point.strength())
                        .put("probability", point.probability())
                        .put("random_mean", point.controlMean())
                        .put("p", point.pValue(curve.baseline()));
                for (double control : point.controls()) {
                    at.withArray("random").add(control);
                }
            }
        }
    }

    static Map<String, String> tables(TraceResults results) {
        Map<String, String> tables = new TreeMap<>();
        CsvTable ranks = new CsvTable("ranker", "id", "rank", "score");
        for (DocumentRanking ranking : results.report().rankings()) {
            for (DocumentRanking.Hit hit : ranking.top(results.training().size())) {
                ranks.row(ranking.ranker(), hit.id(), ranking.rank(hit.id()), hit.score());
            }
        }
        tables.put("ranks", ranks.toString());
        CsvTable features = new CsvTable("feature", "prompt_mean", "reference_mean", "largest", "weight");
        results.report()
                .trails()
                .forEach(trail -> features.row(
                        trail.weight().feature(),
                        trail.weight().promptMean(),
                        trail.weight().referenceMean(),
                        trail.weight().largest(),
                        trail.weight().weight()));
        tables.put("features", features.toString());
        if (!results.steering().isEmpty()) {
            CsvTable steering = new CsvTable("feature", "strength", "probability", "random_mean", "p");
            results.steering()
                    .forEach(curve -> curve.points()
                            .forEach(point -> steering.row(
                                    curve.latent(),
                                    point.strength(),
                                    point.probability(),
                                    point.controlMean(),
                                    point.pValue(curve.baseline()))));
            tables.put("steering", steering.toString());
        }
        return tables;
    }
}
