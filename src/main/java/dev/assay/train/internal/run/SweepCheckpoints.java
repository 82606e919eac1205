package dev.assay.train.internal.run;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.InvalidInputException;
import dev.assay.activation.ActivationBuffer;
import dev.assay.checkpoint.Safetensors;
import dev.assay.io.AtomicFolder;
import dev.assay.provenance.Provenance;
import dev.assay.train.internal.step.ActivationScale;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Checkpoints of a sweep, each one folder {@code step-N} that is there whole or not at all: {@code buffer.safetensors} with the pool of
 * the shuffling buffer and, as JSON in its metadata, how far each member is; and the state of every member that is still running, as
 * {@code NAME.safetensors}. The state of a member that stopped is beside its log instead, written before the checkpoint that says so.
 */
final class SweepCheckpoints {
    private static final int KEPT = 2;
    private static final String PREFIX = "step-";
    private static final String BUFFER = "buffer.safetensors";
    private static final String SUFFIX = ".safetensors";
    private static final String STOPPED = "stopped.safetensors";

    private final Path output;
    private final Path folder;

    SweepCheckpoints(Path output) {
        this.output = output;
        this.folder = output.resolve("checkpoints");
    }

    /**
     * How far a member is.
     *
     * @param name of the member
     * @param failure why it stopped, or null
     * @param steps taken
     * @param scale of its activations; null where it was not measured
     * @param seconds spent on its steps
     */
    record Progress(String name, String failure, long steps, ActivationScale scale, double seconds) {}

    /**
     * What a checkpoint says beside its arrays.
     *
     * @param source where the activations are from
     * @param steps taken by the members that run
     * @param members all of them, in their order
     * @param buffer the state of the shuffling buffer
     */
    record Header(JsonNode source, long steps, List<Progress> members, ActivationBuffer.State buffer) {}

    void save(long steps, Provenance source, List<SweepRun> runs, ActivationBuffer buffer) throws IOException {
        for (SweepRun run : runs) {
            Path stopped = output.resolve(run.member().name()).resolve(STOPPED);
            if (!run.isRunning() && run.state() != null && !Files.exists(stopped)) {
                Files.createDirectories(stopped.getParent());
                run.save(stopped);
            }
        }
        Files.createDirectories(folder);
        Header header = new Header(
                source.toJson(), steps, runs.stream().map(SweepRun::progress).toList(), buffer.state());
        AtomicFolder.write(folder.resolve(PREFIX + String.format("%010d", steps)), partial -> {
            TrainingCheckpoints.writePool(buffer(partial), buffer.pool(), header);
            for (SweepRun run : runs) {
                if (run.isRunning()) {
                    run.save(member(partial, run.member().name()));
                }
            }
        });
        List<Path> all = list();
        for (Path old : all.subList(0, Math.max(0, all.size() - KEPT))) {
            AtomicFolder.delete(old);
        }
        AtomicFolder.sweep(folder);
    }

    /** The newest checkpoint, if there is one. */
    Optional<Path> latest() throws IOException {
        if (Files.isDirectory(folder)) {
            AtomicFolder.sweep(folder);
        }
        List<Path> all = list();
        return all.isEmpty() ? Optional.empty() : Optional.of(all.get(all.size() - 1));
    }

    /**
     * Reads what a checkpoint says, and refuses one of another sweep.
     *
     * @param checkpoint its folder
     * @param source where the activations are from now
     * @param runs the members of now
     * @return what it says
     * @throws InvalidInputException when members or activations are others
     */
    static Header header(Path checkpoint, Provenance source, List<SweepRun> runs) throws IOException {
        Path file = buffer(checkpoint);
        try (Safetensors stored = Safetensors.open(file)) {
            Header header = TrainingCheckpoints.metadata(stored, Header.class);
            TrainingCheckpoints.requireSameSource(file, header.source(), source);
            String found = header.members().stream().map(Progress::name).collect(Collectors.joining(", "));
            String asked = runs.stream().map(run -> run.member().name()).collect(Collectors.joining(", "));
            if (!found.equals(asked)) {
                throw new InvalidInputException(file + ": the members are " + found + " in this sweep, " + asked
                        + " were asked for" + TrainingCheckpoints.ADVICE);
            }
            return header;
        }
    }

    /** The file of a checkpoint that the buffer is in. */
    static Path buffer(Path checkpoint) {
        return checkpoint.resolve(BUFFER);
    }

    /** The file of a checkpoint that a running member is in. */
    static Path member(Path checkpoint, String name) {
        return checkpoint.resolve(name + SUFFIX);
    }

    private List<Path> list() throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(entry -> entry.getFileName().toString().matches(PREFIX + "\\d+"))
                    .sorted(Comparator.comparing(Path::toString))
                    .toList();
        }
    }
}
