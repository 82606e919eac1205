package dev.assay.train.internal.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.assay.train.SaeTrainer;
import dev.assay.train.method.TrainingMethods;
import dev.assay.train.plan.DictionaryInitialization;
import dev.assay.train.plan.TrainingPlan;
import dev.assay.train.spi.OptimizerOptions;
import java.util.function.UnaryOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The options of version 0.1 for runs with present defaults. */
class EarlierDefaultsTest {
    private static TrainingPlan earlier(String method, double sparsity, UnaryOperator<SaeTrainer> options) {
        SaeTrainer trainer = SaeTrainer.of(TrainingMethods.create(method, sparsity, 1024))
                .dictionarySize(1024)
                .tokens(6400)
                .batchSize(64);
        return EarlierDefaults.earlier(options.apply(trainer).plan());
    }

    @ParameterizedTest
    @CsvSource({
        "topk, topk, 4, 0.9",
        "batchtopk, batchtopk, 4, 0.9",
        "matryoshka, matryoshka, 4, 0.9",
        "standard, standard-unit-norm, 1, 0.9",
        "gated, gated-unit-norm, 1, 0",
        "jumprelu, jumprelu, 1, 0"
    })
    void replacesPresentDefaultsAndKeepsChosenOptions(String method, String label, double sparsity, double beta1) {
        OptimizerOptions before = new OptimizerOptions(2.8e-3, beta1, 0.999, 0.05, 0.7, 1, true);
        TrainingPlan plan = earlier(method, sparsity, trainer -> trainer);
        assertEquals(before, plan.optimizer());
        assertEquals(DictionaryInitialization.standard(), plan.initialization());
        assertEquals(label, plan.method().label());

        TrainingPlan chosen = earlier(
                method,
                sparsity,
                trainer -> trainer.learningRate(0.02).initialization(start -> start.decoderNorm(0.3)));
        assertEquals(before.learningRate(0.02), chosen.optimizer());
        assertEquals(0.3, chosen.initialization().decoderNorm());
    }
}
