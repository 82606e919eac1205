package dev.assay.activation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import dev.assay.InvalidInputException;
import dev.assay.model.Fixtures;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.ActivationCache;
import dev.assay.model.hook.HookPoint;
import dev.assay.tensor.Scope;
import dev.assay.text.ContextReader;
import dev.assay.text.Corpus;
import dev.assay.text.Split;
import dev.assay.text.TokenBatch;
import dev.assay.text.document.Document;
import dev.assay.text.document.TextSource;
import dev.assay.text.story.StoryCorpus;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class ModelActivationSourceTest {
    private static final int LENGTH = 32;
    private static final int CONTEXTS_PER_PASS = 4096 / LENGTH;
    private static final int WIDTH = 48;
    private static final HookPoint RESIDUAL = HookPoint.residPost(1);
    private static final HookPoint MLP = HookPoint.mlpOut(0);

    private static HookedTransformer model;
    private static Corpus corpus;

    @BeforeAll
    static void load() throws Exception {
        model = HookedTransformer.load(Fixtures.folder("gpt_neox"));
        corpus = Corpus.of(model.tokenizer(), StoryCorpus.of(5, 120))
                .contextLength(LENGTH)
                .prependBos(true)
                .build();
    }

    @AfterAll
    static void close() {
        model.close();
    }

    @Test
    void rowsExcludeSpecialTokens() throws IOException {
        try (ActivationStream stream =
                        ActivationSource.of(model, RESIDUAL, corpus).open(StreamPosition.START);
                ContextReader reader = corpus.read(Split.TRAINING)) {
            for (int pass = 0; pass < 2; pass++) {
                assertEquals((long) pass * CONTEXTS_PER_PASS, stream.position().context());
                TokenBatch batch = reader.next(CONTEXTS_PER_PASS);
                float[] expected = rows(batch, RESIDUAL, false);
                float[] found = next(stream);
                assertTrue(found.length <= (LENGTH - 1) * CONTEXTS_PER_PASS * WIDTH, "BOS is in");
                assertArrayEquals(expected, found);
            }
        }
    }

    @Test
    void rowsIncludeSpecialTokensOnRequest() throws IOException {
        ModelActivationSource source =
                ActivationSource.of(model, RESIDUAL, corpus).withSpecialTokens(true);
        assertFalse(source.provenance().text().withoutSpecialTokens());
        try (ActivationStream stream = source.open(StreamPosition.START);
                ContextReader reader = corpus.read(Split.TRAINING)) {
            float[] found = next(stream);
            assertEquals(LENGTH * CONTEXTS_PER_PASS * WIDTH, found.length);
            assertArrayEquals(rows(reader.next(CONTEXTS_PER_PASS), RESIDUAL, true), found);
        }
    }

    @Test
    void sitesAreAdjacentColumns() throws IOException {
        ModelActivationSource source = ActivationSource.of(model, List.of(RESIDUAL, MLP), corpus);
        assertEquals(2 * WIDTH, source.width());
        assertEquals(List.of(RESIDUAL.name(), MLP.name()), source.sites());
        assertEquals(
                List.of("blocks.1.hook_resid_post", "blocks.0.hook_mlp_out"),
                source.provenance().reads());
        try (ActivationStream stream = source.open(StreamPosition.START);
                ContextReader reader = corpus.read(Split.TRAINING)) {
            TokenBatch batch = reader.next(CONTEXTS_PER_PASS);
            float[] first = rows(batch, RESIDUAL, false);
            float[] second = rows(batch, MLP, false);
            float[] found = next(stream);
            assertEquals(first.length + second.length, found.length);
            for (int row = 0; row < first.length / WIDTH; row++) {
                assertArrayEquals(part(first, row, 0, WIDTH), part(found, row, 0, 2 * WIDTH));
                assertArrayEquals(part(second, row, 0, WIDTH), part(found, row, WIDTH, 2 * WIDTH));
            }
        }
    }

    private static float[] part(float[] rows, int row, int from, int width) {
        return Arrays.copyOfRange(rows, row * width + from, row * width + from + WIDTH);
    }

    @Test
    void epochsRepeatAndEveryPositionResumes() throws IOException {
        ModelActivationSource source = ActivationSource.of(model, MLP, corpus);
        List<StreamPosition> positions = new ArrayList<>();
        List<float[]> passes = new ArrayList<>();
        try (ActivationStream stream = source.open(StreamPosition.START)) {
            while (passes.size() < 4 || stream.position().epoch() < 2) {
                positions.add(stream.position());
                passes.add(next(stream));
            }
        }
        int epoch = 0;
        while (positions.get(epoch).epoch() == 0) {
            epoch++;
        }
        // The position after the last pass of an epoch is still of that epoch; the pass there is the first of the next
        // one.
        for (int i = 0; epoch - 1 + i < passes.size(); i++) {
            assertArrayEquals(passes.get(i), passes.get(epoch - 1 + i), "pass " + i + " of the second epoch");
        }
        for (int i = 0; i < positions.size(); i++) {
            try (ActivationStream resumed = source.open(positions.get(i))) {
                assertEquals(positions.get(i), resumed.position());
                assertArrayEquals(passes.get(i), next(resumed), "pass " + i);
            }
        }
    }

    @Test
    void heldOutDocumentsAreDisjointFromTraining() throws IOException {
        try (ActivationStream training = ActivationSource.of(model, MLP, corpus).open(StreamPosition.START);
                ActivationStream heldOut = ActivationSource.of(model, MLP, corpus)
                        .split(Split.HELD_OUT)
                        .open(StreamPosition.START);
                ContextReader reader = corpus.read(Split.HELD_OUT)) {
            float[] found = next(heldOut);
            assertArrayEquals(rows(reader.next(CONTEXTS_PER_PASS), MLP, false), found);
            assertFalse(Arrays.equals(next(training), found));
        }
    }

    @Test
    void closedBufferLeavesNoArrayInTheModel() throws IOException {
        int before = model.manager().getManagedArrays().size();
        ActivationBuffer.fill(ActivationSource.of(model, MLP, corpus), model.device(), 1000, 0)
                .close();
        assertEquals(before, model.manager().getManagedArrays().size());
    }

    @Test
    void rejectsInvalidSites() {
        assertThrows(InvalidInputException.class, () -> ActivationSource.of(model, List.of(), corpus));
        String message = assertThrows(
                        InvalidInputException.class, () -> ActivationSource.of(model, HookPoint.residPost(7), corpus))
                .getMessage();
        assertTrue(message.contains("blocks.7.hook_resid_post"), message);
    }

    /** Such a stream would otherwise search for ever. */
    @Test
    void rejectsTextOfOnlySpecialTokens() throws IOException {
        String special = model.tokenizer().token(model.tokenizer().bosId());
        Corpus empty = Corpus.of(
                        model.tokenizer(), TextSource.of(List.of(new Document("only", special.repeat(3 * LENGTH)))))
                .contextLength(LENGTH)
                .heldOutEvery(0)
                .build();
        try (ActivationStream stream = ActivationSource.of(model, MLP, empty).open(StreamPosition.START)) {
            String message = assertThrows(InvalidInputException.class, () -> next(stream))
                    .getMessage();
            assertTrue(message.contains("only special tokens"), message);
        }
    }

    private static float[] next(ActivationStream stream) throws IOException {
        try (Scope scope = Scope.open()) {
            return stream.next().values().toFloatArray();
        }
    }

    /** The activations of a batch, straight from the model. */
    private static float[] rows(TokenBatch batch, HookPoint point, boolean special) {
        try (Scope scope = Scope.open();
                ActivationCache cache = model.cache(batch.toArray(model.manager()), point)) {
            NDArray all = cache.get(point);
            float[] values = all.toFloatArray();
            float[] kept = new float[values.length];
            int length = 0;
            for (int i = 0; i < batch.ids().length; i++) {
                if (special || !model.tokenizer().isSpecial((int) batch.ids()[i])) {
                    System.arraycopy(values, i * WIDTH, kept, length, WIDTH);
                    length += WIDTH;
                }
            }
            return Arrays.copyOf(kept, length);
        }
    }
}
