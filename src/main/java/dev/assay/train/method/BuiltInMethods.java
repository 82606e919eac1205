package dev.assay.train.method;

import dev.assay.train.spi.MethodArguments;
import dev.assay.train.spi.TrainingMethod;
import dev.assay.train.spi.TrainingMethodProvider;
import java.util.function.Function;

/** Providers of the built-in methods, registered in {@code META-INF/services} like those of other libraries. */
public final class BuiltInMethods {
    static final String STANDARD_UNIT_NORM = "standard-unit-norm";
    static final String GATED_UNIT_NORM = "gated-unit-norm";
    static final String TIED = "tied";
    static final String MATRYOSHKA = "matryoshka";
    static final String P_ANNEALING = "p-annealing";
    static final String JUMPRELU_TANH = "jumprelu-tanh";
    static final String JUMPRELU_TARGET = "jumprelu-target";

    private BuiltInMethods() {}

    /** A provider defined by a name, a sparsity option and a factory. */
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

    /** Provider of {@link TopKTraining}: the k largest pre-activations per row. */
    public static final class TopKProvider extends BuiltIn {
        /** Creates the provider. */
        public TopKProvider() {
            super("topk", K, arguments -> TopKTraining.of(arguments.integerSparsity(K)));
        }
    }

    /** Provider of {@link BatchTopKTraining}: the largest pre-activations per batch. */
    public static final class BatchTopKProvider extends BuiltIn {
        /** Creates the provider. */
        public BatchTopKProvider() {
            super("batchtopk", K, arguments -> BatchTopKTraining.of(arguments.sparsity()));
        }
    }

    /** Provider of {@link MatryoshkaTraining} with nested dictionaries of 1/32, 3/32, 7/32, 15/32 and all of the latents. */
    public static final class MatryoshkaProvider extends BuiltIn {
        /** Creates the provider. */
        public MatryoshkaProvider() {
            super(MATRYOSHKA, K, arguments -> MatryoshkaTraining.of(arguments.sparsity(), arguments.dSae()));
        }
    }

    /** Provider of {@link StandardTraining} with the L1 penalty weighted by decoder norms. */
    public static final class StandardProvider extends BuiltIn {
        /** Creates the provider. */
        public StandardProvider() {
            super("standard", COEFFICIENT, arguments -> StandardTraining.normWeighted(arguments.sparsity()));
        }
    }

    /** Provider of {@link StandardTraining} with the L1 penalty and decoder rows of norm 1. */
    public static final class StandardUnitNormProvider extends BuiltIn {
        /** Creates the provider. */
        public StandardUnitNormProvider() {
            super(STANDARD_UNIT_NORM, COEFFICIENT, arguments -> StandardTraining.l1(arguments.sparsity()));
        }
    }

    /** Provider of {@link StandardTraining} with the L1 penalty and tied encoder and decoder. */
    public static final class TiedProvider extends BuiltIn {
        /** Creates the provider. */
        public TiedProvider() {
            super(TIED, COEFFICIENT, arguments -> StandardTraining.tied(arguments.sparsity()));
        }
    }

    /** Provider of {@link PAnnealingTraining}: an Lp penalty with decreasing p. */
    public static final class PAnnealingProvider extends BuiltIn {
        /** Creates the provider. */
        public PAnnealingProvider() {
            super(P_ANNEALING, COEFFICIENT, arguments -> PAnnealingTraining.of(arguments.sparsity()));
        }
    }

    /** Provider of {@link GatedTraining} with the penalty weighted by decoder norms. */
    public static final class GatedProvider extends BuiltIn {
        /** Creates the provider. */
        public GatedProvider() {
            super("gated", COEFFICIENT, arguments -> GatedTraining.normWeighted(arguments.sparsity()));
        }
    }

    /** Provider of {@link GatedTraining} with the loss of the paper and decoder rows of norm 1. */
    public static final class GatedUnitNormProvider extends BuiltIn {
        /** Creates the provider. */
        public GatedUnitNormProvider() {
            super(GATED_UNIT_NORM, COEFFICIENT, arguments -> GatedTraining.of(arguments.sparsity()));
        }
    }

    /** Provider of {@link JumpReluTraining} with the L0 penalty. */
    public static final class JumpReluProvider extends BuiltIn {
        /** Creates the provider. */
        public JumpReluProvider() {
            super(
                    "jumprelu",
                    COEFFICIENT,
                    arguments -> JumpReluTraining.of(new JumpReluPenalty.Step(arguments.sparsity())));
        }
    }

    /** Provider of {@link JumpReluTraining} with a tanh penalty of scale 4 (Anthropic's "January update", 2025). */
    public static final class JumpReluTanhProvider extends BuiltIn {
        /** Creates the provider. */
        public JumpReluTanhProvider() {
            super(
                    JUMPRELU_TANH,
                    COEFFICIENT,
                    arguments -> JumpReluTraining.of(new JumpReluPenalty.Tanh(arguments.sparsity(), 4)));
        }
    }

    /** Provider of {@link JumpReluTraining} with a penalty on the distance to a target L0, as in dictionary_learning. */
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
