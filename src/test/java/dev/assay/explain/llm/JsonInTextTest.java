package dev.assay.explain.llm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonInTextTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"n\": [1, 0]}",
                "Sure! Here it is:\n```json\n{\"n\": [1, 0]}\n```\nAnything else?",
                "First {braces} and {\"n\": [0, 0]}, but on reflection {\"n\": [1, 0]}.",
                "{ not json {\"n\": [1, 0]}",
                "{\"n\": [1, 0]} trailing { brace"
            })
    void findsTheLastCompleteObject(String text) {
        JsonInText.Found found = JsonInText.object(text).orElseThrow();
        assertEquals("{\"n\":[1,0]}", found.value().toString());
        assertEquals("{\"n\": [1, 0]}", text.substring(found.start(), found.end()));
    }

    @Test
    void returnsTheOuterObjectOfNestedOnes() {
        String text = "x {\"a\": {\"n\": 1}} y";
        JsonInText.Found found = JsonInText.object(text).orElseThrow();
        assertEquals("{\"a\": {\"n\": 1}}", text.substring(found.start(), found.end()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "no object", "[1, 0]", "{\"n\": [1, 0", "}{"})
    void findsNoneInOtherText(String text) {
        assertTrue(JsonInText.object(text).isEmpty());
    }
}
