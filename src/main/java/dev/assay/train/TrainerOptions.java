package dev.assay.train;

import dev.assay.InvalidInputException;
import dev.assay.train.plan.AuxiliaryLoss;
import dev.assay.train.plan.BestCheckpoint;
import dev.assay.train.plan.DictionaryInitialization.DecoderBias;
import dev.assay.train.plan.EncoderProduct;
import dev.assay.train.plan.KAnnealing;
import dev.assay.train.plan.Resampling;
import dev.assay.train.plan.SparsitySchedule;
import dev.assay.train.spi.OptimizerOptions;
import dev.assay.train.spi.RateSchedule;
import dev.assay.train.spi.StepSpan;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Training options by name, as the command line and sweep files have them; immutable. {@link TrainerOption} is the table of names,
 * defaults and meanings.
 *
 * <pre>{@code
 * SaeTrainer.of(TopK.of(32)).options(TrainerOptions.none().with("lr", "3e-4").with("warm_up", "1000"))
 * }</pre>
 */
public final class TrainerOptions {
    private static final TrainerOptions NONE = new TrainerOptions(Map.of());

    private final Map<TrainerOption, String> values;

    private TrainerOptions(Map<TrainerOption, String> values) {
        this.values = values;
    }

    /**
     * Returns options of which none is set: each has its default.
     *
     * @return no options
     */
    public static TrainerOptions none() {
        return NONE;
    }

    /**
     * Returns the table of all options with their defaults and meanings.
     *
     * @return in the order to print
     */
    public static List<TrainerOption> defaults() {
        return List.of(TrainerOption.values());
    }

    /**
     * Returns these options with one more value.
     *
     * @param name such as {@code warm_up}
     * @param value such as {@code 5%}
     * @return the options
     * @throws InvalidInputException when there is no such option, or the value has another form
     */
    public TrainerOptions with(String name, String value) {
        return with(
                TrainerOption.find(name)
                        .orElseThrow(() -> new InvalidInputException("there is no option " + name + ", expected one of "
                                + Arrays.stream(TrainerOption.values())
                                        .map(TrainerOption::key)
                                        .collect(Collectors.joining(", ")))),
                value);
    }

    /**
     * Returns these options with one more value.
     *
     * @param option the option
     * @param value such as {@code 5%}
     * @return the options
     * @throws InvalidInputException when the value has another form
     */
    public TrainerOptions with(TrainerOption option, String value) {
        option.parse(value);
        Map<TrainerOption, String> more = new EnumMap<>(TrainerOption.class);
        more.putAll(values);
        more.put(option, value.strip());
        return new TrainerOptions(more);
    }

    /**
     * Returns the value of an option.
     *
     * @param option the option
     * @return empty when it is not set
     */
    public Optional<String> value(TrainerOption option) {
        return Optional.ofNullable(values.get(option));
    }

    /**
     * Returns the value of an option that is a count.
     *
     * @param option such as {@link TrainerOption#EVALUATE_EVERY}
     * @param otherwise the value when it is not set
     * @return the count
     */
    public long count(TrainerOption option, long otherwise) {
        return get(option, Long.class).orElse(otherwise);
    }

    private boolean has(TrainerOption option) {
        return values.containsKey(option);
    }

    private <T> Optional<T> get(TrainerOption option, Class<T> type) {
        return value(option).map(text -> type.cast(option.parse(text)));
    }

    private Optional<Double> number(TrainerOption option) {
        return get(option, Double.class);
    }

    private Optional<Boolean> flag(TrainerOption option) {
        return value(option).map(Boolean::parseBoolean);
    }

    /** A span, or its default from the table. */
    private StepSpan span(TrainerOption option) {
        return (StepSpan) option.parse(value(option).orElse(option.defaultValue()));
    }

    void applyTo(SaeTrainer trainer) {
        trainer.optimizer(this::optimizer);
        InvalidInputException.require(
                !(has(TrainerOption.SPARSITY_WARM_UP) && has(TrainerOption.ANNEAL_K)),
                "sparsity_warm_up and anneal_k are both set, expected the one that suits the method");
        get(TrainerOption.SPARSITY_WARM_UP, StepSpan.class)
                .ifPresent(span -> trainer.sparsity(SparsitySchedule.warmUp(span)));
        get(TrainerOption.ANNEAL_K, KAnnealing.class)
                .ifPresent(annealing -> trainer.sparsity(SparsitySchedule.annealing(annealing)));
        number(TrainerOption.AUX_COEFFICIENT)
                .ifPresent(coefficient ->
                        trainer.auxiliaryLoss(new AuxiliaryLoss(coefficient, AuxiliaryLoss.Convention.NORMALIZED)));
        get(TrainerOption.RESAMPLE_AFTER, List.class).ifPresent(spans -> trainer.resampling(resampling(spans)));
        number(TrainerOption.GHOST_GRADIENTS).ifPresent(trainer::ghostGradients);
        get(TrainerOption.DEAD_AFTER, Long.class).ifPresent(trainer::deadAfter);
        flag(TrainerOption.CENTRE).ifPresent(trainer::centresInput);
        flag(TrainerOption.NORMALIZE).ifPresent(trainer::normalizesActivations);
        value(TrainerOption.BIAS_START)
                .ifPresent(start -> trainer.initialization(usual -> usual.decoderBias(decoderBias(start))));
        get(TrainerOption.BEST_BY, BestCheckpoint.class).ifPresent(best -> trainer.bestBy(best.metric(), best.goal()));
        applyShared(trainer);
    }

    void applyTo(SaeSweep sweep) {
        values.keySet()
                .forEach(option -> InvalidInputException.require(
                        option.isShared(), () -> option.key() + " is an option of members, expected it on a member"));
        applyShared(sweep);
    }

    private void applyShared(RunSettings<?> run) {
        get(TrainerOption.BUFFER_ROWS, Integer.class).ifPresent(run::bufferRows);
        get(TrainerOption.SKIP_POSITIONS, Long.class)
                .ifPresent(skipped -> run.skipPositions((int) Math.min(skipped, Integer.MAX_VALUE)));
        number(TrainerOption.MAX_NORM_RATIO).ifPresent(run::maxNormRatio);
        get(TrainerOption.CACHE_BYTES, Long.class).ifPresent(run::cacheBytes);
        get(TrainerOption.ENCODER_PRODUCT, EncoderProduct.class).ifPresent(run::encoderProduct);
        number(TrainerOption.CHECKPOINT_SECONDS)
                .ifPresent(seconds -> run.checkpointEvery(Duration.ofNanos((long) (seconds * 1e9))));
        get(TrainerOption.KEEP_CHECKPOINTS, Long.class)
                .ifPresent(kept -> run.keepCheckpoints((int) Math.min(kept, Integer.MAX_VALUE)));
        flag(TrainerOption.REPORT).ifPresent(run::report);
        flag(TrainerOption.TENSORBOARD).ifPresent(run::tensorBoard);
    }

    private OptimizerOptions optimizer(OptimizerOptions usual) {
        OptimizerOptions options = usual;
        if (has(TrainerOption.LR)) {
            options = options.learningRate(number(TrainerOption.LR).orElseThrow());
        }
        if (has(TrainerOption.WARM_UP) || has(TrainerOption.DECAY) || has(TrainerOption.DECAY_SHAPE)) {
            options = options.schedule(schedule());
        }
        if (has(TrainerOption.BETAS)) {
            List<?> betas = get(TrainerOption.BETAS, List.class).orElseThrow();
            options = options.betas((Double) betas.get(0), (Double) betas.get(1));
        }
        if (has(TrainerOption.CLIP)) {
            options = options.clipNorm(number(TrainerOption.CLIP).orElseThrow());
        }
        return has(TrainerOption.AVERAGE)
                ? options.averageDecay(number(TrainerOption.AVERAGE).orElseThrow())
                : options;
    }

    private RateSchedule schedule() {
        StepSpan rising = span(TrainerOption.WARM_UP);
        StepSpan falling = span(TrainerOption.DECAY);
        return "cosine".equals(values.get(TrainerOption.DECAY_SHAPE))
                ? RateSchedule.cosine(rising, falling)
                : RateSchedule.linear(rising, falling);
    }

    private static Resampling resampling(List<?> spans) {
        return Resampling.at(spans.stream().map(StepSpan.class::cast).toArray(StepSpan[]::new));
    }

    private static DecoderBias decoderBias(String start) {
        return switch (start) {
            case "zero" -> DecoderBias.ZERO;
            case "mean" -> DecoderBias.MEAN;
            default -> DecoderBias.GEOMETRIC_MEDIAN;
        };
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TrainerOptions options && values.equals(options.values);
    }

    @Override
    public int hashCode() {
        return Objects.hash(values);
    }

    @Override
    public String toString() {
        return values.entrySet().stream()
                .map(value -> value.getKey().key() + "=" + value.getValue())
                .collect(Collectors.joining(", "));
    }
}
