package dev.assay.cli;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import dev.assay.InvalidInputException;
import dev.assay.checkpoint.AtomicFiles;
import dev.assay.checkpoint.Json;
import dev.assay.text.Corpus;
import dev.assay.text.StoryCorpus;
import dev.assay.text.TextSource;
import dev.assay.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What a folder written by {@code assay train} is about: {@code run.json}, from which {@code evaluate} and {@code inspect} find model
 * and text again.
 *
 * @param model a folder, or the name of a model that comes with Assay
 * @param hook the site
 * @param text files, or {@code assay/stories/COUNT} for generated stories
 * @param textField the field of a JSON line that holds the text
 * @param contextLength tokens of a context
 * @param prependBos whether every context starts with BOS
 * @param heldOutEvery of so many documents one is held out
 * @param chunkCharacters the length at which plain text files, each of them one document, are cut; 0 for never
 */
record RunDescription(
        String model,
        String hook,
        List<String> text,
        @JsonProperty("text_field") String textField,
        @JsonProperty("context_length") int contextLength,
        @JsonProperty("prepend_bos") boolean prependBos,
        @JsonProperty("held_out_every") int heldOutEvery,
        @JsonProperty("chunk_characters") int chunkCharacters) {

    static final String FILE = "run.json";

    private static final String STORIES = "assay/stories";
    private static final int STORY_COUNT = 20_000;
    /** The stories that people train dictionaries on are not those that the embedded model was trained on. */
    private static final long STORY_SEED = 2;

    /** Reads the description of a run. */
    static RunDescription read(Path folder) throws IOException {
        Path file = folder.resolve(FILE);
        if (!Files.exists(file)) {
            throw new InvalidInputException(
                    folder + " has no " + FILE + ", expected a folder that assay train has written");
        }
        try {
            RunDescription run = Json.mapper().treeToValue(Json.read(file), RunDescription.class);
            if (run.model == null || run.hook == null || run.text == null) {
                throw new InvalidInputException(
                        file + " lacks a field, expected at least \"model\", \"hook\" and \"text\"");
            }
            return run;
        } catch (JsonProcessingException mismatch) {
            throw new InvalidInputException(file + ": " + mismatch.getOriginalMessage(), mismatch);
        }
    }

    /**
     * Writes the description to a folder, unless the folder is of another run. A run that was refused before it began, for its
     * text, say, does not count.
     *
     * @param folder made when missing
     */
    void write(Path folder) throws IOException {
        Path file = folder.resolve(FILE);
        boolean begun = Files.exists(folder.resolve("checkpoints")) || Files.exists(folder.resolve("cfg.json"));
        if (Files.exists(file) && begun) {
            if (!read(folder).equals(this)) {
                throw new InvalidInputException(folder + " holds another run (see " + file
                        + "), expected a new folder or the same run to go on");
            }
            return;
        }
        if (!Files.exists(file)) {
            requireEmpty(folder);
        }
        Files.createDirectories(folder);
        AtomicFiles.writeString(file, Json.pretty(Json.mapper().valueToTree(this)));
    }

    private static void requireEmpty(Path folder) throws IOException {
        if (Files.exists(folder) && !Files.isDirectory(folder)) {
            throw new InvalidInputException(folder + " is a file, expected a folder");
        }
        if (Files.isDirectory(folder)) {
            try (var entries = Files.list(folder)) {
                entries.filter(entry -> !AtomicFiles.isTemporary(entry))
                        .findFirst()
                        .ifPresent(entry -> {
                            throw new InvalidInputException(folder + " holds " + entry.getFileName()
                                    + ", expected a new or empty folder, or one with a run of assay train");
                        });
            }
        }
    }

    /** The text as a corpus for a model's tokenizer. */
    Corpus corpus(Tokenizer tokenizer) {
        TextSource source = text.stream()
                .map(this::source)
                .reduce(TextSource::then)
                .orElseThrow(() -> new InvalidInputException("no text was given, expected at least one file"));
        return Corpus.of(tokenizer, source)
                .contextLength(contextLength)
                .prependBos(prependBos)
                .heldOutEvery(heldOutEvery)
                .build();
    }

    private TextSource source(String name) {
        if (name.equals(STORIES)) {
            return StoryCorpus.of(STORY_SEED, STORY_COUNT);
        }
        if (name.startsWith(STORIES + "/")) {
            try {
                return StoryCorpus.of(STORY_SEED, Integer.parseInt(name.substring(STORIES.length() + 1)));
            } catch (NumberFormatException wrong) {
                throw new InvalidInputException(name + ": expected a number of stories after " + STORIES + "/", wrong);
            }
        }
        TextSource file = TextSource.files(List.of(Path.of(name)), textField);
        boolean plain = name.endsWith(".txt") || name.endsWith(".txt.gz");
        return plain ? file.chunked(chunkCharacters) : file;
    }
}
