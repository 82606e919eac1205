package dev.assay.explain.judge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.explain.FeatureScore;
import dev.assay.explain.ItemScorer;
import dev.assay.explain.Judge;
import dev.assay.explain.LabelSimulator;
import dev.assay.explain.ScoreMetric;
import dev.assay.explain.Scorer;
import dev.assay.explain.llm.ScriptedModel;
import dev.assay.explain.offline.EmbeddingScorer;
import dev.assay.explain.offline.ReferenceScores;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The controls oracle and constant of scorers that ask their own questions. */
class ItemControlsTest {
    private static final int PER_STRATUM = 10;

    private final PlantedExamples examples = new PlantedExamples(" apple", PER_STRATUM);
    private final ScriptedModel silent = ScriptedModel.answering(request -> {
        throw new AssertionError("a control sends no request");
    });

    private List<ItemScorer> scorers() {
        List<ItemScorer> all = new ArrayList<>();
        for (String name : LlmMethods.scorers()) {
            Scorer scorer = LlmMethods.scorer(name, silent, 3);
            assertTrue(scorer instanceof ItemScorer, name);
            all.add((ItemScorer) scorer);
        }
        all.add(new EmbeddingScorer(text -> {
            throw new AssertionError("a control embeds no text");
        }));
        return all;
    }

    @Test
    void oracleScoresExactlyOneInEveryTask() {
        for (ItemScorer scorer : scorers()) {
            FeatureScore score = ReferenceScores.of(scorer).oracle(examples);
            assertTrue(score.items() >= PER_STRATUM, scorer.name());
            for (ScoreMetric metric : List.of(
                    ScoreMetric.ACCURACY,
                    ScoreMetric.ABOVE_CHANCE,
                    ScoreMetric.BALANCED_ACCURACY,
                    ScoreMetric.BALANCED_F1,
                    ScoreMetric.AUROC,
                    ScoreMetric.F1,
                    ScoreMetric.AUPRC)) {
                assertEquals(1, score.values().getOrDefault(metric, 1.0), scorer.name() + " " + metric);
            }
            assertTrue(
                    score.value(ScoreMetric.ACCURACY).isPresent()
                            || score.value(ScoreMetric.AUROC).isPresent(),
                    scorer.name());
        }
    }

    @Test
    void constantScoresExactlyTheFloorOfEveryTask() {
        for (ItemScorer scorer : scorers()) {
            Map<ScoreMetric, Double> values =
                    ReferenceScores.of(scorer).constant(examples).values();
            if (scorer.name().equals(IntruderScorer.NAME)) {
                assertEquals(
                        Map.of(ScoreMetric.ACCURACY, 0.2, ScoreMetric.CHANCE, 0.2, ScoreMetric.ABOVE_CHANCE, 0.0),
                        values);
                continue;
            }
            if (scorer.name().equals(SaeBenchScorer.NAME)) {
                assertEquals(10.0 / 14, values.get(ScoreMetric.ACCURACY), 1e-15);
                assertEquals(0, values.get(ScoreMetric.ABOVE_CHANCE), 1e-15);
                continue;
            }
            assertEquals(0.5, values.get(ScoreMetric.BALANCED_ACCURACY), scorer.name());
            assertEquals(0.5, values.get(ScoreMetric.AUROC), scorer.name());
            if (values.containsKey(ScoreMetric.F1)) {
                double prevalence = values.get(ScoreMetric.PREVALENCE);
                assertEquals(prevalence, values.get(ScoreMetric.AUPRC), 1e-12, scorer.name());
                assertEquals(2 * prevalence / (1 + prevalence), values.get(ScoreMetric.F1), 1e-12, scorer.name());
            }
        }
    }

    @Test
    void judgesNameTheirLanguageModel() {
        for (ItemScorer scorer : scorers()) {
            assertEquals(scorer.name(), scorer.judge().instrument());
            assertEquals(
                    scorer instanceof EmbeddingScorer ? "" : "scripted",
                    scorer.judge().model(),
                    scorer.name());
        }
        for (String name : LlmMethods.simulators()) {
            assertEquals(
                    new Judge(name, "scripted"),
                    LlmMethods.simulator(name, silent, 0).judge());
        }
    }

    @Test
    void controlsHaveTheItemsOfTheJudge() {
        ScriptedModel yes = ScriptedModel.answering(request -> ScriptedModel.text("{\"labels\": [1, 1, 1, 1, 1]}"));
        ItemScorer fuzzing = (ItemScorer) LlmMethods.scorer(FuzzingScorer.NONACTIVATING, yes, 3);
        FeatureScore judged = fuzzing.score(LabelSimulator.explanation(7), examples);
        FeatureScore oracle = fuzzing.oracle(examples);
        assertEquals(judged.items(), oracle.items());
        for (int i = 0; i < judged.items(); i++) {
            assertEquals(judged.scored().get(i).window(), oracle.scored().get(i).window());
            assertEquals(judged.scored().get(i).marks(), oracle.scored().get(i).marks());
            assertEquals(judged.scored().get(i).truth(), oracle.scored().get(i).truth());
        }
        assertEquals("llm-fuzz-nonactivating by scripted", fuzzing.judge().title());
        assertEquals("scripted", fuzzing.judge().titleIn(fuzzing.name()));
        assertEquals("json-hard by scripted", JsonSimulator.hard(yes, 0).judge().titleIn("simulation"));
    }
}
