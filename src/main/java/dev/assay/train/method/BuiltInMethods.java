package dev.assay.train.method;

import dev.assay.sae.TopK;
import dev.assay.train.spi.MethodArguments;
import dev.assay.train.spi.TrainingMethod;
import dev.assay.train.spi.TrainingMethodProvider;
import java.util.function.Function;

/** The providers of the built-in methods, listed in {@code META-INF/services} like those of other libraries. */
public final class BuiltInMethods {
    static final String STANDARD_NORM_WEIGHTED = "standard-norm-weighted";
    static final String TIED = "tied";
    static final String MATRYOSHKA = "matryoshka";
    static final String P_ANNEALING = "p-annealing";
    static final String JUMPRELU_TANH = "jumprelu-tanh";
    static final String JUMPRELU_TARGET = "jumprelu-target";

    private BuiltInMethods() {}

    /** A built-in method: its name, its sparsity and its default form. */
    private abstract static class BuiltIn implements TrainingMethodProvider {
        private final String name;
        private final String sparsityOption;
        private final Function<MethodArguments, TrainingMethod> factory;

        BuiltIn(String name, String sparsityOption, Function<MethodArguments, TrainingMethod> factory) {
            this.name = name;
            this.sparsityOption = sparsityOption;
            this.factory = factory;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public String sparsityOption() {
            return sparsityOption;
        }

        @Override
        public TrainingMethod create(MethodArguments arguments) {
            return factory.apply(arguments);
        }
    }

    /** The k largest pre-activations of each row. */
    public static final class TopKProvider extends BuiltIn {
        /** Creates the provider. */
        public TopKProvider() {
            super("topk", K, arguments -> new TopKTraining(TopK.of(arguments.integerSparsity(K))));
        }
    }

    /** The largest pre-activations of each batch. */
    public static final class BatchTopKProvider extends BuiltIn {
        /** Creates the provider. */
        public BatchTopKProvider() {
            super("batchtopk", K, arguments -> BatchTopKTraining.of(arguments.sparsity()));
        }
    }

    /** The largest of each batch, with nested dictionaries of 1/32, 3/32, 7/32, 15/32 and all of the latents. */
    public static final class MatryoshkaProvider extends BuiltIn {
        /** Creates the provider. */
        public MatryoshkaProvider() {
            super(MATRYOSHKA, K, arguments -> MatryoshkaTraining.of(arguments.sparsity(), arguments.dSae()));
        }
    }

    /** The L1 penalty with decoder rows of norm 1. */
    public static final class StandardProvider extends BuiltIn {
        /** Creates the provider. */
        public StandardProvider() {
            super("standard", COEFFICIENT, arguments -> StandardTraining.l1(arguments.sparsity()));
        }
    }

    /** The L1 penalty weighted by decoder norms. */
    public static final class NormWeightedProvider extends BuiltIn {
        /** Creates the provider. */
        public NormWeightedProvider() {
            super(
                    STANDARD_NORM_WEIGHTED,
                    COEFFICIENT,
                    arguments -> StandardTraining.normWeighted(arguments.sparsity()));
        }
    }

    /** The L1 penalty of a dictionary whose decoder is the encoder. */
    public static final class TiedProvider extends BuiltIn {
        /** Creates the provider. */
        public TiedProvider() {
            super(TIED, COEFFICIENT, arguments -> StandardTraining.tied(arguments.sparsity()));
        }
    }

    /** An Lp penalty whose p falls during the run. */
    public static final class PAnnealingProvider extends BuiltIn {
        /** Creates the provider. */
        public PAnnealingProvider() {
            super(P_ANNEALING, COEFFICIENT, arguments -> PAnnealingTraining.of(arguments.sparsity()));
        }
    }

    /** The gated dictionary of the paper. */
    public static final class GatedProvider extends BuiltIn {
        /** Creates the provider. */
        public GatedProvider() {
            super("gated", COEFFICIENT, arguments -> GatedTraining.of(arguments.sparsity()));
        }
    }

    /** Thresholds trained by the number of active latents. */
    public static final class JumpReluProvider extends BuiltIn {
        /** Creates the provider. */
        public JumpReluProvider() {
            super(
                    "jumprelu",
                    COEFFICIENT,
                    arguments -> JumpReluTraining.of(new JumpReluPenalty.Step(arguments.sparsity())));
        }
    }

    /** Thresholds trained by a tanh penalty with scale 4, as in Anthropic's "January update" (2025). */
    public static final class JumpReluTanhProvider extends BuiltIn {
        /** Creates the provider. */
        public JumpReluTanhProvider() {
            super(
                    JUMPRELU_TANH,
                    COEFFICIENT,
                    arguments -> JumpReluTraining.of(new JumpReluPenalty.Tanh(arguments.sparsity(), 4)));
        }
    }

    /** Thresholds trained towards a number of active latents, as in dictionary_learning. */
    public static final class JumpReluTargetProvider extends BuiltIn {
        /** Creates the provider. */
        public JumpReluTargetProvider() {
            super(
                    JUMPRELU_TARGET,
                    L0,
                    arguments -> JumpReluTraining.of(new JumpReluPenalty.Target(1, arguments.sparsity(), false)));
        }
    }
}
