package dev.assay.text.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.assay.InvalidInputException;
import dev.assay.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The contents of a tokenizer's files.
 *
 * @param file the {@code tokenizer.json}
 * @param json its checked content, which can differ from the file in formatting
 * @param vocabulary the tokens
 * @param decoder the conversion of vocabulary entries to bytes
 * @param bosId the id of the beginning-of-sequence token, -1 if there is none
 * @param eosId the id of the end-of-sequence token, -1 if there is none
 * @param bosSetting whether the configuration adds BOS to a text
 * @param contents the bytes of {@code tokenizer.json} and, if there is one, {@code tokenizer_config.json}, by name
 */
record TokenizerFiles(
        Path file,
        String json,
        Vocabulary vocabulary,
        PieceDecoder decoder,
        int bosId,
        int eosId,
        BosSetting bosSetting,
        Map<String, byte[]> contents) {
    private static final String TOKENIZER_FILE = "tokenizer.json";
    private static final String CONFIG_FILE = "tokenizer_config.json";

    /** The field {@code add_bos_token} of {@code tokenizer_config.json}. */
    enum BosSetting {
        ADDED,
        NOT_ADDED,
        /** The field is missing: the post-processor of {@code tokenizer.json} decides. */
        UNSTATED
    }

    static TokenizerFiles read(Path fileOrFolder) throws IOException {
        Path file = Files.isDirectory(fileOrFolder) ? fileOrFolder.resolve(TOKENIZER_FILE) : fileOrFolder;
        if (!Files.isRegularFile(file)) {
            throw new InvalidInputException(file + ": the file does not exist, expected a tokenizer.json");
        }
        JsonNode tokenizer = Json.read(file);
        Vocabulary vocabulary = Vocabulary.of(tokenizer, file);
        NativeLimits.check(tokenizer, vocabulary.size(), file);
        Path folder = file.toAbsolutePath().getParent();
        return new TokenizerFiles(
                file,
                tokenizer.toString(),
                vocabulary,
                PieceDecoder.of(tokenizer),
                specialId(folder, vocabulary, "bos_token"),
                specialId(folder, vocabulary, "eos_token"),
                bosSetting(folder),
                contents(file, folder.resolve(CONFIG_FILE)));
    }

    private static Map<String, byte[]> contents(Path file, Path config) throws IOException {
        Map<String, byte[]> contents = new LinkedHashMap<>();
        contents.put(TOKENIZER_FILE, Files.readAllBytes(file));
        if (Files.isRegularFile(config)) {
            contents.put(CONFIG_FILE, Files.readAllBytes(config));
        }
        return Collections.unmodifiableMap(contents);
    }

    private static BosSetting bosSetting(Path folder) throws IOException {
        JsonNode added = field(folder.resolve(CONFIG_FILE), "add_bos_token");
        if (!added.isBoolean()) {
            return BosSetting.UNSTATED;
        }
        return added.booleanValue() ? BosSetting.ADDED : BosSetting.NOT_ADDED;
    }

    /** Returns the id of a special token. The tokenizer's own files take precedence over those of the model. */
    private static int specialId(Path folder, Vocabulary vocabulary, String role) throws IOException {
        for (String name : List.of(CONFIG_FILE, "special_tokens_map.json")) {
            JsonNode token = field(folder.resolve(name), role);
            JsonNode content = token.isObject() ? token.path("content") : token;
            if (content.isTextual() && vocabulary.id(content.textValue()) >= 0) {
                return vocabulary.id(content.textValue());
            }
        }
        for (String name : List.of("config.json", "generation_config.json")) {
            JsonNode value = field(folder.resolve(name), role + "_id");
            JsonNode id = value.isArray() ? value.path(0) : value;
            if (id.isInt() && vocabulary.has(id.intValue())) {
                return id.intValue();
            }
        }
        return -1;
    }

    private static JsonNode field(Path file, String name) throws IOException {
        return Files.isRegularFile(file) ? Json.read(file).path(name) : MissingNode.getInstance();
    }
}
