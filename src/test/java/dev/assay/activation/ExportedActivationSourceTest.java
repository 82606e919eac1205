package dev.assay.activation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.InvalidInputException;
import dev.assay.activation.exported.ExportedModel;
import dev.assay.activation.exported.WaveModels;
import dev.assay.model.Fixtures;
import dev.assay.model.HookedTransformer;
import dev.assay.provenance.ModelProvenance;
import dev.assay.provenance.Provenance;
import dev.assay.provenance.TextProvenance;
import dev.assay.tensor.Scope;
import dev.assay.text.ContextReader;
import dev.assay.text.Corpus;
import dev.assay.text.Split;
import dev.assay.text.TokenBatch;
import dev.assay.text.story.StoryCorpus;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Tag("slow")
class ExportedActivationSourceTest {
    private static final int LENGTH = 32;
    private static final int CONTEXTS_PER_PASS = 4096 / LENGTH;
    private static final int WIDTH = WaveModels.WIDTH;

    @TempDir
    private static Path folder;

    private static HookedTransformer tokenizing;
    private static Corpus corpus;
    private static ExportedModel torchScript;
    private static ExportedModel onnx;

    @BeforeAll
    static void load() throws Exception {
        tokenizing = HookedTransformer.load(Fixtures.folder("gpt_neox"));
        corpus = Corpus.of(tokenizing.tokenizer(), StoryCorpus.of(5, 120))
                .contextLength(LENGTH)
                .prependBos(true)
                .build();
        torchScript = WaveModels.torchScript(folder);
        onnx = WaveModels.onnx(folder, tokenizing.config().vocabularySize());
    }

    @AfterAll
    static void close() {
        torchScript.close();
        onnx.close();
        tokenizing.close();
    }

    /** JUnit closes arguments that can be closed, so it gets the names of the models. */
    enum Backend {
        TORCH_SCRIPT,
        ONNX;

        ExportedModel model() {
            return this == ONNX ? onnx : torchScript;
        }
    }

    @ParameterizedTest
    @EnumSource
    void rowsExcludeSpecialTokens(Backend backend) throws IOException {
        ModelActivationSource source =
                ActivationSource.of(backend.model(), List.of(WaveModels.SINE, WaveModels.COSINE), corpus);
        assertEquals(2 * WIDTH, source.width());
        assertEquals(List.of(WaveModels.SINE, WaveModels.COSINE), source.sites());
        assertEquals(
                Provenance.of(
                        ModelProvenance.of(backend.model().name(), "as exported"),
                        List.of("blocks.0.hook_resid_post", "my output"),
                        TextProvenance.of(corpus.description(), "all but one of 20 documents", LENGTH, true, true)),
                source.provenance());
        try (ActivationStream stream = source.open(StreamPosition.START);
                ContextReader reader = corpus.read(Split.TRAINING)) {
            for (int pass = 0; pass < 2; pass++) {
                TokenBatch batch = reader.next(CONTEXTS_PER_PASS);
                try (Scope scope = Scope.open()) {
                    ActivationRows rows = stream.next();
                    assertEquals(batch.keptPositions(corpus.tokenizer(), false, 0).length, rows.tokens().length);
                    assertRows(rows);
                }
            }
        }
    }

    private static void assertRows(ActivationRows rows) {
        float[] found = rows.values().toFloatArray();
        float[] expected = new float[found.length];
        for (int i = 0; i < expected.length; i++) {
            long token = rows.tokens()[i / (2 * WIDTH)];
            int column = i % (2 * WIDTH);
            expected[i] = column < WIDTH ? WaveModels.sine(token, column) : WaveModels.cosine(token, column - WIDTH);
        }
        assertArrayEquals(expected, found, 1e-6f);
    }

    @ParameterizedTest
    @EnumSource
    void rowsIncludeSpecialTokensOnRequest(Backend backend) throws IOException {
        ModelActivationSource source = ActivationSource.of(backend.model(), List.of(WaveModels.SINE), corpus);
        try (ActivationStream without = source.open(StreamPosition.START);
                ActivationStream with = source.withSpecialTokens(true).open(StreamPosition.START);
                Scope scope = Scope.open()) {
            assertFalse(hasSpecial(without.next()));
            ActivationRows all = with.next();
            assertEquals(CONTEXTS_PER_PASS * LENGTH, all.tokens().length);
            assertTrue(hasSpecial(all));
        }
    }

    private static boolean hasSpecial(ActivationRows rows) {
        return Arrays.stream(rows.tokens()).anyMatch(id -> corpus.tokenizer().isSpecial((int) id));
    }

    @ParameterizedTest
    @EnumSource
    void resumesAtEveryPosition(Backend backend) throws IOException {
        ModelActivationSource source = ActivationSource.of(backend.model(), List.of(WaveModels.COSINE), corpus);
        List<StreamPosition> positions = new ArrayList<>();
        List<float[]> passes = new ArrayList<>();
        try (ActivationStream stream = source.open(StreamPosition.START)) {
            while (stream.position().epoch() < 2) {
                positions.add(stream.position());
                passes.add(next(stream));
            }
        }
        assertTrue(passes.size() >= 3);
        for (int i = 0; i < positions.size(); i++) {
            try (ActivationStream resumed = source.open(positions.get(i))) {
                assertArrayEquals(passes.get(i), next(resumed), "pass " + i);
            }
        }
    }

    private static float[] next(ActivationStream stream) throws IOException {
        try (Scope scope = Scope.open()) {
            return stream.next().values().toFloatArray();
        }
    }

    @ParameterizedTest
    @EnumSource
    void rejectsInvalidSites(Backend backend) {
        assertEquals(
                "the list of sites is empty, expected at least one of my output, blocks.0.hook_resid_post",
                assertThrows(InvalidInputException.class, () -> ActivationSource.of(backend.model(), List.of(), corpus))
                        .getMessage());
        assertEquals(
                backend.model().name()
                        + " returns no blocks.7.hook_resid_post, expected one of my output, blocks.0.hook_resid_post",
                assertThrows(
                                InvalidInputException.class,
                                () -> ActivationSource.of(backend.model(), List.of("blocks.7.hook_resid_post"), corpus))
                        .getMessage());
    }
}
