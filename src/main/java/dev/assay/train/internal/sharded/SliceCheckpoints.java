package dev.assay.train.internal.sharded;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.InvalidInputException;
import dev.assay.activation.ActivationBuffer;
import dev.assay.checkpoint.Safetensors;
import dev.assay.provenance.Provenance;
import dev.assay.train.internal.run.TrainingCheckpoints;
import dev.assay.train.internal.step.ActivationScale;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Checkpoints of a run in slices: a folder per step with a file per slice, and {@value #RUN} with the shuffling buffer, which is written last.
 * A folder without it is not a checkpoint. The number of workers is not part of a checkpoint.
 */
public final class SliceCheckpoints {
    private static final String PREFIX = "step-";
    private static final String RUN = "run.safetensors";

    private final Path folder;

    /**
     * Uses a folder.
     *
     * @param folder created when something is saved
     */
    public SliceCheckpoints(Path folder) {
        this.folder = folder;
    }

    /**
     * The run of a checkpoint.
     *
     * @param slices the number of slices
     * @param steps taken
     * @param source provenance of the activations
     * @param scale of the activations
     * @param buffer the position of the shuffling buffer
     */
    public record Header(
            int slices, long steps, JsonNode source, ActivationScale scale, ActivationBuffer.State buffer) {}

    /**
     * A checkpoint that was found.
     *
     * @param folder with its files
     * @param header the run
     */
    public record Stored(Path folder, Header header) {
        /** Returns the file with the pool of the shuffling buffer. */
        public Path pool() {
            return folder.resolve(RUN);
        }
    }

    /** Finds the newest complete checkpoint. */
    public Optional<Stored> newest() throws IOException {
        List<Path> complete = list().stream()
                .filter(step -> Files.isRegularFile(step.resolve(RUN)))
                .toList();
        if (complete.isEmpty()) {
            return Optional.empty();
        }
        Path newest = complete.get(complete.size() - 1);
        try (Safetensors stored = Safetensors.open(newest.resolve(RUN))) {
            stored.requireIntact();
            return Optional.of(new Stored(newest, TrainingCheckpoints.metadata(stored, Header.class)));
        }
    }

    /**
     * Restores the slices.
     *
     * @param stored the checkpoint
     * @param dictionary of the same plan and number of slices; changed
     * @param source provenance of the current activations
     * @throws InvalidInputException if the checkpoint is of another run
     */
    public void restore(Stored stored, SlicedDictionary dictionary, Provenance source) throws IOException {
        int slices = dictionary.layout().slices();
        InvalidInputException.require(
                stored.header().slices() == slices,
                () -> stored.folder() + ": the dictionary has "
                        + stored.header().slices() + " slices in this run, " + slices
                        + " were asked for; use another output folder for another run");
        try {
            dictionary.onStates((slice, state) -> {
                try {
                    return TrainingCheckpoints.restore(file(stored.folder(), slice), state, source);
                } catch (IOException failure) {
                    throw new UncheckedIOException(failure);
                }
            });
        } catch (UncheckedIOException failure) {
            throw failure.getCause();
        }
    }

    /** Writes a checkpoint, then deletes the earlier ones. */
    public void save(SlicedDictionary dictionary, Provenance source, ActivationScale scale, ActivationBuffer buffer)
            throws IOException {
        List<Path> earlier = list();
        long steps = dictionary.onStates((slice, state) -> state.stepsTaken()).get(0);
        Path step = folder.resolve(PREFIX + String.format("%010d", steps));
        Files.createDirectories(step);
        try {
            dictionary.onStates((slice, state) -> {
                try {
                    TrainingCheckpoints.write(
                            file(step, slice),
                            new TrainingCheckpoints.RunningState(state, source, scale, null, null),
                            Map.of());
                    return slice;
                } catch (IOException failure) {
                    throw new UncheckedIOException(failure);
                }
            });
        } catch (UncheckedIOException failure) {
            throw failure.getCause();
        }
        Header header = new Header(dictionary.layout().slices(), steps, source.toJson(), scale, buffer.state());
        TrainingCheckpoints.writePool(step.resolve(RUN), buffer.pool(), header);
        for (Path old : earlier) {
            if (!old.equals(step)) {
                delete(old);
            }
        }
    }

    private static Path file(Path step, int slice) {
        return step.resolve(String.format("slice-%04d.safetensors", slice));
    }

    /** Deletes the manifest first, so that a folder that is deleted in part is no checkpoint. */
    private static void delete(Path step) throws IOException {
        Files.deleteIfExists(step.resolve(RUN));
        try (Stream<Path> files = Files.list(step)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(step);
    }

    /** The folders of steps, oldest first. */
    private List<Path> list() throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> Files.isDirectory(file)
                            && file.getFileName().toString().startsWith(PREFIX))
                    .sorted(Comparator.comparing(Path::toString))
                    .toList();
        }
    }
}
