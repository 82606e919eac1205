package dev.assay.text.tokenizer;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.io.AtomicFiles;
import dev.assay.io.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * A trained byte-level BPE tokenizer.
 *
 * @param tokens the vocabulary in the order of its ids, with bytes written as GPT-2's characters
 * @param merges pairs of tokens to merge, highest priority first
 */
public record BpeModel(List<String> tokens, List<Merge> merges) {
    /** Copies the lists. */
    public BpeModel {
        tokens = List.copyOf(tokens);
        merges = List.copyOf(merges);
    }

    /**
     * A pair of adjacent tokens that is merged into one token.
     *
     * @param left the first token
     * @param right the second token
     */
    public record Merge(String left, String right) {}

    /**
     * Writes {@code tokenizer.json} and {@code tokenizer_config.json} in the format of Hugging Face.
     *
     * @param folder created if missing
     * @throws IOException if writing fails
     */
    public void write(Path folder) throws IOException {
        AtomicFiles.writeString(folder.resolve("tokenizer.json"), Json.pretty(tokenizerJson()));
        AtomicFiles.writeString(folder.resolve("tokenizer_config.json"), Json.pretty(configurationJson()));
    }

    private ObjectNode tokenizerJson() {
        ObjectNode json = Json.mapper().createObjectNode();
        json.put("version", "1.0");
        json.putNull("truncation");
        json.putNull("padding");
        json.putArray("added_tokens").add(specialToken(0, BpeTrainer.END_OF_TEXT));
        json.putNull("normalizer");
        json.set("pre_tokenizer", byteLevel());
        json.putNull("post_processor");
        json.set("decoder", byteLevel());
        json.set("model", model());
        return json;
    }

    /** Returns the entry of a special token among the added tokens. */
    static ObjectNode specialToken(int id, String content) {
        ObjectNode token = Json.mapper().createObjectNode();
        token.put("id", id);
        token.put("content", content);
        for (String flag : List.of("single_word", "lstrip", "rstrip", "normalized")) {
            token.put(flag, false);
        }
        return token.put("special", true);
    }

    /** Returns the pre-tokenizer of byte-level models, which is also their decoder. */
    static ObjectNode byteLevel() {
        return Json.mapper()
                .createObjectNode()
                .put("type", "ByteLevel")
                .put("add_prefix_space", false)
                .put("trim_offsets", true)
                .put("use_regex", true);
    }

    private ObjectNode model() {
        ObjectNode model = Json.mapper().createObjectNode().put("type", "BPE");
        for (String absent : List.of("dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix")) {
            model.putNull(absent);
        }
        for (String off : List.of("fuse_unk", "byte_fallback", "ignore_merges")) {
            model.put(off, false);
        }
        ObjectNode vocabulary = model.putObject("vocab");
        for (int id = 0; id < tokens.size(); id++) {
            vocabulary.put(tokens.get(id), id);
        }
        // Every version of the library reads "left right"; a byte-level token never contains a space.
        ArrayNode pairs = model.putArray("merges");
        merges.forEach(merge -> pairs.add(merge.left() + " " + merge.right()));
        return model;
    }

    private static ObjectNode configurationJson() {
        ObjectNode json = Json.mapper().createObjectNode();
        for (String role : List.of("bos_token", "eos_token", "unk_token")) {
            json.put(role, BpeTrainer.END_OF_TEXT);
        }
        return json.put("tokenizer_class", "PreTrainedTokenizerFast").put("clean_up_tokenization_spaces", false);
    }
}
