package dev.assay.evaluate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.Fragments;
import dev.assay.io.Json;
import dev.assay.text.story.Concept;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;

class ConceptTableTest {
    private static ConceptTable.Row row(String name, double share, double f1, double lookup, double always) {
        return new ConceptTable.Row(
                new Concept(name, "about " + name, Concept.Kind.WORD),
                share,
                new ConceptTable.Best(7, f1),
                Map.of(
                        ConceptControl.TOKEN_LOOKUP, lookup,
                        ConceptControl.ALWAYS_YES, always,
                        ConceptControl.RANDOM, 0.3));
    }

    private static ConceptTable table() {
        return new ConceptTable(List.of(
                row("word", 0.125, 0.95, 1, 0.2),
                row("mood", 0.4, 0.5, 0.6, 0.57),
                row("quotation", 0.1, 0.9, 0.7, 0.18),
                row("brackets", 0.02, 0.75, 0.4, 0.04),
                row("everywhere", 0.95, 0.9, 0.97, 0.97),
                row("absent", 0, 0, 0, 0)));
    }

    @Test
    void headlineCountsConceptsThatNeedContext() {
        ConceptTable table = table();
        assertEquals(3, table.needContext(), "mood, quotation and brackets");
        assertEquals(1, table.foundInContext(), "quotation");
        assertEquals(
                "1 of 3 concepts that need context have a latent with F1 ≥ 0.8; always yes 0, random dictionary 0",
                table.summary().get(0));
        assertEquals(
                "2 of them have a latent with a higher F1 than every control",
                table.summary().get(1),
                "quotation and brackets");
    }

    @Test
    void conceptIsNotFoundIfAlwaysYesIsBetter() {
        ConceptTable table = table();
        assertEquals(2, table.found(), "word and quotation, but not everywhere");
        assertEquals(
                "2 of all 5 concepts have a latent with F1 ≥ 0.8; token look-up 2, always yes 1, random dictionary 0",
                table.summary().get(2));
        assertEquals(
                "predicting the concept for every token is at least as good as the best latent for everywhere, mood",
                table.summary().get(3));
    }

    @Test
    void absentConceptIsNamedAndNotCounted() {
        assertEquals(
                "the held-out stories have no token of absent",
                table().summary().get(4));
        String line = table().toText()
                .lines()
                .filter(text -> text.startsWith("absent"))
                .findFirst()
                .orElseThrow();
        assertTrue(line.contains("–") && !line.contains("needed") && !line.contains("0.00 "), line);
    }

    @Test
    void textListsConceptsThatNeedContextFirst() {
        List<String> lines = table().toText().lines().toList();
        assertTrue(lines.get(0).matches("concept +tokens +latent +F1 +look-up +always +random +context"), lines.get(0));
        assertTrue(lines.get(1).startsWith("quotation") && lines.get(1).endsWith("needed"), lines.get(1));
        assertTrue(lines.get(3).startsWith("mood"), lines.get(3));
        assertTrue(lines.get(4).startsWith("word") && !lines.get(4).endsWith("needed"), lines.get(4));
    }

    @Test
    void htmlHasDescriptionsAndTheSummary() {
        Element root = Fragments.check(table());
        assertEquals(
                table().summary().get(0),
                Fragments.elements(root, "caption").get(0).getTextContent());
        assertEquals(
                List.of("quotation", "10.0 %", "7", "0.90", "0.70", "0.18", "0.30", "needed", "about quotation"),
                Fragments.cells(root).get(1));
        assertTrue(root.getTextContent().contains(table().summary().get(3) + "."));
    }

    @Test
    void jsonHasCountsAndRows() {
        JsonNode json = Json.mapper().valueToTree(table().toJson());
        assertEquals(5, json.path("concepts").asInt());
        assertEquals(3, json.path("need_context").asInt());
        assertEquals(1, json.path("found_that_need_context").asInt());
        assertEquals(2, json.at("/found_by_controls/token_lookup").asInt());
        JsonNode first = json.at("/rows/0");
        assertEquals("quotation", first.path("concept").asText());
        assertTrue(first.path("needs_context").asBoolean());
        assertEquals(0.7, first.path("token_lookup").asDouble());
        assertFalse(json.path("rows").get(5).has("f1"), "an absent concept has no F1");
    }

    @Test
    void controlIsOneMoreColumn() {
        ConceptTable more = table().with(ConceptControl.PERMUTED_MODEL, new double[] {0.9, 0.1, 0.95, 0.2, 0.3, 0});
        assertEquals(0.95, more.rows().get(2).controls().get(ConceptControl.PERMUTED_MODEL));
        assertTrue(
                more.summary().get(0).endsWith("dictionary on the weight-permuted model 1"),
                more.summary().get(0));
        assertEquals(
                "1 of them have a latent with a higher F1 than every control",
                more.summary().get(1));
    }

    @Test
    void tableWithoutControlsHasNoStatementAboutContext() {
        ConceptTable plain = new ConceptTable(List.of(new ConceptTable.Row(
                new Concept("word", "a word", Concept.Kind.WORD), 0.1, new ConceptTable.Best(3, 0.9), Map.of())));
        assertEquals(List.of("1 of all 1 concepts have a latent with F1 ≥ 0.8"), plain.summary());
        assertEquals(0, plain.needContext());
    }
}
