package dev.assay.train;

import ai.djl.ndarray.NDArray;
import dev.assay.activation.ActivationSource;
import dev.assay.activation.CountingSource;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.TopK;
import dev.assay.train.method.TopKTraining;
import dev.assay.train.spi.TrainingMethod;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/** A run of 40 steps that takes an instant, for tests that interrupt it. */
public final class SmallRun {
    static final int BATCH = 16;
    public static final int STEPS = 40;
    static final int BUFFER = 64;

    private SmallRun() {}

    public static CountingSource source() {
        return new CountingSource(8, pass -> 5 + new SplittableRandom(pass).nextInt(40)).indexScale(1e-4);
    }

    public static SaeTrainer trainer(ActivationSource source, Path folder) {
        return trainer(new TopKTraining(TopK.of(3)), source, folder);
    }

    public static SaeTrainer trainer(TrainingMethod method, ActivationSource source, Path folder) {
        return SaeTrainer.of(method)
                .source(source)
                .dictionarySize(24)
                .tokens(BATCH * STEPS + 5)
                .batchSize(BATCH)
                .deadAfter(100)
                .bufferRows(BUFFER)
                .seed(3)
                .output(folder)
                .checkpointEvery(Duration.ZERO)
                .progress(false);
    }

    /** Trains to the end and returns every number of the dictionary. */
    public static List<float[]> finish(Path folder) throws IOException {
        try (SparseAutoencoder sae = trainer(source(), folder).train()) {
            return numbers(sae);
        }
    }

    public static List<float[]> numbers(SparseAutoencoder sae) {
        return Stream.of(
                        sae.encoder(),
                        sae.encoderBias(),
                        sae.decoder(),
                        sae.decoderBias(),
                        sae.density().orElseThrow())
                .map(NDArray::toFloatArray)
                .toList();
    }

    /** The lines of a run's log but for the speed, which no two runs share. */
    public static List<String> metrics(Path folder) throws IOException {
        return Files.readAllLines(folder.resolve("metrics.jsonl")).stream()
                .map(line -> line.replaceAll(",\"details/tokens_per_second\":[^,}]+", ""))
                .toList();
    }

    public static List<Path> checkpoints(Path folder) throws IOException {
        Path checkpoints = folder.resolve("checkpoints");
        if (!Files.exists(checkpoints)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(checkpoints)) {
            return files.sorted().toList();
        }
    }

    /** Trains into the folder that is given, slowly: something to kill. */
    public static void main(String[] arguments) throws IOException {
        CountingSource slow = source().listener(pass -> {
            try {
                Thread.sleep(30);
            } catch (InterruptedException closed) {
                throw new IOException(closed);
            }
        });
        trainer(slow, Path.of(arguments[0])).train().close();
    }
}
