package dev.assay.run;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.activation.store.ActivationStore;
import dev.assay.io.AtomicFiles;
import dev.assay.io.Json;
import dev.assay.model.config.Precision;
import dev.assay.provenance.Provenance;
import dev.assay.text.Corpus;
import dev.assay.text.HoldOut;
import dev.assay.text.document.TextFiles;
import dev.assay.text.document.TextSource;
import dev.assay.text.document.WeightedText;
import dev.assay.text.story.StoryCorpus;
import dev.assay.text.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a folder written by {@code assay train} is about: {@code run.json}, from which {@code evaluate} and {@code inspect} find model
 * and text again.
 *
 * @param model a Hugging Face folder, a name of the hub, {@code assay/stories}, or a file of an exported model
 * @param hooks the sites, written as {@code hook}: one name as a string
 * @param text files, folders, globs, or {@code assay/stories/COUNT} for generated stories; with {@code WEIGHT:} before each of them
 *     they are mixed
 * @param textField the field of a JSON line, or the column of a Parquet file, that holds the text
 * @param contextLength tokens of a context
 * @param prependBos whether every context starts with BOS
 * @param heldOutEvery of so many documents one is held out
 * @param chunkCharacters the length at which plain text files, each of them one document, are cut; 0 for never
 * @param heldOutBy how they are chosen: {@code position} or {@code hash}; position where the file does not say
 * @param shuffleDocuments the window in which documents are shuffled, 0 for not at all
 * @param textSeed decides mixing and shuffling; 0 where there is neither
 * @param tokenizer a folder with the tokenizer of an exported model; null for any other, which has its own
 * @param precision what the products of the model compute in; float32 where the file does not say
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RunDescription(
        String model,

        @JsonProperty("hook")
        @JsonFormat(
                with = {
                    JsonFormat.Feature.WRITE_SINGLE_ELEM_ARRAYS_UNWRAPPED,
                    JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY
                })
        List<String> hooks,

        List<String> text,
        @JsonProperty("text_field") String textField,
        @JsonProperty("context_length") int contextLength,
        @JsonProperty("prepend_bos") boolean prependBos,
        @JsonProperty("held_out_every") int heldOutEvery,
        @JsonProperty("chunk_characters") int chunkCharacters,
        @JsonProperty("held_out_by") String heldOutBy,
        @JsonProperty("shuffle_documents") int shuffleDocuments,
        @JsonProperty("text_seed") long textSeed,
        String tokenizer,
        Precision precision) {

    /** Fills in what descriptions written before the last five fields lack, and what nothing depends on. */
    public RunDescription {
        hooks = hooks == null ? null : split(hooks);
        heldOutBy = heldOutBy == null ? POSITION : heldOutBy;
        textSeed = shuffleDocuments > 0 || WeightedName.areMixed(text) ? textSeed : 0;
        precision = precision == null ? Precision.FLOAT32 : precision;
    }

    /** Splits names that were joined by commas, as early versions wrote several sites. */
    private static List<String> split(List<String> names) {
        return names.stream().flatMap(name -> Stream.of(name.split(","))).toList();
    }

    /** A model that has its tokenizer, in float32, and text as it is: not mixed, not shuffled, split by position. */
    public RunDescription(
            String model,
            String hook,
            List<String> text,
            String textField,
            int contextLength,
            boolean prependBos,
            int heldOutEvery,
            int chunkCharacters) {
        this(
                model,
                List.of(hook),
                text,
                textField,
                contextLength,
                prependBos,
                heldOutEvery,
                chunkCharacters,
                POSITION,
                0,
                0,
                null,
                null);
    }

    public static final String FILE = "run.json";
    public static final String POSITION = "position";
    static final String HASH = "hash";

    private static final String STORIES = "assay/stories";
    private static final int STORY_COUNT = 20_000;
    /** The stories that people train dictionaries on are not those that the embedded model was trained on. */
    private static final long STORY_SEED = 2;

    /** Reads the description of a run. */
    public static RunDescription read(Path folder) throws IOException {
        Path file = folder.resolve(FILE);
        if (!Files.exists(file)) {
            throw new InvalidInputException(
                    folder + " has no " + FILE + ", expected a folder that assay train has written");
        }
        try {
            RunDescription run = Json.mapper().treeToValue(Json.read(file), RunDescription.class);
            if (run.model == null || run.hooks == null || run.text == null) {
                throw new InvalidInputException(
                        file + " lacks a field, expected at least \"model\", \"hook\" and \"text\"");
            }
            return run;
        } catch (JsonProcessingException mismatch) {
            throw new InvalidInputException(file + ": " + mismatch.getOriginalMessage(), mismatch);
        }
    }

    /** Describes a run on stored activations by what they were harvested from. */
    public static RunDescription of(ActivationStore store, List<String> hooks) {
        Provenance from = store.provenance();
        ObjectNode fields = Json.mapper()
                .valueToTree(new RunDescription(
                        from.model().name(),
                        "",
                        List.of(),
                        "text",
                        from.text().contextLength(),
                        from.text().prependBos(),
                        0,
                        0));
        fields.setAll(store.note());
        fields.set("hook", Json.mapper().valueToTree(hooks));
        try {
            return Json.mapper().treeToValue(fields, RunDescription.class);
        } catch (JsonProcessingException mismatch) {
            throw new InvalidInputException(
                    store.folder() + ": the note in its table of contents: " + mismatch.getOriginalMessage(), mismatch);
        }
    }

    /**
     * Writes the description to a folder, unless the folder is of another run. A run that was refused before it began, for its
     * text, say, does not count.
     *
     * @param folder made when missing
     */
    public void write(Path folder) throws IOException {
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
        save(folder);
    }

    /** Writes the description to a folder, whatever is in it. */
    public void save(Path folder) throws IOException {
        Files.createDirectories(folder);
        AtomicFiles.writeString(folder.resolve(FILE), Json.pretty(Json.mapper().valueToTree(this)));
    }

    /** The same model and text at other sites. */
    public RunDescription at(List<String> sites) {
        return new RunDescription(
                model,
                sites,
                text,
                textField,
                contextLength,
                prependBos,
                heldOutEvery,
                chunkCharacters,
                heldOutBy,
                shuffleDocuments,
                textSeed,
                tokenizer,
                precision);
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

    /** The same run on another model, which has its tokenizer, or text, or in another precision: null for what stays. */
    public RunDescription on(String otherModel, List<String> otherText, Precision otherPrecision) {
        return new RunDescription(
                otherModel == null ? model : otherModel,
                hooks,
                otherText == null ? text : otherText,
                textField,
                contextLength,
                prependBos,
                heldOutEvery,
                chunkCharacters,
                heldOutBy,
                shuffleDocuments,
                textSeed,
                otherModel == null ? tokenizer : null,
                otherPrecision == null ? precision : otherPrecision);
    }

    /** The text as a corpus for a model's tokenizer. */
    public Corpus corpus(Tokenizer tokenizer) {
        if (shuffleDocuments < 0) {
            throw new InvalidInputException(
                    "documents are shuffled in a window of " + shuffleDocuments + ", expected 0 or more");
        }
        TextSource source = source();
        return Corpus.of(tokenizer, shuffleDocuments == 0 ? source : source.shuffled(shuffleDocuments, textSeed))
                .contextLength(contextLength)
                .prependBos(prependBos)
                .holdOut(new HoldOut(rule(), heldOutEvery))
                .build();
    }

    private HoldOut.Rule rule() {
        return switch (heldOutBy) {
            case POSITION -> HoldOut.Rule.POSITION;
            case HASH -> HoldOut.Rule.HASH;
            default ->
                throw new InvalidInputException(
                        "documents are held out by \"" + heldOutBy + "\", expected " + POSITION + " or " + HASH);
        };
    }

    private TextSource source() {
        if (WeightedName.areMixed(text)) {
            return TextSource.mix(
                    text.stream()
                            .map(WeightedName::parse)
                            .map(part -> new WeightedText(source(part.name()), part.weight()))
                            .toList(),
                    textSeed);
        }
        return text.stream()
                .map(this::source)
                .reduce(TextSource::then)
                .orElseThrow(() -> new InvalidInputException("no text was given, expected at least one file"));
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
        return TextFiles.at(name).field(textField).cuttingPlainText(chunkCharacters);
    }
}
