package dev.assay.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.Device;
import dev.assay.activation.store.ActivationStore;
import dev.assay.run.Run;
import dev.assay.run.SourceModel;
import dev.assay.tensor.Threads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jobs on a standalone cluster whose executors end in the middle of their work. */
@Tag("cluster")
class ClusterTest {
    @TempDir
    Path temporary;

    @Test
    void lostExecutorsAndRepeatedTasksLeaveTheBytesOfOneMachine() throws Exception {
        Path dictionary = StoryRun.train(temporary.resolve("run"));
        Path markers = Files.createDirectories(temporary.resolve("markers"));
        try (StandaloneCluster cluster = new StandaloneCluster(temporary.resolve("cluster"))) {
            List<String> configuration = List.of(
                    "spark.hadoop.fs.halting.impl=" + HaltingFileSystem.class.getName(),
                    "spark.hadoop." + HaltingFileSystem.PATHS + "=store/_job/parts/000004.,features/_job/parts/000001.",
                    "spark.hadoop." + HaltingFileSystem.MARKERS + "=" + markers,
                    // Tasks are repeated although nothing is slow.
                    "spark.speculation=true",
                    "spark.speculation.quantile=0.1",
                    "spark.speculation.multiplier=1.01",
                    "spark.speculation.interval=50ms");
            int exit = cluster.submit(
                    ClusterJobs.class,
                    configuration,
                    List.of("halting://" + temporary.resolve("out"), dictionary.toString()),
                    1200);
            assertEquals(0, exit, () -> tail(cluster));
        }
        try (var ended = Files.list(markers)) {
            assertEquals(2, ended.count());
        }
        assertEquals(harvest(), result("store"));
        assertEquals(features(dictionary), result("features"));
    }

    /** Returns the hashes of the files of a job. */
    private Map<String, String> result(String name) throws IOException {
        Map<String, String> files = FileHashes.of(temporary.resolve("out").resolve(name));
        files.remove(JobReport.FILE);
        // A repeated task can end after the job; readers do not see its files.
        files.keySet().removeIf(file -> file.startsWith("_job/"));
        return files;
    }

    private Map<String, String> features(Path dictionary) throws IOException {
        try (Run run = Run.loader().featureTokens(ClusterJobs.FEATURE_TOKENS).open(dictionary)) {
            run.collectFeatures(read -> {});
            return FileHashes.of(run.layout().features());
        }
    }

    private Map<String, String> harvest() throws IOException {
        NativeLibraries.start(1);
        Threads.set(1);
        try (SourceModel model = SourceModel.open(ClusterJobs.RUN, ClusterJobs.RUN.hooks(), Device.cpu())) {
            ActivationStore.write(model.source(ClusterJobs.RUN.corpus(model.tokenizer())), temporary.resolve("single"))
                    .tokens(ClusterJobs.TOKENS)
                    .shardRows(ClusterJobs.SHARD_ROWS)
                    .progress(false)
                    .run();
        }
        return FileHashes.of(temporary.resolve("single"));
    }

    private static String tail(StandaloneCluster cluster) {
        try {
            String log = cluster.log("application");
            return log.substring(Math.max(0, log.length() - 8000));
        } catch (IOException failure) {
            return failure.toString();
        }
    }
}
