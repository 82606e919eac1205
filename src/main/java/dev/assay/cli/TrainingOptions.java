package dev.assay.cli;

import dev.assay.InvalidInputException;
import dev.assay.train.SaeTrainer;
import dev.assay.train.plan.AuxiliaryLoss;
import dev.assay.train.plan.DictionaryInitialization;
import dev.assay.train.plan.KAnnealing;
import dev.assay.train.spi.OptimizerOptions;
import dev.assay.train.spi.RateSchedule;
import dev.assay.train.plan.Resampling;
import dev.assay.train.plan.SparsitySchedule;
import dev.assay.train.spi.StepSpan;
import dev.assay.train.spi.TrainingMethod;
import java.util.List;
import picocli.CommandLine.Option;

/** How a dictionary is trained, whatever its architecture. What is not given is as the method has it. */
final class TrainingOptions {
    @Option(
            names = "--lr",
            paramLabel = "X",
            description = "peak learning rate (default: by the method and the number of latents)")
    private Double learningRate;

    @Option(
            names = "--warm-up",
            paramLabel = "SPAN",
            description = "how long the learning rate rises: steps such as 1000, or a share such as 5%% (default 5%%)")
    private String warmUp;

    @Option(names = "--decay", paramLabel = "SPAN", description = "how long it falls at the end (default 70%%)")
    private String decay;

    @Option(
            names = "--decay-shape",
            paramLabel = "NAME",
            defaultValue = "linear",
            description = "linear or cosine (default ${DEFAULT-VALUE})")
    private String decayShape;

    @Option(
            names = "--betas",
            paramLabel = "B1,B2",
            split = ",",
            description = "decays of Adam's moments (default: by the method)")
    private List<Double> betas;

    @Option(names = "--clip", paramLabel = "X", description = "largest norm of all gradients, 0 for none (default 1)")
    private Double clip;

    @Option(
            names = "--average",
            paramLabel = "BETA",
            description = "save an average of the weights over the steps with this decay, such as 0.999")
    private Double average;

    @Option(
            names = "--sparsity-warm-up",
            paramLabel = "SPAN",
            description = "how long the coefficient rises from 0 (default: by the method)")
    private String sparsityWarmUp;

    @Option(
            names = "--anneal-k",
            paramLabel = "FROM:SPAN",
            description = "let k come down from a larger one, such as 64:20%%")
    private String annealing;

    @Option(
            names = "--aux-coefficient",
            paramLabel = "X",
            description = "weight of the auxiliary loss on dead latents (default 1/32 where k is fixed, else 0)")
    private Double auxiliaryCoefficient;

    @Option(
            names = "--resample-after",
            paramLabel = "SPAN",
            split = ",",
            description = "give dead latents new starts after these, such as 25%%,50%%")
    private List<String> resampling;

    @Option(names = "--ghost-gradients", paramLabel = "X", description = "weight of ghost gradients on dead latents")
    private Double ghost;

    @Option(
            names = "--dead-after",
            paramLabel = "N",
            description = "silent tokens after which a latent is dead (default: tokens / 20)")
    private Long deadAfter;

    @Option(
            names = "--centre",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description = "subtract the decoder bias from the input (default)")
    private boolean centre;

    @Option(
            names = "--bias-start",
            paramLabel = "NAME",
            description = "what the decoder bias starts at: zero, mean or median of the first batch (default median)")
    private String biasStart;

    @Option(
            names = "--normalize",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description = "scale activations to a mean norm of √d while training (default)")
    private boolean normalize;

    /** Tells a trainer. */
    void apply(SaeTrainer trainer, TrainingMethod method, int dSae) {
        trainer.optimizer(optimizer(method.optimizer(dSae)))
                .centresInput(centre)
                .normalizesActivations(normalize);
        if (sparsityWarmUp != null && annealing != null) {
            throw new InvalidInputException("--sparsity-warm-up and --anneal-k are both given, expected the one that"
                    + " suits the architecture");
        }
        if (sparsityWarmUp != null) {
            trainer.sparsity(SparsitySchedule.warmUp(span("--sparsity-warm-up", sparsityWarmUp)));
        }
        if (annealing != null) {
            trainer.sparsity(SparsitySchedule.annealing(annealing()));
        }
        if (auxiliaryCoefficient != null) {
            trainer.auxiliaryLoss(new AuxiliaryLoss(auxiliaryCoefficient, AuxiliaryLoss.Convention.NORMALIZED));
        }
        if (resampling != null) {
            trainer.resampling(Resampling.at(resampling.stream()
                    .map(moment -> span("--resample-after", moment))
                    .toArray(StepSpan[]::new)));
        }
        if (ghost != null) {
            trainer.ghostGradients(ghost);
        }
        if (deadAfter != null) {
            trainer.deadAfter(deadAfter);
        }
        if (biasStart != null) {
            trainer.initialization(DictionaryInitialization.standard().decoderBias(biasStart()));
        }
    }

    private OptimizerOptions optimizer(OptimizerOptions usual) {
        OptimizerOptions options = usual;
        if (learningRate != null) {
            options = options.learningRate(learningRate);
        }
        if (warmUp != null || decay != null || !decayShape.equals("linear")) {
            options = options.schedule(schedule());
        }
        if (betas != null) {
            if (betas.size() != 2) {
                throw new InvalidInputException("--betas has " + betas.size() + " numbers, expected 2");
            }
            options = options.betas(betas.get(0), betas.get(1));
        }
        if (clip != null) {
            options = options.clipNorm(clip);
        }
        return average == null ? options : options.averageDecay(average);
    }

    private RateSchedule schedule() {
        StepSpan rising = span("--warm-up", warmUp == null ? "5%" : warmUp);
        StepSpan falling = span("--decay", decay == null ? "70%" : decay);
        return switch (decayShape) {
            case "linear" -> RateSchedule.linear(rising, falling);
            case "cosine" -> RateSchedule.cosine(rising, falling);
            default ->
                throw new InvalidInputException("--decay-shape is \"" + decayShape + "\", expected linear or cosine");
        };
    }

    private KAnnealing annealing() {
        String[] parts = annealing.split(":", 2);
        try {
            return KAnnealing.linear(Double.parseDouble(parts[0]), span("--anneal-k", parts[parts.length - 1]));
        } catch (NumberFormatException malformed) {
            throw new InvalidInputException(
                    "--anneal-k is \"" + annealing + "\", expected a k and a span such as 64:20%", malformed);
        }
    }

    private DictionaryInitialization.DecoderBias biasStart() {
        return switch (biasStart) {
            case "zero" -> DictionaryInitialization.DecoderBias.ZERO;
            case "mean" -> DictionaryInitialization.DecoderBias.MEAN;
            case "median" -> DictionaryInitialization.DecoderBias.GEOMETRIC_MEDIAN;
            default ->
                throw new InvalidInputException("--bias-start is \"" + biasStart + "\", expected zero, mean or median");
        };
    }

    /** Reads steps such as 1000, or a share such as 5%. */
    static StepSpan span(String option, String text) {
        try {
            if (text.endsWith("%")) {
                return StepSpan.share(Double.parseDouble(text.substring(0, text.length() - 1)) / 100);
            }
            return StepSpan.steps(Long.parseLong(text));
        } catch (NumberFormatException malformed) {
            throw new InvalidInputException(
                    option + " is \"" + text + "\", expected steps such as 1000 or a share such as 5%", malformed);
        }
    }
}
