package dev.assay.cli;

import ai.djl.ndarray.types.DataType;
import dev.assay.InvalidInputException;
import dev.assay.run.RunDescription;
import java.util.List;
import java.util.OptionalInt;
import picocli.CommandLine.Option;

/** The options that decide which activations a store has: shared by {@code harvest} and {@code spark harvest}. */
final class HarvestOptions {
    @Option(
            names = "--hook",
            required = true,
            paramLabel = "SITE",
            description = "site such as blocks.2.hook_resid_post, or an output of an exported model; may be repeated")
    private List<String> hooks;

    @Option(
            names = "--tokens",
            paramLabel = "N",
            required = true,
            description = "number of activations to store; fewer if the text is shorter")
    private long tokens;

    @Option(
            names = "--type",
            paramLabel = "TYPE",
            defaultValue = "float32",
            description = "type of the stored activations: float32 or float16 (default ${DEFAULT-VALUE})")
    private String type;

    @Option(
            names = "--shard-rows",
            paramLabel = "N",
            description = "activations per file (default: as many as fit in 128 MiB)")
    private Integer shardRows;

    @Option(
            names = "--special-tokens",
            negatable = true,
            defaultValue = "false",
            fallbackValue = "true",
            description = "also store the activations at BOS, end of text and padding")
    private boolean specialTokens;

    @Option(
            names = "--skip-positions",
            paramLabel = "N",
            defaultValue = "0",
            description = "leave out the first N positions of each context, BOS included (default ${DEFAULT-VALUE})")
    private int skippedPositions;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "seed of mixing and shuffling texts (default ${DEFAULT-VALUE})")
    private long seed;

    /** Describes the model, the sites and the text. */
    RunDescription describe(RunOptions run) {
        if (hooks.stream().distinct().count() < hooks.size()) {
            throw new InvalidInputException("--hook was given the same site twice, expected each once");
        }
        return run.describe(hooks, seed);
    }

    long tokens() {
        return tokens;
    }

    DataType type() {
        return switch (type) {
            case "float32" -> DataType.FLOAT32;
            case "float16" -> DataType.FLOAT16;
            default -> throw new InvalidInputException("type is \"" + type + "\", expected float32 or float16");
        };
    }

    OptionalInt shardRows() {
        return shardRows == null ? OptionalInt.empty() : OptionalInt.of(shardRows);
    }

    boolean specialTokens() {
        return specialTokens;
    }

    int skippedPositions() {
        return skippedPositions;
    }
}
