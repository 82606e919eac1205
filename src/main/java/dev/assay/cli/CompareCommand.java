package dev.assay.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.evaluate.similarity.DictionaryComparison;
import dev.assay.evaluate.similarity.DictionarySimilarity;
import dev.assay.io.Json;
import dev.assay.sae.SparseAutoencoder;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
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

    @Parameters(index = "0", paramLabel = "DICT_A", description = "folder of the first dictionary")
    private Path a;

    @Parameters(index = "1", paramLabel = "DICT_B", description = "folder of the second dictionary, of the same width")
    private Path b;

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

    @Option(names = "--json", description = "print one JSON object")
    private boolean json;

    @Mixin
    private DeviceOption place;

    @Override
    public Integer call() throws IOException {
        try (SparseAutoencoder one = SparseAutoencoder.load(a, place.device());
                SparseAutoencoder other = SparseAutoencoder.load(b, one.device())) {
            DictionarySimilarity similarity = DictionaryComparison.of(one, other)
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
        node.put("a", a.toString()).put("b", b.toString());
        node.put("latents_a", similarity.latentsOfA()).put("latents_b", similarity.latentsOfB());
        node.put("matched_from", similarity.matchedFrom()).put("draws", similarity.draws());
        similarity
                .figures()
                .forEach((name, figure) -> node.putPOJO(name, Json.mapper().valueToTree(figure)));
        return node;
    }
}
