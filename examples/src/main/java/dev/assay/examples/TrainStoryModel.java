package dev.assay.examples;

import dev.assay.model.HookedTransformer;
import dev.assay.model.config.Precision;
import dev.assay.model.config.TransformerConfig;
import dev.assay.model.training.TransformerTrainer;
import dev.assay.text.Corpus;
import dev.assay.text.story.StoryCorpus;
import dev.assay.text.tokenizer.BpeTrainer;
import dev.assay.text.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Trains the transformer that comes with Assay as {@code assay/stories}: a GPT-NeoX of 4 layers and about a million parameters on
 * generated stories, with a tokenizer of its own, saved as a Hugging Face folder in half precision.
 *
 * <p>Arguments: the folder to write, and optionally the number of steps (2,500 unless given; about a quarter of an hour on two cores).
 */
public final class TrainStoryModel {
    private static final int VOCABULARY = 1024;
    private static final int CONTEXT = 128;
    /** Other stories than those that dictionaries are trained and measured on, which have another seed. */
    private static final long STORY_SEED = 1;

    private TrainStoryModel() {}

    /**
     * Runs the example.
     *
     * @param args the folder and optionally the number of steps
     * @throws IOException when a file cannot be read or written
     */
    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args[0]);
        int steps = args.length > 1 ? Integer.parseInt(args[1]) : 2_500;
        StoryCorpus stories = StoryCorpus.of(STORY_SEED, Math.max(1_000, 16 * steps));

        Path tokenizerFolder = Files.createTempDirectory("assay-tokenizer");
        BpeTrainer.of(VOCABULARY).train(StoryCorpus.of(STORY_SEED, 5_000)).write(tokenizerFolder);

        TransformerConfig config = TransformerConfig.gptNeoX()
                .vocabularySize(VOCABULARY)
                .contextLength(CONTEXT)
                .layers(4)
                .dModel(128)
                .heads(4)
                .dMlp(512)
                .build();
        try (Tokenizer tokenizer = Tokenizer.load(tokenizerFolder)) {
            Corpus corpus = Corpus.of(tokenizer, stories)
                    .contextLength(CONTEXT)
                    .prependBos(false)
                    .build();
            try (HookedTransformer model = TransformerTrainer.of(config, corpus)
                    .steps(steps)
                    .batch(16)
                    .learningRate(3e-3)
                    .warmup(Math.max(1, steps / 50))
                    // Each word is to stay tellable in the middle of the model: dictionaries look for it there.
                    .embeddingDeviation(1)
                    .seed(1)
                    .train()) {
                model.save(folder, Precision.FLOAT16);
                int[] prompt = tokenizer.encode("One sunny morning, Nora");
                System.out.println(tokenizer.decode(model.generate(prompt, 60)));
            }
        } finally {
            delete(tokenizerFolder);
        }
    }

    private static void delete(Path folder) throws IOException {
        List<Path> files;
        try (Stream<Path> entries = Files.list(folder)) {
            files = entries.toList();
        }
        for (Path file : files) {
            Files.delete(file);
        }
        Files.delete(folder);
    }
}
