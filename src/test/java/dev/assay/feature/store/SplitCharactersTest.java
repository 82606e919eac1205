package dev.assay.feature.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.feature.FeatureInspector;
import dev.assay.feature.TinyDictionary;
import dev.assay.feature.export.NeuronpediaExport;
import dev.assay.feature.export.SaeViewerExport;
import dev.assay.feature.export.StatisticsTable;
import dev.assay.io.AtomicFolder;
import dev.assay.io.Json;
import dev.assay.model.Fixtures;
import dev.assay.model.HookedTransformer;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.text.ContextReader;
import dev.assay.text.Corpus;
import dev.assay.text.Split;
import dev.assay.text.TokenBatch;
import dev.assay.text.document.Document;
import dev.assay.text.document.TextSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store of a text whose characters are split between tokens, with contexts that begin and end within characters. */
class SplitCharactersTest {
    private static final String SENTENCE = "Citizens 🧑‍🚀 of 東京, naïve — Größe.\n\n ";
    private static final List<String> DOCUMENTS =
            List.of(SENTENCE.repeat(5), "東京".repeat(30), "Größe ".repeat(20) + "🧑‍🚀", SENTENCE.repeat(3));
    private static final String END = "<|endoftext|>";
    private static final String REPLACEMENT = "\uFFFD";

    @TempDir
    static Path folder;

    private static HookedTransformer model;
    private static Corpus corpus;
    private static SparseAutoencoder sae;
    private static FeatureStore store;

    @BeforeAll
    static void collect() throws IOException {
        model = Fixtures.load("gpt_neox");
        List<Document> documents = new ArrayList<>();
        for (String text : DOCUMENTS) {
            documents.add(new Document("document " + documents.size(), text));
        }
        corpus = Corpus.of(model.tokenizer(), TextSource.of(documents))
                .contextLength(17)
                .prependBos(true)
                .build();
        sae = TinyDictionary.dictionary(model, 1, TinyDictionary.SITE.name());
        store = FeatureStore.collect(model, sae, corpus, folder.resolve("features"));
    }

    @AfterAll
    static void close() {
        sae.close();
        model.close();
    }

    private static boolean isPartOfADocument(List<String> tokens) {
        return Stream.of(String.join("", tokens).split(Pattern.quote(END)))
                .allMatch(part -> DOCUMENTS.stream().anyMatch(document -> document.contains(part)));
    }

    @Test
    void joinedContextsAreTheDocuments() {
        StringBuilder all = new StringBuilder();
        for (long start = 0; start < store.positions(); start += 17) {
            ContextTokens context = store.context(start);
            assertTrue(isPartOfADocument(context.texts()), context.toString());
            all.append(String.join("", context.texts()));
        }
        String joined = String.join("", DOCUMENTS);
        String read = all.toString().replace(END, "");
        assertEquals(joined.substring(0, read.length()), read);
        assertTrue(joined.length() - read.length() < 17);
    }

    @Test
    void joinedExamplesArePartsOfADocument() {
        boolean tokyo = false;
        for (int latent = 0; latent < store.latents(); latent++) {
            for (Example example : store.topExamples(latent, 50)) {
                assertTrue(isPartOfADocument(example.tokens()), example.toString());
                tokyo |= String.join("", example.tokens()).contains("東京");
            }
        }
        assertTrue(tokyo);
    }

    @Test
    void exportsHaveTheCharactersOfTheText() throws IOException {
        FeatureInspector inspector = FeatureInspector.of(model, sae, store);
        Path exports = folder.resolve("exports");
        NeuronpediaExport.of(inspector).model("m").source("1-x").write(exports.resolve("neuronpedia"));
        SaeViewerExport.of(store).write(exports.resolve("viewer"));
        StatisticsTable.of(store).csv(exports.resolve("table.csv"));
        inspector.dashboard().write(exports.resolve("features.html"));
        List<Path> files;
        try (Stream<Path> found = Files.walk(exports)) {
            files = found.filter(Files::isRegularFile).toList();
        }
        assertTrue(files.size() > 40);
        for (Path file : files) {
            assertFalse(Files.readString(file).contains(REPLACEMENT), file.toString());
        }
        JsonNode uploaded = new ObjectMapper()
                .readTree(exports.resolve("neuronpedia/features-00000.json").toFile());
        for (JsonNode tokens : uploaded.findValues("tokens")) {
            List<String> texts = new ArrayList<>();
            tokens.forEach(token -> texts.add(token.textValue()));
            assertTrue(isPartOfADocument(texts), texts.toString());
        }
        assertTrue(Files.readString(exports.resolve("features.html")).contains("東京"));
    }

    @Test
    void reportsInTheTerminalHaveNoReplacementCharacters() {
        FeatureInspector inspector = FeatureInspector.of(model, sae, store);
        String prompt = inspector.prompt("naïve 東京").toText();
        assertFalse(prompt.contains(REPLACEMENT), prompt);
        assertEquals(
                "naïve 東京",
                String.join(
                        "",
                        inspector.prompt("naïve 東京").tokens().stream()
                                .map(token -> token.token())
                                .toList()));
        boolean tokyo = false;
        for (int latent = 0; latent < store.latents(); latent++) {
            String text = inspector.feature(latent).toText();
            assertFalse(text.contains(REPLACEMENT), text);
            tokyo |= text.contains("東京");
        }
        assertTrue(tokyo);
    }

    @Test
    void peakTokensNameThePartsOfCharacters() {
        FeatureInspector inspector = FeatureInspector.of(model, sae, store);
        List<String> peaks = inspector.features().stream()
                .flatMap(feature -> feature.peakTokens().stream())
                .toList();
        assertFalse(peaks.contains(""), peaks.toString());
        assertTrue(peaks.stream().anyMatch(peak -> peak.startsWith("<0x")), peaks.toString());
    }

    @Test
    void storesWithTextsOfSingleTokensAreReadWithTheTokenizer() throws IOException {
        FeatureStore earlier = earlierStore(folder.resolve("earlier"));
        assertTrue(String.join("", earlier.context(0).texts()).contains(REPLACEMENT));
        FeatureStore read = earlier.withTexts(model.tokenizer());
        for (long start = 0; start < store.positions(); start += 17) {
            assertEquals(store.context(start).texts(), read.context(start).texts());
        }
        assertSame(store, store.withTexts(model.tokenizer()));
    }

    /** Writes a store of the same text as earlier versions did: without rules, and with the text of each token alone. */
    private static FeatureStore earlierStore(Path target) throws IOException {
        AtomicFolder.write(target, partial -> {
            try (StoreBuilder builder = new StoreBuilder(
                            partial,
                            1,
                            new StoreBuilder.Options(
                                    1 << 20,
                                    0,
                                    new ExampleWindow(5, 3),
                                    Json.mapper().createObjectNode()));
                    ContextReader reader = corpus.read(Split.ALL)) {
                for (TokenBatch batch = reader.next(1); batch != null; batch = reader.next(1)) {
                    int size = batch.ids().length;
                    builder.add(new CodedTokens(batch, new boolean[size], new long[size], new long[0], new float[0]));
                }
                builder.finish(
                        hash -> store.provenance(),
                        new VocabularyBytes(
                                model.tokenizer().vocabularySize(),
                                id -> model.tokenizer().decode(id).getBytes(StandardCharsets.UTF_8)),
                        new TextRules(false, false, new BitSet()));
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        });
        return FeatureStore.open(target);
    }
}
