package dev.assay.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.InvalidInputException;
import dev.assay.sae.TopK;
import dev.assay.train.method.JumpReluPenalty;
import dev.assay.train.method.JumpReluTraining;
import dev.assay.train.plan.AuxiliaryLoss;
import dev.assay.train.plan.DictionaryInitialization.DecoderBias;
import dev.assay.train.plan.KAnnealing;
import dev.assay.train.plan.Resampling;
import dev.assay.train.plan.SparsitySchedule;
import dev.assay.train.plan.TrainingPlan;
import dev.assay.train.spi.RateSchedule;
import dev.assay.train.spi.StepSpan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class TrainerOptionsTest {
    private static SaeTrainer topK() {
        return SaeTrainer.of(TopK.of(4)).dictionarySize(64).tokens(10_000).batchSize(100);
    }

    private static SaeTrainer jumpRelu() {
        return SaeTrainer.of(JumpReluTraining.of(new JumpReluPenalty.Step(0.5)))
                .dictionarySize(64)
                .tokens(10_000)
                .batchSize(100);
    }

    private static TrainerOptions options(String... namesAndValues) {
        TrainerOptions options = TrainerOptions.none();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            options = options.with(namesAndValues[i], namesAndValues[i + 1]);
        }
        return options;
    }

    @Test
    void noOptionsLeaveThePlanAsItIs() {
        assertEquals(topK().plan(), topK().options(TrainerOptions.none()).plan());
    }

    /** Setting a default from the table gives the plan without it. */
    @ParameterizedTest
    @EnumSource
    void defaultsOfTheTableAreThoseOfTheCode(TrainerOption option) {
        if (!option.accepts(option.defaultValue())) {
            assertFalse(option.defaultValue().isBlank()); // a rule in words, checked below
            return;
        }
        TrainerOptions stated = TrainerOptions.none().with(option, option.defaultValue());
        assertEquals(topK().plan(), topK().options(stated).plan());
        assertEquals(jumpRelu().plan(), jumpRelu().options(stated).plan());
    }

    @Test
    void defaultsInWordsAreThoseOfTheCode() {
        assertEquals(
                topK().plan(),
                topK().options(options("aux_coefficient", "0.03125")).plan());
        assertEquals(
                jumpRelu().plan(),
                jumpRelu().options(options("aux_coefficient", "0")).plan());
        assertEquals(
                jumpRelu().plan(),
                jumpRelu().options(options("sparsity_warm_up", "10%")).plan());
        assertEquals(topK().plan(), topK().options(options("dead_after", "500")).plan());
    }

    @Test
    void everyOptionOfThePlanIsSet() {
        TrainingPlan plan = topK().options(options(
                        "lr",
                        "0.01",
                        "warm_up",
                        "10",
                        "decay",
                        "20%",
                        "decay_shape",
                        "cosine",
                        "betas",
                        "0.5, 0.99",
                        "clip",
                        "0",
                        "average",
                        "0.9",
                        "anneal_k",
                        "16:20%",
                        "aux_coefficient",
                        "0.5",
                        "resample_after",
                        "25%,50",
                        "ghost_gradients",
                        "1",
                        "dead_after",
                        "700",
                        "centre",
                        "false",
                        "bias_start",
                        "mean",
                        "normalize",
                        "false"))
                .plan();
        assertEquals(0.01, plan.optimizer().learningRate());
        assertEquals(
                RateSchedule.cosine(StepSpan.steps(10), StepSpan.share(0.2)),
                plan.optimizer().schedule());
        assertEquals(0.5, plan.optimizer().beta1());
        assertEquals(0.99, plan.optimizer().beta2());
        assertEquals(0, plan.optimizer().clipNorm());
        assertEquals(0.9, plan.optimizer().averageDecay());
        assertEquals(SparsitySchedule.annealing(KAnnealing.linear(16, StepSpan.share(0.2))), plan.sparsity());
        assertEquals(
                new AuxiliaryLoss(0.5, AuxiliaryLoss.Convention.NORMALIZED),
                plan.revival().auxiliary());
        assertEquals(
                Resampling.at(StepSpan.share(0.25), StepSpan.steps(50)),
                plan.revival().resampling());
        assertEquals(1, plan.revival().ghostCoefficient());
        assertEquals(700, plan.revival().dead().tokens());
        assertFalse(plan.centresInput());
        assertFalse(plan.normalizes());
        assertEquals(DecoderBias.MEAN, plan.initialization().decoderBias());
    }

    @Test
    void learningRateKeepsTheOtherOptionsOfTheMethod() {
        TrainingPlan usual = jumpRelu().plan();
        assertEquals(
                usual.optimizer().learningRate(0.01),
                jumpRelu().options(options("lr", "0.01")).plan().optimizer());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            lr | fast | lr is "fast", expected a number
            warm_up | 5 percent | warm_up is "5 percent", expected steps such as 1000 or a share such as 5%
            betas | 0.9 | betas is "0.9", expected two numbers such as 0.9,0.999
            resample_after | 25%, | resample_after is "25%,", expected steps or shares such as 25%,50%
            anneal_k | 64 | anneal_k is "64", expected a k and a span such as 64:20%
            dead_after | -1 | dead_after is "-1", expected an integer that is not negative
            centre | maybe | centre is "maybe", expected true or false
            bias_start | max | bias_start is "max", expected zero, mean or median
            best_by | metrics/l0 | best_by is "metrics/l0", expected a metric and max or min
            learning_rate | 1 | there is no option learning_rate, expected one of lr, warm_up
            """)
    void wrongValuesAreRefusedByName(String name, String value, String message) {
        String found = assertThrows(
                        InvalidInputException.class, () -> TrainerOptions.none().with(name, value))
                .getMessage();
        assertTrue(found.startsWith(message), found);
    }

    @Test
    void annealingAndWarmUpTogetherAreRefused() {
        TrainerOptions both = options("anneal_k", "16:20%", "sparsity_warm_up", "5%");
        assertThrows(InvalidInputException.class, () -> topK().options(both));
    }

    @Test
    void optionsOfMembersAreRefusedOnASweep() {
        SaeSweep sweep = SaeSweep.of(SmallRun.source());
        sweep.options(options("checkpoint_seconds", "5", "keep_checkpoints", "1", "buffer_rows", "64"));
        assertEquals(
                "lr is an option of members, expected it on a member",
                assertThrows(InvalidInputException.class, () -> sweep.options(options("lr", "1")))
                        .getMessage());
    }

    @Test
    void namesOfFilesAndFlagsCorrespond() {
        assertEquals(
                "--sparsity-warm-up",
                TrainerOption.find("sparsity_warm_up").orElseThrow().flag());
        assertEquals(List.of(TrainerOption.values()), TrainerOptions.defaults());
    }

    @Test
    void tableInTheDocumentationIsThatOfTheCode() throws IOException {
        List<String> rows = Arrays.stream(TrainerOption.values())
                .map(option -> String.format(
                        "| `%s` | `%s` | %s | %s |",
                        option.key(),
                        (option.flag() + " " + option.placeholder()).strip().replace("|", "\\|"),
                        option.description().replace("|", "\\|"),
                        option.defaultValue()))
                .toList();
        String documented = Files.readString(Path.of("docs/training.md"));
        assertTrue(documented.contains(String.join("\n", rows)), () -> String.join("\n", rows));
    }
}
