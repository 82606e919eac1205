package dev.assay.provenance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.io.Json;
import dev.assay.io.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProvenanceTest {
    private static final Path FILE = Path.of("artifact.json");

    private static Provenance complete() {
        return Provenance.of(
                        ModelProvenance.of("org/name@v2", "bfloat16").withHash("ab12"),
                        List.of("blocks.0.ln2.hook_normalized"),
                        new TextProvenance("stories", "all documents", "cd34", 128, true, true, 40, 5000))
                .withSites(List.of("blocks.0.ln2.hook_normalized"), List.of("blocks.0.hook_mlp_out"))
                .withSeed("training", 7)
                .withParent(new ParentArtifact(ParentArtifact.ACTIVATIONS, "5000 rows", "ef56"));
    }

    private static JsonObject json(String text) throws IOException {
        return JsonObject.of(FILE, (ObjectNode) Json.mapper().readTree(text));
    }

    @Test
    void jsonFormKeepsEveryField() {
        assertEquals(complete(), Provenance.read(JsonObject.of(FILE, complete().toJson())));
    }

    @Test
    void unknownFieldsAreNotWrittenAndReadAsEmpty() {
        Provenance sparse = Provenance.of(
                ModelProvenance.of("folder", "float32"),
                List.of("site"),
                TextProvenance.of("text", "all", 8, false, true));
        ObjectNode written = sparse.toJson();
        for (String field :
                List.of("model_revision", "model_hash", "text_hash", "contexts", "tokens", "seeds", "parents")) {
            assertFalse(written.has(field), field);
        }
        assertEquals(sparse, Provenance.read(JsonObject.of(FILE, written)));
    }

    @Test
    void readsRevisionFromHubName() {
        assertEquals("v2", complete().model().revision());
        assertEquals("", ModelProvenance.of("/models/a@b/c", "float32").revision());
    }

    @Test
    void identityIgnoresVersionHashesAndCounts() {
        Provenance other = complete()
                .withVersion("0.0.1")
                .withModel(complete().model().withHash("other"))
                .withText(complete().text().withTokens(1))
                .withSeed("rows", 3);
        assertEquals(complete().identity(), other.identity());
        Provenance part = complete().withText(complete().text().withPart("some documents"));
        assertFalse(complete().identity().equals(part.identity()));
    }

    @Test
    void survivesJavaSerialization() throws IOException, ClassNotFoundException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(complete());
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            assertEquals(complete(), in.readObject());
        }
    }

    @Test
    void refusesFieldOfAnotherType() {
        ObjectNode written = complete().toJson();
        written.put("reads", "blocks.0.hook_mlp_out");
        String message = assertThrows(InvalidInputException.class, () -> Provenance.read(JsonObject.of(FILE, written)))
                .getMessage();
        assertEquals("artifact.json: reads is \"blocks.0.hook_mlp_out\", expected a list of strings", message);
    }

    @Test
    void readsSourceOfEarlierCheckpoint() throws IOException {
        JsonObject source = json("""
                {"model":"assay/stories","precision":"float32","hook":"a,b","text":"stories","part":"all documents",
                 "contextLength":128,"prependBos":true,"withoutSpecialTokens":true}""");
        Provenance read = EarlierProvenance.ofCheckpoint(FILE, source.node());
        assertEquals(
                Provenance.of(
                        ModelProvenance.of("assay/stories", "float32"),
                        List.of("a", "b"),
                        TextProvenance.of("stories", "all documents", 128, true, true)),
                read);
        assertEquals(complete(), EarlierProvenance.ofCheckpoint(FILE, complete().toJson()));
    }

    @Test
    void readsEarlierFeatureStore() throws IOException {
        Provenance read = EarlierProvenance.ofFeatureStore(json("""
                {"model":"assay/stories","model_hash":"ab","dictionary":"topk, k 8","dictionary_hash":"cd",
                 "hook":"blocks.1.hook_resid_post","corpus":"stories","corpus_hash":"ef","split":"all documents",
                 "context_length":128,"contexts":378,"tokens":47985,"assay_version":"0.1.0"}"""));
        assertEquals("0.1.0", read.version());
        assertEquals("ab", read.model().hash());
        assertEquals(new ParentArtifact("dictionary", "topk, k 8", "cd"), read.parent(ParentArtifact.DICTIONARY));
        assertEquals("blocks.1.hook_resid_post", read.site());
        assertEquals(new TextProvenance("stories", "all documents", "ef", 128, false, true, 378, 47985), read.text());
    }
}
