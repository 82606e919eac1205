package dev.assay.cli;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.io.Json;
import dev.assay.model.HookedTransformer;
import dev.assay.model.PaddedTokens;
import dev.assay.model.Padding;
import dev.assay.model.config.Precision;
import dev.assay.tensor.Scope;
import dev.assay.verify.PrecisionError;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code assay verify-precision}: measures the rounding error of a model in 16 bits. */
@Command(
        name = "verify-precision",
        description =
                "Measures the error of a model in 16 bits relative to float32. There is no tolerance: the command only reports.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class VerifyPrecisionCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "MODEL",
            description = "folder of a Hugging Face model, hub name org/name[@revision], or assay/stories")
    private String model;

    @Option(
            names = "--precision",
            paramLabel = "TYPE",
            defaultValue = "bfloat16",
            description = "bfloat16 or float16 (default ${DEFAULT-VALUE})")
    private Precision precision;

    @Option(
            names = "--text",
            paramLabel = "TEXT",
            description = "text to run; may be repeated (default: random tokens)")
    private List<String> texts = List.of();

    @Option(
            names = "--length",
            paramLabel = "N",
            defaultValue = "64",
            description = "random tokens per sequence (default ${DEFAULT-VALUE})")
    private int length;

    @Option(
            names = "--sequences",
            paramLabel = "N",
            defaultValue = "4",
            description = "number of random sequences (default ${DEFAULT-VALUE})")
    private int sequences;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "seed of the random tokens (default ${DEFAULT-VALUE})")
    private long seed;

    @Option(names = "--json", description = "print one JSON object")
    private boolean json;

    @Mixin
    private DeviceOption place;

    @Override
    public Integer call() throws IOException {
        if (length < 1 || sequences < 1) {
            throw new InvalidInputException(
                    "--length is " + length + " and --sequences " + sequences + ", expected at least 1 each");
        }
        try (HookedTransformer exact = HookedTransformer.load(model, place.device());
                HookedTransformer rounded = HookedTransformer.loader()
                        .device(place.device())
                        .precision(precision)
                        .load(model);
                Scope scope = Scope.open()) {
            PrecisionError error = error(exact, rounded);
            PrintWriter out = spec.commandLine().getOut();
            out.print(json ? Json.pretty(Json.mapper().valueToTree(error)) : error);
            out.flush();
            return 0;
        }
    }

    private PrecisionError error(HookedTransformer exact, HookedTransformer rounded) {
        if (texts.isEmpty()) {
            return PrecisionError.of(exact, rounded, randomTokens(exact), null);
        }
        PaddedTokens padded = exact.tokens(texts, Padding.RIGHT);
        return PrecisionError.of(exact, rounded, padded.tokens(), padded.mask());
    }

    private NDArray randomTokens(HookedTransformer exact) {
        SplittableRandom random = new SplittableRandom(seed);
        long[] ids = random.longs((long) sequences * length, 0, exact.config().vocabularySize())
                .toArray();
        return exact.manager().create(ids, new Shape(sequences, length));
    }
}
