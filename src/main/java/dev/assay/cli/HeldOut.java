package dev.assay.cli;

import dev.assay.evaluate.HeldOutEvaluation;
import dev.assay.model.HookedTransformer;
import dev.assay.text.Corpus;
import dev.assay.train.SaeSweep;
import dev.assay.train.SaeTrainer;
import dev.assay.train.TrainerOption;
import dev.assay.train.TrainerOptions;

/** Evaluation on held-out text during training, as {@code evaluate_every} and {@code evaluation_tokens} ask for. */
final class HeldOut {
    /** The default of {@code evaluation_tokens} for a single run. */
    static final long TOKENS = 20_000;

    private HeldOut() {}

    static boolean isAsked(TrainerOptions options) {
        return every(options) > 0;
    }

    static void addTo(SaeTrainer trainer, TrainerOptions options, HookedTransformer model, Corpus corpus) {
        long tokens = options.count(TrainerOption.EVALUATION_TOKENS, TOKENS);
        trainer.evaluateEvery(
                every(options), HeldOutEvaluation.of(model, corpus).tokens(tokens));
    }

    static void addTo(SaeSweep sweep, TrainerOptions options, long tokens, HookedTransformer model, Corpus corpus) {
        sweep.evaluateEvery(every(options), HeldOutEvaluation.of(model, corpus).tokens(tokens));
    }

    private static long every(TrainerOptions options) {
        return options.count(TrainerOption.EVALUATE_EVERY, 0);
    }
}
