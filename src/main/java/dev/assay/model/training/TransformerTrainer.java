package dev.assay.model.training;

import ai.djl.Device;
import dev.assay.InvalidInputException;
import dev.assay.model.HookedTransformer;
import dev.assay.model.ModelCopy;
import dev.assay.model.ModelInitializer;
import dev.assay.model.config.TransformerConfig;
import dev.assay.text.Corpus;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Trains a transformer to predict the next token, with AdamW, a learning rate with warmup and cosine decay, and gradient clipping. The same
 * options result in the same weights, bit for bit, on the same machine and with the same number of threads.
 *
 * <pre>{@code
 * try (HookedTransformer model = TransformerTrainer.of(TransformerConfig.gptNeoX().build(), corpus)
 *         .steps(2_000)
 *         .train()) {
 *     model.save(Path.of("runs/small"));
 * }
 * }</pre>
 *
 * <p>{@link #continuing} trains a copy of a model, for example on supervised examples:
 *
 * <pre>{@code
 * try (HookedTransformer tuned = TransformerTrainer.continuing(model, new SupervisedExamples(examples))
 *         .steps(200)
 *         .learningRate(5e-4)
 *         .lossTerm(new ScratchpadLengthPenalty(endToken), 0.1)
 *         .train()) {
 *     tuned.save(Path.of("runs/tuned"));
 * }
 * }</pre>
 */
public final class TransformerTrainer {
    private TransformerTrainer() {}

    /**
     * Creates the options of a training run with random initial weights.
     *
     * @param config the sizes and the structure of the model
     * @param corpus the text; its held-out part is used for validation
     * @return the options
     */
    public static Builder of(TransformerConfig config, Corpus corpus) {
        return new Builder(new NewModel(config, corpus), new CorpusContexts(corpus));
    }

    /**
     * Creates the options of a training run that starts with the weights of a model. The model is not changed; the result is a copy in float32
     * on the device of the model, with its own tokenizer.
     *
     * @param base a whole model; must stay open until {@link Builder#train()} returns
     * @param data the rows to train on
     * @return the options
     */
    public static Builder continuing(HookedTransformer base, TrainingData data) {
        return new Builder(new TrainedModel(base), data);
    }

    /** The model before the first step. */
    private interface Start {
        /** Checks the data against the model. */
        void check(TrainingData data);

        HookedTransformer create(Builder options) throws IOException;

        /** Rejects an option that only a new model has. */
        default void requireNew(String option) {}
    }

    private record NewModel(TransformerConfig config, Corpus corpus) implements Start {
        @Override
        public void check(TrainingData data) {
            if (corpus.contextLength() < 2 || corpus.contextLength() > config.contextLength()) {
                throw new InvalidInputException("the corpus has contexts of " + corpus.contextLength()
                        + " tokens, expected 2 to the model's context length, " + config.contextLength());
            }
            if (corpus.tokenizer().vocabularySize() > config.vocabularySize()) {
                throw new InvalidInputException(
                        "the tokenizer has " + corpus.tokenizer().vocabularySize()
                                + " tokens, expected at most the model's vocabulary, " + config.vocabularySize());
            }
        }

        @Override
        public HookedTransformer create(Builder options) throws IOException {
            return HookedTransformer.initializer(config)
                    .name("in training")
                    .seed(options.seed)
                    .embeddingDeviation(options.embeddingDeviation)
                    .tokenizer(corpus.tokenizer())
                    .device(options.device)
                    .create();
        }
    }

    private record TrainedModel(HookedTransformer base) implements Start {
        @Override
        public void check(TrainingData data) {
            int longest = data.longest();
            if (longest < 2 || longest > base.config().contextLength()) {
                throw new InvalidInputException("the longest row of the training data (" + data.description() + ") has "
                        + longest + " tokens, expected 2 to the model's context length, "
                        + base.config().contextLength());
            }
        }

        @Override
        public HookedTransformer create(Builder options) throws IOException {
            return ModelCopy.of(base);
        }

        @Override
        public void requireNew(String option) {
            throw new InvalidInputException(
                    option + " is an option of a new model, but training continues from " + base.name());
        }
    }

    /** The options of a training run. */
    public static final class Builder {
        private final Start start;
        private final TrainingData data;
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
        private List<TokenRows> validationRows = List.of();
        private final List<WeightedTerm> terms = new ArrayList<>();

        private Builder(Start start, TrainingData data) {
            this.start = start;
            this.data = data;
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
         * Sets the rows of validation, in place of the held-out part of the training data. The validation loss is the weighted mean over all
         * their tokens.
         *
         * @param rows for example {@link SupervisedExamples#inOrder}; at least one batch
         * @return this
         */
        public Builder validateOn(List<TokenRows> rows) {
            InvalidInputException.require(
                    !rows.isEmpty(), "the list of validation rows is empty, expected at least one");
            validationRows = List.copyOf(rows);
            return this;
        }

        /**
         * Adds a term to the loss. The loss of a step is the next-token loss plus the sum of all terms times their weights.
         *
         * @param term the term
         * @param weight its factor
         * @return this
         */
        public Builder lossTerm(LossTerm term, double weight) {
            terms.add(new WeightedTerm(term, weight));
            return this;
        }

        /**
         * Sets the initial standard deviation of the token embedding. Default: 0.02. With a larger one, the residual stream of late blocks
         * contains more information about the token; embedding layers of PyTorch start with 1.
         *
         * @param value above 0
         * @return this
         * @throws InvalidInputException when training continues from a model
         */
        public Builder embeddingDeviation(double value) {
            start.requireNew("embeddingDeviation");
            embeddingDeviation = value;
            return this;
        }

        /**
         * Sets the seed of the initial weights, and of the order of supervised examples. Default: 0.
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
         * @throws InvalidInputException when training continues from a model, whose device is used
         */
        public Builder device(Device value) {
            start.requireNew("device");
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
         * @return the trained model, with its own copy of the tokenizer of the corpus or of the base model
         * @throws InvalidInputException when an option is out of range, or the data does not match the model
         * @throws IOException when the data cannot be read
         */
        public HookedTransformer train() throws IOException {
            InvalidInputException.requireAtLeast(1, "steps", steps);
            InvalidInputException.requireAtLeast(1, "batch", batch);
            InvalidInputException.requireAtLeast(1, "the steps between validations", validationEvery);
            InvalidInputException.requireAtLeast(1, "the contexts of a validation", validationContexts);
            start.check(data);
            List<TokenRows> validation =
                    validationRows.isEmpty() ? data.heldOut(batch, validationContexts) : validationRows;
            AdamW.Options optimizer = new AdamW.Options(0.9, beta2, 1e-8, weightDecay, clipNorm);
            WarmupCosine schedule = new WarmupCosine(learningRate, warmup, steps, 0.1);
            HookedTransformer model = start.create(this);
            try (TokenRowStream rows = data.open(seed)) {
                new ModelTrainingLoop(model, optimizer, schedule, terms, batch, validationEvery, validation, listener)
                        .run(rows);
                return model;
            } catch (IOException | RuntimeException failure) {
                model.close();
                throw failure;
            }
        }
    }
}
