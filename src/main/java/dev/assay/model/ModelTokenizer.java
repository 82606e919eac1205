package dev.assay.model;

import dev.assay.InvalidInputException;
import dev.assay.text.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** The tokenizer of a model with the files it was read from, or the reason why there is none. */
final class ModelTokenizer implements AutoCloseable {
    private static final String TOKENIZER = "tokenizer.json";
    private static final String TOKENIZER_CONFIG = "tokenizer_config.json";

    private final Tokenizer tokenizer;
    private final Map<String, byte[]> files;
    private final String missing;

    private ModelTokenizer(Tokenizer tokenizer, Map<String, byte[]> files, String missing) {
        this.tokenizer = tokenizer;
        this.files = files;
        this.missing = missing;
    }

    /** Reads the tokenizer of a folder, which may lack one as long as nobody asks for it. */
    static ModelTokenizer of(Path folder) throws IOException {
        if (!Files.exists(folder.resolve(TOKENIZER))) {
            String missing = folder + " has no " + TOKENIZER + ", expected one to read text with";
            return new ModelTokenizer(null, Map.of(), missing);
        }
        // Kept as they are, so that a model can be saved when the folder it came from is gone.
        Map<String, byte[]> files = new LinkedHashMap<>();
        for (String name : new String[] {TOKENIZER, TOKENIZER_CONFIG}) {
            if (Files.exists(folder.resolve(name))) {
                files.put(name, Files.readAllBytes(folder.resolve(name)));
            }
        }
        return new ModelTokenizer(Tokenizer.load(folder), files, null);
    }

    static ModelTokenizer none() {
        return new ModelTokenizer(
                null, Map.of(), "the model was made without a tokenizer, expected one to read text with");
    }

    Tokenizer get() {
        if (tokenizer == null) {
            throw new InvalidInputException(missing);
        }
        return tokenizer;
    }

    /** Returns the id of the first token of a text, or -1. */
    int bosId() {
        return tokenizer == null ? -1 : tokenizer.bosId();
    }

    /** Returns the id of the token that ends a text, or -1. */
    int eosId() {
        return tokenizer == null ? -1 : tokenizer.eosId();
    }

    /** Returns the content of the tokenizer's files by name; empty when there is none. */
    Map<String, byte[]> files() {
        return files;
    }

    @Override
    public void close() {
        if (tokenizer != null) {
            tokenizer.close();
        }
    }
}
