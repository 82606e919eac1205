package dev.assay.experiment.organism;

import dev.assay.InvalidInputException;
import dev.assay.text.Corpus;
import dev.assay.text.dialogue.Dialogue;
import dev.assay.text.dialogue.DialogueFormat;
import dev.assay.text.document.Document;
import dev.assay.text.document.TextSource;
import dev.assay.text.tokenizer.BpeTrainer;
import dev.assay.text.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Dialogues as a corpus with one dialogue per context. A context is filled with end-of-text tokens, which are special, so that dictionaries
 * are not trained on them.
 */
public final class DialogueContexts {
    private DialogueContexts() {}

    /**
     * Creates the corpus.
     *
     * @param tokenizer a tokenizer whose special tokens include {@link BpeTrainer#END_OF_TEXT} and the markers
     * @param format the markers
     * @param dialogues at least one dialogue
     * @param contextLength the number of tokens per context, more than the longest dialogue has
     * @return a corpus without held-out documents
     */
    public static Corpus of(Tokenizer tokenizer, DialogueFormat format, List<Dialogue> dialogues, int contextLength) {
        List<Document> documents = new ArrayList<>();
        for (Dialogue dialogue : dialogues) {
            int[] ids = format.encode(dialogue, tokenizer).ids();
            InvalidInputException.require(
                    ids.length < contextLength,
                    () -> "a dialogue has " + ids.length + " tokens, expected fewer than the context length, "
                            + contextLength);
            String text = tokenizer.decode(ids);
            InvalidInputException.require(
                    Arrays.equals(ids, tokenizer.encode(text)),
                    () -> "the tokenizer divides the dialogue \"" + text + "\" in another way than its turns");
            // The corpus itself adds one end-of-text token after each document.
            String filler = BpeTrainer.END_OF_TEXT.repeat(contextLength - ids.length - 1);
            documents.add(new Document("dialogue " + documents.size(), text + filler));
        }
        return Corpus.of(tokenizer, TextSource.of(documents))
                .contextLength(contextLength)
                .heldOutEvery(0)
                .build();
    }
}
