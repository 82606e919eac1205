package dev.assay.run;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.assay.InvalidInputException;
import dev.assay.model.config.Precision;
import dev.assay.text.BosRule;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** The fields of {@code run.json}, in the order of the file; null for a field that the file lacks. */
@JsonInclude(JsonInclude.Include.NON_NULL)
record RunFile(
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
        @JsonProperty("prepend_bos") Object prependBos,
        @JsonProperty("held_out_every") int heldOutEvery,
        @JsonProperty("chunk_characters") int chunkCharacters,
        @JsonProperty("held_out_by") String heldOutBy,
        @JsonProperty("shuffle_documents") int shuffleDocuments,
        @JsonProperty("text_seed") long textSeed,
        String tokenizer,
        Precision precision) {
    /** The value of {@code prepend_bos} for {@link BosRule#TOKENIZER}. */
    private static final String BY_TOKENIZER = "tokenizer";

    static RunFile of(RunDescription run) {
        TextDescription text = run.text();
        return new RunFile(
                run.model(),
                run.hooks(),
                text.sources(),
                text.field(),
                text.contextLength(),
                stored(text.bos()),
                text.heldOutEvery(),
                text.chunkCharacters(),
                text.heldOutBy(),
                text.shuffleDocuments(),
                text.seed(),
                run.tokenizer(),
                run.precision());
    }

    private static Object stored(BosRule rule) {
        return rule == BosRule.TOKENIZER ? BY_TOKENIZER : (Object) (rule == BosRule.PREPEND);
    }

    private BosRule bosRule() {
        // Early versions did not write the field.
        return BY_TOKENIZER.equals(prependBos) ? BosRule.TOKENIZER : BosRule.of(Boolean.TRUE.equals(prependBos));
    }

    /**
     * Checks a field whose type Jackson does not check.
     *
     * @param file the file, for the message
     */
    void requireBosRule(Path file) {
        InvalidInputException.require(
                prependBos == null || prependBos instanceof Boolean || prependBos.equals(BY_TOKENIZER),
                () -> file + ": prepend_bos is \"" + prependBos + "\", expected true, false or \"" + BY_TOKENIZER
                        + "\"");
    }

    boolean isComplete() {
        return model != null
                && hooks != null
                && text != null
                && Stream.concat(hooks.stream(), text.stream()).noneMatch(Objects::isNull);
    }

    /** Returns the description, with defaults for fields that early versions did not write. */
    RunDescription description() {
        return new RunDescription(
                model,
                hooks.stream().flatMap(RunFile::split).toList(),
                new TextDescription(
                        text,
                        textField == null ? "text" : textField,
                        contextLength,
                        bosRule(),
                        heldOutEvery,
                        chunkCharacters,
                        heldOutBy == null ? TextDescription.POSITION : heldOutBy,
                        shuffleDocuments,
                        textSeed),
                tokenizer,
                precision == null ? Precision.FLOAT32 : precision);
    }

    /** Splits names joined by commas, as early versions wrote several sites. */
    private static Stream<String> split(String names) {
        return Stream.of(names.split(","));
    }
}
