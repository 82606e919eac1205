package dev.assay.explain.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.explain.Verdict;
import dev.assay.explain.measure.AccuracyAboveFloor;
import dev.assay.explain.measure.ConfusionMatrix;
import dev.assay.feature.store.FeatureStore;
import dev.assay.io.Json;
import dev.assay.provenance.AssayVersion;
import java.util.List;
import java.util.Map;

/** A result of SAEBench's evaluation {@code autointerp} from items of detection. */
final class SaeBenchResult {
    private SaeBenchResult() {}

    static ObjectNode of(FeatureStore store, Map<Integer, List<StoredItem>> items, Map<Integer, String> texts) {
        InvalidInputException.require(
                !items.isEmpty(), "the results have no detection score, which SAEBench's result needs");
        ObjectNode latents = Json.mapper().createObjectNode();
        double sum = 0;
        double squares = 0;
        double floors = 0;
        int scored = 0;
        for (Map.Entry<Integer, List<StoredItem>> entry : items.entrySet()) {
            ConfusionMatrix matrix = ConfusionMatrix.EMPTY;
            for (StoredItem item : entry.getValue()) {
                if (item.verdict() instanceof Verdict.Given given) {
                    matrix = matrix.plus(item.truth(), given.positive(), 1);
                }
            }
            if (matrix.total() == 0) {
                continue; // SAEBench drops a latent without an answer
            }
            AccuracyAboveFloor accuracy = AccuracyAboveFloor.of(matrix);
            scored++;
            sum += accuracy.accuracy();
            squares += accuracy.accuracy() * accuracy.accuracy();
            floors += accuracy.floor();
            latents.putObject(entry.getKey().toString())
                    .put("latent", entry.getKey())
                    .put("explanation", texts.getOrDefault(entry.getKey(), ""))
                    .put("score", accuracy.accuracy())
                    .put("floor", accuracy.floor())
                    .put("above_floor", accuracy.aboveFloor())
                    .put("items", (long) matrix.total());
        }
        InvalidInputException.require(scored > 0, "no detection score has an answered item, expected at least one");
        double mean = sum / scored;
        double floor = floors / scored;
        double deviation = scored < 2 ? 0 : Math.sqrt(Math.max(0, squares - scored * mean * mean) / (scored - 1));
        ObjectNode result = Json.mapper().createObjectNode().put("eval_type_id", "autointerp");
        result.putObject("eval_config")
                .put("n_latents", scored)
                .put("scoring", true)
                .put("protocol", "detection of Assay " + AssayVersion.current());
        result.putObject("eval_result_metrics")
                .putObject("autointerp")
                .put("autointerp_score", mean)
                .put("autointerp_std_dev", deviation)
                .put("floor", floor)
                .put("above_floor", floor < 1 ? (mean - floor) / (1 - floor) : 0);
        result.putArray("eval_result_details");
        result.set("eval_result_unstructured", latents);
        result.put("sae_lens_id", "custom_sae")
                .put("sae_lens_release_id", store.provenance().site())
                .put("eval_id", store.artifact().hash().substring(0, 32));
        return result;
    }
}
