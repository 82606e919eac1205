package dev.assay.explain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.explain.measure.ScoreInterval;
import dev.assay.explain.score.ScoreComparison;
import dev.assay.explain.score.ScoreRow;
import dev.assay.explain.score.ScoreTable;
import dev.assay.io.Json;
import dev.assay.io.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

class ScoreTableTest {
    private static final int FEATURES = 40;
    private static final Judge JUDGE = new Judge("json-hard", "qwen");

    private static List<FeatureScore> scores(IntToDoubleFunction f1) {
        List<FeatureScore> scores = new ArrayList<>();
        for (int latent = 0; latent < FEATURES; latent++) {
            scores.add(FeatureScore.complete(
                    latent, "test", Map.of(ScoreMetric.F1, f1.applyAsDouble(latent)), 10, Set.of()));
        }
        return scores;
    }

    private static double noise(int latent, long seed) {
        return Mixing.fraction(Mixing.of(seed, latent)) - 0.5;
    }

    private static ScoreTable table() {
        return ScoreTable.of("test", List.of(ScoreMetric.F1))
                .with(ScoreRow.method("better", JUDGE, scores(latent -> 0.55 + 0.4 * noise(latent, 1))))
                .with(ScoreRow.method("base", JUDGE, scores(latent -> 0.5 + 0.4 * noise(latent, 1))))
                .with(ScoreRow.control(
                        "same", JUDGE, scores(latent -> 0.5 + 0.4 * noise(latent, 1) + 0.01 * noise(latent, 2))))
                .with(ScoreRow.control("random model", JUDGE, scores(latent -> 0.52 + 0.4 * noise(latent, 3)))
                        .ofDictionary("random model"));
    }

    @Test
    void intervalsContainTheMean() {
        ScoreInterval interval = table().interval("base", ScoreMetric.F1).orElseThrow();
        assertTrue(interval.contains(interval.mean()) && interval.high() - interval.low() > 0.03);
        assertEquals(FEATURES, interval.features());
        assertTrue(table().interval("base", ScoreMetric.AUPRC).isEmpty());
    }

    @Test
    void comparesRowsOfOneDictionaryInPairsAndOthersIndependently() {
        List<ScoreComparison> comparisons = table().comparedWith("base", ScoreMetric.F1);
        assertEquals(
                List.of("better", "same", "random model"),
                comparisons.stream().map(ScoreComparison::row).toList());
        ScoreComparison better = comparisons.get(0);
        assertTrue(better.paired());
        assertEquals(0.05, better.difference().mean(), 1e-9);
        assertEquals(0.05, better.difference().low(), 1e-9);
        assertTrue(better.difference().pValue() < 0.001);
        assertEquals("better − base: F1 +0.050 [+0.050, +0.050], p 0.0006, paired, 40 features", better.toString());
        assertTrue(comparisons.get(1).difference().pValue() > 0.05);
        ScoreComparison other = comparisons.get(2);
        assertFalse(other.paired());
        assertTrue(other.difference().high() - other.difference().low() > 0.05);
    }

    @Test
    void comparesOnlyFeaturesWithBothValues() {
        ScoreTable table = ScoreTable.of("test", List.of(ScoreMetric.F1))
                .with(ScoreRow.method("all", JUDGE, scores(latent -> latent)))
                .with(ScoreRow.method(
                        "half", JUDGE, scores(latent -> latent + 1).subList(0, FEATURES / 2)));
        ScoreComparison comparison = table.comparedWith("all", ScoreMetric.F1).get(0);
        assertEquals(FEATURES / 2, comparison.difference().features());
        assertEquals(1, comparison.difference().mean(), 1e-12);
    }

    @Test
    void printsIntervalsFailuresUndefinedCorrelationsAndExclusions() {
        FeatureScore failed = new FeatureScore(
                0,
                "test",
                Map.of(ScoreMetric.PEARSON, 0.0),
                Map.of(ScoreMetric.PEARSON, 0.0),
                10,
                Map.of(FailureKind.CONTENT_FILTER, 2),
                Set.of(ScoreMetric.PEARSON),
                List.of());
        ScoreTable table = ScoreTable.of("test", List.of(ScoreMetric.PEARSON))
                .with(ScoreRow.control("constant", JUDGE, List.of(failed)))
                .excluding(List.of(
                        new Exclusion(4, Exclusion.Reason.DEAD, 0, 0, 30),
                        new Exclusion(5, Exclusion.Reason.TOO_RARE, 3, 4, 30)))
                .omitting(List.of(new ScoreTable.Omission("token-lookup", "left out")));
        String text = table.toString();
        assertTrue(text.contains("constant (control)"), text);
        assertTrue(text.contains("constant: failed items among 10: 2 content filter; more than 5 %, unreliable"), text);
        assertTrue(text.contains("constant: Pearson is undefined and counts as 0; features: 1"), text);
        assertTrue(text.contains("excluded because never active: 1 of the drawn features"), text);
        assertTrue(text.contains("excluded because active on too few documents: 1 of the drawn features"), text);
        assertTrue(text.contains("json-hard by qwen"), text);
        assertTrue(text.contains("no row token-lookup: left out"), text);
        assertTrue(table.toHtml().contains("<table") && table.toHtml().contains("json-hard by qwen"));
        ObjectNode json = table.toJson();
        assertEquals("json-hard", json.at("/rows/0/judge/instrument").textValue());
        assertEquals("qwen", json.at("/rows/0/judge/model").textValue());
        assertEquals("token-lookup", json.at("/omitted/0/name").textValue());
        assertEquals("left out", json.at("/omitted/0/reason").textValue());
        assertEquals(2, json.at("/rows/0/failures/CONTENT_FILTER").intValue());
        assertTrue(json.at("/rows/0/unreliable").booleanValue());
        assertEquals(1, json.at("/rows/0/values/pearson/constant").intValue());
        assertEquals(1, json.at("/excluded/too_rare").intValue());
    }

    @Test
    void scoresSurviveJson() throws IOException {
        FeatureScore score = new FeatureScore(
                3,
                "detection",
                Map.of(ScoreMetric.F1, 0.25, ScoreMetric.BALANCED_ACCURACY, 0.75),
                Map.of(ScoreMetric.F1, 0.125, ScoreMetric.BALANCED_ACCURACY, 0.5),
                20,
                Map.of(FailureKind.TIMEOUT, 2),
                Set.of(ScoreMetric.PEARSON),
                List.of());
        for (FeatureScore each : List.of(
                score, FeatureScore.complete(1, "whole-corpus", Map.of(ScoreMetric.AUPRC, 1e-3), 4, Set.of()))) {
            ObjectNode json = (ObjectNode) Json.mapper().readTree(each.toJson().toString());
            assertEquals(each, FeatureScore.of(JsonObject.of(Path.of("scores.jsonl"), json)));
        }
    }

    @Test
    void refusesTwoScoresOfOneFeatureTwoRowsOfOneNameAndNaN() {
        List<FeatureScore> twice = new ArrayList<>(scores(latent -> 1));
        twice.add(twice.get(0));
        assertThrows(InvalidInputException.class, () -> ScoreRow.method("a", JUDGE, twice));
        assertThrows(
                InvalidInputException.class, () -> table().with(ScoreRow.method("base", JUDGE, scores(latent -> 1))));
        assertThrows(
                InvalidInputException.class,
                () -> FeatureScore.complete(1, "x", Map.of(ScoreMetric.F1, Double.NaN), 1, Set.of()));
        assertThrows(InvalidInputException.class, () -> table().row("missing"));
    }
}
