package dev.assay.audit.trace;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.io.Json;
import dev.assay.view.Displayable;
import dev.assay.view.HtmlSection;
import dev.assay.view.Table;
import dev.assay.view.Table.Cell;
import java.util.List;

/**
 * The rankings of training documents for one query.
 *
 * @param prompts the number of prompts
 * @param reference the number of reference prompts
 * @param rankings one per ranker
 * @param trails the features of the first feature ranker, strongest first; empty without one
 */
public record TraceReport(int prompts, int reference, List<DocumentRanking> rankings, List<FeatureTrail> trails)
        implements Displayable {
    private static final int SHOWN = 5;

    /** Copies the lists. */
    public TraceReport {
        rankings = List.copyOf(rankings);
        trails = List.copyOf(trails);
    }

    /**
     * Returns the ranking of a ranker.
     *
     * @param ranker its name
     * @return the ranking
     * @throws InvalidInputException if there is none
     */
    public DocumentRanking ranking(String ranker) {
        return rankings.stream()
                .filter(ranking -> ranking.ranker().equals(ranker))
                .findFirst()
                .orElseThrow(() -> new InvalidInputException("there is no ranking \"" + ranker + "\", expected one of "
                        + String.join(
                                ", ",
                                rankings.stream().map(DocumentRanking::ranker).toList())));
    }

    /**
     * Returns the report as JSON.
     *
     * @param most the largest number of documents per ranking
     * @return an object with the rankings and the features
     */
    public ObjectNode toJson(int most) {
        ObjectNode json = Json.mapper().createObjectNode();
        json.put("prompts", prompts).put("reference", reference);
        ArrayNode lists = json.putArray("rankings");
        for (DocumentRanking ranking : rankings) {
            ObjectNode list = lists.addObject().put("ranker", ranking.ranker());
            list.put("training_documents", ranking.ids().size());
            list.set("documents", documents(ranking.top(most)));
        }
        ArrayNode features = json.putArray("features");
        for (FeatureTrail trail : trails) {
            FeatureWeight weight = trail.weight();
            ObjectNode feature = features.addObject().put("feature", weight.feature());
            feature.put("prompt_mean", weight.promptMean()).put("reference_mean", weight.referenceMean());
            feature.put("largest", weight.largest()).put("weight", weight.weight());
            feature.set("documents", documents(trail.documents()));
            ArrayNode neighbours = feature.putArray("decoder_neighbours");
            trail.neighbours()
                    .forEach(neighbour -> neighbours
                            .addObject()
                            .put("feature", neighbour.latent())
                            .put("cosine", neighbour.value()));
        }
        return json;
    }

    private static ArrayNode documents(List<DocumentRanking.Hit> hits) {
        ArrayNode array = Json.mapper().createArrayNode();
        hits.forEach(hit -> array.addObject().put("id", hit.id()).put("score", hit.score()));
        return array;
    }

    /** Returns the first documents of each ranking as a table for a terminal. */
    @Override
    public String toString() {
        return description() + "\n\n" + table().toText();
    }

    @Override
    public String toHtml() {
        return HtmlSection.titled("Training documents of prompts")
                .paragraph(description())
                .table(table())
                .toHtml();
    }

    private String description() {
        return prompts + " prompts relative to " + reference + " reference prompts, ranks among "
                + rankings.get(0).ids().size() + " training documents";
    }

    private Table table() {
        Table table = Table.of("").words("ranker", "first documents");
        for (DocumentRanking ranking : rankings) {
            table.row(List.of(
                    Cell.text(ranking.ranker()),
                    Cell.text(String.join(
                            ", ",
                            ranking.top(SHOWN).stream()
                                    .map(DocumentRanking.Hit::id)
                                    .toList()))));
        }
        return table;
    }
}
