package dev.assay.explain.offline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.InvalidInputException;
import dev.assay.explain.ExampleOptions;
import dev.assay.explain.ExampleSet;
import dev.assay.explain.Explainer;
import dev.assay.explain.ExplainerDescription;
import dev.assay.explain.Explanation;
import dev.assay.explain.ExplanationFailedException;
import dev.assay.explain.FailureKind;
import dev.assay.explain.FeatureExamples;
import dev.assay.explain.FeatureSample;
import dev.assay.explain.FeatureScore;
import dev.assay.explain.ItemScorer;
import dev.assay.explain.LabelSimulator;
import dev.assay.explain.Part;
import dev.assay.explain.RandomText;
import dev.assay.explain.ScoreMetric;
import dev.assay.explain.Scorer;
import dev.assay.explain.measure.ScoreInterval;
import dev.assay.explain.score.ScoreRow;
import dev.assay.explain.score.ScoreTable;
import dev.assay.explain.score.WholeCorpusScorer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the controls on 40 independent features of 0.5 to 5 % of the tokens, whose labels the judge knows. */
@Tag("slow")
class ControlsTest {
    private static final int LATENTS = 40;

    @TempDir
    static Path folder;

    private static ExampleSet examples;
    private static FeatureSample sample;
    private static ScoreTable table;

    private static final LabelSimulator LABELS =
            new LabelSimulator((latent, position) -> active(latent, position) ? 1 : 0);

    private static boolean active(int latent, int position) {
        return RandomText.active(latent, position, 0.005 * (1 + latent % 10));
    }

    @BeforeAll
    static void score() throws IOException {
        RandomText text = new RandomText(900, 64, 60, 6);
        examples = ExampleSet.of(
                text.store(
                        folder.resolve("store"),
                        LATENTS,
                        (latent, position) -> active(latent, position) ? RandomText.gamma(latent, position) : 0),
                ExampleOptions.DEFAULT);
        sample = examples.sample(LATENTS);
        table = table(ControlledScoring.of(examples, sample, WholeCorpusScorer::new), new WholeCorpusScorer(LABELS))
                .score(ScoreMetric.HEADLINE);
    }

    private static ControlledScoring table(ControlledScoring scoring, Scorer judge) {
        Map<Integer, Explanation> explanations = new TreeMap<>();
        sample.latents().forEach(latent -> explanations.put(latent, LabelSimulator.explanation(latent)));
        return scoring.method("labels", explanations, judge);
    }

    @Test
    void everyTableHasTheControls() {
        assertEquals(LATENTS, sample.latents().size());
        assertEquals(
                List.of("labels", "labels, shuffled", "token-lookup", "oracle", "constant"),
                table.rows().stream().map(ScoreRow::name).toList());
        assertEquals(
                1,
                table.rows().stream()
                        .filter(row -> row.role() == ScoreRow.Role.METHOD)
                        .count());
        assertTrue(table.toString().contains("oracle (control)"), table.toString());
    }

    @Test
    void oracleScoresExactlyOne() {
        for (ScoreMetric metric : ScoreMetric.HEADLINE) {
            for (FeatureScore score : table.row("oracle").scores()) {
                assertEquals(1, score.values().get(metric), 1e-12, metric.id());
            }
        }
        assertEquals(1, value(new SimulatedDetection(new OracleSimulator()), ScoreMetric.BALANCED_ACCURACY));
        assertEquals(1, value(new SimulatedDetection(new OracleSimulator()), ScoreMetric.F1));
        assertEquals(1, value(new SimulatedFuzzing(new OracleSimulator(), 0), ScoreMetric.BALANCED_ACCURACY));
        assertEquals(1, value(new SimulatedDiscrimination(new OracleSimulator()), ScoreMetric.AUROC));
        assertEquals(1, value(new SimulatedSaeBench(new OracleSimulator(), 0), ScoreMetric.ACCURACY));
    }

    @Test
    void constantScoresExactlyItsFloor() {
        for (FeatureScore score : table.row("constant").scores()) {
            double prevalence = new WholeCorpusScorer(new ConstantSimulator())
                    .score(LabelSimulator.explanation(score.latent()), examples.of(score.latent()))
                    .values()
                    .get(ScoreMetric.PREVALENCE);
            assertEquals(0, score.values().get(ScoreMetric.PEARSON));
            assertEquals(prevalence, score.values().get(ScoreMetric.AUPRC), 1e-12);
            assertEquals(2 * prevalence / (1 + prevalence), score.values().get(ScoreMetric.F1), 1e-12);
        }
        assertEquals(LATENTS, table.row("constant").constants(ScoreMetric.PEARSON));
        assertEquals(0.5, value(new SimulatedDetection(new ConstantSimulator()), ScoreMetric.BALANCED_ACCURACY));
        assertEquals(0.5, value(new SimulatedDetection(new ConstantSimulator()), ScoreMetric.AUROC));
        assertEquals(0.5, value(new SimulatedFuzzing(new ConstantSimulator(), 0), ScoreMetric.BALANCED_ACCURACY));
        assertEquals(0.5, value(new SimulatedDiscrimination(new ConstantSimulator()), ScoreMetric.BALANCED_ACCURACY));
    }

    @Test
    void saeBenchFloorIsTheAccuracyOfAJudgeThatNamesNoWindow() {
        Scorer constant = new SimulatedSaeBench(new ConstantSimulator(), 0);
        for (int latent : sample.latents()) {
            FeatureScore score = constant.score(LabelSimulator.explanation(latent), examples.of(latent));
            assertEquals(10 / 14.0, score.values().get(ScoreMetric.ACCURACY), 1e-12);
            assertEquals(10 / 14.0, score.values().get(ScoreMetric.CHANCE), 1e-12);
            assertEquals(0, score.values().get(ScoreMetric.ABOVE_CHANCE), 1e-12);
        }
        ScoreTable floor = table(
                        ControlledScoring.of(examples, sample, simulator -> new SimulatedSaeBench(simulator, 0)),
                        new SimulatedSaeBench(LABELS, 0))
                .score(List.of(ScoreMetric.ABOVE_CHANCE));
        assertTrue(
                floor.interval("labels", ScoreMetric.ABOVE_CHANCE).orElseThrow().low() > 0.9, floor.toString());
        assertTrue(
                floor.interval("labels, shuffled", ScoreMetric.ABOVE_CHANCE)
                                .orElseThrow()
                                .high()
                        < 0.1,
                floor.toString());
    }

    private static double value(Scorer scorer, ScoreMetric metric) {
        double sum = 0;
        for (int latent : sample.latents()) {
            sum += scorer.score(LabelSimulator.explanation(latent), examples.of(latent))
                    .values()
                    .get(metric);
        }
        return sum / sample.latents().size();
    }

    @Test
    void shuffledExplanationsHaveZeroWithinTheirInterval() {
        ScoreInterval interval =
                table.interval("labels, shuffled", ScoreMetric.PEARSON).orElseThrow();
        assertTrue(interval.contains(0) && interval.high() - interval.low() < 0.02, interval.toString());
        assertTrue(table.comparedWith("labels, shuffled", ScoreMetric.PEARSON)
                        .get(0)
                        .difference()
                        .low()
                > 0.5);
        // Longer windows are more often active, whatever the feature, so the floor of detection is above 0.5.
        ScoreTable detection = table(
                        ControlledScoring.of(examples, sample, SimulatedDetection::new), new SimulatedDetection(LABELS))
                .score(List.of(ScoreMetric.AUROC));
        ScoreInterval floor =
                detection.interval("labels, shuffled", ScoreMetric.AUROC).orElseThrow();
        assertTrue(floor.low() > 0.48 && floor.high() < 0.6, floor.toString());
    }

    @Test
    void shufflingNeverKeepsAnExplanationAndStaysInGroupsOfSimilarDensity() {
        for (int count : new int[] {2, 3, 5, 19, 20, 101}) {
            Map<Integer, Explanation> own = new TreeMap<>();
            for (int latent = 0; latent < count; latent++) {
                own.put(latent, LabelSimulator.explanation(latent));
            }
            List<String> texts = new ArrayList<>();
            for (long seed = 0; seed < 20; seed++) {
                SortedMap<Integer, Explanation> shuffled = ShuffledExplanations.of(own, latent -> latent, seed);
                assertEquals(own.keySet(), shuffled.keySet());
                shuffled.forEach((latent, explanation) -> {
                    assertNotEquals(own.get(latent).text(), explanation.text());
                    assertEquals(latent, explanation.latent());
                    int distance = Math.abs(Integer.parseInt(explanation.text()) - latent);
                    assertTrue(distance <= Math.max(4, count / 10 + 1), count + ": " + distance);
                });
                assertEquals(
                        count,
                        shuffled.values().stream()
                                .map(Explanation::text)
                                .distinct()
                                .count());
                texts.add(shuffled.values().stream()
                        .map(Explanation::text)
                        .toList()
                        .toString());
            }
            assertTrue(count < 3 || texts.stream().distinct().count() > 1);
        }
        assertThrows(
                InvalidInputException.class,
                () -> ShuffledExplanations.of(Map.of(1, LabelSimulator.explanation(1)), latent -> 0, 0));
    }

    @Test
    void tableOfAScorerWithQuestionsHasTheSameControls() {
        ItemScorer embedding = new EmbeddingScorer(text -> new double[] {1, text.length() % 7});
        ScoreTable scored = ControlledScoring.of(examples, examples.sample(6), embedding)
                .explained(new NgramExplainer())
                .score(List.of(ScoreMetric.AUROC, ScoreMetric.BALANCED_ACCURACY));
        assertEquals(
                List.of("bigram", "bigram, shuffled", "token-lookup", "oracle", "constant"),
                scored.rows().stream().map(ScoreRow::name).toList());
        assertEquals(
                1, scored.interval("oracle", ScoreMetric.AUROC).orElseThrow().low());
        assertEquals(
                0.5,
                scored.interval("constant", ScoreMetric.AUROC).orElseThrow().high());
        assertEquals(embedding.judge(), scored.row("token-lookup").judge());
    }

    @Test
    void anotherDictionaryIsARowThatIsComparedIndependently() {
        ScoreTable withOther = ControlledScoring.of(examples, sample, WholeCorpusScorer::new)
                .explained(new NgramExplainer(), new RuleSimulator((position, concept) -> false))
                .otherDictionary(
                        "random model",
                        examples,
                        examples.sample(5),
                        new TokenLookupExplainer(),
                        new RuleSimulator((position, concept) -> false))
                .score(List.of(ScoreMetric.F1));
        assertEquals(5, withOther.row("random model").scores().size());
        assertTrue(withOther.comparedWith("bigram", ScoreMetric.F1).stream()
                .anyMatch(comparison -> comparison.row().equals("random model") && !comparison.paired()));
    }

    @Test
    void aFailedExplanationIsAMissingScoreAndNeverAScoredText() {
        Explainer failing = new Explainer() {
            @Override
            public ExplainerDescription description() {
                return ExplainerDescription.offline("failing");
            }

            @Override
            public Explanation explain(FeatureExamples of) {
                if (of.latent() % 2 == 0) {
                    throw new ExplanationFailedException(FailureKind.UNPARSABLE, "planned");
                }
                return LabelSimulator.explanation(of.latent());
            }
        };
        ScoreTable half = ControlledScoring.of(examples, sample, WholeCorpusScorer::new)
                .explained(failing, LABELS)
                .score(ScoreMetric.HEADLINE);
        assertEquals(LATENTS / 2, half.row("failing").scores().size());
        assertEquals(LATENTS / 2, half.row("failing, shuffled").scores().size());
        assertEquals(LATENTS, half.row("oracle").scores().size());
    }

    @Test
    void anExplainerCannotReadTestDocuments() {
        Explainer peeking = new Explainer() {
            @Override
            public ExplainerDescription description() {
                return ExplainerDescription.offline("peeking");
            }

            @Override
            public Explanation explain(FeatureExamples of) {
                return Explanation.of(
                        of.latent(), of.whole(Part.TEST).iterator().next().text(), description());
            }
        };
        ControlledScoring scoring = ControlledScoring.of(examples, sample, WholeCorpusScorer::new);
        assertThrows(InvalidInputException.class, () -> scoring.explained(peeking, LABELS));
    }
}
