package dev.assay.model;

import dev.assay.InvalidInputException;
import dev.assay.text.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** The tokenizer of a model or the reason why the model has none. */
final class ModelTokenizer implements AutoCloseable {
    private static final String TOKENIZER = "tokenizer.json";

    private final Tokenizer tokenizer;
    private final String missing;
    private final boolean owned;

    private ModelTokenizer(Tokenizer tokenizer, String missing, boolean owned) {
        this.tokenizer = tokenizer;
        this.missing = missing;
        this.owned = owned;
    }

    /** Reads the tokenizer of a folder. A missing tokenizer is reported when it is first used. */
    static ModelTokenizer of(Path folder) throws IOException {
        return Files.exists(folder.resolve(TOKENIZER))
                ? of(Tokenizer.load(folder))
                : new ModelTokenizer(null, folder + " has no " + TOKENIZER + ", expected one to encode text", true);
    }

    /** Holds a tokenizer, which it closes. */
    static ModelTokenizer of(Tokenizer tokenizer) {
        return new ModelTokenizer(tokenizer, null, true);
    }

    static ModelTokenizer none() {
        return new ModelTokenizer(null, "the model has no tokenizer, expected one to encode text", true);
    }

    /** Returns the same tokenizer for a second model, which does not close it. */
    ModelTokenizer shared() {
        return new ModelTokenizer(tokenizer, missing, false);
    }

    /** Returns a second tokenizer with the same files. */
    ModelTokenizer copy() throws IOException {
        return tokenizer == null ? shared() : of(tokenizer.copy());
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
        return tokenizer == null ? Map.of() : tokenizer.contents();
    }

    @Override
    public void close() {
        if (tokenizer != null && owned) {
            tokenizer.close();
        }
    }
}
