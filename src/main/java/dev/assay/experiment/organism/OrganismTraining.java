package dev.assay.experiment.organism;

import ai.djl.Device;
import dev.assay.model.HookedTransformer;
import dev.assay.model.training.TrainingData;
import dev.assay.model.training.TransformerTrainer;
import dev.assay.text.tokenizer.WordTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;

/**
 * The training of an organism.
 *
 * @param steps the number of steps
 * @param batch the number of rows per step
 * @param learningRate the peak learning rate
 * @param seed of the weights and of the order of examples
 */
public record OrganismTraining(int steps, int batch, double learningRate, long seed) {
    private static final int WARMUP_SHARE = 20;
    /** Small models learn to attend to words sooner if the residual stream starts with more information about the token. */
    private static final double EMBEDDING_DEVIATION = 0.5;

    /**
     * Creates an untrained organism.
     *
     * @param size of the model
     * @param tokenizer the tokenizer
     * @param device the device
     * @return the model, closed by the caller
     * @throws IOException if the files of the tokenizer cannot be written
     */
    public HookedTransformer untrained(OrganismSize size, WordTokenizer tokenizer, Device device) throws IOException {
        return untrained(size, tokenizer, device, EMBEDDING_DEVIATION);
    }

    /**
     * Creates an untrained organism with another token embedding.
     *
     * @param size of the model
     * @param tokenizer the tokenizer
     * @param device the device
     * @param embeddingDeviation the standard deviation of the token embedding, above 0
     * @return the model, closed by the caller
     * @throws IOException if the files of the tokenizer cannot be written
     */
    public HookedTransformer untrained(
            OrganismSize size, WordTokenizer tokenizer, Device device, double embeddingDeviation) throws IOException {
        Path folder = Files.createTempDirectory("assay-organism");
        try {
            tokenizer.write(folder);
            return HookedTransformer.initializer(size.config(tokenizer.size()))
                    .name("organism")
                    .seed(seed)
                    .embeddingDeviation(embeddingDeviation)
                    .tokenizer(folder)
                    .device(device)
                    .create();
        } finally {
            for (String file : new String[] {"tokenizer.json", "tokenizer_config.json"}) {
                Files.deleteIfExists(folder.resolve(file));
            }
            Files.delete(folder);
        }
    }

    /**
     * Trains a copy of a model.
     *
     * @param base the model, unchanged
     * @param data the rows
     * @param options further options, such as loss terms
     * @return the trained copy, closed by the caller
     * @throws IOException if the data cannot be read
     */
    public HookedTransformer train(
            HookedTransformer base, TrainingData data, UnaryOperator<TransformerTrainer.Builder> options)
            throws IOException {
        TransformerTrainer.Builder trainer = TransformerTrainer.continuing(base, data)
                .steps(steps)
                .batch(batch)
                .learningRate(learningRate)
                .warmup(Math.max(1, steps / WARMUP_SHARE))
                .validation(steps, 1)
                .seed(seed)
                .listener(progress -> {});
        return options.apply(trainer).train();
    }

    /** Trains a copy of a model without further options, see {@link #train(HookedTransformer, TrainingData, UnaryOperator)}. */
    public HookedTransformer train(HookedTransformer base, TrainingData data) throws IOException {
        return train(base, data, options -> options);
    }
}
