package dev.assay.model.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.model.Fixtures;
import dev.assay.model.HookedTransformer;
import dev.assay.model.config.Precision;
import dev.assay.model.config.TransformerConfig;
import dev.assay.model.config.TransformerConfigBuilder;
import dev.assay.tensor.Scope;
import dev.assay.text.Corpus;
import dev.assay.text.document.Document;
import dev.assay.text.document.TextSource;
import dev.assay.text.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
class TransformerTrainerTest {
    private static Tokenizer tokenizer;
    private static Corpus corpus;

    @TempDir
    Path folder;

    @BeforeAll
    static void open() throws IOException {
        tokenizer = Tokenizer.load(Fixtures.folder("gpt_neox"));
        String[] words = {"the cat ", "the dog ", "sat on ", "ran to ", "a red mat. ", "a blue hill. "};
        SplittableRandom random = new SplittableRandom(1);
        List<Document> documents = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            StringBuilder text = new StringBuilder();
            for (int sentence = 0; sentence < 4; sentence++) {
                for (int part = 0; part < words.length; part += 2) {
                    text.append(words[part + random.nextInt(2)]);
                }
            }
            documents.add(new Document("story " + i, text.toString()));
        }
        corpus =
                Corpus.of(tokenizer, TextSource.of(documents)).contextLength(32).build();
    }

    @AfterAll
    static void close() {
        tokenizer.close();
    }

    private static TransformerTrainer.Builder trainer(TransformerConfigBuilder config) {
        TransformerConfig small = config.vocabularySize(300)
                .contextLength(64)
                .layers(2)
                .dModel(32)
                .heads(2)
                .build();
        return TransformerTrainer.of(small, corpus)
                .steps(40)
                .batch(8)
                .warmup(5)
                .learningRate(1e-2)
                .validation(20, 8)
                .seed(5)
                .listener(progress -> {});
    }

    @Test
    void lossDecreasesAndTheRunIsReproducible() throws IOException {
        List<ModelTrainingProgress> steps = new ArrayList<>();
        try (HookedTransformer once = trainer(TransformerConfig.gptNeoX())
                        .listener(steps::add)
                        .train();
                HookedTransformer twice = trainer(TransformerConfig.gptNeoX()).train()) {
            once.parameters()
                    .forEach((name, parameter) -> assertArrayEquals(
                            parameter.toFloatArray(),
                            twice.parameters().get(name).toFloatArray(),
                            name));
        }
        assertEquals(40, steps.size());
        ModelTrainingProgress last = steps.get(39);
        assertTrue(steps.get(0).loss() > 5, () -> "first " + steps.get(0));
        assertTrue(last.loss() < 2, () -> "last " + last);
        assertTrue(last.validationLoss() < 2, () -> "last " + last);
        assertTrue(Double.isNaN(steps.get(0).validationLoss()));
        assertEquals(40L * 8 * 32, last.tokens());
        assertEquals(1e-2, steps.get(4).learningRate(), 1e-12);
        assertEquals(1e-3, last.learningRate(), 1e-12);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void savedModelLoadsEqual(boolean neox) throws IOException {
        TransformerConfigBuilder config = neox ? TransformerConfig.gptNeoX() : TransformerConfig.gpt2();
        try (HookedTransformer trained = trainer(config).steps(3).train()) {
            trained.save(folder.resolve("full"));
            trained.save(folder.resolve("half"), Precision.FLOAT16);
            trained.save(folder.resolve("full"));
            try (HookedTransformer full = HookedTransformer.load(folder.resolve("full"));
                    HookedTransformer half = HookedTransformer.load(folder.resolve("half"))) {
                assertEquals(trained.config(), full.config());
                full.parameters()
                        .forEach((name, parameter) -> assertArrayEquals(
                                trained.parameters().get(name).toFloatArray(), parameter.toFloatArray(), name));
                assertEquals(trained.tokenizer().eosId(), full.tokenizer().eosId());
                assertTrue(distance(trained, half) < 1e-2);
            }
        }
        long fullSize = Files.size(folder.resolve("full/model.safetensors"));
        long halfSize = Files.size(folder.resolve("half/model.safetensors"));
        assertTrue(halfSize < 0.6 * fullSize, halfSize + " of " + fullSize + " bytes");
        assertTrue(Files.exists(folder.resolve("full/generation_config.json")));
        assertTrue(Files.exists(folder.resolve("full/tokenizer_config.json")));
    }

    private static double distance(HookedTransformer a, HookedTransformer b) {
        try (Scope scope = Scope.open()) {
            NDArray tokens = a.manager().create(new long[] {4, 5, 6, 7}, new Shape(1, 4));
            return a.forward(tokens).sub(b.forward(tokens)).abs().max().getFloat();
        }
    }

    @Test
    void savesATokenizerWhoseFilesWereDeleted() throws IOException {
        Path deleted = Files.createDirectory(folder.resolve("deleted"));
        Path original = Fixtures.folder("gpt_neox");
        Files.copy(original.resolve("tokenizer.json"), deleted.resolve("tokenizer.json"));
        try (Tokenizer loaded = Tokenizer.load(deleted)) {
            Files.delete(deleted.resolve("tokenizer.json"));
            Corpus text = Corpus.of(loaded, TextSource.of(List.of(new Document("cats", "the cat sat on ".repeat(40)))))
                    .contextLength(16)
                    .heldOutEvery(0)
                    .build();
            TransformerConfig config = TransformerConfig.gptNeoX()
                    .vocabularySize(loaded.vocabularySize())
                    .contextLength(16)
                    .layers(1)
                    .dModel(16)
                    .heads(2)
                    .dMlp(32)
                    .build();
            try (HookedTransformer trained = TransformerTrainer.of(config, text)
                    .steps(1)
                    .listener(step -> {})
                    .train()) {
                trained.save(folder.resolve("saved"));
            }
        }
        try (HookedTransformer saved = HookedTransformer.load(folder.resolve("saved"))) {
            assertArrayEquals(tokenizer.encode("the red cat"), saved.tokenizer().encode("the red cat"));
        }
        InvalidInputException missing = assertThrows(
                InvalidInputException.class,
                () -> HookedTransformer.initializer(TransformerConfig.gptNeoX().build())
                        .tokenizer(deleted));
        assertEquals(
                deleted.resolve("tokenizer.json") + ": the file does not exist, expected a tokenizer.json",
                missing.getMessage());
    }

    @Test
    void savingRejectsAFolderWithOtherFiles() throws IOException {
        Files.writeString(folder.resolve("letter.txt"), "dear");
        try (HookedTransformer model =
                trainer(TransformerConfig.gptNeoX()).steps(1).train()) {
            refused("has files but no config.json", () -> model.save(folder));
            refused("is a file, expected a folder", () -> model.save(folder.resolve("letter.txt")));
        }
    }

    @Test
    void rejectsOptionsOutOfRange() {
        refused("steps is 0", () -> trainer(TransformerConfig.gpt2()).steps(0).train());
        refused(
                "the learning rate is -1.0",
                () -> trainer(TransformerConfig.gpt2()).learningRate(-1).train());
        TransformerConfig tiny = TransformerConfig.gpt2().vocabularySize(10).build();
        refused(
                "expected at most the model's vocabulary, 10",
                () -> TransformerTrainer.of(tiny, corpus).train());
    }

    @Test
    void checksTheHeldOutPartBeforeTrainingAndAllowsNone() throws IOException {
        List<Document> documents = List.of(new Document("a", "the cat."), new Document("b", "the cat sat ".repeat(40)));
        Corpus.Builder text = Corpus.of(tokenizer, TextSource.of(documents)).contextLength(32);
        TransformerConfig config =
                TransformerConfig.gpt2().vocabularySize(300).layers(1).dModel(8).build();
        refused("held out", () -> TransformerTrainer.of(config, text.build()).train());
        List<ModelTrainingProgress> steps = new ArrayList<>();
        TransformerTrainer.of(config, text.heldOutEvery(0).build())
                .steps(2)
                .listener(steps::add)
                .train()
                .close();
        assertTrue(Double.isNaN(steps.get(1).validationLoss()));
    }

    private static void refused(String message, org.junit.jupiter.api.function.Executable action) {
        InvalidInputException refused = assertThrows(InvalidInputException.class, action);
        assertTrue(refused.getMessage().contains(message), refused.getMessage());
    }
}
