package dev.assay.explain.judge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.explain.ExplainerDescription;
import dev.assay.explain.Explanation;
import dev.assay.explain.Part;
import dev.assay.explain.Verdict;
import dev.assay.explain.llm.ChatMessage;
import dev.assay.explain.llm.ChatRequest;
import dev.assay.explain.llm.CostEstimate;
import dev.assay.explain.llm.DryRunModel;
import dev.assay.explain.llm.LanguageModel;
import dev.assay.explain.llm.ScoredToken;
import dev.assay.explain.llm.ScriptedModel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class LabelQuestionsTest {
    private static final Explanation EXPLANATION = Explanation.of(7, "fruit", ExplainerDescription.offline("test"));
    private static final Pattern TEXT = Pattern.compile("Text \\d+:\n(\\w+)");

    private static ScoredToken token(String text, Map<String, Double> probabilities) {
        Map<String, Double> top = new HashMap<>();
        probabilities.forEach((candidate, probability) -> top.put(candidate, Math.log(probability)));
        return new ScoredToken(text, -0.1, top);
    }

    private static List<String> order(LanguageModel model, ScriptedModel script, long seed, int latent) {
        List<String> texts = List.of("a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l");
        int before = script.asked().size();
        new LabelQuestions(model, "system", seed).ask(EXPLANATION, latent, texts);
        List<String> order = new ArrayList<>();
        for (ChatRequest request : script.asked().subList(before, script.asked().size())) {
            TEXT.matcher(request.messages().get(1).content()).results().forEach(text -> order.add(text.group(1)));
        }
        return order;
    }

    @Test
    void readsTheProbabilityOfEachLabelFromExactTokens() {
        Map<String, Double> none = Map.of();
        ScriptedModel model = ScriptedModel.answering(request -> ScriptedModel.text(
                "{\"labels\": [1, 0]}",
                List.of(
                        token("{\"labels\":", none),
                        token(" [", none),
                        token("1", Map.of("1", 0.3, " 1", 0.3, "0", 0.2, "10", 0.1, "01", 0.1)),
                        token(",", none),
                        token(" 0", Map.of(" 0", 0.75, " 1", 0.25)),
                        token("]}", none))));
        List<Verdict> verdicts = new LabelQuestions(model, "system", 1).ask(EXPLANATION, 7, List.of("same", "same"));
        List<Double> probabilities = verdicts.stream()
                .map(verdict -> ((Verdict.Given) verdict).probability().orElseThrow())
                .sorted()
                .toList();
        assertEquals(0.25, probabilities.get(0), 1e-12);
        assertEquals(0.75, probabilities.get(1), 1e-12);
        assertEquals(20, model.asked().get(0).settings().topLogProbabilities());
    }

    @Test
    void answersWithoutLogProbabilitiesAreNoFailures() {
        ScriptedModel model = ScriptedModel.answering(request -> ScriptedModel.text("{\"labels\": [1]}"));
        assertEquals(
                List.of(Verdict.of(true)), new LabelQuestions(model, "system", 1).ask(EXPLANATION, 7, List.of("a")));
    }

    @Test
    void theOrderOfTheTextsDependsOnSeedAndLatent() {
        ScriptedModel model = ScriptedModel.answering(request -> ScriptedModel.text("no"));
        List<String> order = order(model, model, 1, 7);
        assertEquals(12, List.copyOf(Set.copyOf(order)).size());
        assertEquals(order, order(model, model, 1, 7));
        assertNotEquals(order, order(model, model, 2, 7));
        assertNotEquals(order, order(model, model, 1, 8));
    }

    @Test
    void aDryRunCountsTheRequestsOfTheRealRun() {
        PlantedExamples examples = new PlantedExamples(" apple", 4);
        ScriptedModel real = ScriptedModel.answering(request -> ScriptedModel.text("[EXPLANATION]: the word apple"));
        long prompt = 0;
        runAll(real, examples);
        for (ChatRequest request : real.asked()) {
            for (ChatMessage message : request.messages()) {
                prompt += message.content().length() / 4;
            }
        }
        DryRunModel plan = DryRunModel.of(real);
        int before = real.asked().size();
        runAll(plan, examples);
        assertEquals(before, real.asked().size());
        CostEstimate cost = plan.estimate();
        assertEquals(before, cost.requests());
        assertEquals(
                real.asked().stream()
                        .mapToLong(request -> request.settings().maxTokens())
                        .sum(),
                cost.completionTokens());
        assertTrue(
                cost.promptTokens() > 0.5 * prompt && cost.promptTokens() < 3 * prompt,
                cost.promptTokens() + " for about " + prompt);
    }

    private static void runAll(LanguageModel model, PlantedExamples examples) {
        Explanation explanation =
                LlmExplainer.of(model, ExplainerOptions.markedText(0)).explain(examples);
        for (String name :
                List.of(DetectionScorer.NAME, FuzzingScorer.NAME, FuzzingScorer.NONACTIVATING, IntruderScorer.NAME)) {
            LlmMethods.scorer(name, model, 0).score(explanation, examples);
        }
        LlmMethods.simulator(JsonSimulator.HARD, model, 0).simulate(explanation, examples.representative(Part.TEST));
    }
}
