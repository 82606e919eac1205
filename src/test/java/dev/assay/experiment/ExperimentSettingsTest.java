package dev.assay.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.assay.InvalidInputException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class ExperimentSettingsTest {
    /** Declares one list and never runs. */
    private static final class Lists implements Experiment {
        @Override
        public String name() {
            return "lists";
        }

        @Override
        public String question() {
            return "Which lists are read?";
        }

        @Override
        public List<ExperimentSetting> settings() {
            return List.of(new ExperimentSetting("list", "a list", "1"));
        }

        @Override
        public void run(ExperimentRun run) {
            throw new IllegalStateException("only the settings are read");
        }
    }

    private static ExperimentSettings list(String value) {
        return ExperimentSettings.of(new Lists(), false, Map.of("list", value));
    }

    private static void assertRepeated(String found, String value, Executable reading) {
        assertEquals(
                "setting list is \"" + value + "\", expected different entries separated by commas, found " + found
                        + " more than once",
                assertThrows(InvalidInputException.class, reading).getMessage());
    }

    @Test
    void listsKeepTheirOrder() {
        assertEquals(List.of("b", "a"), list("b, a").texts("list"));
        assertEquals(List.of(4, 2), list("4,2").integers("list"));
        assertEquals(List.of(0.5, 0.0), list("0.5,-0").numbers("list"));
        assertEquals(List.of(3, 0), list("3,0").indices("list", "all", 4));
        assertEquals(List.of(), list("all").indices("list", "all"));
    }

    @Test
    void repeatedEntryOfAListIsRefused() {
        assertRepeated(
                "topk:16",
                "topk:16,gated:2, topk:16",
                () -> list("topk:16,gated:2, topk:16").texts("list"));
        assertRepeated("1", "1,1", () -> list("1,1").integers("list"));
        assertRepeated("1", "1,1", () -> list("1,1").indices("list", "all", 4));
        assertRepeated("1", "1,2,1", () -> list("1,2,1").indices("list", "auto"));
    }

    @Test
    void numbersAreComparedByValue() {
        assertRepeated("0.50", "0.5,1,0.50", () -> list("0.5,1,0.50").numbers("list"));
        assertRepeated("-0", "0,-0", () -> list("0,-0").numbers("list"));
        assertRepeated("08", "8,08", () -> list("8,08").integers("list"));
    }
}
