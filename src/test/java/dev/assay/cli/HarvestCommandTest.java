package dev.assay.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.activation.store.ActivationStore;
import dev.assay.activation.store.StoreFiles;
import dev.assay.io.Json;
import dev.assay.model.Fixtures;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class HarvestCommandTest {
    private static final String RESIDUAL = "blocks.1.hook_resid_post";
    private static final String MLP = "blocks.0.hook_mlp_out";

    @TempDir
    private Path temporary;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private Path model;
    private Path store;

    @BeforeEach
    void name() throws Exception {
        model = Fixtures.folder("gpt_neox");
        store = temporary.resolve("store");
    }

    private int harvest(String tokens, String... more) {
        List<String> arguments = new ArrayList<>(List.of("harvest", "--model", model.toString()));
        arguments.addAll(List.of("--text", "assay/stories/60", "--context", "32", "--hook", RESIDUAL));
        arguments.addAll(List.of("--tokens", tokens, "--shard-rows", "900", "--out", store.toString()));
        arguments.addAll(List.of(more));
        return run(arguments.toArray(String[]::new));
    }

    private int train(Path folder, String... more) {
        List<String> arguments = new ArrayList<>(List.of("train", "--d-sae", "64", "--k", "4", "--tokens", "3000"));
        arguments.addAll(List.of("--batch", "50", "--out", folder.toString()));
        arguments.addAll(List.of(more));
        return run(arguments.toArray(String[]::new));
    }

    private int run(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return Assay.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    }

    private void refuses(int code, String message) {
        assertEquals(2, code, err::toString);
        assertTrue(err.toString().contains(message), err::toString);
        assertEquals(1, err.toString().lines().count(), err::toString);
    }

    @Test
    void dictionaryTrainedOnStoreRecordsItsText() throws IOException {
        assertEquals(0, harvest("2000", "--hook", MLP), err::toString);
        assertTrue(
                out.toString().contains("\n" + store + ": 2,000 activations of " + RESIDUAL + ", " + MLP),
                out::toString);
        Path run = temporary.resolve("run");
        refuses(
                train(run, "--activations", store.toString()),
                "has several sites, expected --hook with one of " + RESIDUAL);
        assertEquals(0, train(run, "--activations", store.toString(), "--hook", MLP), err::toString);
        JsonNode description = Json.read(run.resolve("run.json"));
        assertEquals(MLP, description.get("hook").textValue());
        assertEquals(model.toString(), description.get("model").textValue());
        assertEquals("assay/stories/60", description.get("text").get(0).textValue());
        JsonNode metadata = Json.read(run.resolve("cfg.json")).get("metadata");
        assertEquals(MLP, metadata.get("hook_name").textValue());
        assertEquals(32, metadata.get("context_size").intValue());
        assertEquals(0, run("evaluate", run.toString(), "--tokens", "500"), err::toString);
    }

    @Test
    void repeatedCommandChangesNothing() throws IOException {
        assertEquals(0, harvest("2000"), err::toString);
        byte[] before = Files.readAllBytes(store.resolve("activations.json"));
        assertEquals(0, harvest("2000"), err::toString);
        assertTrue(out.toString().contains("already complete"), out::toString);
        assertEquals(new String(before), Files.readString(store.resolve("activations.json")));
        assertEquals(0, harvest("1000000"), err::toString);
        assertTrue(out.toString().contains("; the text has ended"), out::toString);
        assertEquals(0, harvest("1000000"), err::toString);
        assertTrue(out.toString().contains("already complete; the text has ended; used "), out::toString);
    }

    @Test
    void verifyStoreDetectsDamageByHashes() throws IOException {
        assertEquals(0, harvest("2000"), err::toString);
        assertEquals(0, run("verify-store", store.toString()), err::toString);
        assertTrue(out.toString().endsWith("every file is sound" + System.lineSeparator()), out::toString);
        Path shard = store.resolve(StoreFiles.shards(store).get(1));
        byte[] bytes = Files.readAllBytes(shard);
        bytes[bytes.length / 2] ^= 4;
        Files.write(shard, bytes);
        assertEquals(1, run("verify-store", store.toString()));
        assertTrue(out.toString().startsWith(shard + " has the SHA-256 "), out::toString);
        assertTrue(out.toString().contains("; 1 damaged"), out::toString);
        refuses(run("verify-store", temporary.toString()), temporary + " has no activations.json");
    }

    /** Copies the model with a tokenizer whose post-processor puts BOS before a text. */
    private Path modelWhoseTokenizerAddsBos() throws IOException {
        Path copy = Files.createDirectory(temporary.resolve("with-bos"));
        for (String name : List.of("config.json", "model.safetensors", "tokenizer_config.json")) {
            Files.copy(model.resolve(name), copy.resolve(name));
        }
        ObjectNode tokenizer = (ObjectNode) Json.read(model.resolve("tokenizer.json"));
        tokenizer.set("post_processor", Json.mapper().readTree("""
                {"type": "TemplateProcessing",
                 "single": [{"SpecialToken": {"id": "<|endoftext|>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
                 "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
                 "special_tokens": {"<|endoftext|>": {"id": "<|endoftext|>", "ids": [0], "tokens": ["<|endoftext|>"]}}}
                """));
        Files.writeString(copy.resolve("tokenizer.json"), tokenizer.toString());
        return copy;
    }

    @Test
    void contextsStartWithBosAsTheTokenizerDoesUnlessToldOtherwise() throws IOException {
        assertEquals(0, harvest("500"), err::toString);
        assertTrue(out.toString().startsWith("contexts of 32 tokens without BOS\n"), out::toString);
        model = modelWhoseTokenizerAddsBos();
        store = temporary.resolve("with");
        assertEquals(0, harvest("500"), err::toString);
        assertTrue(out.toString().startsWith("contexts of 32 tokens, each starting with BOS <|endoftext|>\n"));
        assertTrue(ActivationStore.open(store).provenance().text().prependBos());
        assertTrue(Json.read(store.resolve("activations.json"))
                .at("/note/prepend_bos")
                .booleanValue());
        store = temporary.resolve("without");
        assertEquals(0, harvest("500", "--no-prepend-bos"), err::toString);
        assertFalse(ActivationStore.open(store).provenance().text().prependBos());
        assertEquals(0, harvest("700"), err::toString); // the store keeps the choice it was begun with
        assertTrue(out.toString().startsWith("contexts of 32 tokens without BOS\n"), out::toString);
        Path run = temporary.resolve("run");
        String[] training = {"--model", model.toString(), "--text", "assay/stories/60", "--hook", RESIDUAL};
        assertEquals(0, train(run, training), err::toString);
        assertTrue(Json.read(run.resolve("run.json")).get("prepend_bos").booleanValue());
        assertTrue(
                Json.read(run.resolve("cfg.json")).at("/metadata/prepend_bos").booleanValue());
        Path file = Files.writeString(temporary.resolve("sweep.yaml"), """
                model: %s
                text: [assay/stories/60]
                sites: [%s]
                tokens: 1000
                batch: 100
                members: [{method: topk, k: 4, d_sae: 16}]
                """.formatted(model, RESIDUAL));
        Path sweep = temporary.resolve("sweep");
        assertEquals(0, run("sweep", file.toString(), "--out", sweep.toString()), err::toString);
        assertTrue(Json.read(sweep.resolve("run.json")).get("prepend_bos").booleanValue());
    }

    @Test
    void storesSpecialTokensOnRequest() throws IOException {
        assertEquals(0, harvest("500", "--prepend-bos", "--special-tokens"), err::toString);
        int[] positions = ActivationStore.open(store).labels(0, 500).positions();
        assertEquals(-1, positions[0]);
        assertEquals(-1, positions[32]);
        assertFalse(ActivationStore.open(store).provenance().text().withoutSpecialTokens());
    }

    @Test
    void rejectsInvalidOptionsInOneSentence() throws IOException {
        refuses(harvest("0"), "tokens is 0, expected at least 1");
        refuses(harvest("10", "--hook", RESIDUAL), "--hook was given the same site twice, expected each once");
        refuses(harvest("10", "--type", "int8"), "type is \"int8\", expected float32 or float16");
        refuses(harvest("10", "--hook", "blocks.7.hook_resid_post"), "blocks.7.hook_resid_post");
        refuses(
                run("harvest", "--hook", MLP, "--tokens", "9", "--out", "x"),
                "Missing required option: '--model=MODEL'");
        assertFalse(Files.exists(store));
        assertEquals(0, harvest("2000"), err::toString);
        refuses(harvest("2000", "--held-out-every", "9"), "activations.json: part is \"all but one of 20 documents\"");
        refuses(harvest("2000", "--hook", MLP), "activations.json: sites is ");
        Path run = temporary.resolve("run");
        refuses(train(run, "--activations", store.toString(), "--hook", MLP), store + " has no site " + MLP);
        refuses(
                train(run, "--activations", store.toString(), "--context", "9"),
                "--context was given together with --activations, which replaces it");
        refuses(train(run, "--hook", MLP), "Missing required option: '--model=MODEL'");
        refuses(train(run, "--activations", model.toString()), model + " has no activations.json");
        assertFalse(Files.exists(run));
    }
}
