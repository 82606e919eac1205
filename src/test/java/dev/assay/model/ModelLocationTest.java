package dev.assay.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.ChildJvm;
import dev.assay.InvalidInputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
class ModelLocationTest {
    @TempDir
    private Path folder;

    /** Prints the name of a model and its number of blocks. */
    static final class Program {
        public static void main(String[] arguments) throws IOException {
            try (HookedTransformer model = HookedTransformer.load(arguments[0])) {
                System.out.println(model.name() + " has " + model.config().layers() + " blocks");
            }
        }
    }

    @Test
    @Timeout(60)
    void loadsACachedModelByItsHubName() throws Exception {
        Path repository = folder.resolve("hub/models--org--name");
        Path refs = Files.createDirectories(repository.resolve("refs"));
        Files.writeString(refs.resolve("v1"), "00ff00");
        Fixtures.copy("gpt_neox", Files.createDirectories(repository.resolve("snapshots/00ff00")), false);
        ProcessBuilder program = ChildJvm.of(Program.class, "org/name@v1").redirectErrorStream(true);
        program.environment().put("HF_HOME", folder.toString());
        program.environment().remove("HF_HUB_CACHE");
        program.environment().put("HF_HUB_OFFLINE", "1");
        Process process = program.start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), printed);
        assertEquals("org/name@v1 has 3 blocks", printed.strip());
    }

    @Test
    void resolvesAFolderToItself() throws IOException {
        assertEquals(folder, ModelLocation.resolve(folder.toString()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"nothing", "./runs/nothing", "a/b/c", "a\0b", ""})
    void rejectsANameThatIsNeitherFolderNorRepository(String name) {
        InvalidInputException refused = assertThrows(InvalidInputException.class, () -> ModelLocation.resolve(name));
        assertTrue(refused.getMessage().contains("org/name@revision"), refused.getMessage());
    }

    @Test
    void rejectsOtherModelFilesWithTheClassThatLoadsThem() throws IOException {
        Map<String, String> words = Map.of(
                "x.pt",
                "TorchScriptModel.load",
                "org/x.onnx",
                "OnnxModel.load",
                folder.resolve("model.safetensors").toString(),
                "a file of weights, whose folder contains config.json");
        Files.createFile(folder.resolve("model.safetensors"));
        words.forEach((name, word) -> {
            for (Executable load : List.<Executable>of(
                    () -> HookedTransformer.load(name),
                    () -> HookedTransformer.load(Path.of(name)),
                    () -> ModelDescription.read(name))) {
                String message = assertThrows(InvalidInputException.class, load).getMessage();
                assertTrue(message.startsWith(name + " is ") && message.contains(word), message);
            }
        });
        Path odd = Files.createDirectory(folder.resolve("model.pt"));
        assertEquals(odd, ModelLocation.resolve(odd.toString()));
    }
}
