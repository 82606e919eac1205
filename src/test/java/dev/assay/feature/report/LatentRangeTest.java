package dev.assay.feature.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.assay.InvalidInputException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LatentRangeTest {
    @Test
    void readsLatentsAndRangesInTheirOrder() {
        assertEquals(
                List.of(new LatentRange(17, 18), new LatentRange(3, 4), new LatentRange(40, 45)),
                LatentRange.parse("17,3, 40-44"));
        assertEquals(List.of(new LatentRange(5, 6)), LatentRange.parse("5-5"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "3,", "4-2", "-3", "3-", "a", "1.5", "9999999999"})
    void rejectsOtherItemsWithTheList(String list) {
        String message = assertThrows(InvalidInputException.class, () -> LatentRange.parse(list))
                .getMessage();
        assertEquals("the list of features \"" + list + "\" has the item", message.split(" \"[^\"]*\", expected")[0]);
    }
}
