package dev.assay.evaluate.baseline;

import ai.djl.ndarray.NDArray;
import java.util.function.BiFunction;

/** Providers of the baselines that come with Assay. */
final class BuiltInBaselines {
    private BuiltInBaselines() {}

    /** A name and a fit; ServiceLoader needs one class per provider. */
    private abstract static class BuiltIn implements BaselineProvider {
        private final String name;
        private final BiFunction<Baselines, FitOptions, Baseline> fit;

        BuiltIn(String name, BiFunction<Baselines, FitOptions, Baseline> fit) {
            this.name = name;
            this.fit = fit;
        }

        @Override
        public final String name() {
            return name;
        }

        @Override
        public final Baseline fit(NDArray sample, FitOptions options) {
            return fit.apply(Baselines.of(sample, options), options);
        }
    }

    /** {@link Baselines#pca()}. */
    public static final class Pca extends BuiltIn {
        /** Creates the provider. */
        public Pca() {
            super("pca", (baselines, options) -> baselines.pca());
        }
    }

    /** {@link Baselines#ica()}. */
    public static final class Ica extends BuiltIn {
        /** Creates the provider. */
        public Ica() {
            super("ica", (baselines, options) -> baselines.ica());
        }
    }

    /** {@link Baselines#nmf()}. */
    public static final class Nmf extends BuiltIn {
        /** Creates the provider. */
        public Nmf() {
            super("nmf", (baselines, options) -> baselines.nmf());
        }
    }

    /** {@link Baselines#neurons()}. */
    public static final class Neurons extends BuiltIn {
        /** Creates the provider. */
        public Neurons() {
            super("neurons", (baselines, options) -> baselines.neurons());
        }
    }

    /** {@link Baselines#relu()}. */
    public static final class Relu extends BuiltIn {
        /** Creates the provider. */
        public Relu() {
            super("relu", (baselines, options) -> baselines.relu());
        }
    }

    /** {@link Baselines#random(int)}: each direction is two latents, so half as many as the dictionary has latents. */
    public static final class Random extends BuiltIn {
        /** Creates the provider. */
        public Random() {
            super("random", (baselines, options) -> baselines.random((options.latents() + 1) / 2));
        }
    }
}
