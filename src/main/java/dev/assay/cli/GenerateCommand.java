package dev.assay.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.io.Json;
import dev.assay.model.GeneratedText;
import dev.assay.model.HookedTransformer;
import dev.assay.model.Sampling;
import dev.assay.model.TextGenerator;
import dev.assay.model.config.Precision;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code assay generate}: continues prompts with a model. */
@Command(
        name = "generate",
        description = "Continues prompts with a model, without edits; assay steer compares continuations under edits.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class GenerateCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "MODEL",
            description = "folder of a Hugging Face model, hub name org/name[@revision], or assay/stories")
    private String name;

    @Option(
            names = "--prompt",
            paramLabel = "TEXT",
            required = true,
            description = "prompt to continue; may be repeated, and the prompts form one batch")
    private List<String> prompts;

    @Option(
            names = "--new-tokens",
            paramLabel = "N",
            defaultValue = "40",
            description = "largest number of tokens to generate per prompt (default ${DEFAULT-VALUE})")
    private int newTokens;

    @Option(
            names = "--temperature",
            paramLabel = "T",
            defaultValue = "0",
            description = "sampling temperature; 0 selects the most probable token (default ${DEFAULT-VALUE})")
    private double temperature;

    @Option(
            names = "--top-k",
            paramLabel = "N",
            defaultValue = "0",
            description = "sample among the N most probable tokens; 0 means all (default ${DEFAULT-VALUE})")
    private int topK;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "sampling seed, the same for each prompt (default ${DEFAULT-VALUE})")
    private long seed;

    @Option(names = "--ignore-eos", description = "continue a text after its end-of-sequence token")
    private boolean ignoreEos;

    @Option(
            names = "--precision",
            paramLabel = "TYPE",
            defaultValue = "float32",
            description = "precision of the model: float32, bfloat16 or float16 (default ${DEFAULT-VALUE})")
    private Precision precision;

    @Option(names = "--json", description = "print one JSON object")
    private boolean json;

    @Mixin
    private DeviceOption place;

    @Override
    public Integer call() throws IOException {
        Sampling sampling = new Sampling(temperature, topK, seed);
        try (HookedTransformer model = HookedTransformer.loader()
                .device(place.device())
                .precision(precision)
                .load(name)) {
            List<GeneratedText> texts = TextGenerator.of(model)
                    .newTokens(newTokens)
                    .sampling(sampling)
                    .endsAtEos(!ignoreEos)
                    .generate(prompts);
            PrintWriter out = spec.commandLine().getOut();
            out.print(json ? Json.pretty(json(texts)) : text(texts));
            out.flush();
        }
        return 0;
    }

    /** Returns the texts, separated by a line. */
    private static String text(List<GeneratedText> texts) {
        return texts.stream().map(text -> text + "\n").collect(Collectors.joining("---\n"));
    }

    private ObjectNode json(List<GeneratedText> texts) {
        ObjectNode json = Json.mapper().createObjectNode();
        json.put("model", name);
        json.putObject("sampling")
                .put("temperature", temperature)
                .put("top_k", topK)
                .put("seed", seed);
        json.putArray("texts").addAll(texts.stream().map(GeneratedText::toJson).toList());
        return json;
    }
}
