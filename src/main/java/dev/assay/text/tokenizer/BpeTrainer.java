package dev.assay.text.tokenizer;

import dev.assay.InvalidInputException;
import dev.assay.text.document.Document;
import dev.assay.text.document.DocumentReader;
import dev.assay.text.document.TextSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Trains a byte-level BPE tokenizer: splits text into words and repeatedly merges the most frequent pair of adjacent tokens within words
 * (Sennrich, Haddow and Birch 2016, arXiv 1508.07909, algorithm 1, over bytes as in GPT-2).
 *
 * <p>Among pairs of equal frequency the one with the lower token ids is merged first, so the same text always yields the same tokenizer.
 */
public final class BpeTrainer {
    /** The only special token; its id is 0. */
    public static final String END_OF_TEXT = "<|endoftext|>";

    /** GPT-2's words: an English contraction; letters, digits or other characters with an optional space before them; white space. */
    private static final Pattern WORD = Pattern.compile("'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+"
            + "| ?[^\\p{IsWhite_Space}\\p{L}\\p{N}]+|\\p{IsWhite_Space}+(?!\\P{IsWhite_Space})|\\p{IsWhite_Space}+");

    private final int vocabularySize;

    private BpeTrainer(int vocabularySize) {
        this.vocabularySize = vocabularySize;
    }

    /**
     * Creates a trainer.
     *
     * @param vocabularySize limit of the vocabulary: the special token, the 256 bytes, and merged pairs
     * @return the trainer
     */
    public static BpeTrainer of(int vocabularySize) {
        if (vocabularySize <= ByteAlphabet.BYTES) {
            throw new InvalidInputException("the vocabulary has " + vocabularySize + " tokens, expected at least "
                    + (ByteAlphabet.BYTES + 1) + ": 256 bytes and the end-of-text token");
        }
        return new BpeTrainer(vocabularySize);
    }

    /**
     * Learns the merges. The vocabulary stays smaller than its limit if the text has no pair left to merge.
     *
     * @param source the text, read once; its distinct words are kept in memory
     * @return the model; {@link BpeModel#write} writes the tokenizer's files
     * @throws IOException if reading fails
     */
    public BpeModel train(TextSource source) throws IOException {
        List<String> tokens = new ArrayList<>();
        tokens.add(END_OF_TEXT);
        int[] idOfByte = addBytes(tokens);
        PairMerger merger = new PairMerger();
        countWords(source).forEach((word, count) -> {
            byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
            int[] ids = new int[bytes.length];
            for (int i = 0; i < ids.length; i++) {
                ids[i] = idOfByte[bytes[i] & 0xFF];
            }
            merger.add(ids, count);
        });
        Map<String, Integer> known = new HashMap<>();
        for (int id = 0; id < tokens.size(); id++) {
            known.put(tokens.get(id), id);
        }
        List<BpeModel.Merge> merges = new ArrayList<>();
        while (tokens.size() < vocabularySize) {
            PairMerger.Pair pair = merger.mostFrequent();
            if (pair == null) {
                break;
            }
            String left = tokens.get(pair.left());
            String right = tokens.get(pair.right());
            // Two merges can produce the same token ("a" "bc", "ab" "c"); they share its id.
            int id = known.computeIfAbsent(left + right, token -> {
                tokens.add(token);
                return tokens.size() - 1;
            });
            merges.add(new BpeModel.Merge(left, right));
            merger.merge(pair, id);
        }
        return new BpeModel(tokens, merges);
    }

    /** Appends the 256 bytes in the order of their characters and returns the id of each, [256]. */
    private static int[] addBytes(List<String> tokens) {
        char[] characters = ByteAlphabet.characters();
        char[] sorted = characters.clone();
        Arrays.sort(sorted);
        int first = tokens.size();
        for (char character : sorted) {
            tokens.add(String.valueOf(character));
        }
        int[] ids = new int[characters.length];
        for (int value = 0; value < ids.length; value++) {
            ids[value] = first + Arrays.binarySearch(sorted, characters[value]);
        }
        return ids;
    }

    private static Map<String, Long> countWords(TextSource source) throws IOException {
        Map<String, Long> counts = new TreeMap<>();
        try (DocumentReader reader = source.open()) {
            for (Document document = reader.next(); document != null; document = reader.next()) {
                words(document.text()).forEach(word -> counts.merge(word, 1L, Long::sum));
            }
        }
        return counts;
    }

    /** Splits a text into words as GPT-2 does. */
    static List<String> words(String text) {
        List<String> words = new ArrayList<>();
        Matcher matcher = WORD.matcher(text);
        while (matcher.find()) {
            words.add(matcher.group());
        }
        return words;
    }
}
