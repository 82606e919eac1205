package dev.assay.spark;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.activation.ActivationSource;
import dev.assay.activation.store.ActivationStore;
import dev.assay.evaluate.sweep.SweepRow;
import dev.assay.io.FolderLock;
import dev.assay.io.Json;
import dev.assay.io.Sha256;
import dev.assay.io.TemporaryNames;
import dev.assay.provenance.Provenance;
import dev.assay.run.RunDescription;
import dev.assay.run.RunLayout;
import dev.assay.run.sweep.PlannedMember;
import dev.assay.run.sweep.SweepFile;
import dev.assay.run.sweep.SweepRun;
import dev.assay.spark.internal.file.HostCache;
import dev.assay.spark.internal.file.SharedFolder;
import java.io.Closeable;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.apache.spark.TaskContext;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Trains and evaluates a group of members of a sweep in one task.
 *
 * @param job the output folder
 * @param store the activations
 * @param configuration the configuration of Hadoop
 * @param plan the sweep as JSON
 * @param sites the sites of the sweep
 * @param membersPerTask the size of a group
 */
record SweepTask(
        JobFolder job,
        SharedFolder store,
        SerializableConfiguration configuration,
        String plan,
        List<String> sites,
        int membersPerTask)
        implements Serializable {
    private static final String ROWS = "rows";
    private static final String WARNINGS = "warnings";

    SweepTask {
        sites = List.copyOf(sites);
    }

    /**
     * Trains the members of a unit, writes their folders, and evaluates them.
     *
     * @param unit the number of the group
     * @param trained receives the numbers of activations that a member was trained on
     */
    UnitRecord train(int unit, LongConsumer trained) throws IOException {
        NativeLibraries.start(TaskDevice.threads());
        SweepFile sweep = SweepFile.of(UnitRecord.parse("the sweep", plan));
        ActivationStore activations = ActivationStore.open(HostCache.ofHost().local(store, configuration.value()));
        List<PlannedMember> all = sweep.members(sites);
        List<PlannedMember> members =
                all.subList(unit * membersPerTask, Math.min(all.size(), (unit + 1) * membersPerTask));
        ActivationSource source = activations.source(sites).seed(sweep.seed()).device(TaskDevice.current());
        ObjectNode result = Json.mapper().createObjectNode();
        var warnings = result.putArray(WARNINGS);
        try (UnitAttempt attempt = job.attempts().begin(unit);
                WorkFolder work = WorkFolder.lock(workName(unit), name())) {
            SweepRun run = SweepRun.of(sweep, RunDescription.of(activations, sites), source, work.folder(), members);
            List<SweepRow> rows =
                    run.train(SweepTask::isKilled, new TrainedTokens(trained), run.onActivations(), warnings::add);
            result.set(ROWS, Json.mapper().valueToTree(rows));
            result.set(Provenance.FIELD, source.provenance().toJson());
            if (unit == 0) {
                Files.copy(
                        work.folder().resolve(RunLayout.DESCRIPTION),
                        attempt.folder().resolve(RunLayout.DESCRIPTION));
            }
            for (PlannedMember member : members) {
                copy(work.folder().resolve(member.name()), attempt.folder().resolve(member.name()));
            }
            UnitRecord record = attempt.commit(result);
            work.done();
            return record;
        }
    }

    private static boolean isKilled() {
        TaskContext task = TaskContext.get();
        return task != null && task.isInterrupted();
    }

    /** Returns the name of the output folder, which reports of runs show. */
    private String name() {
        return new org.apache.hadoop.fs.Path(job.folder()).getName();
    }

    /** Names a unit of this sweep in this environment: a checkpoint of another one must not be continued. */
    private String workName(int unit) {
        return new Sha256()
                        .add(plan + "\n" + store.hash() + "\n" + job.folder() + "\n" + membersPerTask + "\n")
                        .add(TaskEnvironment.current().toJson().toString())
                        .hex()
                + "-" + unit;
    }

    /** Copies the files of a member, without its checkpoints. */
    private static void copy(Path from, Path to) throws IOException {
        if (!Files.isDirectory(from)) { // a member that was refused before its first step
            return;
        }
        Path checkpoints = from.resolve(RunLayout.CHECKPOINTS);
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (!file.startsWith(checkpoints) && !TemporaryNames.isIgnored(file)) {
                    Path target = to.resolve(from.relativize(file));
                    Files.createDirectories(target.getParent());
                    Files.copy(file, target);
                }
            }
        }
    }

    static List<SweepRow> rows(UnitRecord record) throws JsonProcessingException {
        return List.of(Json.mapper().treeToValue(record.values().node().get(ROWS), SweepRow[].class));
    }

    static List<String> warnings(UnitRecord record) {
        return record.values().texts(WARNINGS);
    }

    static Provenance provenance(UnitRecord record) {
        return Provenance.read(record.values().object(Provenance.FIELD));
    }

    static void delete(Path folder) throws IOException {
        List<Path> paths = new ArrayList<>();
        if (Files.exists(folder)) {
            try (Stream<Path> all = Files.walk(folder)) {
                all.sorted(Comparator.reverseOrder()).forEach(paths::add);
            }
        }
        for (Path path : paths) {
            Files.deleteIfExists(path);
        }
    }

    /**
     * The folder of a training on this host. Its checkpoints outlive a lost task.
     *
     * @param folder the folder
     * @param parent the folder to delete when the result is complete
     * @param lock excludes a second attempt on this host
     */
    private record WorkFolder(Path folder, Path parent, Optional<Closeable> lock) implements Closeable {
        /** Locks the folder of a unit. A second attempt at the same time works in a folder of its own. */
        static WorkFolder lock(String unit, String name) throws IOException {
            Path parent = HostCache.ofHost().work(unit);
            try {
                return new WorkFolder(parent.resolve(name), parent, Optional.of(FolderLock.nextTo(parent)));
            } catch (InvalidInputException busy) {
                Path own = Files.createTempDirectory("assay-sweep");
                return new WorkFolder(own.resolve(name), own, Optional.empty());
            }
        }

        void done() throws IOException {
            delete(parent);
        }

        @Override
        public void close() throws IOException {
            if (lock.isPresent()) {
                lock.get().close();
            } else {
                delete(parent);
            }
        }
    }
}
