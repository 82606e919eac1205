package dev.assay.activation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.InvalidInputException;
import dev.assay.io.JsonObject;
import dev.assay.provenance.LeftOutTokens;
import dev.assay.provenance.Provenance;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NormBoundedSourceTest {
    private static final PlantedSource PLANTED = PlantedSource.of(12, 20, 4).plus(0, 3);

    @Test
    void leavesOutRowsAboveAMultipleOfTheMedianNorm() throws IOException {
        NormBoundedSource bounded = NormBoundedSource.ofRatio(PLANTED.outliers(64, 500), 10);
        List<Long> tokens = new ArrayList<>();
        try (ActivationStream stream = bounded.open(StreamPosition.START)) {
            for (int batch = 0; batch < 3; batch++) {
                try (Scope scope = Scope.open()) {
                    ActivationRows rows = stream.next();
                    for (float norm : Aten.rowNorms(rows.values()).toFloatArray()) {
                        assertTrue(norm < 100, () -> "norm " + norm);
                    }
                    for (int i = 0; i < rows.tokens().length; i++) {
                        tokens.add(rows.tokens()[i]);
                        assertEquals(rows.tokens()[i] % PlantedSource.CONTEXT, rows.positions()[i]);
                        assertEquals(rows.tokens()[i] / PlantedSource.CONTEXT, rows.documents()[i]);
                    }
                }
            }
        }
        assertEquals(3 * (256 - 4), tokens.size());
        assertEquals(
                List.of(), tokens.stream().filter(token -> token % 64 == 32).toList());
    }

    @Test
    void boundIsPartOfTheProvenanceAndOfTheIdentityOfARun() throws IOException {
        Provenance provenance =
                NormBoundedSource.ofRatio(PLANTED.outliers(64, 500), 10).provenance();
        Map<String, Double> norms = provenance.text().leftOut().largestNorms();
        assertEquals(35, norms.get("blocks.0.hook_resid_post"), 5);
        assertTrue(provenance.identity().has("left_out"));
        assertTrue(!PLANTED.provenance().identity().has("left_out"));
        assertEquals(provenance, Provenance.read(JsonObject.of(Path.of("a"), provenance.toJson())));
    }

    @Test
    void leavesOutRowsAboveTheBoundOfAnySite() throws IOException {
        CountingSource two = new CountingSource(8, pass -> 20)
                .sites(List.of("blocks.0.hook_resid_post", "blocks.1.hook_resid_post"), List.of(4, 4));
        Map<String, Double> norms = new LinkedHashMap<>();
        norms.put("blocks.0.hook_resid_post", 9.5); // the norm is about the index of the row
        norms.put("blocks.1.hook_resid_post", 1e9);
        try (ActivationStream stream = NormBoundedSource.of(two, norms).open(StreamPosition.START);
                Scope scope = Scope.open()) {
            assertEquals(10, stream.next().tokens().length);
        }
    }

    @Test
    void refusesBoundsBelowAllNorms() throws IOException {
        ActivationSource none = NormBoundedSource.of(PLANTED, Map.of("blocks.0.hook_resid_post", 1e-3));
        try (ActivationStream stream = none.open(StreamPosition.START)) {
            InvalidInputException refused = assertThrows(InvalidInputException.class, stream::next);
            assertTrue(refused.getMessage().contains("has a norm below the bounds"), refused.getMessage());
        }
        assertEquals(
                "the largest norm is 1.0 times the median norm, expected a ratio above 1",
                assertThrows(InvalidInputException.class, () -> NormBoundedSource.ofRatio(PLANTED, 1))
                        .getMessage());
        assertTrue(LeftOutTokens.NONE.isEmpty());
    }
}
