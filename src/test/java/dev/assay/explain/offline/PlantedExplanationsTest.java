package dev.assay.explain.offline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.explain.ActivationRule;
import dev.assay.explain.ConceptRule;
import dev.assay.explain.ExampleOptions;
import dev.assay.explain.ExampleSet;
import dev.assay.explain.ExplainerDescription;
import dev.assay.explain.Explanation;
import dev.assay.explain.FeatureExamples;
import dev.assay.explain.PatternRule;
import dev.assay.explain.ScoreMetric;
import dev.assay.explain.Scorer;
import dev.assay.explain.score.WholeCorpusScorer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Features that follow a rule of words, prefixes, previous words, positions or concepts. Each has a true explanation, a near miss that is
 * too broad, too narrow or of a related concept, and a false one.
 */
@Tag("slow")
class PlantedExplanationsTest {
    private static final List<Planted> FEATURES = List.of(
            words("red", "red|blue", "dogs?"),
            words("dogs?", "dogs?|cats?", "red"),
            words("balls?|birds?", "balls?", "green"),
            words("two", "two|three", "cats?"),
            words("because", "because|but", "two"),
            words("said|asked", "said", "because"),
            words("not|never", "never", "said"),
            concepts("word-green", "colour", "animal"),
            concepts("word-cat", "animal", "colour"),
            concepts("animal", "word-bird", "number"),
            concepts("female-name", "person-name", "place"),
            concepts("male-name", "person-name", "colour"),
            concepts("number", "word-three", "feeling"),
            concepts("speech-verb", "quotation", "giving-verb"),
            new Planted(new ConceptRule("opening-quote", 1), pattern("\""), pattern(",")),
            new Planted(new ConceptRule("closing-quote", 1), pattern("\""), pattern(",")),
            words("s\\w+", "[st]\\w+", "m\\w+"),
            words("b\\w+", "b[aeiou]\\w+", "t\\w+"),
            words("w\\w+", "[wg]\\w+", "s\\w+"),
            after("the", "the|a", "to"),
            after("a", "the|a", "was"),
            after("was", "was|had", "the"),
            new Planted(pattern("[.!?] (?P<active>\\w+)"), pattern("\\b[A-Z]\\w*"), pattern("(?P<active>\\w+),")),
            new Planted(pattern("(?P<active>\\w+),"), pattern("(?P<active>\\w+)[,.]"), pattern(", (?P<active>\\w+)")),
            new Planted(pattern("[.!?]"), pattern("[.,!?]"), pattern("\"")));

    @TempDir
    static Path folder;

    private static PlantedStories stories;
    private static ExampleSet examples;

    /** The rule of a feature, which is its true explanation, and two others. */
    private record Planted(ActivationRule truth, ActivationRule nearMiss, ActivationRule falseRule) {}

    private static Planted words(String truth, String nearMiss, String falseWords) {
        return new Planted(word(truth), word(nearMiss), word(falseWords));
    }

    private static Planted concepts(String truth, String nearMiss, String falseConcept) {
        return new Planted(new ConceptRule(truth, 1), new ConceptRule(nearMiss, 1), new ConceptRule(falseConcept, 1));
    }

    private static Planted after(String truth, String nearMiss, String falseWord) {
        return new Planted(following(truth), following(nearMiss), following(falseWord));
    }

    private static ActivationRule following(String words) {
        return pattern("\\b(?:" + words + ") (?P<active>\\w+)");
    }

    private static ActivationRule word(String words) {
        return pattern("\\b(" + words + ")\\b");
    }

    private static ActivationRule pattern(String pattern) {
        return new PatternRule(pattern, 1);
    }

    @BeforeAll
    static void plant() throws IOException {
        stories = new PlantedStories(
                folder, 1_200, FEATURES.stream().map(Planted::truth).toList());
        examples = ExampleSet.of(stories.store, ExampleOptions.DEFAULT);
    }

    @AfterAll
    static void close() {
        stories.close();
    }

    @Test
    void judgeRanksTrueAboveNearMissAboveFalseInNinetyFivePercentOfFeatures() {
        assertTrue(FEATURES.size() >= 20);
        Scorer judge = new WholeCorpusScorer(new RuleSimulator(stories.concepts));
        for (ScoreMetric metric : ScoreMetric.HEADLINE) {
            List<String> misranked = new ArrayList<>();
            for (int latent = 0; latent < FEATURES.size(); latent++) {
                Planted planted = FEATURES.get(latent);
                FeatureExamples of = examples.of(latent);
                double right = score(judge, of, planted.truth(), metric);
                double near = score(judge, of, planted.nearMiss(), metric);
                double wrong = score(judge, of, planted.falseRule(), metric);
                if (!(right > near && near > wrong)) {
                    misranked.add(planted + ": " + right + ", " + near + ", " + wrong);
                }
            }
            assertTrue(misranked.size() <= 0.05 * FEATURES.size(), metric + ": " + misranked);
        }
    }

    @Test
    void detectionByTheSameJudgeRanksThemByCorpusF1() {
        Scorer judge = new SimulatedDetection(new RuleSimulator(stories.concepts));
        int ranked = 0;
        for (int latent = 0; latent < FEATURES.size(); latent++) {
            Planted planted = FEATURES.get(latent);
            FeatureExamples of = examples.of(latent);
            ranked += score(judge, of, planted.truth(), ScoreMetric.F1)
                            > score(judge, of, planted.falseRule(), ScoreMetric.F1)
                    ? 1
                    : 0;
        }
        assertTrue(ranked >= 0.95 * FEATURES.size(), ranked + " of " + FEATURES.size());
    }

    @Test
    void fuzzingByTheTrueRuleIsPerfectAndByAFalseRuleNotAboveChance() {
        Scorer judge = new SimulatedFuzzing(new RuleSimulator(stories.concepts), 0);
        double falseMean = 0;
        for (int latent = 0; latent < FEATURES.size(); latent++) {
            Planted planted = FEATURES.get(latent);
            FeatureExamples of = examples.of(latent);
            // A window can begin after the words that a rule looks back at.
            assertTrue(score(judge, of, planted.truth(), ScoreMetric.BALANCED_ACCURACY) > 0.9, planted.toString());
            falseMean += score(judge, of, planted.falseRule(), ScoreMetric.BALANCED_ACCURACY) / FEATURES.size();
        }
        assertTrue(falseMean < 0.6, "mean " + falseMean);
    }

    @Test
    void conceptExplainerFindsThePlantedConcept() {
        RuleSimulator simulator = new RuleSimulator(stories.concepts);
        for (int latent = 0; latent < FEATURES.size(); latent++) {
            if (FEATURES.get(latent).truth() instanceof ConceptRule planted) {
                Explanation found = new ConceptExplainer(stories.concepts).explain(examples.of(latent));
                ConceptRule rule = (ConceptRule) found.rule().orElseThrow();
                assertEquals(planted.concept(), rule.concept());
                assertEquals(1, rule.value(), 0.1);
                assertEquals(
                        1,
                        new WholeCorpusScorer(simulator)
                                .score(found, examples.of(latent))
                                .values()
                                .get(ScoreMetric.F1));
            }
        }
    }

    @Test
    void tokenLookupExplainsWordsAndBigramsExplainPreviousWords() {
        Scorer judge = new WholeCorpusScorer(new RuleSimulator(stories.concepts));
        for (int latent : new int[] {0, 3, 4, 6}) {
            Explanation lookup = new TokenLookupExplainer().explain(examples.of(latent));
            assertTrue(score(judge, lookup, latent) > 0.95, lookup.text());
        }
        assertTrue(new TokenLookupExplainer().explain(examples.of(0)).text().contains("\" red\" ("));
        for (int latent = 19; latent < 22; latent++) {
            double lookup = score(judge, new TokenLookupExplainer().explain(examples.of(latent)), latent);
            double bigram = score(judge, new NgramExplainer().explain(examples.of(latent)), latent);
            assertTrue(bigram > lookup + 0.05, latent + ": " + lookup + ", " + bigram);
        }
    }

    private static double score(Scorer judge, Explanation explanation, int latent) {
        return judge.score(explanation, examples.of(latent)).values().get(ScoreMetric.F1);
    }

    private static double score(Scorer judge, FeatureExamples of, ActivationRule rule, ScoreMetric metric) {
        Explanation explanation = Explanation.of(of.latent(), "planted", ExplainerDescription.offline("planted"))
                .withRule(rule);
        Map<ScoreMetric, Double> values = judge.score(explanation, of).values();
        return values.get(metric);
    }
}
