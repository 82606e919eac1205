package dev.assay.text.tokenizer;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import dev.assay.InvalidInputException;
import dev.assay.Lifetime;
import dev.assay.text.Corpus;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;
import java.util.function.Supplier;

/**
 * Converts text to token ids and back, as specified by the {@code tokenizer.json} of a Hugging Face folder. Any number of threads may
 * share one tokenizer. {@link #close()} waits for running calls; calls that start later throw an {@link IllegalStateException}.
 */
public final class Tokenizer implements AutoCloseable {
    /** A {@link Corpus} splits text into contexts, so the tokenizer itself must neither truncate nor pad. */
    private static final Map<String, String> OPTIONS =
            Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false");

    private final TokenizerFiles files;
    private final HuggingFaceTokenizer tokenizer;
    private final Lifetime lifetime;

    private final Detokenizer detokenizer;

    private Tokenizer(TokenizerFiles files, HuggingFaceTokenizer tokenizer) {
        this.files = files;
        this.tokenizer = tokenizer;
        this.lifetime = new Lifetime("the tokenizer " + files.file());
        this.detokenizer = new Detokenizer(
                files.vocabulary().size(),
                this::bytes,
                files.vocabulary()::isSpecial,
                files.decoder().dropsFirstSpace());
    }

    /**
     * Loads a tokenizer from local files.
     *
     * @param fileOrFolder a {@code tokenizer.json} or a folder that contains one; neighbouring files name the BOS and EOS tokens
     * @return the tokenizer
     * @throws InvalidInputException if the file is missing or unusable
     * @throws IOException if reading fails
     */
    public static Tokenizer load(Path fileOrFolder) throws IOException {
        TokenizerFiles files = TokenizerFiles.read(fileOrFolder);
        return new Tokenizer(files, open(files));
    }

    /**
     * Builds the same tokenizer a second time, without reading its files again.
     *
     * @return a tokenizer of its own, closed by the caller
     * @throws IOException if the native tokenizer cannot be built
     */
    public Tokenizer copy() throws IOException {
        return new Tokenizer(files, open(files));
    }

    /**
     * Returns the files that specify the tokenizer, as they were when it was loaded.
     *
     * @return the contents of {@code tokenizer.json} and, if there is one, {@code tokenizer_config.json}, by name; do not change them
     */
    public Map<String, byte[]> contents() {
        return files.contents();
    }

    private static HuggingFaceTokenizer open(TokenizerFiles files) throws IOException {
        try {
            return OfflineEngine.call(() -> HuggingFaceTokenizer.newInstance(
                    new ByteArrayInputStream(files.json().getBytes(StandardCharsets.UTF_8)), OPTIONS));
        } catch (RuntimeException e) {
            throw new InvalidInputException(
                    files.file() + ": the tokenizer cannot be built (" + e.getMessage()
                            + "), expected a valid tokenizer.json",
                    e);
        }
    }

    /**
     * Converts text to tokens. No token is added at the start or end; special tokens that are written in the text are recognised.
     *
     * @param text any text
     * @return token ids, [tokens]
     */
    public int[] encode(String text) {
        return encode(text, false);
    }

    /**
     * Converts text to tokens.
     *
     * @param text any text
     * @param addSpecialTokens whether to add the special tokens that the tokenizer's file specifies, such as a BOS token at the start
     * @return token ids, [tokens]
     */
    public int[] encode(String text, boolean addSpecialTokens) {
        return withEncoding(text, addSpecialTokens, Tokenizer::ids);
    }

    /**
     * Converts text to tokens as {@link #encode(String)} does, with their spans.
     *
     * @param text any text
     * @return ids and spans
     */
    public Encoding encodeWithOffsets(String text) {
        return encodeWithOffsets(text, false);
    }

    /**
     * Converts text to tokens as {@link #encode(String, boolean)} does, with their spans.
     *
     * @param text any text
     * @param addSpecialTokens whether to add special tokens; their spans are empty, at 0
     * @return ids and spans
     */
    public Encoding encodeWithOffsets(String text, boolean addSpecialTokens) {
        return withEncoding(text, addSpecialTokens, encoding -> withOffsets(text, encoding));
    }

    /**
     * Converts text to tokens as {@link #encode(String, boolean)} does and returns their vocabulary entries. A part of the text that a
     * unigram model does not know is returned itself, not as the unknown token.
     *
     * @param text any text
     * @param addSpecialTokens whether to add special tokens
     * @return vocabulary entries such as {@code Ġthe}, [tokens]
     */
    public List<String> pieces(String text, boolean addSpecialTokens) {
        return withEncoding(text, addSpecialTokens, encoding -> List.of(TokenizersLibrary.LIB.getTokens(encoding)));
    }

    private static Encoding withOffsets(String text, long encoding) {
        CharSpan[] spans = TokenizersLibrary.LIB.getTokenCharSpans(encoding);
        CodePointOffsets offsets = CodePointOffsets.of(text);
        int[] starts = new int[spans.length];
        int[] ends = new int[spans.length];
        for (int i = 0; i < spans.length; i++) {
            if (spans[i] != null) {
                starts[i] = offsets.utf16(spans[i].getStart());
                ends[i] = offsets.utf16(spans[i].getEnd());
            }
        }
        return new Encoding(ids(encoding), starts, ends);
    }

    /**
     * Converts tokens to text, including special tokens.
     *
     * @param ids token ids
     * @return the text; invalid UTF-8 becomes U+FFFD
     */
    public String decode(int... ids) {
        return decode(ids, false);
    }

    /**
     * Converts tokens to text.
     *
     * @param ids token ids
     * @param skipSpecialTokens whether to omit special tokens
     * @return the text; invalid UTF-8 becomes U+FFFD
     */
    public String decode(int[] ids, boolean skipSpecialTokens) {
        long[] wide = new long[ids.length];
        for (int i = 0; i < ids.length; i++) {
            checkId(ids[i]);
            wide[i] = ids[i];
        }
        try (Lifetime.Use use = lifetime.use()) {
            return checked(() -> tokenizer.decode(wide, skipSpecialTokens));
        }
    }

    /**
     * Returns the text of one token with its leading space, as within a longer text.
     *
     * @param id a token id
     * @return its text; bytes of an incomplete character are spelled, such as {@code <0xE6>}
     */
    public String token(int id) {
        checkId(id);
        return detokenizer.text(id);
    }

    /**
     * Returns the text of each token of a sequence. The sequence is decoded as a whole: a character whose bytes are split between tokens
     * is the text of the first of them, and the others are empty.
     *
     * @param ids token ids
     * @return one text per token; joined, the text, with bytes of incomplete characters spelled, such as {@code <0xE6>}
     */
    public List<String> texts(int... ids) {
        for (int id : ids) {
            checkId(id);
        }
        return detokenizer.texts(ids);
    }

    /**
     * Returns the conversion of this tokenizer's ids to texts. It needs neither this object nor the native library, unless the decoder of
     * the file is an uncommon one.
     *
     * @return the conversion
     */
    public Detokenizer detokenizer() {
        return detokenizer;
    }

    /**
     * Returns the bytes that a token adds to a text after its first token. Joined, the bytes of all tokens of a text are its UTF-8.
     *
     * @param id a token id
     * @return the bytes, which may be an incomplete character; a special token is written as in the vocabulary
     */
    public byte[] bytes(int id) {
        checkId(id);
        String piece = files.vocabulary().piece(id);
        if (piece.isEmpty() || files.vocabulary().isSpecial(id)) {
            return files.decoder().special(piece);
        }
        return files.decoder().supported()
                ? files.decoder().bytes(piece)
                : decode(id).getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Returns the vocabulary entry as written in the file, such as {@code Ġthe}.
     *
     * @param id a token id
     * @return the entry, empty for an unused id
     */
    public String piece(int id) {
        checkId(id);
        return files.vocabulary().piece(id);
    }

    /**
     * Returns the number of token ids, including added tokens.
     *
     * @return the largest id plus one
     */
    public int vocabularySize() {
        return files.vocabulary().size();
    }

    /**
     * Returns the id of the beginning-of-sequence token.
     *
     * @return the id, -1 if there is none
     */
    public int bosId() {
        return files.bosId();
    }

    /**
     * Returns whether this tokenizer itself puts BOS before a text, which is the default for contexts and prompts: as
     * {@code add_bos_token} of {@code tokenizer_config.json} says, otherwise as the post-processor of {@code tokenizer.json} does.
     *
     * @return false if there is no BOS token
     */
    public boolean prependsBos() {
        if (bosId() < 0) {
            return false;
        }
        return switch (files.bosSetting()) {
            case ADDED -> true;
            case NOT_ADDED -> false;
            case UNSTATED -> startsWithBos(encode("", true));
        };
    }

    private boolean startsWithBos(int[] ids) {
        return ids.length > 0 && ids[0] == bosId();
    }

    /**
     * Returns the id of the end-of-sequence token.
     *
     * @return the id, -1 if there is none
     */
    public int eosId() {
        return files.eosId();
    }

    /**
     * Returns whether a token is special: a control token rather than text.
     *
     * @param id a token id
     * @return whether the tokenizer marks it as special
     */
    public boolean isSpecial(int id) {
        checkId(id);
        return files.vocabulary().isSpecial(id);
    }

    /**
     * Returns the file of this tokenizer.
     *
     * @return the path of {@code tokenizer.json}
     */
    public Path file() {
        return files.file();
    }

    @Override
    public void close() {
        lifetime.close(tokenizer::close, () -> {});
    }

    private void checkId(int id) {
        if (id < 0 || id >= vocabularySize()) {
            throw new InvalidInputException(
                    files.file() + ": found token id " + id + ", expected 0 to " + (vocabularySize() - 1));
        }
    }

    /**
     * Encodes a text and reads only the required arrays of the result. DJL's own method copies seven arrays per encoding out of native
     * memory, which is slower than the encoding itself.
     */
    private <T> T withEncoding(String text, boolean addSpecialTokens, LongFunction<T> reader) {
        String repaired = Unicode.wellFormed(text);
        try (Lifetime.Use use = lifetime.use()) {
            return withNativeEncoding(repaired, addSpecialTokens, reader);
        }
    }

    private <T> T withNativeEncoding(String repaired, boolean addSpecialTokens, LongFunction<T> reader) {
        long encoding = checked(() -> TokenizersLibrary.LIB.encode(tokenizer.getHandle(), repaired, addSpecialTokens));
        try {
            return reader.apply(encoding);
        } finally {
            TokenizersLibrary.LIB.deleteEncoding(encoding);
        }
    }

    /** Reports faults of the file that occur only during use. */
    private <T> T checked(Supplier<T> use) {
        try {
            return use.get();
        } catch (RuntimeException fault) {
            throw new InvalidInputException(
                    files.file() + ": the tokenizer fails (" + fault.getMessage()
                            + "), expected a valid tokenizer.json",
                    fault);
        }
    }

    private static int[] ids(long encoding) {
        long[] wide = TokenizersLibrary.LIB.getTokenIds(encoding);
        int[] ids = new int[wide.length];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = Math.toIntExact(wide[i]);
        }
        return ids;
    }
}
