package dev.assay.explain.judge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.explain.Explanation;
import dev.assay.explain.ExplanationFailedException;
import dev.assay.explain.FailureKind;
import dev.assay.explain.Part;
import dev.assay.explain.Stratum;
import dev.assay.explain.TextWindow;
import dev.assay.explain.llm.Answer;
import dev.assay.explain.llm.ChatMessage;
import dev.assay.explain.llm.ScriptedModel;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class LlmExplainerTest {
    private final PlantedExamples examples = new PlantedExamples(" apple", 8);

    private static ScriptedModel answering(String answer) {
        return ScriptedModel.answering(request -> ScriptedModel.text(answer));
    }

    private static List<ChatMessage> prompt(ScriptedModel model) {
        return model.asked().get(0).messages();
    }

    private static String question(ScriptedModel model) {
        List<ChatMessage> messages = prompt(model);
        return messages.get(messages.size() - 1).content();
    }

    private ExplainerOptions options(ExplainerOptions.Style style) {
        return style == ExplainerOptions.Style.MARKED_TEXT
                ? ExplainerOptions.markedText(5)
                : ExplainerOptions.tokenLevels(5);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[EXPLANATION]: the word apple",
                "I see fruit.\n[EXPLANATION]: no\nBetter:\n[EXPLANATION]:\n  the word\n apple ",
                "the word apple",
                "This feature is active on the word apple"
            })
    void returnsTheTextAfterTheLastMark(String answer) {
        Explanation explanation = LlmExplainer.of(answering(answer), ExplainerOptions.markedText(5))
                .explain(examples);
        assertEquals("the word apple", explanation.text());
        assertEquals(7, explanation.latent());
    }

    @Test
    void keepsAnExplanationThatLooksLikeAScore() {
        assertEquals("Score: 1", LlmExplainer.text("[EXPLANATION]: Score: 1"));
    }

    @Test
    void recordsTheOriginOfAnExplanation() {
        ScriptedModel model = answering("[EXPLANATION]: fruit");
        Explanation explanation =
                LlmExplainer.of(model, ExplainerOptions.markedText(5)).explain(examples);
        assertEquals("llm", explanation.by().kind());
        assertEquals("scripted", explanation.by().model());
        assertEquals(
                model.asked().get(0).key("scripted"),
                explanation.by().settings().get("request"));
        assertEquals("scripted-1", explanation.by().settings().get("servedBy"));
        assertEquals("20", explanation.by().settings().get("promptTokens"));
        assertEquals("5", explanation.by().settings().get("seed"));
    }

    @ParameterizedTest
    @EnumSource
    void readsTrainingDocumentsOnly(ExplainerOptions.Style style) {
        ScriptedModel model = answering("fruit");
        Explanation explanation = LlmExplainer.of(model, options(style)).explain(examples);
        List<String> windows =
                Arrays.asList(explanation.by().settings().get("windows").split(" "));
        assertEquals(options(style).windows(), windows.size());
        assertEquals(windows.size(), Set.copyOf(windows).size());
        Set<String> training = Arrays.stream(Stratum.values())
                .flatMap(stratum -> examples.windows(Part.TRAIN, stratum).stream())
                .map(TextWindow::id)
                .collect(Collectors.toSet());
        assertTrue(training.containsAll(windows));
    }

    @Test
    void marksActiveTokensOfTopAndAllDeciles() {
        ScriptedModel model = answering("fruit");
        LlmExplainer.of(model, ExplainerOptions.markedText(5)).explain(examples);
        String question = question(model);
        assertEquals(40, question.split("<< apple>>", -1).length - 1);
        for (Stratum decile : Stratum.DECILES) {
            String text = examples.windows(Part.TRAIN, decile).get(0).tokens().get(3);
            assertTrue(question.contains(text), decile.name());
        }
    }

    @Test
    void writesLevelsRoundedDownAndRepeatsThemWithoutZeros() {
        ScriptedModel model = answering("fruit");
        LlmExplainer.of(model, ExplainerOptions.tokenLevels(5)).explain(examples);
        String question = question(model);
        // One token of six is active, below the share of 0.2.
        assertTrue(question.contains("\n apple\t10\n w0x1\t0\n w0x2\t0\n"), question);
        assertTrue(question.contains("without zeros:\n<start>\n apple\t10\n<end>\n"), question);
        assertTrue(question.endsWith("\nDescription: This feature is active on"), question);
        assertEquals(1, model.asked().get(0).settings().temperature());
        assertEquals(60, model.asked().get(0).settings().maxTokens());
    }

    @Test
    void leavesOutExamplesOfOtherFeaturesUntilThePromptFits() {
        ScriptedModel model = answering("fruit");
        LlmExplainer.of(model, ExplainerOptions.markedText(5)).explain(examples);
        LlmExplainer.of(model, ExplainerOptions.markedText(5).withPromptTokens(1))
                .explain(examples);
        List<ChatMessage> small = model.asked().get(1).messages();
        assertEquals(2, small.size());
        assertTrue(prompt(model).size() > 2);
        assertEquals(prompt(model).get(0), small.get(0));
        assertEquals(question(model), small.get(1).content());
    }

    @Test
    void addsTheEffectOnTheOutput() {
        ScriptedModel model = answering("fruit");
        LlmExplainer.of(model, ExplainerOptions.markedText(5))
                .withPromotedTokens(latent -> List.of(" pie", " tree"))
                .explain(examples);
        assertTrue(question(model).contains("next tokens more probable: \" pie\", \" tree\""));
        LlmExplainer.of(model, ExplainerOptions.markedText(5)).explain(examples);
        assertFalse(model.asked().get(1).toString().contains("more probable: \""));
    }

    @Test
    void aFailureIsNoExplanation() {
        ScriptedModel truncated = ScriptedModel.answering(request -> Answer.failed(FailureKind.TRUNCATED, "too long"));
        ExplanationFailedException failure = assertThrows(
                ExplanationFailedException.class,
                () -> LlmExplainer.of(truncated, ExplainerOptions.markedText(5)).explain(examples));
        assertEquals(FailureKind.TRUNCATED, failure.kind());
        assertEquals(
                FailureKind.UNPARSABLE,
                assertThrows(
                                ExplanationFailedException.class,
                                () -> LlmExplainer.of(answering("[EXPLANATION]:"), ExplainerOptions.markedText(5))
                                        .explain(examples))
                        .kind());
    }
}
