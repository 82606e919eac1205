package dev.assay.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HubEnvironmentTest {
    @TempDir
    private Path home;

    private HubEnvironment environment(String... pairs) {
        Map<String, String> variables = new java.util.HashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            variables.put(pairs[i], pairs[i + 1]);
        }
        return new HubEnvironment(variables, home);
    }

    @Test
    void findsCacheOfHuggingFaceLibraries() {
        assertEquals(home.resolve(".cache/huggingface/hub"), environment().cache());
        Path place = home.resolve("a");
        String text = place.toString();
        assertEquals(
                place.resolve("huggingface/hub"),
                environment("XDG_CACHE_HOME", text).cache());
        assertEquals(
                place.resolve("hub"),
                environment("HF_HOME", text, "XDG_CACHE_HOME", "/x").cache());
        assertEquals(place, environment("HF_HUB_CACHE", text, "HF_HOME", "/x").cache());
        assertEquals(
                place,
                environment("HUGGINGFACE_HUB_CACHE", text, "HF_HOME", "/x").cache());
        assertEquals(home.resolve("b/hub"), environment("HF_HOME", "~/b").cache());
        assertEquals(home, environment("HF_HUB_CACHE", "~").cache());
    }

    @Test
    void readsTokenFromVariableOrFile() throws IOException {
        assertNull(environment().token());
        Path file = Files.createDirectories(home.resolve(".cache/huggingface")).resolve("token");
        Files.writeString(file, "hf_file\n");
        assertEquals("hf_file", environment().token());
        assertEquals("hf_variable", environment("HF_TOKEN", " hf_variable\n").token());
        Path other = Files.writeString(home.resolve("other"), "hf_other");
        assertEquals("hf_other", environment("HF_TOKEN_PATH", other.toString()).token());
    }

    @Test
    void acceptsBooleansOfHuggingFaceLibraries() {
        assertFalse(environment().isOffline());
        assertFalse(environment("HF_HUB_OFFLINE", "0").isOffline());
        assertTrue(environment("HF_HUB_OFFLINE", "true").isOffline());
        assertTrue(environment("TRANSFORMERS_OFFLINE", "1").isOffline());
        assertFalse(environment("HF_HUB_DISABLE_PROGRESS_BARS", "yes").showsProgress());
        assertFalse(environment("HF_HUB_DISABLE_SYMLINKS", "on").links());
    }

    @Test
    void reportsUnusableValues() {
        for (String address : new String[] {"huggingface.co", "ftp://x", "http://", "http://a b"}) {
            InvalidInputException refused =
                    assertThrows(InvalidInputException.class, () -> Hub.builder(environment("HF_ENDPOINT", address)));
            assertTrue(refused.getMessage().contains("(HF_ENDPOINT) is \"" + address + "\""), refused.getMessage());
        }
        InvalidInputException refused =
                assertThrows(InvalidInputException.class, () -> Hub.builder(environment("HF_TOKEN", "hf_secret key")));
        assertFalse(refused.getMessage().contains("secret"), refused.getMessage());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "org/name",
                "EleutherAI/pythia-70m-deduped@step1000",
                "a/b@refs/pr/1",
                "o/n@feature+x",
                "gpt2",
                "gpt2@v1"
            })
    void parsesNames(String text) {
        assertTrue(HubName.matches(text));
        assertEquals(text, HubName.parse(text).toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "/org/name", "./name", "../name", "org/..", "a/b/c", "C:/x", "a\\b", "org/na me", "org/n..m"
            })
    void rejectsOtherNames(String text) {
        assertThrows(InvalidInputException.class, () -> HubName.parse(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "../x", "a/../b", "/a", "a//b", "a\\b", "a b", "-x"})
    void rejectsOtherRevisions(String revision) {
        assertThrows(InvalidInputException.class, () -> HubName.parse("org/name@" + revision));
    }
}
