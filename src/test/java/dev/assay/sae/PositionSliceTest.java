package dev.assay.sae;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.assay.InvalidInputException;
import dev.assay.io.Json;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PositionSliceTest {
    /** The expected positions are those of Python's {@code list(range(6))[slice(*arguments)]}. */
    @ParameterizedTest
    @CsvSource({
        "null, 012345",
        "[null], 012345",
        "'[1, null]', 12345",
        "'[2, 4]', 23",
        "[3], 012",
        "'[-2, null]', 45",
        "'[null, -1]', 01234",
        "'[1, null, 2]', 135",
        "'[4, 20]', 45"
    })
    void selectsThePositionsOfPythonsSlice(String json, String expected) {
        assertEquals(
                expected,
                IntStream.range(0, 6)
                        .filter(position -> slice(json).includes(position, 6))
                        .mapToObj(Integer::toString)
                        .collect(Collectors.joining()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"3", "\"all\"", "[]", "[1, 2, 3, 4]", "[1.5]", "[\"a\"]", "[0, 5, 0]", "[0, 5, -1]"})
    void refusesOtherValues(String json) {
        assertThrows(InvalidInputException.class, () -> slice(json));
    }

    @Test
    void isAllPositionsWithoutTheField() {
        assertEquals(PositionSlice.ALL, SaeMetadata.builder().build().positions());
        assertEquals(
                new PositionSlice(2, null, 1),
                SaeMetadata.builder().positionsFrom(2).build().positions());
    }

    private static PositionSlice slice(String json) {
        try {
            return PositionSlice.of(Json.mapper().readTree(json));
        } catch (JsonProcessingException malformed) {
            throw new IllegalArgumentException(malformed);
        }
    }
}
