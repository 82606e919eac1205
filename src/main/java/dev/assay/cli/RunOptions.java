package dev.assay.cli;

import dev.assay.model.config.Precision;
import dev.assay.run.RunDescription;
import dev.assay.run.TextDescription;
import dev.assay.text.BosRule;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The model and the text: options shared by {@code train} and {@code harvest}. */
final class RunOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--model",
            paramLabel = "MODEL",
            description = "folder of a Hugging Face model, hub name org/name[@revision], assay/stories, or file of an"
                    + " exported model (.pt or .onnx)")
    private String model;

    @Option(
            names = "--tokenizer",
            paramLabel = "DIR",
            description = "folder with the tokenizer.json of an exported model; other models have their own")
    private String tokenizer;

    @Option(
            names = "--precision",
            paramLabel = "TYPE",
            defaultValue = "float32",
            description = "precision of the model: float32, bfloat16 or float16 (default ${DEFAULT-VALUE})")
    private Precision precision;

    @Option(
            names = "--text",
            arity = "1..*",
            paramLabel = "[WEIGHT:]TEXT",
            description =
                    "text files (.txt or .jsonl, optionally compressed as .gz or .zst, or .parquet), folders, quoted"
                            + " globs, or assay/stories[/COUNT] for generated stories; weights define a mixture")
    private List<String> text;

    @Option(
            names = "--text-field",
            paramLabel = "FIELD",
            defaultValue = TextDescription.FIELD,
            description = "field of a JSON line, or column of a Parquet file (default ${DEFAULT-VALUE})")
    private String textField;

    @Option(
            names = "--context",
            paramLabel = "N",
            defaultValue = "" + TextDescription.CONTEXT_LENGTH,
            description = "tokens per context (default ${DEFAULT-VALUE})")
    private int contextLength;

    @Option(
            names = "--prepend-bos",
            negatable = true,
            fallbackValue = "true",
            description = "start every context with BOS (default: what the tokenizer does)")
    private Boolean prependBos; // null for the tokenizer's rule

    @Option(
            names = "--held-out-every",
            paramLabel = "N",
            defaultValue = "" + TextDescription.HELD_OUT_EVERY,
            description = "hold out one of every N documents (default ${DEFAULT-VALUE})")
    private int heldOutEvery;

    @Option(
            names = "--held-out-by",
            defaultValue = TextDescription.POSITION,
            paramLabel = "position|hash",
            description =
                    "rule for holding out documents; hash keeps equal documents on the same side (default ${DEFAULT-VALUE})")
    private String heldOutBy;

    @Option(
            names = "--shuffle-documents",
            defaultValue = "0",
            paramLabel = "WINDOW",
            description = "shuffle documents within a window of this size (default: no shuffling)")
    private int shuffleDocuments;

    @Option(
            names = "--chunk-characters",
            paramLabel = "N",
            defaultValue = "" + TextDescription.CHUNK_CHARACTERS,
            description =
                    "cut plain text files into documents of N characters (default ${DEFAULT-VALUE}; 0: do not cut)")
    private int chunkCharacters;

    /**
     * Describes a run.
     *
     * @param hooks the sites; null if the option was not set
     * @param textSeed the seed of mixing and shuffling
     * @throws ParameterException if the model, the text or the sites are missing
     */
    RunDescription describe(List<String> hooks, long textSeed) {
        require(model, "--model=MODEL");
        require(text, "--text=TEXT");
        require(hooks, "--hook=SITE");
        return new RunDescription(
                model,
                hooks,
                new TextDescription(
                        text,
                        textField,
                        contextLength,
                        prependBos == null ? BosRule.TOKENIZER : BosRule.of(prependBos),
                        heldOutEvery,
                        chunkCharacters,
                        heldOutBy,
                        shuffleDocuments,
                        textSeed),
                tokenizer,
                precision);
    }

    private void require(Object value, String option) {
        if (value == null) {
            throw new ParameterException(spec.commandLine(), "Missing required option: '" + option + "'");
        }
    }

    /** Fails if one of these options was set together with an option that replaces all of them. */
    void rejectTogetherWith(String other) {
        List<String> set = spec.mixins().get("runOptions").options().stream()
                .map(option -> option.longestName())
                .filter(spec.commandLine().getParseResult()::hasMatchedOption)
                .toList();
        if (!set.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(),
                    set.get(0) + " was given together with " + other
                            + ", which replaces it; expected only one of them");
        }
    }
}
