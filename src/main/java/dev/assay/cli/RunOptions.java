package dev.assay.cli;

import dev.assay.model.config.Precision;
import dev.assay.run.RunDescription;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Which model reads which text: what {@code train} and {@code harvest} share. */
final class RunOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--model",
            paramLabel = "MODEL",
            description = "a Hugging Face folder, org/name[@revision] of its hub, assay/stories, or an exported model"
                    + " (.pt or .onnx)")
    private String model;

    @Option(
            names = "--tokenizer",
            paramLabel = "DIR",
            description = "the folder with tokenizer.json, for an exported model; others have their own")
    private String tokenizer;

    @Option(
            names = "--precision",
            paramLabel = "TYPE",
            defaultValue = "float32",
            description = "float32, bfloat16 or float16: what the model computes in (default ${DEFAULT-VALUE})")
    private Precision precision;

    @Option(
            names = "--text",
            arity = "1..*",
            paramLabel = "[WEIGHT:]TEXT",
            description = "files (.txt, .jsonl, also .gz and .zst; .parquet), folders, quoted globs, or"
                    + " assay/stories[/COUNT] for generated stories; texts with weights are mixed")
    private List<String> text;

    @Option(
            names = "--text-field",
            paramLabel = "FIELD",
            defaultValue = "text",
            description = "field of a JSON line, or column of a Parquet file (default ${DEFAULT-VALUE})")
    private String textField;

    @Option(
            names = "--context",
            paramLabel = "N",
            defaultValue = "128",
            description = "tokens of a context (default ${DEFAULT-VALUE})")
    private int contextLength;

    @Option(
            names = "--prepend-bos",
            negatable = true,
            defaultValue = "false",
            fallbackValue = "true",
            description = "start every context with BOS")
    private boolean prependBos;

    @Option(
            names = "--held-out-every",
            paramLabel = "N",
            defaultValue = "20",
            description = "of so many documents the first is held out (default ${DEFAULT-VALUE})")
    private int heldOutEvery;

    @Option(
            names = "--held-out-by",
            defaultValue = RunDescription.POSITION,
            paramLabel = "position|hash",
            description = "hash: equal documents are never on both sides (default ${DEFAULT-VALUE})")
    private String heldOutBy;

    @Option(
            names = "--shuffle-documents",
            defaultValue = "0",
            paramLabel = "WINDOW",
            description = "shuffle documents in a window of so many (default: as they come)")
    private int shuffleDocuments;

    @Option(
            names = "--chunk-characters",
            paramLabel = "N",
            defaultValue = "8000",
            description = "cut plain text files into documents of this length (default ${DEFAULT-VALUE}; 0: never)")
    private int chunkCharacters;

    /**
     * Describes a run.
     *
     * @param hooks the sites, or null where none was given
     * @param textSeed decides mixing and shuffling
     */
    RunDescription describe(List<String> hooks, long textSeed) {
        require(model, "--model=MODEL");
        require(text, "--text=TEXT");
        require(hooks, "--hook=SITE");
        return new RunDescription(
                model,
                hooks,
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

    private void require(Object value, String option) {
        if (value == null) {
            throw new ParameterException(spec.commandLine(), "Missing required option: '" + option + "'");
        }
    }

    /** Refuses these options beside another one that stands for all of them. */
    void refuseBeside(String other) {
        List<String> mine = spec.mixins().get("runOptions").options().stream()
                .map(option -> option.longestName())
                .filter(spec.commandLine().getParseResult()::hasMatchedOption)
                .toList();
        if (!mine.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(), mine.get(0) + " was given beside " + other + ", which brings its own");
        }
    }
}
