package dev.assay.evaluate.baseline;

import ai.djl.ndarray.NDArray;

/** Providers of the baselines that come with Assay. */
final class BuiltInBaselines {
    private BuiltInBaselines() {}

    /** {@link Baselines#pca()}. */
    public static final class Pca implements BaselineProvider {
        @Override
        public String name() {
            return "pca";
        }

        @Override
        public Baseline fit(NDArray sample, FitOptions options) {
            return Baselines.of(sample, options).pca();
        }
    }

    /** {@link Baselines#ica()}. */
    public static final class Ica implements BaselineProvider {
        @Override
        public String name() {
            return "ica";
        }

        @Override
        public Baseline fit(NDArray sample, FitOptions options) {
            return Baselines.of(sample, options).ica();
        }
    }

    /** {@link Baselines#nmf()}. */
    public static final class Nmf implements BaselineProvider {
        @Override
        public String name() {
            return "nmf";
        }

        @Override
        public Baseline fit(NDArray sample, FitOptions options) {
            return Baselines.of(sample, options).nmf();
        }
    }

    /** {@link Baselines#neurons()}. */
    public static final class Neurons implements BaselineProvider {
        @Override
        public String name() {
            return "neurons";
        }

        @Override
        public Baseline fit(NDArray sample, FitOptions options) {
            return Baselines.of(sample, options).neurons();
        }
    }

    /** {@link Baselines#relu()}. */
    public static final class Relu implements BaselineProvider {
        @Override
        public String name() {
            return "relu";
        }

        @Override
        public Baseline fit(NDArray sample, FitOptions options) {
            return Baselines.of(sample, options).relu();
        }
    }

    /** {@link Baselines#random(int)}: each direction is two latents, so half as many as the dictionary has latents. */
    public static final class Random implements BaselineProvider {
        @Override
        public String name() {
            return "random";
        }

        @Override
        public Baseline fit(NDArray sample, FitOptions options) {
            return Baselines.of(sample, options).random((options.latents() + 1) / 2);
        }
    }
}
