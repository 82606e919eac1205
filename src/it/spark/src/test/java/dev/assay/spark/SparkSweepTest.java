package dev.assay.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.cli.Assay;
import dev.assay.io.Json;
import dev.assay.io.JsonObject;
import dev.assay.io.Sha256;
import dev.assay.run.sweep.SweepFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SparkSweepTest {
    @TempDir
    private static Path folder;

    private static Path store;
    private static Path file;
    private static Map<String, String> expected;
    private static String table;

    @BeforeAll
    static void sweepOnOneMachine() throws IOException {
        store = folder.resolve("activations");
        run(
                "harvest",
                "--model=assay/stories",
                "--text=assay/stories/60",
                "--hook=blocks.0.hook_resid_post",
                "--hook=blocks.1.hook_resid_post",
                "--tokens=3000",
                "--shard-rows=1024",
                "--threads=1",
                "--out=" + store);
        file = Files.writeString(folder.resolve("sweep.yaml"), sweep(store.toString()));
        Path single = folder.resolve("single/sweep");
        run("sweep", file.toString(), "--threads=1", "--out=" + single);
        expected = hashes(single);
        table = rows(single);
        assertEquals(1 + 3 * 7, expected.size(), expected.toString());
    }

    private static String sweep(String activations) {
        return """
                activations: %s
                tokens: 2048
                batch: 256
                seed: 3
                evaluation_tokens: 1000
                max_norm_ratio: 4
                members:
                  - method: topk
                    k: [2, 4]
                    d_sae: 48
                  - method: batchtopk
                    k: 4
                    d_sae: 32
                    sites: [blocks.1.hook_resid_post]
                    seeds: [0, 1]
                  - method: standard
                    coefficient: 1
                    d_sae: 32
                    sites: [blocks.0.hook_resid_post]
                """.formatted(activations);
    }

    private static void run(String... arguments) {
        StringWriter errors = new StringWriter();
        assertEquals(
                0,
                Assay.run(new PrintWriter(new StringWriter()), new PrintWriter(errors), arguments),
                errors::toString);
    }

    /** Hashes the descriptions and the dictionaries of a sweep. */
    private static Map<String, String> hashes(Path sweep) throws IOException {
        Map<String, String> hashes = new TreeMap<>();
        try (Stream<Path> files = Files.walk(sweep)) {
            for (Path path : files.filter(Files::isRegularFile).toList()) {
                String name = sweep.relativize(path).toString();
                if (name.endsWith("run.json") || name.endsWith("cfg.json") || name.endsWith("weights.safetensors")) {
                    hashes.put(name, Sha256.of(path));
                }
            }
        }
        return hashes;
    }

    /** Returns the table without the durations. */
    private static String rows(Path sweep) throws IOException {
        ObjectNode json = JsonObject.read(sweep.resolve("sweep.json")).node();
        json.get("rows").forEach(row -> ((ObjectNode) row).remove("seconds"));
        return Json.pretty(json);
    }

    private static JsonObject fields() throws IOException {
        return SweepFile.fields(file);
    }

    @ParameterizedTest
    @ValueSource(ints = {7, 4, 3, 1}) // 1, 2, 3 and 7 tasks
    void anyNumberOfTasksWritesTheDictionariesAndTheTableOfOneMachine(int membersPerTask, @TempDir Path work)
            throws IOException {
        Path out = work.resolve("sweep");
        SparkSweep.Result result = SparkSweep.of(LocalSpark.context(), fields(), out.toString())
                .membersPerTask(membersPerTask)
                .run();
        assertEquals(expected, hashes(out));
        assertEquals(table, rows(out));
        assertEquals(7, result.table().rows().size());
        assertTrue(Files.exists(out.resolve("pareto.png")));
        assertTrue(Files.exists(out.resolve("topk-2-48-blocks.0.hook_resid_post/metrics.jsonl")));
        assertFalse(Files.exists(out.resolve("_job")), "files of the job remain");
    }

    @Test
    void rerunOnARemoteFileSystemTrainsOnlyMembersWithoutAResult(@TempDir Path work) throws IOException {
        Configuration hadoop = LocalSpark.context().hadoopConfiguration();
        Path out = work.resolve("sweep");
        ObjectNode remote = fields().node().put("activations", "failing:" + store);
        JsonObject fields = JsonObject.of(file, remote);
        FailingFileSystem.configure(hadoop, "No space left on device", "_job/done/000002.json");
        IOException failed = assertThrows(
                IOException.class,
                () -> SparkSweep.of(LocalSpark.context(), fields, "failing:" + out)
                        .run());
        assertTrue(failed.getMessage().contains("No space left on device"), failed.getMessage());
        assertTrue(failed.getMessage().contains(out + "/_job/done/000002.json"), failed.getMessage());
        assertFalse(Files.exists(out.resolve("sweep.json")));
        List<Path> done;
        try (Stream<Path> records = Files.list(out.resolve("_job/done"))) {
            done = records.filter(record -> record.toString().endsWith(".json")).toList();
        }
        assertFalse(done.isEmpty());
        FileTime written = Files.getLastModifiedTime(done.get(0));
        UnitRecord first = UnitRecord.read(JsonObject.read(done.get(0)));

        FailingFileSystem.configure(hadoop, "");
        SparkSweep.of(LocalSpark.context(), fields, "failing:" + out).run();
        assertEquals(expected, hashes(out));
        assertEquals(table, rows(out));
        Path kept = out.resolve(first.files().stream()
                .map(UnitFile::name)
                .filter(name -> name.endsWith("weights.safetensors"))
                .findFirst()
                .orElseThrow());
        assertTrue(Files.getLastModifiedTime(kept).compareTo(written) <= 0, "a finished member was trained again");
    }

    @Test
    void rerunOfACompletedSweepChangesNothing(@TempDir Path work) throws IOException {
        Path out = work.resolve("sweep");
        SparkSweep.of(LocalSpark.context(), fields(), out.toString())
                .membersPerTask(4)
                .run();
        Path weights = out.resolve("topk-2-48-blocks.0.hook_resid_post/sae_weights.safetensors");
        FileTime written = Files.getLastModifiedTime(weights);
        SparkSweep.Result again =
                SparkSweep.of(LocalSpark.context(), fields(), out.toString()).run();
        assertEquals(written, Files.getLastModifiedTime(weights));
        assertEquals(Json.pretty(again.json()), Files.readString(out.resolve("sweep.json")));
        assertEquals(7, again.table().rows().size());
    }

    @Test
    void refusesTheFolderOfAnotherSweep(@TempDir Path work) throws IOException {
        Path out = work.resolve("sweep");
        SparkSweep.of(LocalSpark.context(), fields(), out.toString())
                .membersPerTask(7)
                .run();
        ObjectNode other = fields().node();
        other.put("seed", 4);
        InvalidInputException refused = assertThrows(
                InvalidInputException.class,
                () -> SparkSweep.of(LocalSpark.context(), JsonObject.of(file, other), out.toString())
                        .run());
        assertTrue(refused.getMessage().startsWith(out + " holds another sweep"), refused.getMessage());
    }
}
