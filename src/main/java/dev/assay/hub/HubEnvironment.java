package dev.assay.hub;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Values of the environment variables of Hugging Face's own libraries. */
final class HubEnvironment {
    private static final Set<String> TRUE = Set.of("1", "ON", "YES", "TRUE");

    /** The hub's own limit for a file in Git LFS is 50 GB. */
    private static final long USUAL_MAX_BYTES = 50L << 30;

    private final Map<String, String> variables;
    private final Path home;

    /** Reads variables; {@code home} replaces {@code ~}. */
    HubEnvironment(Map<String, String> variables, Path home) {
        this.variables = variables;
        this.home = home;
    }

    String endpoint() {
        return value("HF_ENDPOINT", "https://huggingface.co");
    }

    boolean isOffline() {
        return isOn("HF_HUB_OFFLINE") || isOn("TRANSFORMERS_OFFLINE");
    }

    boolean showsProgress() {
        return !isOn("HF_HUB_DISABLE_PROGRESS_BARS");
    }

    boolean links() {
        return !isOn("HF_HUB_DISABLE_SYMLINKS");
    }

    /** Returns the limit of files whose size is unknown, in bytes. */
    long maxBytes() {
        return Long.getLong(Hub.MAX_BYTES, USUAL_MAX_BYTES);
    }

    Path cache() {
        String older = value("HUGGINGFACE_HUB_CACHE", "");
        String cache = value("HF_HUB_CACHE", older);
        return cache.isEmpty() ? hubHome().resolve("hub") : path(cache);
    }

    private Path hubHome() {
        String caches = value("XDG_CACHE_HOME", "~/.cache");
        String hubHome = value("HF_HOME", "");
        return hubHome.isEmpty() ? path(caches).resolve("huggingface") : path(hubHome);
    }

    /** Returns the token from a variable or from the file that a login writes; null for none. */
    String token() throws IOException {
        String token = value("HF_TOKEN", value("HUGGING_FACE_HUB_TOKEN", ""));
        Path file = path(value("HF_TOKEN_PATH", hubHome().resolve("token").toString()));
        if (token.isEmpty() && Files.isReadable(file)) {
            token = Files.readString(file).strip();
        }
        return token.isEmpty() ? null : token;
    }

    private Path path(String text) {
        return text.equals("~") || text.startsWith("~/")
                ? home.resolve(text.substring(Math.min(2, text.length())))
                : Path.of(text);
    }

    private boolean isOn(String variable) {
        return TRUE.contains(value(variable, "").toUpperCase(Locale.ROOT));
    }

    private String value(String variable, String otherwise) {
        String value = variables.getOrDefault(variable, "").strip();
        return value.isEmpty() ? otherwise : value;
    }
}
