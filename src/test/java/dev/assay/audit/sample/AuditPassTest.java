package dev.assay.audit.sample;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.feature.TinyDictionary;
import dev.assay.feature.store.DocumentRun;
import dev.assay.feature.store.FeatureActivations;
import dev.assay.feature.store.FeatureStore;
import dev.assay.model.hook.ActivationCache;
import dev.assay.model.hook.HookPoint;
import dev.assay.tensor.Scope;
import dev.assay.text.dialogue.Dialogue;
import dev.assay.text.dialogue.DialogueFormat;
import dev.assay.text.dialogue.LabelledDialogue;
import dev.assay.text.dialogue.Role;
import dev.assay.text.dialogue.RoleSpans;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditPassTest {
    private static final HookPoint RAW = HookPoint.residPost(0);
    private static final List<LabelledDialogue> DIALOGUES = Documents.dialogues(9, 4);
    private static TinyDictionary tiny;

    @BeforeAll
    static void open() throws IOException {
        tiny = new TinyDictionary();
    }

    @AfterAll
    static void close() {
        tiny.close();
    }

    /** Returns the codes and the activations of a document that runs alone, [tokens, columns]. */
    private static float[][][] alone(int[] ids) {
        try (Scope scope = Scope.open()) {
            long[] tokens = Arrays.stream(ids).asLongStream().toArray();
            NDArray input = tiny.model.manager().create(tokens, new Shape(1, ids.length));
            try (ActivationCache cache = tiny.model.cache(input, TinyDictionary.SITE, RAW)) {
                NDArray codes = tiny.sae
                        .encode(cache.get(TinyDictionary.SITE).reshape(ids.length, -1))
                        .dense();
                NDArray raw = cache.get(RAW).reshape(ids.length, -1);
                return new float[][][] {rows(codes), rows(raw)};
            }
        }
    }

    private static float[][] rows(NDArray matrix) {
        int width = (int) matrix.getShape().get(1);
        float[] flat = matrix.toFloatArray();
        float[][] rows = new float[flat.length / width][];
        for (int row = 0; row < rows.length; row++) {
            rows[row] = Arrays.copyOfRange(flat, row * width, (row + 1) * width);
        }
        return rows;
    }

    private static RoleSpans spans(LabelledDialogue document) {
        return DialogueFormat.standard().encode(document.dialogue(), tiny.model.tokenizer());
    }

    private static double[] pooled(float[][] tokens, int[] positions, Pooling pooling) {
        double[] result = new double[tokens[0].length];
        int[] used = switch (pooling.rule()) {
            case LAST -> tail(positions, -1);
            case POSITION -> tail(positions, pooling.position());
            default -> positions;
        };
        for (int column = 0; column < result.length; column++) {
            double value = 0;
            for (int i = 0; i < used.length; i++) {
                float token = tokens[used[i]][column];
                value = pooling.rule() == Pooling.Rule.MAX ? (i == 0 ? token : Math.max(value, token)) : value + token;
            }
            result[column] = pooling.rule() == Pooling.Rule.MEAN && used.length > 0 ? value / used.length : value;
        }
        return result;
    }

    private static int[] tail(int[] positions, int at) {
        int index = at < 0 ? positions.length + at : at;
        return index < 0 || index >= positions.length ? new int[0] : new int[] {positions[index]};
    }

    @Test
    void matricesEqualThePooledTokensOfDocumentsThatRunAlone() throws IOException {
        List<Pooling> poolings = List.of(
                Pooling.last(),
                Pooling.mean(),
                Pooling.max(),
                Pooling.sum().at(Role.ASSISTANT),
                Pooling.mean().at(Role.SCRATCHPAD),
                Pooling.max().at(Role.USER, Role.ASSISTANT),
                Pooling.last().at(Role.NONE),
                Pooling.position(2),
                Pooling.position(-2).at(Role.ASSISTANT));
        AuditSample sample = AuditPass.of(tiny.model)
                .dictionary("sae", tiny.sae)
                .activations("raw", RAW)
                .pooling(poolings.toArray(Pooling[]::new))
                .run(DIALOGUES);
        for (int row = 0; row < DIALOGUES.size(); row++) {
            RoleSpans spans = spans(DIALOGUES.get(row));
            float[][][] alone = alone(spans.ids());
            for (Pooling pooling : poolings) {
                int[] positions = positions(spans, pooling);
                assertArrayEquals(
                        pooled(alone[0], positions, pooling),
                        sample.matrix("sae", pooling).row(row),
                        1e-4);
                assertArrayEquals(
                        pooled(alone[1], positions, pooling),
                        sample.matrix("raw", pooling).row(row),
                        1e-4);
            }
        }
        assertEquals(2 * poolings.size(), sample.matrices().size());
    }

    private static int[] positions(RoleSpans spans, Pooling pooling) {
        Role[] roles = spans.roles();
        return IntStream.range(0, roles.length)
                .filter(i -> pooling.roles().isEmpty()
                        ? !roles[i].equals(Role.NONE)
                        : pooling.roles().contains(roles[i]))
                .toArray();
    }

    @Test
    void documentsWithoutTokensOfTheRolesAreZeroAndCounted() throws IOException {
        Pooling pooling = Pooling.mean().at(Role.SCRATCHPAD);
        AuditSample sample = AuditPass.of(tiny.model)
                .dictionary("sae", tiny.sae)
                .pooling(pooling)
                .run(DIALOGUES);
        assertArrayEquals(
                new double[TinyDictionary.LATENTS],
                sample.matrix("sae", pooling).row(1));
        assertTrue(Arrays.stream(sample.matrix("sae", pooling).row(2)).sum() > 0);
        assertEquals(4, sample.rowsWithoutTokens("sae mean@scratchpad", 0, 1, 2, 3, 4, 5, 6, 7, 8));
        assertEquals(1, sample.select(1, 2).rowsWithoutTokens("sae mean@scratchpad", 0, 1));
    }

    @Test
    void emptyDocumentsHaveRowsOfZeros() throws IOException {
        List<LabelledDialogue> documents = List.of(
                new LabelledDialogue("empty", "a", Dialogue.document("")),
                new LabelledDialogue("full", "b", Dialogue.document("the cat")));
        AuditSample sample =
                AuditPass.of(tiny.model).dictionary("sae", tiny.sae).run(documents);
        assertEquals(0, Arrays.stream(sample.matrix("sae mean").row(0)).sum());
        assertTrue(Arrays.stream(sample.matrix("sae mean").row(1)).sum() > 0);
    }

    @Test
    void longDocumentsRunInWindows() throws IOException {
        int context = tiny.model.config().contextLength();
        LabelledDialogue document =
                new LabelledDialogue("long", "a", Dialogue.document(Documents.words(3 * context, 1)));
        int[] ids = spans(document).ids();
        assertTrue(ids.length > 2 * context, "a document of three windows");
        AuditSample sample = AuditPass.of(tiny.model)
                .dictionary("sae", tiny.sae)
                .pooling(Pooling.sum())
                .run(List.of(document));
        double[] sum = new double[TinyDictionary.LATENTS];
        for (int start = 0; start < ids.length; start += context) {
            int[] window = Arrays.copyOfRange(ids, start, Math.min(ids.length, start + context));
            for (float[] token : alone(window)[0]) {
                for (int latent = 0; latent < sum.length; latent++) {
                    sum[latent] += token[latent];
                }
            }
        }
        assertArrayEquals(sum, sample.matrix("sae sum").row(0), 1e-3);
    }

    @Test
    void statisticsEqualSumsOverAllTokens() throws IOException {
        AuditSample sample = AuditPass.of(tiny.model)
                .dictionary("sae", tiny.sae)
                .reconstruction()
                .run(DIALOGUES);
        double[] sums = new double[TinyDictionary.LATENTS];
        long tokens = 0;
        List<float[]> inputs = new ArrayList<>();
        double squaredError = 0;
        for (LabelledDialogue document : DIALOGUES) {
            int[] ids = spans(document).ids();
            for (float[] token : alone(ids)[0]) {
                tokens++;
                for (int latent = 0; latent < sums.length; latent++) {
                    sums[latent] += token[latent];
                }
            }
            try (Scope scope = Scope.open()) {
                NDArray input = tiny.model
                        .manager()
                        .create(Arrays.stream(ids).asLongStream().toArray(), new Shape(1, ids.length));
                try (ActivationCache cache = tiny.model.cache(input, TinyDictionary.SITE)) {
                    NDArray x = cache.get(TinyDictionary.SITE).reshape(ids.length, -1);
                    inputs.addAll(List.of(rows(x)));
                    float[][] errors = rows(x.sub(tiny.sae.reconstruct(x)));
                    for (float[] row : errors) {
                        for (float error : row) {
                            squaredError += (double) error * error;
                        }
                    }
                }
            }
        }
        SourceStatistics statistics = sample.statistics("sae");
        assertEquals(tokens, statistics.tokens());
        assertEquals(6, statistics.l0(), 0.5);
        assertArrayEquals(sums, statistics.sums(), 1e-3);
        double centred = 0;
        for (int column = 0; column < inputs.get(0).length; column++) {
            double mean = 0;
            for (float[] input : inputs) {
                mean += input[column] / inputs.size();
            }
            for (float[] input : inputs) {
                centred += (input[column] - mean) * (input[column] - mean);
            }
        }
        assertEquals(squaredError / centred, statistics.fvu(), 1e-4 * squaredError / centred);
    }

    @Test
    void onePassWritesAStoreWithTheSameActivations(@TempDir Path folder) throws IOException {
        AuditSample sample = AuditPass.of(tiny.model)
                .dictionary("sae", tiny.sae)
                .pooling(Pooling.sum())
                .store("sae", folder.resolve("features"), "dialogues")
                .run(DIALOGUES);
        FeatureStore store = FeatureStore.open(folder.resolve("features"));
        assertEquals(List.of(), store.verify());
        assertEquals(sample.statistics("sae").tokens(), store.tokens());
        assertEquals("d3", store.note().path("document_ids").get(3).asText());
        int longest = 0;
        for (LabelledDialogue document : DIALOGUES) {
            longest = Math.max(longest, spans(document).length());
        }
        assertEquals(longest, store.corpus().contextLength());
        StringBuilder text = new StringBuilder();
        for (DocumentRun run : store.corpus().runs()) {
            if (run.document() == 4) {
                text.append(String.join("", store.corpus().texts(run.start(), run.start() + run.length())));
            }
        }
        assertEquals(
                tiny.model.tokenizer().decode(spans(DIALOGUES.get(4)).ids()), text.toString(), "padding is no text");
        List<float[][]> codes = DIALOGUES.stream()
                .map(document -> alone(spans(document).ids())[0])
                .toList();
        for (int latent = 0; latent < TinyDictionary.LATENTS; latent++) {
            FeatureActivations row = store.activations(latent);
            for (int i = 0; i < row.size(); i++) {
                float[][] document = codes.get((int) row.document(i));
                int token = (int) (row.position(i) % longest);
                assertEquals(document[token][latent], row.value(i), 1e-3);
            }
        }
    }

    @Test
    void progressReachesAllDocuments() throws IOException {
        List<Integer> seen = new ArrayList<>();
        AuditPass.of(tiny.model).dictionary("sae", tiny.sae).progress(seen::add).run(DIALOGUES);
        assertEquals(DIALOGUES.size(), seen.get(seen.size() - 1));
    }

    @Test
    void rejectsUnusableSources() {
        AuditPass pass = AuditPass.of(tiny.model).dictionary("sae", tiny.sae);
        assertThrows(InvalidInputException.class, () -> pass.activations("sae", RAW));
        assertThrows(InvalidInputException.class, () -> pass.dictionary("", tiny.sae));
        assertThrows(InvalidInputException.class, () -> pass.store("other", Path.of("x"), "x"));
        assertThrows(InvalidInputException.class, () -> pass.run(List.of()));
        assertThrows(InvalidInputException.class, () -> AuditPass.of(tiny.model).run(DIALOGUES));
        assertEquals(Set.of(), Set.copyOf(AuditSample.of(DIALOGUES).matrices()));
    }
}
