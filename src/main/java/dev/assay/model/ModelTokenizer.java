package dev.assay.model;

import dev.assay.InvalidInputException;
import dev.assay.text.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** The tokenizer of a model with its files, or the reason why the model has none. */
final class ModelTokenizer implements AutoCloseable {
    private static final String TOKENIZER = "tokenizer.json";
    private static final String TOKENIZER_CONFIG = "tokenizer_config.json";

    private final Tokenizer tokenizer;
    private final Map<String, byte[]> files;
    private final String missing;
    private final boolean owned;

    private ModelTokenizer(Tokenizer tokenizer, Map<String, byte[]> files, String missing, boolean owned) {
        this.tokenizer = tokenizer;
        this.files = files;
        this.missing = missing;
        this.owned = owned;
    }

    private ModelTokenizer(Tokenizer tokenizer, Map<String, byte[]> files, String missing) {
        this(tokenizer, files, missing, true);
    }

    /** Reads the tokenizer of a folder. A missing tokenizer is reported when it is first used. */
    static ModelTokenizer of(Path folder) throws IOException {
        if (!Files.exists(folder.resolve(TOKENIZER))) {
            String missing = folder + " has no " + TOKENIZER + ", expected one to encode text";
            return new ModelTokenizer(null, Map.of(), missing);
        }
        // The contents are kept so that the model can be saved after its folder was deleted.
        Map<String, byte[]> files = new LinkedHashMap<>();
        for (String name : new String[] {TOKENIZER, TOKENIZER_CONFIG}) {
            if (Files.exists(folder.resolve(name))) {
                files.put(name, Files.readAllBytes(folder.resolve(name)));
            }
        }
        return new ModelTokenizer(Tokenizer.load(folder), files, null);
    }

    static ModelTokenizer none() {
        return new ModelTokenizer(null, Map.of(), "the model has no tokenizer, expected one to encode text");
    }

    /** Returns the same tokenizer for a second model, which does not close it. */
    ModelTokenizer shared() {
        return new ModelTokenizer(tokenizer, files, missing, false);
    }

    /** Loads the tokenizer a second time, from the same folder if it is unchanged. */
    ModelTokenizer copy() throws IOException {
        if (tokenizer == null) {
            return shared();
        }
        Path original = tokenizer.file().toAbsolutePath().getParent();
        if (isUnchanged(original)) {
            return of(original);
        }
        Path folder = Files.createTempDirectory("assay-tokenizer");
        try {
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                Files.write(folder.resolve(file.getKey()), file.getValue());
            }
            return of(folder);
        } finally {
            for (String name : files.keySet()) {
                Files.deleteIfExists(folder.resolve(name));
            }
            Files.delete(folder);
        }
    }

    private boolean isUnchanged(Path folder) throws IOException {
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            Path path = folder.resolve(file.getKey());
            if (!Files.exists(path) || !Arrays.equals(Files.readAllBytes(path), file.getValue())) {
                return false;
            }
        }
        return true;
    }

    Tokenizer get() {
        if (tokenizer == null) {
            throw new InvalidInputException(missing);
        }
        return tokenizer;
    }

    boolean isPresent() {
        return tokenizer != null;
    }

    /** Returns the id of the beginning-of-sequence token, or -1. */
    int bosId() {
        return tokenizer == null ? -1 : tokenizer.bosId();
    }

    /** Returns the id of the end-of-sequence token, or -1. */
    int eosId() {
        return tokenizer == null ? -1 : tokenizer.eosId();
    }

    /** Returns the contents of the tokenizer files by name; empty without a tokenizer. */
    Map<String, byte[]> files() {
        return files;
    }

    @Override
    public void close() {
        if (tokenizer != null && owned) {
            tokenizer.close();
        }
    }
}
