package dev.assay.sae;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SitesTest {
    private static final String READ = "blocks.1.ln2.hook_normalized";
    private static final String WRITTEN = "blocks.1.hook_mlp_out";
    private static final Path FIXTURES = Path.of("src/test/resources/dev/assay/sae");

    @TempDir
    Path folder;

    private Path config() {
        return folder.resolve("cfg.json");
    }

    private ObjectNode metadata() throws IOException {
        return (ObjectNode) Json.read(config()).path("metadata");
    }

    /** Saves a fixture with other sites in its metadata. */
    private void save(String fixture, Sites sites) throws IOException {
        try (SparseAutoencoder sae = SparseAutoencoder.load(FIXTURES.resolve(fixture));
                SparseAutoencoder changed = sae.toBuilder()
                        .metadata(sae.metadata().toBuilder().sites(sites).build())
                        .build()) {
            changed.save(folder);
        }
    }

    private Sites load() throws IOException {
        try (SparseAutoencoder sae = SparseAutoencoder.load(folder)) {
            return sae.sites();
        }
    }

    private void edit(String field, Object value) throws IOException {
        JsonNode cfg = Json.read(config());
        ((ObjectNode) cfg.path("metadata")).set(field, Json.mapper().valueToTree(value));
        Files.writeString(config(), cfg.toString());
    }

    private static Sites transcoder() {
        return Sites.transcoder(Sites.spans(List.of(READ), List.of(16)), Sites.spans(List.of(WRITTEN), List.of(12)));
    }

    @Test
    void writesTheSiteOfAnAutoencoderAsHookNameAlone() throws IOException {
        Sites sites = Sites.of(READ, 16);
        assertFalse(sites.transcodes());
        save("standard", sites);
        assertEquals(READ, metadata().path("hook_name").textValue());
        assertFalse(metadata().has("hook_name_out"));
        assertEquals(sites, load());
    }

    @Test
    void writesTheSitesOfATranscoderAsSaelensDoes() throws IOException {
        assertTrue(transcoder().transcodes());
        assertEquals(List.of(READ, WRITTEN), transcoder().names());
        save("transcoder", transcoder());
        assertEquals(READ, metadata().path("hook_name").textValue());
        assertEquals(WRITTEN, metadata().path("hook_name_out").textValue());
        assertEquals(transcoder(), load());
    }

    @Test
    void writesSeveralSitesAsListsWithWidths() throws IOException {
        Sites sites = Sites.concatenated(List.of("a", "b"), List.of(10, 6));
        save("standard", sites);
        assertEquals("[\"a\",\"b\"]", metadata().path("hook_name").toString());
        assertEquals(sites, load());
        assertEquals(10, sites.reads().get(1).offset());
        edit("hook_widths", List.of(10, 7));
        assertEquals(
                "the dictionary's cfg.json has the widths [10, 7] (metadata.hook_widths) for the sites a, b"
                        + " (metadata.hook_name), expected widths with the sum 16",
                assertThrows(InvalidInputException.class, this::load).getMessage());
    }

    @Test
    void splitsJoinedSitesOfATranscoderAndSavesThemSeparately() throws IOException {
        save("skip_transcoder", transcoder());
        edit("hook_name", READ + "," + WRITTEN);
        edit("hook_name_out", null);
        assertEquals(transcoder(), load());
        try (SparseAutoencoder sae = SparseAutoencoder.load(folder)) {
            sae.save(folder);
        }
        assertEquals(READ, metadata().path("hook_name").textValue());
        assertEquals(WRITTEN, metadata().path("hook_name_out").textValue());
    }

    @Test
    void splitsJoinedSitesOfAnAutoencoderIntoEqualWidths() throws IOException {
        save("standard", Sites.of(READ, 16));
        edit("hook_name", "a,b");
        assertEquals(Sites.concatenated(List.of("a", "b"), List.of(8, 8)), load());
    }

    @Test
    void leavesTheTargetOfATranscoderUnknownIfNotRecorded() throws IOException {
        try (SparseAutoencoder sae = SparseAutoencoder.load(FIXTURES.resolve("transcoder"))) {
            assertEquals(List.of("blocks.1.hook_resid_post"), sae.sites().readNames());
            assertTrue(sae.sites().writes().isEmpty() && sae.sites().transcodes());
        }
    }

    @Test
    void refusesInconsistentSpans() {
        assertThrows(InvalidInputException.class, () -> Sites.concatenated(List.of(), List.of()));
        assertThrows(InvalidInputException.class, () -> Sites.concatenated(List.of("a"), List.of(1, 2)));
        assertThrows(InvalidInputException.class, () -> Sites.concatenated(List.of("a", "a"), List.of(1, 2)));
        assertThrows(InvalidInputException.class, () -> new Sites.Span("a", 0, 0));
        List<Sites.Span> gap = List.of(new Sites.Span("a", 0, 2), new Sites.Span("b", 3, 2));
        assertThrows(InvalidInputException.class, () -> new Sites(gap, gap));
    }
}
