package dev.assay.examples;

import ai.djl.ndarray.NDArray;
import dev.assay.activation.ActivationSource;
import dev.assay.evaluate.Evaluation;
import dev.assay.examples.architecture.CappedJumpRelu;
import dev.assay.examples.method.LogPenalty;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.Weights;
import dev.assay.tensor.Scope;
import dev.assay.text.Corpus;
import dev.assay.text.story.StoryCorpus;
import dev.assay.train.SaeTrainer;
import dev.assay.train.method.TrainingMethods;
import dev.assay.train.spi.MethodArguments;
import dev.assay.train.spi.TrainingMethod;
import dev.assay.verify.GradientCheck;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * Uses the training method {@link LogPenalty} and the architecture {@link CappedJumpRelu} by their names: checks the gradients of the method,
 * trains a dictionary, converts it to the architecture, saves it, loads it and evaluates both dictionaries.
 *
 * <p>Argument: the folder to write, {@code target/extensions-example} by default. It takes some seconds on two cores.
 */
public final class ResearchExtensions {
    private static final HookPoint SITE = HookPoint.residPost(1);
    private static final int LATENTS = 256;
    private static final int MAX_ACTIVE = 24;

    private ResearchExtensions() {}

    /**
     * Runs the example.
     *
     * @param args optionally the folder
     * @throws IOException if a file cannot be written
     * @throws IllegalStateException if the gradients do not match the loss
     */
    public static void main(String[] args) throws IOException {
        Path out = Path.of(args.length > 0 ? args[0] : "target/extensions-example");
        TrainingMethod method =
                TrainingMethods.create(LogPenalty.NAME, new MethodArguments(0.3, LATENTS, Map.of("epsilon", "0.2")));
        GradientCheck.Result gradients = GradientCheck.run(method);
        System.out.println(gradients.toText());
        if (gradients.maxError() > 1e-2) {
            throw new IllegalStateException("the gradients of " + method.id() + " do not match its loss");
        }

        try (HookedTransformer model = HookedTransformer.load("assay/stories")) {
            Corpus corpus = Corpus.of(model.tokenizer(), StoryCorpus.of(2, 500))
                    .prependBos(false)
                    .build();
            try (SparseAutoencoder trained = train(model, corpus, method)) {
                trained.save(out.resolve("log-penalty"));
                print(model, trained, corpus, LogPenalty.NAME);
                try (SparseAutoencoder capped = capped(trained)) {
                    capped.save(out.resolve("capped"));
                }
            }
            try (SparseAutoencoder capped = SparseAutoencoder.load(out.resolve("capped"))) {
                print(model, capped, corpus, capped.architecture().id());
            }
        }
    }

    private static SparseAutoencoder train(HookedTransformer model, Corpus corpus, TrainingMethod method)
            throws IOException {
        return SaeTrainer.of(method)
                .source(ActivationSource.of(model, SITE, corpus))
                .dictionarySize(LATENTS)
                .tokens(100_000)
                .batchSize(500)
                .train();
    }

    /** Returns the same weights with at most {@link #MAX_ACTIVE} active latents per row. */
    private static SparseAutoencoder capped(SparseAutoencoder sae) {
        try (Scope scope = Scope.open()) {
            Weights w = sae.weights();
            NDArray thresholds = w.encoderBias().zerosLike();
            Weights weights = new Weights(
                    w.encoder(),
                    w.encoderBias(),
                    w.decoder(),
                    w.decoderBias(),
                    Map.of(CappedJumpRelu.THRESHOLD, thresholds));
            return SparseAutoencoder.builder()
                    .architecture(new CappedJumpRelu(MAX_ACTIVE))
                    .weights(weights)
                    .input(sae.input())
                    .metadata(sae.metadata())
                    .build();
        }
    }

    private static void print(HookedTransformer model, SparseAutoencoder sae, Corpus corpus, String name)
            throws IOException {
        System.out.println(name);
        System.out.println(Evaluation.of(model, sae, corpus).tokens(5_000).run().toText());
    }
}
