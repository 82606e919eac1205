package dev.assay.attach;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.InvalidInputException;
import dev.assay.evaluate.DictionarySample;
import dev.assay.evaluate.Evaluation;
import dev.assay.feature.TinyDictionary;
import dev.assay.feature.store.ContextTokens;
import dev.assay.feature.store.FeatureActivations;
import dev.assay.feature.store.FeatureCollector;
import dev.assay.feature.store.FeatureStore;
import dev.assay.intervene.Intervention;
import dev.assay.intervene.InterventionResult;
import dev.assay.io.Json;
import dev.assay.model.hook.ActivationCache;
import dev.assay.sae.ActivationNormalization;
import dev.assay.sae.InputOptions;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.tensor.Scope;
import dev.assay.text.Split;
import dev.assay.text.TokenBatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Fields of the metadata of SAELens that change what a dictionary means in a model. */
class DictionaryMetadataTest {
    private static TinyDictionary tiny;

    @TempDir
    private Path folder;

    @BeforeAll
    static void create() throws IOException {
        tiny = new TinyDictionary();
    }

    @AfterAll
    static void close() {
        tiny.close();
    }

    private static SparseAutoencoder with(String field, String json) {
        try {
            JsonNode value = Json.mapper().readTree(json);
            return tiny.sae.toBuilder()
                    .metadata(tiny.sae.metadata().toBuilder().put(field, value).build())
                    .build();
        } catch (IOException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private FeatureStore collect(SparseAutoencoder sae) throws IOException {
        return FeatureCollector.of(tiny.model, sae, tiny.corpus)
                .tokens(2_000)
                .partners(0)
                .collect(folder.resolve("features"));
    }

    private static long[] positions(FeatureStore store, int latent) {
        FeatureActivations activations = store.activations(latent);
        long[] positions = new long[activations.size()];
        Arrays.setAll(positions, activations::position);
        return positions;
    }

    /** Every token is in the statistics of the plain dictionary, so the listed ids make the whole difference. */
    @Test
    void leavesListedTokensOutOfStatistics() throws IOException {
        long[] ids;
        try (var reader = tiny.corpus.read(Split.ALL)) {
            TokenBatch batch = reader.next(64);
            ids = batch.ids();
        }
        int frequent = (int) Arrays.stream(ids)
                .filter(id -> !tiny.corpus.tokenizer().isSpecial((int) id))
                .findFirst()
                .orElseThrow();
        try (SparseAutoencoder sae = with("exclude_special_tokens", "[" + frequent + "]")) {
            TokenMask mask = TokenMask.of(tiny.model, sae.metadata());
            int length = TinyDictionary.LENGTH;
            boolean[] included = mask.includes(ids, length);
            for (int i = 0; i < ids.length; i++) {
                assertEquals(ids[i] != frequent, included[i]);
            }
            FeatureStore store = collect(sae);
            assertTrue(store.tokens() >= 2_000 && store.tokens() < 2_000 + length, "" + store.tokens());
            for (int latent = 0; latent < sae.dSae(); latent++) {
                for (long position : positions(store, latent)) {
                    ContextTokens context = store.context(position);
                    int token = context.ids()[(int) (position - context.start())];
                    assertNotEquals(frequent, token, "latent " + latent + " at " + position);
                }
            }
        }
    }

    @Test
    void countsOnlyPositionsOfTheSlice() throws IOException {
        try (SparseAutoencoder sae = with("seqpos_slice", "[4, null, 3]")) {
            FeatureStore store = collect(sae);
            for (int latent = 0; latent < sae.dSae(); latent++) {
                for (long position : positions(store, latent)) {
                    int at = (int) (position - store.context(position).start());
                    assertTrue(at >= 4 && (at - 4) % 3 == 0, "latent " + latent + " at " + at);
                }
            }
            long tokens = Evaluation.of(tiny.model, sae, tiny.corpus)
                    .split(Split.ALL)
                    .tokens(32 * TinyDictionary.LENGTH)
                    .run()
                    .tokens();
            assertEquals(32 * ((TinyDictionary.LENGTH - 4 + 2) / 3), tokens);
        }
    }

    @Test
    void samplesBaselinesOnTheTokensOfTheDictionary() throws IOException {
        try (SparseAutoencoder sae = with("seqpos_slice", "[2, 3]");
                NDManager manager = tiny.model.manager().newSubManager();
                NDArray sample = DictionarySample.read(tiny.model, sae, tiny.corpus, 4, manager);
                var reader = tiny.corpus.read(Split.TRAINING)) {
            TokenBatch batch = reader.next(4);
            try (Scope scope = Scope.open();
                    ActivationCache cache = tiny.model.cache(batch.toArray(manager), TinyDictionary.SITE)) {
                NDArray expected = cache.get(TinyDictionary.SITE).get(new NDIndex(":, 2"));
                assertArrayEquals(expected.toFloatArray(), sample.toFloatArray(), 1e-4f);
            }
        }
    }

    @Test
    void editsOnlyPositionsOfTheSlice() {
        int[] tokens = IntStream.range(5, 15).toArray();
        try (SparseAutoencoder sae = with("seqpos_slice", "[-3]");
                InterventionResult result =
                        Intervention.of(tiny.model, sae).keepError().steer(3, 5).run(tokens)) {
            List<Double> norms = result.changes().get(0).norms();
            for (int i = 0; i < tokens.length; i++) {
                assertEquals(i < tokens.length - 3, norms.get(i) > 0, "position " + i);
            }
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            exclude_special_tokens | "yes"      | metadata.exclude_special_tokens "yes", expected true, false or a list of token ids
            exclude_special_tokens | [1, "a"]   | metadata.exclude_special_tokens [1,"a"], expected true, false or a list of token ids
            exclude_special_tokens | [-1]       | metadata.exclude_special_tokens [-1], expected true, false or a list of token ids
            exclude_special_tokens | [99999999] | token id 99999999 in metadata.exclude_special_tokens, which is not in the vocabulary
            seqpos_slice           | [0, 8, 0]  | the step of seqpos_slice is 0, expected at least 1
            seqpos_slice           | 5          | seqpos_slice is 5, expected a slice such as [1, null]
            seqpos_slice           | [1.5]      | seqpos_slice is [1.5], expected a slice such as [1, null]
            context_size           | "long"     | metadata.context_size "long", expected a number of tokens, at least 1
            context_size           | 0          | metadata.context_size 0, expected a number of tokens, at least 1
            prepend_bos            | "no"       | metadata.prepend_bos "no", expected true or false
            hook_head_index        | 0          | metadata.hook_head_index 0, but blocks.1.hook_resid_post has no heads, expected null
            """)
    void refusesAFieldByNameAndLeavesNothingBehind(String field, String json, String reason) throws IOException {
        try (SparseAutoencoder sae = with(field, json)) {
            String message = assertThrows(InvalidInputException.class, () -> collect(sae))
                    .getMessage();
            assertTrue(message.contains(reason), message);
            assertThrows(
                    InvalidInputException.class,
                    () -> Evaluation.of(tiny.model, sae, tiny.corpus).run());
            assertThrows(InvalidInputException.class, () -> Intervention.of(tiny.model, sae));
        }
        try (var files = Files.list(folder)) {
            assertEquals(0, files.count());
        }
    }

    @Test
    void acceptsNullFields() {
        for (String field :
                new String[] {"exclude_special_tokens", "seqpos_slice", "context_size", "prepend_bos", "hook_head_index"
                }) {
            try (SparseAutoencoder sae = with(field, "null")) {
                AttachedDictionary attached = AttachedDictionary.of(tiny.model, sae);
                assertArrayEquals(new boolean[] {true, true}, attached.mask().includes(new long[] {0, 5}));
            }
        }
    }

    @Test
    void refusesAnActivationScaleThatIsNotInTheFile() {
        InputOptions scaled = new InputOptions(ActivationNormalization.EXPECTED_AVERAGE_ONLY_IN, true, false);
        try (SparseAutoencoder sae = tiny.sae.toBuilder().input(scaled).build();
                SparseAutoencoder folded = sae.foldActivationNorm(0.5)) {
            String message = assertThrows(InvalidInputException.class, () -> AttachedDictionary.of(tiny.model, sae))
                    .getMessage();
            assertTrue(message.contains("normalize_activations expected_average_only_in"), message);
            AttachedDictionary.of(tiny.model, folded);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            [null]         | 6 | 012345
            [4]            | 6 | 0123
            [-2]           | 6 | 0123
            [2, null]      | 6 | 2345
            [-3, -1]       | 6 | 34
            [-9, 2]        | 6 | 01
            [1, 6, 2]      | 6 | 135
            [null, null, 4] | 6 | 04
            [0, 100]       | 4 | 0123
            """)
    void selectsPositionsLikeASliceOfPython(String json, int length, String expected) {
        try (SparseAutoencoder sae = with("seqpos_slice", json)) {
            StringBuilder found = new StringBuilder();
            for (int i = 0; i < length; i++) {
                if (sae.metadata().positions().includes(i, length)) {
                    found.append(i);
                }
            }
            assertEquals(expected, found.toString());
        }
    }
}
