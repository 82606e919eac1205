package dev.assay.explain.judge;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.explain.FailureKind;
import dev.assay.explain.llm.Answer;
import dev.assay.explain.llm.Completion;
import dev.assay.explain.llm.JsonInText;
import dev.assay.explain.llm.ScoredToken;
import dev.assay.io.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The list of integers in an answer, with the probabilities of other integers at each position.
 *
 * @param numbers the integers
 * @param candidates the log-probabilities of the texts at the position of each integer, without JSON punctuation; empty if the model
 *     returned none
 */
record ListedNumbers(List<Integer> numbers, List<Candidates> candidates) {
    /**
     * The candidates at the position of an integer.
     *
     * @param logProbabilities by text
     * @param zeroAfterOne the probability that a 0 follows, if the integer is written as a single token 1; otherwise 0. Tokenizers with one
     *     token per digit write 10 as two tokens.
     */
    record Candidates(Map<String, Double> logProbabilities, double zeroAfterOne) {}

    /**
     * Parses the answer to a question with several items.
     *
     * @param answer the answer, with a JSON object and possibly other text around it
     * @param property the name of the list in the object
     * @param length the number of items
     * @param least the smallest integer
     * @param largest the largest integer
     * @return the list or a failure
     */
    static Answer<ListedNumbers> parse(Completion answer, String property, int length, int least, int largest) {
        Optional<JsonInText.Found> found = JsonInText.object(answer.text());
        if (found.isEmpty() || !found.get().value().path(property).isArray()) {
            return Answer.failed(
                    FailureKind.UNPARSABLE,
                    "the answer \"" + brief(answer.text()) + "\" has no list \"" + property
                            + "\", expected a JSON object");
        }
        JsonNode list = found.get().value().path(property);
        if (list.size() != length) {
            return Answer.failed(
                    FailureKind.WRONG_LENGTH,
                    "the list \"" + property + "\" has " + list.size() + " entries, expected " + length);
        }
        List<Integer> numbers = new ArrayList<>();
        for (JsonNode entry : list) {
            boolean whole = entry.isIntegralNumber() || (entry.isNumber() && entry.doubleValue() % 1 == 0);
            if (!whole) {
                return Answer.failed(
                        FailureKind.UNPARSABLE,
                        "the list \"" + property + "\" has the entry " + brief(entry.toString())
                                + ", expected integers");
            }
            if (entry.doubleValue() < least || entry.doubleValue() > largest) {
                return Answer.failed(
                        FailureKind.OUT_OF_RANGE,
                        "the list \"" + property + "\" has the entry " + brief(entry.toString()) + ", expected " + least
                                + " to " + largest);
            }
            numbers.add(entry.intValue());
        }
        return Answer.received(new ListedNumbers(numbers, candidates(answer.tokens(), property, length)));
    }

    static String brief(String text) {
        String line = text.strip().replaceAll("\\s+", " ");
        return line.length() <= 80 ? line : line.substring(0, 77) + "...";
    }

    private static List<Candidates> candidates(List<ScoredToken> tokens, String property, int length) {
        StringBuilder joined = new StringBuilder();
        List<Integer> owner = new ArrayList<>(); // the token of each character
        for (int i = 0; i < tokens.size(); i++) {
            joined.append(tokens.get(i).text());
            while (owner.size() < joined.length()) {
                owner.add(i);
            }
        }
        String text = joined.toString();
        Optional<JsonInText.Found> found = JsonInText.object(text);
        List<int[]> spans = found.isEmpty() ? List.of() : spans(text, found.get(), property);
        if (spans.size() != length) {
            return List.of();
        }
        List<Candidates> candidates = new ArrayList<>();
        for (int[] span : spans) {
            int token = owner.get(span[0]);
            boolean oneAlone = text.substring(span[0], span[1]).startsWith("1")
                    && span[0] + 1 < owner.size()
                    && owner.get(span[0] + 1) != token;
            double zero = oneAlone && token + 1 < tokens.size() ? zero(tokens.get(token + 1)) : 0;
            candidates.add(new Candidates(numbers(tokens.get(token)), zero));
        }
        return candidates.stream().anyMatch(at -> at.logProbabilities().isEmpty()) ? List.of() : candidates;
    }

    /** Returns the start and the end of each integer of a list in the text. */
    private static List<int[]> spans(String text, JsonInText.Found object, String property) {
        List<int[]> spans = new ArrayList<>();
        try (JsonParser parser = Json.mapper().createParser(text.substring(object.start(), object.end()))) {
            boolean inside = false;
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                boolean topLevel = parser.getParsingContext().getParent() != null
                        && parser.getParsingContext().getParent().getParent() != null
                        && parser.getParsingContext().getParent().getParent().inRoot();
                if (token == JsonToken.START_ARRAY && topLevel) {
                    inside = property.equals(
                            parser.getParsingContext().getParent().getCurrentName());
                } else if (token == JsonToken.END_ARRAY) {
                    inside = false;
                } else if (inside && token == JsonToken.VALUE_NUMBER_INT) {
                    int start =
                            object.start() + (int) parser.currentTokenLocation().getCharOffset();
                    spans.add(new int[] {start, start + parser.getTextLength()});
                }
            }
        } catch (IOException impossible) {
            return List.of();
        }
        return spans;
    }

    /** Returns the candidates without the punctuation of JSON; a candidate without digits keeps its text. */
    private static Map<String, Double> numbers(ScoredToken token) {
        Map<String, Double> numbers = new HashMap<>();
        token.top()
                .forEach((text, logProbability) -> numbers.merge(
                        text.replaceAll("^[\\s,:\\[]+|[\\s,\\]}]+$", ""), logProbability, ScoredToken::logSum));
        return numbers;
    }

    private static double zero(ScoredToken next) {
        double probability = 0;
        for (Map.Entry<String, Double> candidate : next.top().entrySet()) {
            probability += candidate.getKey().startsWith("0") ? Math.exp(candidate.getValue()) : 0;
        }
        return Math.min(1, probability);
    }
}
