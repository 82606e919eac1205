package dev.assay.model.training;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import dev.assay.InvalidInputException;
import dev.assay.model.HookedTransformer;
import dev.assay.model.ModelInitializer;
import dev.assay.model.config.TransformerConfig;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import dev.assay.text.ContextReader;
import dev.assay.text.Corpus;
import dev.assay.text.Split;
import dev.assay.text.TokenBatch;
import java.io.IOException;
import java.util.Collection;
import java.util.function.Consumer;

/**
 * Trains a transformer to predict the next token of a corpus, with AdamW, a learning rate with warmup and cosine decay, and gradient
 * clipping. The same options result in the same weights, bit for bit, on the same machine and with the same number of threads.
 *
 * <pre>{@code
 * try (HookedTransformer model = TransformerTrainer.of(TransformerConfig.gptNeoX().build(), corpus)
 *         .steps(2_000)
 *         .train()) {
 *     model.save(Path.of("runs/small"));
 * }
 * }</pre>
 */
public final class TransformerTrainer {
    private final TransformerConfig config;
    private final Corpus corpus;
    private final int steps;
    private final int batch;
    private final int validationEvery;
    private final int validationContexts;
    private final long seed;
    private final double embeddingDeviation;
    private final Device device;
    private final AdamW.Options optimizer;
    private final WarmupCosine schedule;
    private final Consumer<ModelTrainingProgress> listener;

    private TransformerTrainer(Builder builder) {
        config = builder.config;
        corpus = builder.corpus;
        steps = builder.steps;
        batch = builder.batch;
        validationEvery = builder.validationEvery;
        validationContexts = builder.validationContexts;
        seed = builder.seed;
        embeddingDeviation = builder.embeddingDeviation;
        device = builder.device;
        optimizer = new AdamW.Options(0.9, builder.beta2, 1e-8, builder.weightDecay, builder.clipNorm);
        schedule = new WarmupCosine(builder.learningRate, builder.warmup, builder.steps, 0.1);
        listener = builder.listener;
    }

    /**
     * Creates the options of a training run.
     *
     * @param config the sizes and the structure of the model
     * @param corpus the text; its held-out part is used for validation
     */
    public static Builder of(TransformerConfig config, Corpus corpus) {
        return new Builder(config, corpus);
    }

    private HookedTransformer train() throws IOException {
        requireHeldOut();
        HookedTransformer model = HookedTransformer.initializer(config)
                .name("in training")
                .seed(seed)
                .embeddingDeviation(embeddingDeviation)
                .tokenizer(corpus.tokenizer().file().toAbsolutePath().getParent())
                .device(device)
                .create();
        try {
            train(model);
            return model;
        } catch (IOException | RuntimeException failure) {
            model.close();
            throw failure;
        }
    }

    private void train(HookedTransformer model) throws IOException {
        Collection<NDArray> parameters = model.parameters().values();
        parameters.forEach(parameter -> parameter.setRequiresGradient(true));
        long start = System.nanoTime();
        long seen = 0;
        try (AdamW adam = new AdamW(parameters, optimizer, model.manager());
                Batches batches = new Batches(corpus)) {
            for (int step = 1; step <= steps; step++) {
                double rate = schedule.at(step);
                TokenBatch tokens = batches.next(batch);
                double loss = step(model, adam, tokens, step, rate);
                boolean measured = step % validationEvery == 0 || step == steps;
                double validation = measured ? validationLoss(model) : Double.NaN;
                seen += tokens.ids().length;
                double seconds = (System.nanoTime() - start) / 1e9;
                listener.accept(new ModelTrainingProgress(step, steps, seen, loss, validation, rate, seconds));
            }
        } finally {
            parameters.forEach(parameter -> parameter.setRequiresGradient(false));
        }
    }

    private double step(HookedTransformer model, AdamW adam, TokenBatch batch, int step, double rate) {
        try (Scope scope = Scope.open()) {
            double loss;
            try (Autograd gradients = Autograd.recording()) {
                NDArray mean = LanguageModelLoss.of(model, batch.toArray(model.manager()));
                gradients.backward(mean);
                loss = mean.getFloat();
            }
            if (!Double.isFinite(loss)) {
                throw new InvalidInputException("the training loss is " + loss + " at step " + step
                        + " with learning rate " + rate + ", expected a number: try a lower learning rate");
            }
            adam.step(step, rate);
            return loss;
        }
    }

    /** Checks before training that the held-out part of the corpus has at least one context. */
    private void requireHeldOut() throws IOException {
        if (corpus.heldOutEvery() == 0) {
            return;
        }
        try (ContextReader reader = corpus.read(Split.HELD_OUT)) {
            reader.next(1);
        }
    }

    /** Returns the mean loss over the first held-out contexts; NaN when the corpus has no held-out part. */
    private double validationLoss(HookedTransformer model) throws IOException {
        if (corpus.heldOutEvery() == 0) {
            return Double.NaN;
        }
        double sum = 0;
        int contexts = 0;
        try (Autograd off = Autograd.off();
                ContextReader reader = corpus.read(Split.HELD_OUT)) {
            while (contexts < validationContexts) {
                TokenBatch tokens = reader.next(Math.min(batch, validationContexts - contexts));
                if (tokens == null) {
                    break;
                }
                try (Scope scope = Scope.open()) {
                    sum += tokens.rows()
                            * LanguageModelLoss.of(model, tokens.toArray(model.manager()))
                                    .getFloat();
                    contexts += tokens.rows();
                }
            }
        }
        return sum / contexts;
    }

    /** An endless sequence of training batches of equal size. */
    private static final class Batches implements AutoCloseable {
        private final Corpus corpus;
        private ContextReader reader;

        Batches(Corpus corpus) throws IOException {
            this.corpus = corpus;
            this.reader = corpus.read(Split.TRAINING);
        }

        /** Returns the next contexts, fewer at the end of the corpus, and starts again after the last ones. */
        TokenBatch next(int rows) throws IOException {
            TokenBatch batch = reader.next(rows);
            if (batch == null) {
                reader.close();
                reader = corpus.read(Split.TRAINING);
                batch = reader.next(rows);
            }
            return batch;
        }

        @Override
        public void close() throws IOException {
            reader.close();
        }
    }

    /** The options of a training run. */
    public static final class Builder {
        private final TransformerConfig config;
        private final Corpus corpus;
        private int steps = 2_000;
        private int batch = 32;
        private int warmup = 100;
        private double learningRate = 2e-3;
        private double weightDecay = 0.01;
        private double embeddingDeviation = ModelInitializer.DEVIATION;
        private double beta2 = 0.95;
        private double clipNorm = 1;
        private int validationEvery = 250;
        private int validationContexts = 64;
        private long seed;
        private Device device = Device.cpu();
        private Consumer<ModelTrainingProgress> listener = new ProgressNote();

        private Builder(TransformerConfig config, Corpus corpus) {
            this.config = config;
            this.corpus = corpus;
        }

        /**
         * Sets the number of steps, at least 1. Default: 2,000.
         *
         * @return this
         */
        public Builder steps(int value) {
            steps = value;
            return this;
        }

        /**
         * Sets the number of contexts per step, at least 1. Default: 32.
         *
         * @return this
         */
        public Builder batch(int value) {
            batch = value;
            return this;
        }

        /**
         * Sets the peak learning rate. Default: 0.002.
         *
         * @return this
         */
        public Builder learningRate(double value) {
            learningRate = value;
            return this;
        }

        /**
         * Sets the number of warmup steps, at least 0. Default: 100.
         *
         * @return this
         */
        public Builder warmup(int value) {
            warmup = value;
            return this;
        }

        /**
         * Sets the weight decay of matrices, at least 0. Default: 0.01.
         *
         * @return this
         */
        public Builder weightDecay(double value) {
            weightDecay = value;
            return this;
        }

        /**
         * Sets the decay of the second moment of Adam, in [0, 1). Default: 0.95.
         *
         * @return this
         */
        public Builder beta2(double value) {
            beta2 = value;
            return this;
        }

        /**
         * Sets the largest global norm of the gradients. Default: 1.
         *
         * @return this
         */
        public Builder clipNorm(double value) {
            clipNorm = value;
            return this;
        }

        /**
         * Sets the interval and the size of validation. Default: every 250 steps on 64 contexts.
         *
         * @param everySteps the number of steps between validations, at least 1
         * @param contexts the number of held-out contexts, at least 1
         * @return this
         */
        public Builder validation(int everySteps, int contexts) {
            validationEvery = everySteps;
            validationContexts = contexts;
            return this;
        }

        /**
         * Sets the initial standard deviation of the token embedding. Default: 0.02. With a larger one, the residual stream of late blocks
         * contains more information about the token; embedding layers of PyTorch start with 1.
         *
         * @param value above 0
         * @return this
         */
        public Builder embeddingDeviation(double value) {
            embeddingDeviation = value;
            return this;
        }

        /**
         * Sets the seed of the initial weights. Default: 0.
         *
         * @return this
         */
        public Builder seed(long value) {
            seed = value;
            return this;
        }

        /**
         * Sets the device of the training run. Default: the CPU.
         *
         * @return this
         */
        public Builder device(Device value) {
            device = value;
            return this;
        }

        /**
         * Sets a listener, called after each step. Default: a progress bar on standard error.
         *
         * @return this
         */
        public Builder listener(Consumer<ModelTrainingProgress> value) {
            listener = value;
            return this;
        }

        /**
         * Trains the model.
         *
         * @return the trained model, with its own copy of the tokenizer of the corpus
         * @throws InvalidInputException when an option is out of range, or the corpus does not match the model
         * @throws IOException when the text cannot be read
         */
        public HookedTransformer train() throws IOException {
            InvalidInputException.requireAtLeast(1, "steps", steps);
            InvalidInputException.requireAtLeast(1, "batch", batch);
            InvalidInputException.requireAtLeast(1, "the steps between validations", validationEvery);
            InvalidInputException.requireAtLeast(1, "the contexts of a validation", validationContexts);
            if (corpus.contextLength() < 2 || corpus.contextLength() > config.contextLength()) {
                throw new InvalidInputException("the corpus has contexts of " + corpus.contextLength()
                        + " tokens, expected 2 to the model's context length, " + config.contextLength());
            }
            if (corpus.tokenizer().vocabularySize() > config.vocabularySize()) {
                throw new InvalidInputException(
                        "the tokenizer has " + corpus.tokenizer().vocabularySize()
                                + " tokens, expected at most the model's vocabulary, " + config.vocabularySize());
            }
            return new TransformerTrainer(this).train();
        }
    }
}
