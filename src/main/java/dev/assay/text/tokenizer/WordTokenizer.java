package dev.assay.text.tokenizer;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.io.AtomicFiles;
import dev.assay.io.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * A tokenizer with one token per word, for models of texts with a small vocabulary. Words are those of GPT-2: letters, digits or other
 * characters with an optional space before them. Decoding restores the text; an unknown word becomes {@value #UNKNOWN}.
 */
public final class WordTokenizer {
    /** The token of words that are not in the vocabulary. */
    public static final String UNKNOWN = "<|unknown|>";

    private final List<String> vocabulary;
    private final int specials;

    private WordTokenizer(List<String> vocabulary, int specials) {
        this.vocabulary = vocabulary;
        this.specials = specials;
    }

    /**
     * Collects a vocabulary.
     *
     * @param texts texts with all words
     * @param markers special tokens in addition to {@link BpeTrainer#END_OF_TEXT}, such as {@code <|end|>}; their text is not split
     * @return the tokenizer; equal words make equal tokenizers
     */
    public static WordTokenizer of(Collection<String> texts, List<String> markers) {
        Set<String> special = new LinkedHashSet<>(List.of(BpeTrainer.END_OF_TEXT, UNKNOWN));
        special.addAll(markers);
        InvalidInputException.require(
                special.size() == markers.size() + 2, () -> "the markers " + markers + " are not different");
        Set<String> words = new TreeSet<>();
        for (String text : texts) {
            for (String word : BpeTrainer.words(text)) {
                words.add(word);
            }
        }
        List<String> all = new ArrayList<>(special);
        words.forEach(word -> all.add(piece(word)));
        return new WordTokenizer(all, special.size());
    }

    /** Returns a word in the characters of byte-level tokenizers. */
    private static String piece(String word) {
        char[] characters = ByteAlphabet.characters();
        StringBuilder piece = new StringBuilder();
        for (byte value : word.getBytes(StandardCharsets.UTF_8)) {
            piece.append(characters[value & 0xFF]);
        }
        return piece.toString();
    }

    /** {@return the number of tokens, including special tokens} */
    public int size() {
        return vocabulary.size();
    }

    /**
     * Writes {@code tokenizer.json} and {@code tokenizer_config.json} in the format of Hugging Face.
     *
     * @param folder created if missing
     * @throws IOException if writing fails
     */
    public void write(Path folder) throws IOException {
        ObjectNode json = Json.mapper().createObjectNode();
        json.put("version", "1.0");
        json.putNull("truncation");
        json.putNull("padding");
        ArrayNode added = json.putArray("added_tokens");
        for (int id = 0; id < specials; id++) {
            added.add(BpeModel.specialToken(id, vocabulary.get(id)));
        }
        json.putNull("normalizer");
        json.set("pre_tokenizer", BpeModel.byteLevel());
        json.putNull("post_processor");
        json.set("decoder", BpeModel.byteLevel());
        ObjectNode model = json.putObject("model").put("type", "WordLevel");
        ObjectNode ids = model.putObject("vocab");
        for (int id = 0; id < vocabulary.size(); id++) {
            ids.put(vocabulary.get(id), id);
        }
        model.put("unk_token", UNKNOWN);
        AtomicFiles.writeString(folder.resolve("tokenizer.json"), Json.pretty(json));
        ObjectNode configuration = Json.mapper().createObjectNode();
        configuration.put("eos_token", BpeTrainer.END_OF_TEXT).put("unk_token", UNKNOWN);
        configuration.put("tokenizer_class", "PreTrainedTokenizerFast").put("clean_up_tokenization_spaces", false);
        AtomicFiles.writeString(folder.resolve("tokenizer_config.json"), Json.pretty(configuration));
    }
}
