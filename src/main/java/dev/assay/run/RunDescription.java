package dev.assay.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.activation.store.ActivationStore;
import dev.assay.io.AtomicFiles;
import dev.assay.io.Json;
import dev.assay.io.JsonObject;
import dev.assay.io.TemporaryNames;
import dev.assay.model.config.Precision;
import dev.assay.provenance.Provenance;
import dev.assay.text.BosRule;
import dev.assay.text.Corpus;
import dev.assay.text.tokenizer.Tokenizer;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The content of {@code run.json}: the model, the sites and the text of a run. Serializable, so that another process can open the same
 * model and text.
 *
 * @param model a Hugging Face folder, a name on the hub, {@code assay/stories}, or a file of an exported model
 * @param hooks the names of the sites
 * @param text the text
 * @param tokenizer a folder with the tokenizer of an exported model; null for any other model, which has its own
 * @param precision the type in which the model's matrix products are computed
 */
public record RunDescription(
        String model, List<String> hooks, TextDescription text, String tokenizer, Precision precision)
        implements Serializable {

    /** Copies the list of sites. */
    public RunDescription {
        hooks = List.copyOf(hooks);
    }

    /**
     * Describes a run in float32 on a model that has its own tokenizer.
     *
     * @param model a Hugging Face folder, a name on the hub, or {@code assay/stories}
     * @param hook the name of the site
     * @param text the text
     * @return the description
     */
    public static RunDescription of(String model, String hook, TextDescription text) {
        return new RunDescription(model, List.of(hook), text, null, Precision.FLOAT32);
    }

    /**
     * Describes a run on stored activations by the model and text that they were harvested from.
     *
     * @param store the activations
     * @param hooks the names of the sites
     * @return the description
     */
    public static RunDescription of(ActivationStore store, List<String> hooks) {
        Provenance from = store.provenance();
        TextDescription text = TextDescription.of()
                .withContexts(from.text().contextLength(), from.text().prependBos())
                .withHeldOutEvery(0)
                .withChunkCharacters(0);
        ObjectNode fields = new RunDescription(from.model().name(), hooks, text, null, Precision.FLOAT32).toJson();
        fields.setAll(store.note());
        fields.set("hook", Json.mapper().valueToTree(hooks));
        try {
            return Json.mapper().treeToValue(fields, RunFile.class).description();
        } catch (JsonProcessingException mismatch) {
            throw new InvalidInputException(
                    store.folder() + ": the note in its manifest: " + mismatch.getOriginalMessage(), mismatch);
        }
    }

    /**
     * Reads the description that a feature store has as a note.
     *
     * @param store the folder of the store, for messages
     * @param note the note; may be empty
     * @return the description; empty if the note has none
     */
    static Optional<RunDescription> ofNote(Path store, ObjectNode note) {
        if (!note.has("model")) {
            return Optional.empty();
        }
        try {
            RunFile run = Json.mapper().treeToValue(note, RunFile.class);
            run.requireBosRule(store);
            return run.isComplete() ? Optional.of(run.description()) : Optional.empty();
        } catch (JsonProcessingException mismatch) {
            throw new InvalidInputException(
                    store + ": the note in its manifest: " + mismatch.getOriginalMessage(), mismatch);
        }
    }

    /**
     * Reads the description of a run folder.
     *
     * @param folder the run folder
     * @return the description
     * @throws IOException if the file cannot be read
     * @throws InvalidInputException if the folder has no description, or one that lacks a field
     */
    public static RunDescription read(Path folder) throws IOException {
        Path file = new RunLayout(folder).description();
        if (!Files.exists(file)) {
            throw new InvalidInputException(
                    folder + " has no " + RunLayout.DESCRIPTION + ", expected a folder that assay train has written");
        }
        try {
            RunFile run = Json.mapper().treeToValue(JsonObject.read(file).node(), RunFile.class);
            if (!run.isComplete()) {
                throw new InvalidInputException(
                        file + " lacks a field, expected at least \"model\", \"hook\" and \"text\"");
            }
            run.requireBosRule(file);
            return run.description();
        } catch (JsonProcessingException mismatch) {
            throw new InvalidInputException(file + ": " + mismatch.getOriginalMessage(), mismatch);
        }
    }

    /**
     * Builds the corpus of the text.
     *
     * @param tokens the tokenizer of the model
     * @return the corpus
     * @throws InvalidInputException if no text is named or an option is out of range
     */
    public Corpus corpus(Tokenizer tokens) {
        return text.corpus(tokens);
    }

    /**
     * Returns a copy with a choice of BOS. A rule of the description comes first, then the choice of the run or the activations that a
     * folder holds, then what the tokenizer itself does.
     *
     * @param tokens the tokenizer of the model
     * @param folder the folder that the run writes, which need not exist
     * @return the copy
     * @throws IOException if a file cannot be read
     */
    public RunDescription resolved(Tokenizer tokens, Path folder) throws IOException {
        TextDescription chosen = text;
        if (text.bos() == BosRule.TOKENIZER && isBegun(folder)) {
            chosen = text.withContexts(text.contextLength(), read(folder).text().bos());
        } else if (text.bos() == BosRule.TOKENIZER && ActivationStore.isStore(folder)) {
            ActivationStore store = ActivationStore.open(folder);
            chosen = text.withContexts(
                    text.contextLength(), store.provenance().text().prependBos());
        }
        return withText(chosen.resolved(tokens));
    }

    /**
     * Returns the length of contexts and whether they start with BOS, in one line.
     *
     * @param tokens the tokenizer of the model
     * @return such as {@code contexts of 128 tokens without BOS}
     */
    public String contexts(Tokenizer tokens) {
        return "contexts of " + text.contextLength() + " tokens"
                + (text.bos().prepends(tokens)
                        ? ", each starting with BOS " + tokens.piece(tokens.bosId())
                        : " without BOS");
    }

    /** {@return the description for the manifest of a store of activations, which lists several sites itself} */
    public ObjectNode harvestNote() {
        ObjectNode note = toJson();
        if (hooks.size() > 1) {
            note.remove("hook");
        }
        return note;
    }

    /** {@return the content of {@code run.json}} */
    public ObjectNode toJson() {
        return Json.mapper().valueToTree(RunFile.of(this));
    }

    /**
     * Writes the description to a folder unless the folder holds another run. A run that failed before its first checkpoint does not
     * count.
     *
     * @param folder the run folder, created if missing
     * @throws IOException if the file cannot be written
     * @throws InvalidInputException if the folder holds another run or other files
     */
    public void write(Path folder) throws IOException {
        RunLayout layout = new RunLayout(folder);
        Path file = layout.description();
        if (isBegun(folder)) {
            requireSame(
                    file, read(folder).toJson(), RunFile.of(this).description().toJson());
            return;
        }
        if (!Files.exists(file)) {
            requireEmpty(folder);
        }
        save(folder);
    }

    /** Refuses another run, naming each field that differs. */
    private static void requireSame(Path file, ObjectNode stored, ObjectNode asked) {
        Set<String> fields = new LinkedHashSet<>();
        stored.fieldNames().forEachRemaining(fields::add);
        asked.fieldNames().forEachRemaining(fields::add);
        String differences = fields.stream()
                .filter(field -> !stored.path(field).equals(asked.path(field)))
                .map(field -> field + " is " + text(stored.path(field)) + ", requested was " + text(asked.path(field)))
                .collect(Collectors.joining("; "));
        if (!differences.isEmpty()) {
            throw new InvalidInputException(file.getParent() + " holds another run (see " + file + "): " + differences
                    + "; expected a new folder or the same options to resume");
        }
    }

    private static String text(JsonNode value) {
        return value.isMissingNode() ? "not set" : value.toString();
    }

    /** Returns whether a folder holds a run with a checkpoint or a dictionary. */
    private static boolean isBegun(Path folder) {
        RunLayout layout = new RunLayout(folder);
        return Files.exists(layout.description())
                && (Files.exists(layout.checkpoints()) || Files.exists(folder.resolve("cfg.json")));
    }

    /**
     * Writes the description to a folder, replacing one that is there.
     *
     * @param folder the run folder, created if missing
     * @throws IOException if the file cannot be written
     */
    public void save(Path folder) throws IOException {
        Files.createDirectories(folder);
        AtomicFiles.writeString(new RunLayout(folder).description(), Json.pretty(toJson()));
    }

    private static void requireEmpty(Path folder) throws IOException {
        if (Files.exists(folder) && !Files.isDirectory(folder)) {
            throw new InvalidInputException(folder + " is a file, expected a folder");
        }
        if (Files.isDirectory(folder)) {
            List<Path> found;
            try (var entries = Files.list(folder)) {
                found = entries.toList();
            }
            for (Path entry : found) {
                if (!TemporaryNames.isIgnored(entry)) {
                    throw new InvalidInputException(folder + " holds " + entry.getFileName()
                            + ", expected a new or empty folder, or one with a run of assay train");
                }
            }
        }
    }

    /**
     * Returns a copy at other sites.
     *
     * @param sites the names of the sites
     * @return the copy
     */
    public RunDescription at(List<String> sites) {
        return new RunDescription(model, sites, text, tokenizer, precision);
    }

    /**
     * Returns a copy on another model, which has its own tokenizer.
     *
     * @param other a Hugging Face folder, a name on the hub, or {@code assay/stories}
     * @return the copy
     */
    public RunDescription withModel(String other) {
        return new RunDescription(other, hooks, text, null, precision);
    }

    /**
     * Returns a copy on other text.
     *
     * @param other the text
     * @return the copy
     */
    public RunDescription withText(TextDescription other) {
        return new RunDescription(model, hooks, other, tokenizer, precision);
    }

    /**
     * Returns a copy in another precision.
     *
     * @param other the type in which the model's matrix products are computed
     * @return the copy
     */
    public RunDescription withPrecision(Precision other) {
        return new RunDescription(model, hooks, text, tokenizer, other);
    }
}
