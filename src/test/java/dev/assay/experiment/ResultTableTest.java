package dev.assay.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ResultTableTest {
    private static ResultTable table() {
        return ResultTable.of("found", "Features found")
                .text("name", "name")
                .number("size", "latents")
                .measure("found", "found")
                .nullOf("found", "random", "random dictionary");
    }

    @Test
    void cellOfAnotherTypeIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> table().row("a", 1, 0.5, Estimate.exact(0)));
        assertThrows(IllegalArgumentException.class, () -> table().row("a", "b", Estimate.exact(1), Estimate.exact(0)));
        assertThrows(IllegalArgumentException.class, () -> table().row("a", 1, Estimate.exact(1)));
    }

    @Test
    void nullColumnNeedsItsMeasure() {
        assertThrows(IllegalArgumentException.class, () -> table().nullOf("size", "other", "other"));
    }

    @Test
    void columnsWithEqualNamesInCsvAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> table().number("found_low", "low"));
        assertThrows(
                IllegalArgumentException.class,
                () -> ResultTable.of("a", "A").number("found_high", "high").measure("found", "found"));
        assertThrows(
                IllegalArgumentException.class,
                () -> ResultTable.of("a", "A").link("feature", "feature").text("feature_target", "target"));
    }

    @Test
    void textHasIntervalsAndNotes() {
        String text = table().row("topk", 2048, Estimate.overSeeds(0.5, 0.6), Estimate.exact(0.25))
                .note("One note.")
                .toText();
        assertTrue(text.contains("0.55 ± 0.64"), text);
        assertTrue(text.contains("2,048"), text);
        assertTrue(text.endsWith("One note.\n"), text);
    }

    @Test
    void numbersThatAreNotFiniteAreEmptyInCsvAndAbsentInJson() {
        ResultTable table = table().row("a", Double.NaN, Estimate.overSeeds(Double.NaN, 1), Estimate.exact(0));
        assertEquals("a,,,,,0.0,,", table.toCsv().lines().skip(1).findFirst().orElseThrow());
        assertTrue(table.toJson().at("/rows/0/found/mean").isMissingNode());
        assertTrue(table.toJson().at("/rows/0/found/values/0").isNull());
    }

    @Test
    void givenNumbersHaveNoTrailingZeros() {
        assertEquals("0.5", ResultTable.given(0.5));
        assertEquals("20", ResultTable.given(20));
        assertEquals("0.003162", ResultTable.given(Math.pow(10, -2.5)));
        assertEquals("–", ResultTable.given(Double.NaN));
    }

    @Test
    void linksAreElementsInHtmlAndTwoFieldsInFiles() {
        ResultTable table = ResultTable.of("features", "Features")
                .link("feature", "feature")
                .number("effect", "effect")
                .row(new ResultLink("a<b", "pages/page.html#feature-12"), 0.5);
        assertTrue(table.toHtml().contains("<a href=\"pages/page.html#feature-12\">a&lt;b</a>"), table.toHtml());
        assertTrue(table.toText().contains("a<b"), table.toText());
        assertEquals("feature,feature_target,effect\na<b,pages/page.html#feature-12,0.5\n", table.toCsv());
        assertEquals(
                "pages/page.html#feature-12",
                table.toJson().at("/rows/0/feature_target").asText());
        assertEquals("a<b", table.toJson().at("/rows/0/feature").asText());
    }
}
