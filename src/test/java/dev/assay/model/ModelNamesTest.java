package dev.assay.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.InvalidInputException;
import dev.assay.hub.Hub;
import dev.assay.hub.HubSelection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelNamesTest {
    private static final String COMMIT = "00ff00";

    @TempDir
    private Path cache;

    private Path resolve(String name) throws IOException {
        Hub hub = Hub.builder().cache(cache).offline(true).build();
        return ModelLocation.resolve(name, HubSelection.model(), hub);
    }

    /** Fills the cache as the libraries of Hugging Face do, with empty files. */
    private Path cached(String folder, String ref) throws IOException {
        Path repository = cache.resolve(folder);
        Files.createDirectories(repository.resolve("refs"));
        Files.writeString(repository.resolve("refs").resolve(ref), COMMIT);
        Path snapshot = Files.createDirectories(repository.resolve("snapshots").resolve(COMMIT));
        for (String file : List.of("config.json", "model.safetensors", "tokenizer.json")) {
            Files.createFile(snapshot.resolve(file));
        }
        return snapshot;
    }

    @ParameterizedTest
    @CsvSource({
        "gpt2, models--gpt2, main",
        "gpt2@v1, models--gpt2, v1",
        "gpt2-small, models--gpt2, main",
        "GPT2-Small, models--gpt2, main",
        "gpt2, models--openai-community--gpt2, main",
        "openai-community/gpt2, models--gpt2, main",
        "distillgpt2, models--distilbert--distilgpt2, main",
        "pythia-70m-deduped, models--EleutherAI--pythia-70m-deduped, main",
        "pythia-70m-deduped@step1000, models--EleutherAI--pythia-70m-deduped, step1000",
        "EleutherAI/pythia-19m, models--EleutherAI--pythia-70m, main",
        "gemma-2-2b, models--google--gemma-2-2b, main",
        "qwen2.5-0.5b, models--Qwen--Qwen2.5-0.5B, main",
        "mistral-7b, models--mistralai--Mistral-7B-v0.1, main",
        "an-old-name, models--an-old-name, main"
    })
    void findsTheCachedRepositoryOfAName(String name, String folder, String ref) throws IOException {
        assertEquals(cached(folder, ref), resolve(name));
    }

    @Test
    void reportsTheRepositoryOfAnAliasThatIsNotCached() {
        String message = assertThrows(InvalidInputException.class, () -> resolve("pythia-70m-deduped"))
                .getMessage();
        assertTrue(message.startsWith("EleutherAI/pythia-70m-deduped is not in " + cache), message);
    }

    @ParameterizedTest
    @CsvSource({"pythia-70m-dedupd, pythia-70m-deduped", "gpt2-smal, gpt2-small", "gemma2-2b, gemma-2-2b"})
    void suggestsSimilarNames(String name, String suggestion) {
        String message =
                assertThrows(InvalidInputException.class, () -> resolve(name)).getMessage();
        assertTrue(message.contains("similar names: ") && message.contains(suggestion), message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"runs", "something-entirely-different", ""})
    void suggestsNothingForOtherNames(String name) {
        String message =
                assertThrows(InvalidInputException.class, () -> resolve(name)).getMessage();
        assertTrue(message.endsWith("or assay/stories"), message);
    }

    @Test
    void everyNameOfTheTableIsOneOfARepository() throws IOException {
        ModelNames names = ModelNames.read();
        assertEquals(Optional.of("gpt2"), names.repository("gpt2-small"));
        assertEquals(Optional.of("EleutherAI/pythia-410m"), names.repository("pythia-350m"));
        assertEquals(Optional.empty(), names.repository("nothing"));
        assertEquals(List.of("gpt2-xl", "openai-community/gpt2-xl"), ModelNames.spellings("gpt2-xl"));
        assertEquals(List.of("EleutherAI/pythia-70m"), ModelNames.spellings("EleutherAI/pythia-70m"));
    }
}
