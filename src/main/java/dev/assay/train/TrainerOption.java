package dev.assay.train;

import dev.assay.InvalidInputException;
import dev.assay.io.WholeNumber;
import dev.assay.train.plan.BestCheckpoint;
import dev.assay.train.plan.EncoderProduct;
import dev.assay.train.plan.KAnnealing;
import dev.assay.train.spi.StepSpan;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The options of training by name: the table that the command line ({@code --warm-up}), sweep files ({@code warm_up}) and
 * {@link TrainerOptions} read. Values are text; lists are separated by commas.
 */
public enum TrainerOption {
    /** Peak learning rate. */
    LR(Kind.NUMBER, "X", "by the method, d_sae and steps", "peak learning rate"),
    /** Warm-up of the learning rate. */
    WARM_UP(Kind.SPAN, "SPAN", "1%", "warm-up of the learning rate: steps such as 1000, or a share such as 5%"),
    /** Decay of the learning rate. */
    DECAY(Kind.SPAN, "SPAN", "70%", "decay of the learning rate at the end of the run"),
    /** Shape of that decay. */
    DECAY_SHAPE(Kind.DECAY, "NAME", "linear", "shape of the decay: linear or cosine"),
    /** Decay rates of Adam's moments. */
    BETAS(Kind.PAIR, "B1,B2", "by the method", "decay rates of Adam's two moments, such as 0.9,0.999"),
    /** Gradient clipping. */
    CLIP(Kind.NUMBER, "X", "1", "largest norm of all gradients together, 0 for no clipping"),
    /** Weight average. */
    AVERAGE(Kind.NUMBER, "BETA", "0", "decay of an average of the weights that is saved in their place, such as 0.999"),
    /** Warm-up of the sparsity coefficient. */
    SPARSITY_WARM_UP(Kind.SPAN, "SPAN", "10% with a coefficient", "warm-up of the sparsity coefficient from 0"),
    /** Annealing of k. */
    ANNEAL_K(Kind.ANNEALING, "FROM:SPAN", "none", "decrease k from a larger value, such as 64:20%"),
    /** Weight of the auxiliary loss. */
    AUX_COEFFICIENT(Kind.NUMBER, "X", "1/32 where k is fixed, else 0", "weight of the auxiliary loss on dead latents"),
    /** Resampling of dead latents. */
    RESAMPLE_AFTER(Kind.SPANS, "SPAN", "never", "resample dead latents after these steps, such as 25%,50%"),
    /** Weight of ghost gradients. */
    GHOST_GRADIENTS(Kind.NUMBER, "X", "0", "weight of ghost gradients on dead latents"),
    /** Definition of a dead latent. */
    DEAD_AFTER(Kind.COUNT, "N", "tokens / 20, at most 10 million", "silent tokens after which a latent is dead"),
    /** Centring of the input. */
    CENTRE(Kind.FLAG, "", "true", "subtract the decoder bias from the input"),
    /** Initial decoder bias. */
    BIAS_START(Kind.BIAS, "NAME", "median", "initial decoder bias: zero, mean or median of the first batch"),
    /** Scaling of activations. */
    NORMALIZE(Kind.FLAG, "", "true", "scale activations to a typical distance of √d from their centre during training"),
    /** Best checkpoint. */
    BEST_BY(
            Kind.METRIC,
            "METRIC:max|min",
            "none",
            "keep the best checkpoint by a name in metrics.jsonl, and save its dictionary in best/"),
    /** Rows of the shuffling buffer. */
    BUFFER_ROWS(Kind.ROWS, "N", "as many as fit 256 MiB", "rows of the shuffling buffer"),
    /** Positions to leave out. */
    SKIP_POSITIONS(Kind.COUNT, "N", "0", "leave out the first N positions of each context, BOS included"),
    /** Bound of norms. */
    MAX_NORM_RATIO(Kind.NUMBER, "R", "none", "leave out tokens with a norm above R times the median norm"),
    /** Activations to keep. */
    CACHE_BYTES(
            Kind.COUNT,
            "N",
            "1 GiB, in memory",
            "bytes of activations to keep for further epochs, first in memory and beyond 1 GiB in a temporary file of the run; 0 runs the"
                    + " model again in each epoch"),
    /** Product of the encoder. */
    ENCODER_PRODUCT(
            Kind.PRODUCT,
            "NAME",
            "auto",
            "product that finds active latents: auto (the fastest at the start of the run), float32, bf16 or int8"),
    /** Time between checkpoints. */
    CHECKPOINT_SECONDS(Kind.NUMBER, "X", "60; 120 for a sweep", "seconds between two checkpoints"),
    /** Number of checkpoints. */
    KEEP_CHECKPOINTS(Kind.COUNT, "N", "2", "number of newest checkpoints to keep"),
    /** Report page. */
    REPORT(Kind.FLAG, "", "true", "draw the curves of the run in report.html"),
    /** TensorBoard. */
    TENSORBOARD(Kind.FLAG, "", "false", "write the metrics for TensorBoard, in tensorboard/"),
    /** Evaluation during training. */
    EVALUATE_EVERY(Kind.COUNT, "N", "0, never", "evaluate on held-out text every N steps"),
    /** Tokens of an evaluation. */
    EVALUATION_TOKENS(Kind.COUNT, "N", "20000; 100000 for a sweep", "held-out tokens of an evaluation");

    private final Kind kind;
    private final String placeholder;
    private final String defaultValue;
    private final String description;

    TrainerOption(Kind kind, String placeholder, String defaultValue, String description) {
        this.kind = kind;
        this.placeholder = placeholder;
        this.defaultValue = defaultValue;
        this.description = description;
    }

    /**
     * Finds an option.
     *
     * @param key its name, such as {@code warm_up}
     * @return the option, if there is one of that name
     */
    public static Optional<TrainerOption> find(String key) {
        return Arrays.stream(values())
                .filter(option -> option.key().equals(key))
                .findFirst();
    }

    /**
     * Returns the name of this option in sweep files.
     *
     * @return such as {@code warm_up}
     */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Returns the name of this option on the command line.
     *
     * @return such as {@code --warm-up}
     */
    public String flag() {
        return "--" + key().replace('_', '-');
    }

    /**
     * Returns a placeholder for the value.
     *
     * @return such as {@code SPAN}; empty for a switch
     */
    public String placeholder() {
        return placeholder;
    }

    /**
     * Returns the default.
     *
     * @return a value, or the rule that decides it
     */
    public String defaultValue() {
        return defaultValue;
    }

    /**
     * Returns the meaning of this option.
     *
     * @return without a full stop
     */
    public String description() {
        return description;
    }

    /**
     * Returns whether all members of a sweep share this option.
     *
     * @return false for the options of a member
     */
    public boolean isShared() {
        return ordinal() >= BUFFER_ROWS.ordinal();
    }

    /**
     * Returns whether this option is true or false.
     *
     * @return true for a switch
     */
    public boolean isSwitch() {
        return kind == Kind.FLAG;
    }

    /**
     * Returns whether a value is a list, separated by commas.
     *
     * @return true for a list
     */
    public boolean isList() {
        return kind == Kind.PAIR || kind == Kind.SPANS;
    }

    /**
     * Returns the form of a value, for error messages.
     *
     * @return such as {@code a number}
     */
    public String expected() {
        return kind.expected;
    }

    /**
     * Returns whether a value has the right form.
     *
     * @param text the value
     * @return false when it cannot be read
     */
    public boolean accepts(String text) {
        try {
            kind.parser.parse(text.strip());
            return true;
        } catch (IllegalArgumentException malformed) {
            return false;
        }
    }

    private interface Parser {
        Object parse(String text);
    }

    /** The forms of values. */
    private enum Kind {
        NUMBER("a number", Double::valueOf),
        COUNT("an integer that is not negative", Kind::count),
        ROWS("an integer of at least 2", Kind::rows),
        FLAG("true or false", text -> oneOf(text, "true", "false")),
        SPAN("steps such as 1000 or a share such as 5%", Kind::span),
        SPANS("steps or shares such as 25%,50%", Kind::spans),
        PAIR("two numbers such as 0.9,0.999", Kind::pair),
        ANNEALING("a k and a span such as 64:20%", Kind::annealing),
        DECAY("linear or cosine", text -> oneOf(text, "linear", "cosine")),
        BIAS("zero, mean or median", text -> oneOf(text, "zero", "mean", "median")),
        PRODUCT("auto, float32, bf16 or int8", EncoderProduct::of),
        METRIC("a metric and max or min, such as metrics/explained_variance:max", BestCheckpoint::parse);

        private final String expected;
        private final Parser parser;

        Kind(String expected, Parser parser) {
            this.expected = expected;
            this.parser = parser;
        }

        private static String oneOf(String text, String... names) {
            if (!List.of(names).contains(text)) {
                throw new IllegalArgumentException(text);
            }
            return text;
        }

        private static Long count(String text) {
            long count = WholeNumber.parse(text);
            if (count < 0) {
                throw new IllegalArgumentException(text);
            }
            return count;
        }

        private static Integer rows(String text) {
            long rows = WholeNumber.parse(text);
            if (rows != (int) rows) {
                throw new IllegalArgumentException(text);
            }
            return (int) rows;
        }

        private static StepSpan span(String text) {
            return text.endsWith("%")
                    ? StepSpan.share(Double.parseDouble(text.substring(0, text.length() - 1)) / 100)
                    : StepSpan.steps(WholeNumber.parse(text));
        }

        private static List<StepSpan> spans(String text) {
            List<StepSpan> spans = new ArrayList<>();
            for (String part : text.split(",", -1)) {
                spans.add(span(part.strip()));
            }
            return spans;
        }

        private static List<Double> pair(String text) {
            String[] parts = text.split(",", -1);
            if (parts.length != 2) {
                throw new IllegalArgumentException(text);
            }
            return List.of(Double.valueOf(parts[0].strip()), Double.valueOf(parts[1].strip()));
        }

        private static KAnnealing annealing(String text) {
            int colon = text.indexOf(':');
            if (colon < 0) {
                throw new IllegalArgumentException(text);
            }
            return KAnnealing.linear(Double.parseDouble(text.substring(0, colon)), span(text.substring(colon + 1)));
        }
    }

    /** Reads a value of this option. */
    Object parse(String text) {
        InvalidInputException.require(accepts(text), () -> key() + " is \"" + text + "\", expected " + expected());
        return kind.parser.parse(text.strip());
    }
}
