package dev.assay.evaluate;

import dev.assay.InvalidInputException;
import dev.assay.model.HookedTransformer;
import dev.assay.sae.Dictionary;
import dev.assay.text.Corpus;
import dev.assay.train.metrics.HeldOutMetrics;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Evaluation on the held-out documents of a corpus during training, with the same metrics as {@link Evaluation}.
 *
 * <pre>{@code
 * trainer.evaluateEvery(500, HeldOutEvaluation.of(model, corpus).tokens(20_000))
 * }</pre>
 */
public final class HeldOutEvaluation implements HeldOutMetrics {
    private final HookedTransformer model;
    private final Corpus corpus;
    private final long tokens;

    private HeldOutEvaluation(HookedTransformer model, Corpus corpus, long tokens) {
        this.model = model;
        this.corpus = corpus;
        this.tokens = tokens;
    }

    /**
     * Creates an evaluation on 20,000 tokens.
     *
     * @param model the complete model that the dictionary is trained on
     * @param corpus the corpus; only its held-out documents are read
     * @return the evaluation
     */
    public static HeldOutEvaluation of(HookedTransformer model, Corpus corpus) {
        return new HeldOutEvaluation(model, corpus, 20_000);
    }

    /**
     * Returns this evaluation with another number of tokens.
     *
     * @param count the number of tokens, at least 1; rounded up to whole forward passes
     * @return the evaluation
     */
    public HeldOutEvaluation tokens(long count) {
        InvalidInputException.require(count >= 1, () -> "tokens is " + count + ", expected at least 1");
        return new HeldOutEvaluation(model, corpus, count);
    }

    /**
     * {@inheritDoc}
     *
     * @return {@code explained_variance}, {@code l0}, {@code loss_recovered} from mean ablation (NaN if it is withheld), and the
     *     next-token cross-entropies {@code ce_loss_with_sae} and {@code ce_loss_without_sae} in nats
     */
    @Override
    public Map<String, Double> measure(Dictionary dictionary) throws IOException {
        EvaluationReport report =
                Evaluation.of(model, dictionary, corpus).tokens(tokens).run();
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("explained_variance", report.explainedVariance());
        metrics.put("l0", report.l0());
        metrics.put("loss_recovered", report.lossRecoveredFromMean().orNaN());
        metrics.put("ce_loss_with_sae", report.crossEntropy().reconstructed());
        metrics.put("ce_loss_without_sae", report.crossEntropy().clean());
        return metrics;
    }
}
