package dev.assay.text.tokenizer;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import dev.assay.InvalidInputException;
import dev.assay.parquet.Unicode;
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
 * Makes token ids of text and text of token ids, as the {@code tokenizer.json} of a Hugging Face folder says. Any number of
 * threads may use one tokenizer.
 */
public final class Tokenizer implements AutoCloseable {
    /** Contexts are cut by {@link Corpus}; the tokenizer itself must neither cut nor fill up what it is given. */
    private static final Map<String, String> OPTIONS =
            Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false");

    private final TokenizerFiles files;
    private final HuggingFaceTokenizer tokenizer;

    /** Readable text of each token, filled when it is first asked for; two threads may both write the same value. */
    private final String[] readable;

    private Tokenizer(TokenizerFiles files, HuggingFaceTokenizer tokenizer) {
        this.files = files;
        this.tokenizer = tokenizer;
        this.readable = new String[files.vocabulary().size()];
    }

    /**
     * Opens a tokenizer. Nothing is fetched from any network.
     *
     * @param fileOrFolder a {@code tokenizer.json}, or a folder that holds one; the files beside it name the BOS and EOS tokens
     * @return the tokenizer
     * @throws InvalidInputException if it is missing or unusable
     * @throws IOException if reading fails
     */
    public static Tokenizer load(Path fileOrFolder) throws IOException {
        TokenizerFiles files = TokenizerFiles.read(fileOrFolder);
        return new Tokenizer(files, open(files));
    }

    private static HuggingFaceTokenizer open(TokenizerFiles files) throws IOException {
        try {
            return OfflineEngine.call(() -> HuggingFaceTokenizer.newInstance(
                    new ByteArrayInputStream(files.json().getBytes(StandardCharsets.UTF_8)), OPTIONS));
        } catch (RuntimeException e) {
            throw new InvalidInputException(
                    files.file() + ": the tokenizer cannot be built (" + e.getMessage()
                            + "), expected a tokenizer.json",
                    e);
        }
    }

    /**
     * Cuts text into tokens. No token is added at the start or the end; special tokens that the text spells out are recognised.
     *
     * @param text any text
     * @return token ids, [tokens]
     */
    public int[] encode(String text) {
        return encode(text, false);
    }

    /**
     * Cuts text into tokens.
     *
     * @param text any text
     * @param addSpecialTokens whether to add what the tokenizer's file asks for at the start and the end, such as a BOS token
     * @return token ids, [tokens]
     */
    public int[] encode(String text, boolean addSpecialTokens) {
        return withEncoding(text, addSpecialTokens, Tokenizer::ids);
    }

    /**
     * Cuts text into tokens as {@link #encode(String)} does, and tells where each of them stands.
     *
     * @param text any text
     * @return ids and spans
     */
    public Encoding encodeWithOffsets(String text) {
        return encodeWithOffsets(text, false);
    }

    /**
     * Cuts text into tokens as {@link #encode(String, boolean)} does, and tells where each of them stands.
     *
     * @param text any text
     * @param addSpecialTokens whether to add special tokens; their spans are empty and lie at 0
     * @return ids and spans
     */
    public Encoding encodeWithOffsets(String text, boolean addSpecialTokens) {
        return withEncoding(text, addSpecialTokens, encoding -> withOffsets(text, encoding));
    }

    /**
     * Cuts text into tokens as {@link #encode(String, boolean)} does, and returns how they are spelled. Where a unigram model does
     * not know a part of the text, that part is returned, not the unknown token.
     *
     * @param text any text
     * @param addSpecialTokens whether to add special tokens
     * @return entries of the vocabulary such as {@code Ġthe}, [tokens]
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
     * Makes text of tokens, special tokens included.
     *
     * @param ids token ids
     * @return the text; bytes that are no character become U+FFFD
     */
    public String decode(int... ids) {
        return decode(ids, false);
    }

    /**
     * Makes text of tokens.
     *
     * @param ids token ids
     * @param skipSpecialTokens whether to leave special tokens out
     * @return the text; bytes that are no character become U+FFFD
     */
    public String decode(int[] ids, boolean skipSpecialTokens) {
        long[] wide = new long[ids.length];
        for (int i = 0; i < ids.length; i++) {
            checkId(ids[i]);
            wide[i] = ids[i];
        }
        return checked(() -> tokenizer.decode(wide, skipSpecialTokens));
    }

    /**
     * Returns the text of one token with its leading space, as it appears within a text.
     *
     * @param id a token id
     * @return its text; a part of a character is U+FFFD
     */
    public String token(int id) {
        checkId(id);
        String text = readable[id];
        if (text == null) {
            String piece = files.vocabulary().piece(id);
            // Decoding a lone SentencePiece token would lose the space that its lower block stands for.
            text = piece.indexOf('\u2581') >= 0 ? piece.replace('\u2581', ' ') : decode(id);
            readable[id] = text;
        }
        return text;
    }

    /**
     * Returns the entry of the vocabulary as the file spells it, such as {@code Ġthe}.
     *
     * @param id a token id
     * @return the entry, empty where the vocabulary has a gap
     */
    public String piece(int id) {
        checkId(id);
        return files.vocabulary().piece(id);
    }

    /**
     * Returns the number of token ids, added tokens included.
     *
     * @return the largest id plus one
     */
    public int vocabularySize() {
        return files.vocabulary().size();
    }

    /**
     * Returns the id of the token at the beginning of a text.
     *
     * @return the id, -1 where there is none
     */
    public int bosId() {
        return files.bosId();
    }

    /**
     * Returns the id of the token at the end of a text.
     *
     * @return the id, -1 where there is none
     */
    public int eosId() {
        return files.eosId();
    }

    /**
     * Tells whether a token is special: no text, but a sign to the model.
     *
     * @param id a token id
     * @return whether the tokenizer marks it as special
     */
    public boolean isSpecial(int id) {
        checkId(id);
        return files.vocabulary().isSpecial(id);
    }

    /**
     * Returns the file this tokenizer was read from.
     *
     * @return the {@code tokenizer.json}
     */
    public Path file() {
        return files.file();
    }

    @Override
    public void close() {
        tokenizer.close();
    }

    private void checkId(int id) {
        if (id < 0 || id >= readable.length) {
            throw new InvalidInputException(
                    files.file() + ": found token id " + id + ", expected 0 to " + (readable.length - 1));
        }
    }

    /**
     * Encodes a text and reads of the result what is wanted. DJL's own method copies seven arrays of each encoding out of native
     * memory, which takes longer than the encoding.
     */
    private <T> T withEncoding(String text, boolean addSpecialTokens, LongFunction<T> reader) {
        String repaired = Unicode.wellFormed(text);
        long encoding = checked(() -> TokenizersLibrary.LIB.encode(tokenizer.getHandle(), repaired, addSpecialTokens));
        try {
            return reader.apply(encoding);
        } finally {
            TokenizersLibrary.LIB.deleteEncoding(encoding);
        }
    }

    /** Some faults of a file come to light only when it is used. */
    private <T> T checked(Supplier<T> use) {
        try {
            return use.get();
        } catch (RuntimeException fault) {
            throw new InvalidInputException(files.file() + ": the tokenizer fails (" + fault.getMessage() + ")", fault);
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
