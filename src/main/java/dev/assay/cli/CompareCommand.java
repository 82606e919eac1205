package dev.assay.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.evaluate.similarity.DictionaryComparison;
import dev.assay.evaluate.similarity.DictionarySimilarity;
import dev.assay.io.Json;
import dev.assay.run.Run;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code assay compare}: compares the directions of two dictionaries, with random directions as the baseline. */
@Command(
        name = "compare",
        description = "Compares the directions of two dictionaries.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class CompareCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "DICT_A", description = DictionaryOptions.DIR)
    private String a;

    @Parameters(index = "1", paramLabel = "DICT_B", description = "the second dictionary, of the same width")
    private String b;

    @Option(
            names = "--matched-from",
            paramLabel = "X",
            defaultValue = "0.9",
            description = "minimum cosine at which a matched pair counts as the same latent (default ${DEFAULT-VALUE})")
    private double matchedFrom;

    @Option(
            names = "--draws",
            paramLabel = "N",
            defaultValue = "5",
            description = "number of random dictionaries for the baseline of every figure (default ${DEFAULT-VALUE})")
    private int draws;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "seed of the random dictionaries (default 0)")
    private long seed;

    @Option(names = "--anyway", description = "compare dictionaries of different models or sites")
    private boolean anyway;

    @Option(names = "--json", description = "print one JSON object")
    private boolean json;

    @Mixin
    private DictionaryOptions options;

    @Override
    public Integer call() throws IOException {
        List<Run> runs = options.loader().openAll(List.of(a, b));
        try (Run first = runs.get(0);
                Run second = runs.get(1)) {
            if (!anyway) {
                first.space().requireSame(second.space());
            }
            DictionarySimilarity similarity = DictionaryComparison.of(first.dictionary(), second.dictionary())
                    .matchedFrom(matchedFrom)
                    .draws(draws)
                    .seed(seed)
                    .run();
            PrintWriter out = spec.commandLine().getOut();
            out.print(json ? Json.pretty(toJson(similarity)) : similarity.toText());
            out.flush();
        }
        return 0;
    }

    private ObjectNode toJson(DictionarySimilarity similarity) {
        ObjectNode node = Json.mapper().createObjectNode();
        node.put("a", a).put("b", b);
        node.put("latents_a", similarity.latentsOfA()).put("latents_b", similarity.latentsOfB());
        node.put("matched_from", similarity.matchedFrom()).put("draws", similarity.draws());
        similarity
                .figures()
                .forEach((name, figure) -> node.putPOJO(name, Json.mapper().valueToTree(figure)));
        return node;
    }
}
