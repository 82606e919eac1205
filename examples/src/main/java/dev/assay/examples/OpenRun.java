package dev.assay.examples;

import dev.assay.activation.ActivationSource;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import dev.assay.run.Run;
import dev.assay.run.RunDescription;
import dev.assay.run.RunWriter;
import dev.assay.run.TextDescription;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.TopK;
import dev.assay.train.SaeTrainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Writes a run folder from Java, as {@code assay train} does, and opens it again: model, text, dictionary and features in one object.
 *
 * <p>Arguments: the folder, which may also be one that {@code assay train} has written; and the number of a feature.
 */
public final class OpenRun {
    private OpenRun() {}

    /**
     * Runs the example.
     *
     * @param args the folder and the feature, each with a default
     * @throws IOException if a file cannot be read or written
     */
    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args.length > 0 ? args[0] : "target/open-run-example");
        if (!Files.exists(folder)) {
            train(folder);
        }
        try (Run run = Run.loader().featureTokens(20_000).open(folder)) {
            System.out.println(run.provenance().summary());
            int feature = args.length > 1
                    ? Integer.parseInt(args[1])
                    : run.inspector().strongest(1).get(0).latent();
            System.out.println(run.inspector().feature(feature).toText());
            run.dashboard().write(run.layout().page());
            System.out.println("page: " + run.layout().page());
        }
    }

    private static void train(Path folder) throws IOException {
        HookPoint point = HookPoint.residPost(1);
        RunDescription description =
                RunDescription.of("assay/stories", point.name(), TextDescription.of("assay/stories/400"));
        RunWriter writer = RunWriter.begin(folder, description);
        try (HookedTransformer model = HookedTransformer.load(description.model());
                SparseAutoencoder sae = SaeTrainer.of(TopK.of(8))
                        .source(ActivationSource.of(model, point, description.corpus(model.tokenizer())))
                        .dictionarySize(256)
                        .tokens(30_000)
                        .output(folder)
                        .train()) {
            writer.write(sae);
        }
    }
}
