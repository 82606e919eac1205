package dev.assay.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import dev.assay.InvalidInputException;
import dev.assay.io.JsonObject;
import dev.assay.tensor.TorchEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointFolderTest {
    @TempDir
    private Path folder;

    private NDManager manager;

    @BeforeEach
    void open() throws IOException {
        manager = TorchEngine.newManager(Device.cpu());
        Files.writeString(folder.resolve("config.json"), "{\"model_type\":\"gpt2\",\"hidden_size\":16}");
    }

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void readsSingleFile() throws IOException {
        write("model.safetensors", "wte", 1);
        try (CheckpointFolder checkpoint = CheckpointFolder.open(folder)) {
            assertEquals(16, checkpoint.config().integer("hidden_size"));
            assertEquals(Set.of("wte"), checkpoint.tensorNames());
            assertArrayEquals(new float[] {1}, checkpoint.load(manager, "wte").toFloatArray());
            assertEquals(
                    folder.resolve("model.safetensors") + " has no tensor wpe",
                    refused(() -> checkpoint.load(manager, "wpe")));
        }
    }

    @Test
    void loadsShardedCheckpointAsOneModel() throws IOException {
        write("m-1.safetensors", "a", 1);
        write("m-2.safetensors", "b", 2);
        index("{\"a\":\"m-1.safetensors\",\"b\":\"m-2.safetensors\"}");
        try (CheckpointFolder checkpoint = CheckpointFolder.open(folder)) {
            assertArrayEquals(new float[] {2}, checkpoint.load(manager, "b").toFloatArray());
            assertTrue(checkpoint.has("a"));
            assertFalse(checkpoint.has("c"));
            assertEquals(folder + " has no tensor c", refused(() -> checkpoint.info("c")));
        }
    }

    @Test
    void reportsMissingFilesAndTensors() throws IOException {
        assertEquals(
                folder + " has neither model.safetensors nor model.safetensors.index.json, expected one of them"
                        + " (pickled weights such as pytorch_model.bin are not supported)",
                refused(() -> CheckpointFolder.open(folder)));
        write("m-1.safetensors", "a", 1);
        Path index = folder.resolve("model.safetensors.index.json");
        index("{\"a\":\"m-1.safetensors\",\"b\":\"m-2.safetensors\"}");
        assertEquals(
                index + " lists tensor b in m-2.safetensors, which is missing from the folder",
                refused(() -> CheckpointFolder.open(folder)));
        index("{\"a\":\"m-1.safetensors\",\"b\":\"m-1.safetensors\"}");
        assertEquals(
                index + " lists tensor b in m-1.safetensors, which does not contain it",
                refused(() -> CheckpointFolder.open(folder)));
        for (String elsewhere : List.of("../m-1.safetensors", "..", "/", "m\\u0000-1.safetensors")) {
            index("{\"a\":\"" + elsewhere + "\"}");
            String message = refused(() -> CheckpointFolder.open(folder));
            assertTrue(message.startsWith(index + ": weight_map.a is \""), message);
            assertTrue(message.endsWith("\", expected the name of a file in the same folder"), message);
        }
        index("{\"a\":3}");
        assertEquals(index + ": weight_map.a is 3, expected a string", refused(() -> CheckpointFolder.open(folder)));
        Files.delete(folder.resolve("config.json"));
        assertThrows(NoSuchFileException.class, () -> CheckpointFolder.open(folder));
    }

    @Test
    void checksTypesOfJsonFields() throws IOException {
        Path file = folder.resolve("x.json");
        Files.writeString(
                file, "{\"n\":1.5,\"s\":\"t\",\"z\":null,\"o\":{\"l\":[\"a\",\"b\"],\"big\":5000000000},\"b\":true}");
        JsonObject json = JsonObject.read(file);
        assertEquals(1.5, json.number("n"));
        assertEquals("t", json.text("s"));
        assertTrue(json.bool("b"));
        assertFalse(json.has("z"));
        assertEquals(7, json.integer("z", 7));
        assertEquals(java.util.List.of("a", "b"), json.object("o").texts("l"));
        assertEquals(file + ": n is 1.5, expected an integer", refused(() -> json.integer("n")));
        assertEquals(file + " has no z, expected a number", refused(() -> json.number("z")));
        assertEquals(
                file + ": o.big is 5000000000, expected an integer",
                refused(() -> json.object("o").integer("big")));
        assertEquals(file + ": s is \"t\", expected an object", refused(() -> json.object("s")));
        Files.writeString(file, "{\"a\":1,\n \"b\" 2}");
        assertEquals(
                file + " is not valid JSON: Unexpected character ('2' (code 50)):"
                        + " was expecting a colon to separate field name and value (line 2, column 6)",
                refused(() -> JsonObject.read(file)));
        Files.writeString(file, "");
        assertEquals(file + " is empty, expected JSON", refused(() -> JsonObject.read(file)));
        Files.writeString(file, "[1]");
        assertEquals(file + " holds a JSON array, expected a JSON object", refused(() -> JsonObject.read(file)));
    }

    private static String refused(org.junit.jupiter.api.function.Executable action) {
        return assertThrows(InvalidInputException.class, action).getMessage();
    }

    private void write(String name, String tensor, float value) throws IOException {
        Safetensors.write(folder.resolve(name), Map.of(tensor, manager.create(new float[] {value})), Map.of());
    }

    private void index(String weightMap) throws IOException {
        Files.writeString(folder.resolve("model.safetensors.index.json"), "{\"weight_map\":" + weightMap + "}");
    }
}
