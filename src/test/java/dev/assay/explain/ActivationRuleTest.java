package dev.assay.explain;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.io.Json;
import dev.assay.io.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ActivationRuleTest {
    private static final TextWindow WINDOW = new TextWindow(
            3, 100, new int[] {5, 6, 5, 7}, List.of("the", " cat", "the", " dog"), new float[4], Stratum.TOP, 1);

    private static float[] predict(ActivationRule rule) {
        return rule.predict(WINDOW, (position, concept) -> concept.equals("odd") && position % 2 == 1);
    }

    @Test
    void tokenRulePredictsByToken() {
        assertArrayEquals(new float[] {2, 0, 2, 1.5f}, predict(new TokenRule(Map.of(5, 2.0, 7, 1.5, 9, 4.0))));
    }

    @Test
    void nextTokenRulePredictsBeforeTheToken() {
        assertArrayEquals(new float[] {0, 2, 1.5f, 0}, predict(new NextTokenRule(Map.of(5, 2.0, 7, 1.5))));
    }

    @Test
    void bigramRulePrefersPairsToTokens() {
        BigramRule rule = new BigramRule(Map.of(new BigramRule.Pair(6, 5), 9.0), Map.of(5, 2.0));
        assertArrayEquals(new float[] {2, 0, 9, 0}, predict(rule));
    }

    @Test
    void patternRulePredictsTokensWithMatchedCharacters() {
        assertArrayEquals(new float[] {0, 3, 0, 3}, predict(new PatternRule("the (?P<active>cat|do)", 3)));
        assertArrayEquals(new float[4], predict(new PatternRule(" ", 3)));
    }

    private static float[] predict(PatternRule rule, String... tokens) {
        TextWindow window =
                new TextWindow(0, 0, new int[tokens.length], List.of(tokens), new float[tokens.length], Stratum.TOP, 1);
        return rule.predict(window, TokenConcepts.NONE);
    }

    @Test
    void contextOfAPatternCanOverlapTheMatchBeforeIt() {
        PatternRule rule = new PatternRule("\\bthe (?P<active>\\w+)", 2);
        assertArrayEquals(new float[] {0, 2, 2, 0}, predict(rule, "the", " the", " cat", " sat"));
        assertArrayEquals(new float[] {2, 2, 0}, predict(new PatternRule("(?P<active>a|b)|c", 2), "a", " b", " c"));
        assertArrayEquals(new float[] {0, 2}, predict(new PatternRule("x*", 2), "a", "xx"));
        assertArrayEquals(new float[] {0, 0}, predict(new PatternRule("$", 2), "a", "xx"));
    }

    @Test
    void patternsThatBacktrackExponentiallyEndInLinearTime() {
        String[] tokens = new String[2_000];
        Arrays.fill(tokens, "aaaa");
        tokens[tokens.length - 1] = "!";
        for (String pattern : List.of("(a+)+$", "(a|aa)+$", "^(\\w+\\s?)*$", "(.*a){12}$")) {
            float[] predicted = assertTimeoutPreemptively(
                    Duration.ofSeconds(30), () -> predict(new PatternRule(pattern, 1), tokens), pattern);
            assertEquals(0, predicted[0], pattern);
        }
    }

    @Test
    void unsupportedConstructsAreOneSentence() {
        for (String pattern :
                List.of("(?<=\\bthe )\\w+", "a(?=b)", "a(?!b)", "(?<!a)b", "(a)\\1", "(?>a+)b", "a++", "(")) {
            String message = assertThrows(InvalidInputException.class, () -> new PatternRule(pattern, 1))
                    .getMessage();
            assertTrue(
                    message.startsWith("\"" + pattern + "\" is not a regular expression of RE2: ")
                            && message.contains("without look-around and back references")
                            && message.lines().count() == 1,
                    message);
            assertEquals(pattern.matches(".*\\(\\?<?[=!].*"), message.contains("it has the look-around (?"), message);
        }
    }

    @Test
    void conceptRulePredictsLabelledTokens() {
        assertArrayEquals(new float[] {0, 4, 0, 4}, predict(new ConceptRule("odd", 4)));
        assertTrue(assertThrows(
                        InvalidInputException.class,
                        () -> new ConceptRule("odd", 4).predict(WINDOW, TokenConcepts.NONE))
                .getMessage()
                .contains("the concept \"odd\" and the corpus has no labels"));
    }

    @Test
    void explanationsSurviveJsonWithAnyText() throws IOException {
        List<ActivationRule> rules = List.of(
                new TokenRule(Map.of(5, 2.0, 7, 0.1)),
                new NextTokenRule(Map.of(1, 1e-9)),
                new BigramRule(Map.of(new BigramRule.Pair(6, 5), 9.0, new BigramRule.Pair(6, 4), 1.0), Map.of(5, 2.0)),
                new PatternRule("\\bun\\w+", 3),
                new ConceptRule("quotation", 0.5));
        String text = "Score: 1\n\"quoted\", [EXPLANATION]: 12.txt";
        ExplainerDescription by = new ExplainerDescription("llm", "a model", Map.of("seed", "3", "prompt", "ab12"));
        for (ActivationRule rule : rules) {
            Explanation explanation = Explanation.of(7, text, by).withRule(rule);
            assertEquals(explanation, read(explanation.toJson()));
        }
        assertEquals(
                Explanation.of(7, text, by), read(Explanation.of(7, text, by).toJson()));
    }

    private static Explanation read(ObjectNode json) throws IOException {
        ObjectNode parsed = (ObjectNode) Json.mapper().readTree(json.toString());
        return Explanation.of(JsonObject.of(Path.of("explanations.jsonl"), parsed));
    }

    @Test
    void refusesDamagedRulesNamingFileAndField() throws IOException {
        assertRefused("{'kind': 'words'}", "explanations.jsonl: rule.kind is \"words\", expected tokens, bigrams,");
        assertRefused(
                "{'kind': 'tokens', 'values': {'x': 1}}",
                "rule.values is {\"x\":1}, expected an object of numbers by token id");
        assertRefused(
                "{'kind': 'bigrams', 'pairs': [[1, 2]], 'tokens': {}}",
                "expected a list of [previous id, id, activation]");
        assertRefused("{'kind': 'bigrams', 'tokens': {}}", "rule.pairs is missing");
        assertRefused("{'kind': 'pattern', 'pattern': '(', 'value': 1}", "\"(\" is not a regular expression");
        assertRefused("{'kind': 'concept', 'concept': 'colour', 'value': 0}", "the activation of a concept is 0.0");
    }

    private static void assertRefused(String rule, String message) throws IOException {
        ObjectNode json =
                Explanation.of(0, "x", ExplainerDescription.offline("x")).toJson();
        json.set("rule", Json.mapper().readTree(rule.replace('\'', '"')));
        String found =
                assertThrows(InvalidInputException.class, () -> read(json)).getMessage();
        assertTrue(found.contains(message), found);
    }

    @Test
    void refusesAnExplanationWithoutText() {
        assertThrows(InvalidInputException.class, () -> Explanation.of(1, " \n", ExplainerDescription.offline("x")));
    }
}
