package dev.assay.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.Fragments;
import dev.assay.model.hook.HookPoint;
import dev.assay.model.hook.SiteDescription;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.Element;

class ModelDescriptionTest {
    @TempDir
    Path folder;

    static List<String> names() {
        return Fixtures.NAMES;
    }

    @ParameterizedTest
    @MethodSource("names")
    void describesAModelFromItsConfigurationAlone(String name) throws IOException {
        Files.copy(Fixtures.folder(name).resolve("config.json"), folder.resolve("config.json"));
        ModelDescription described = ModelDescription.read(folder.toString());
        try (HookedTransformer model = Fixtures.load(name)) {
            assertEquals(model.describe().sites(), described.sites());
            assertEquals(model.config(), described.config());
            assertEquals(
                    model.hookPoints(),
                    described.sites().stream().map(SiteDescription::point).toList());
            assertEquals(
                    model.parameters().values().stream()
                            .mapToLong(weight -> weight.size())
                            .sum(),
                    described.parameters());
        }
    }

    @Test
    void axesAreNamesOrSizes() throws IOException {
        ModelDescription described =
                ModelDescription.read(Fixtures.folder("gpt_neox").toString());
        assertEquals("[batch, position, 48]", shape(described, HookPoint.residPost(2)));
        assertEquals("[batch, 3, query, key]", shape(described, HookPoint.pattern(0)));
        assertEquals("[batch, position, 3, 16]", shape(described, HookPoint.z(1)));
        assertEquals(
                List.of("batch", "position", "1"),
                described.sites().stream()
                        .filter(site -> site.point().name().equals("ln_final.hook_scale"))
                        .findFirst()
                        .orElseThrow()
                        .axes());
    }

    @Test
    void htmlShowsSizesAndFoldedSites() throws IOException {
        ModelDescription described = ModelDescription.read("assay/stories");
        Element root = Fragments.check(described);
        List<List<String>> rows = Fragments.cells(root);
        assertEquals("assay/stories", Fragments.elements(root, "caption").get(0).getTextContent());
        assertEquals("gpt_neox", rows.get(1).get(0));
        assertEquals(
                described.sites().size(),
                Fragments.elements(Fragments.elements(root, "details").get(0), "tr")
                                .size()
                        - 1);
        assertEquals(described.sites().get(0).point().name(), rows.get(3).get(0));
    }

    private static String shape(ModelDescription described, HookPoint point) {
        return described.sites().stream()
                .filter(site -> site.point().equals(point))
                .findFirst()
                .orElseThrow()
                .shape();
    }

    @Test
    void textIsAnAlignedTable() throws IOException {
        List<String> lines =
                ModelDescription.read("assay/stories").toString().lines().toList();
        assertTrue(lines.get(0).startsWith("assay/stories: gpt_neox, "), lines.get(0));
        assertTrue(lines.get(0).endsWith(" parameters"), lines.get(0));
        List<String> table = lines.subList(3, lines.size());
        assertEquals(1, table.stream().map(line -> line.indexOf('[')).distinct().count());
        assertTrue(table.get(0).startsWith("hook_embed "), table.get(0));
    }
}
