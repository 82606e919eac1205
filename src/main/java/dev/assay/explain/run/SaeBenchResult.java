package dev.assay.explain.run;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.explain.Verdict;
import dev.assay.explain.measure.AccuracyAboveFloor;
import dev.assay.explain.measure.ConfusionMatrix;
import dev.assay.explain.saebench.SaeBenchWindows;
import dev.assay.explain.saebench.SaeBenchWindows.Counts;
import dev.assay.feature.store.FeatureStore;
import dev.assay.io.Json;
import dev.assay.provenance.AssayVersion;
import java.util.List;
import java.util.Map;

/** A result of SAEBench's evaluation {@code autointerp} from the items of its own protocol, or of detection. */
final class SaeBenchResult {
    private SaeBenchResult() {}

    /**
     * Creates a result.
     *
     * @param ownProtocol whether the items are those of SAEBench's protocol, in the order of the question
     * @param items the judged items by latent
     * @param texts the explanations by latent
     */
    static ObjectNode of(
            FeatureStore store, boolean ownProtocol, Map<Integer, List<StoredItem>> items, Map<Integer, String> texts) {
        InvalidInputException.require(
                !items.isEmpty(), "the results have no saebench or detection score, which SAEBench's result needs");
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
            ObjectNode latent = latents.putObject(entry.getKey().toString());
            latent.put("latent", entry.getKey())
                    .put("explanation", texts.getOrDefault(entry.getKey(), ""))
                    .put("score", accuracy.accuracy())
                    .put("floor", accuracy.floor())
                    .put("above_floor", accuracy.aboveFloor())
                    .put("items", (long) matrix.total());
            if (ownProtocol) {
                addNumbers(latent, entry.getValue());
            }
        }
        InvalidInputException.require(scored > 0, "no score has an answered item, expected at least one");
        double mean = sum / scored;
        double floor = floors / scored;
        double deviation = scored < 2 ? 0 : Math.sqrt(Math.max(0, squares - scored * mean * mean) / (scored - 1));
        ObjectNode result = Json.mapper().createObjectNode().put("eval_type_id", "autointerp");
        ObjectNode config = result.putObject("eval_config");
        config.put("n_latents", scored).put("scoring", true);
        if (ownProtocol) {
            config.put("buffer", SaeBenchWindows.BUFFER)
                    .put("no_overlap", true)
                    .put("n_top_ex_for_scoring", Counts.JUDGE.top())
                    .put("n_random_ex_for_scoring", Counts.JUDGE.random())
                    .put("n_iw_sampled_ex_for_scoring", Counts.JUDGE.importance());
        }
        String protocol =
                ownProtocol ? "windows of SAEBench in documents that the explainer has not read" : "detection";
        config.put("protocol", protocol + ", Assay " + AssayVersion.current());
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

    /** Adds the numbers of the windows that were named and of the active ones, from 1, with the names of SAEBench's fields. */
    private static void addNumbers(ObjectNode latent, List<StoredItem> items) {
        ArrayNode named = latent.putArray("predictions");
        ArrayNode active = latent.putArray("correct seqs");
        for (int i = 0; i < items.size(); i++) {
            if (items.get(i).verdict() instanceof Verdict.Given given && given.positive()) {
                named.add(i + 1);
            }
            if (items.get(i).truth()) {
                active.add(i + 1);
            }
        }
    }
}
