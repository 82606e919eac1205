package dev.assay.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.types.DataType;
import dev.assay.InvalidInputException;
import dev.assay.activation.store.ActivationStore;
import dev.assay.io.Json;
import dev.assay.run.RunDescription;
import dev.assay.run.SourceModel;
import dev.assay.run.TextDescription;
import dev.assay.tensor.Threads;
import dev.assay.text.document.Document;
import dev.assay.text.document.DocumentReader;
import dev.assay.text.document.TextSource;
import dev.assay.text.story.StoryCorpus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.scheduler.SparkListenerStageCompleted;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scala.jdk.javaapi.CollectionConverters;

class SparkHarvestTest {
    private static final long TOKENS = 9_000;
    private static final int SHARD_ROWS = 1_200;
    private static final RunDescription RUN = RunDescription.of(
            "assay/stories",
            "blocks.0.hook_resid_post",
            TextDescription.of("assay/stories/120").withContexts(32, true));

    @TempDir
    static Path temporary;

    private static Map<String, String> single;

    @BeforeAll
    static void harvestOnOneMachine() throws IOException {
        single = single(RUN, "single", null);
        assertTrue(single.size() > 7, single::toString);
    }

    /** Harvests without Spark and returns the hashes of all files; documents replace the text of the run if they are given. */
    private static Map<String, String> single(RunDescription run, String name, TextSource documents)
            throws IOException {
        NativeLibraries.start(1);
        Threads.set(1);
        try (SourceModel model = SourceModel.open(run, run.hooks(), Device.cpu())) {
            var corpus = documents == null
                    ? run.corpus(model.tokenizer())
                    : run.text().corpus(model.tokenizer(), documents);
            ActivationStore.write(model.source(corpus), temporary.resolve(name))
                    .tokens(TOKENS)
                    .shardRows(SHARD_ROWS)
                    .type(DataType.FLOAT16)
                    .progress(false)
                    .run();
        }
        return FileHashes.of(temporary.resolve(name));
    }

    private static SparkHarvest harvest(RunDescription run) {
        return harvest(run, SparkText.of(run.text()));
    }

    private static SparkHarvest harvest(RunDescription run, SparkText text) {
        return SparkHarvest.of(LocalSpark.context(), run, text)
                .tokens(TOKENS)
                .shardRows(SHARD_ROWS)
                .type(DataType.FLOAT16);
    }

    private static Map<String, String> hashes(String name) throws IOException {
        Map<String, String> files = FileHashes.of(temporary.resolve(name));
        files.remove(JobReport.FILE);
        return files;
    }

    private static String folder(String name) {
        return temporary.resolve(name).toString();
    }

    @Test
    void everyNumberOfPartitionsWritesTheBytesOfOneMachine() throws IOException {
        for (int partitions : new int[] {1, 2, 3, 7}) {
            String name = "partitions-" + partitions;
            SparkHarvest.Result result = harvest(RUN).partitions(partitions).write(folder(name));
            assertEquals(single, hashes(name), name);
            assertEquals(List.of(), result.warnings());
            assertEquals(result.shards(), result.written());
        }
        assertEquals(
                FileHashes.of(temporary.resolve("partitions-1")), FileHashes.of(temporary.resolve("partitions-7")));
        assertEquals(0, harvest(RUN).write(folder("partitions-1")).written());
    }

    @Test
    void documentsInSparkWriteTheBytesOfOneMachine() throws IOException {
        List<Document> documents = documents(120);
        JavaRDD<Document> distributed = LocalSpark.context().parallelize(documents, 5);
        TextSource named = new Named(TextSource.of(documents), "stories in Spark");
        Map<String, String> expected = single(RUN, "single-documents", named);
        harvest(RUN, SparkText.of(distributed, "stories in Spark", RUN.text()))
                .partitions(3)
                .write(folder("documents"));
        assertEquals(expected, hashes("documents"));

        SparkSession session = SparkSession.builder().getOrCreate();
        Dataset<Row> table = session.createDataFrame(
                LocalSpark.context()
                        .parallelize(documents, 3)
                        .map(document -> RowFactory.create(document.id(), document.text())),
                new StructType().add("id", DataTypes.StringType).add("story", DataTypes.StringType));
        harvest(RUN, SparkText.of(table, "story", "stories in Spark", RUN.text()))
                .partitions(2)
                .write(folder("table"));
        assertEquals(expected, hashes("table"));
        InvalidInputException missing =
                assertThrows(InvalidInputException.class, () -> SparkText.of(table, "text", "stories", RUN.text()));
        assertEquals("the table has no column text, expected one of id, story", missing.getMessage());
    }

    @Test
    void textOnARemoteFileSystemWritesTheBytesOfALocalOne() throws IOException {
        Path texts = Files.createDirectories(temporary.resolve("texts"));
        StringBuilder lines = new StringBuilder();
        for (Document document : documents(40)) {
            lines.append(Json.mapper().createObjectNode().put("text", document.text()))
                    .append('\n');
        }
        Files.writeString(texts.resolve("stories.jsonl"), lines);
        FailingFileSystem.configure(LocalSpark.context().hadoopConfiguration(), "");
        RunDescription here = RUN.withText(RUN.text().withSources(List.of(texts + "/stories.jsonl")));
        RunDescription remote = RUN.withText(RUN.text().withSources(List.of("failing://" + texts + "/stories.jsonl")));
        Map<String, String> expected = single(here, "single-local", null);
        harvest(remote).partitions(2).write(folder("remote"));
        assertEquals(expected, hashes("remote"));

        RunDescription pattern = RUN.withText(RUN.text().withSources(List.of("failing://" + texts + "/*.jsonl")));
        harvest(pattern).tokens(50).write(folder("pattern"));
        assertEquals(
                "failing://" + texts + "/*.jsonl (1 file)",
                ActivationStore.open(temporary.resolve("pattern"))
                        .provenance()
                        .text()
                        .description());
        RunDescription absent = RUN.withText(RUN.text().withSources(List.of("failing://" + texts + "/none.jsonl")));
        InvalidInputException missing =
                assertThrows(InvalidInputException.class, () -> harvest(absent).write(folder("absent")));
        assertTrue(missing.getMessage().contains("none.jsonl: no such text file"), missing::getMessage);
    }

    @Test
    void textWithoutAContextIsTheErrorOfOneMachine() throws IOException {
        RunDescription short_ =
                RUN.withText(TextDescription.of("assay/stories/2").withContexts(256, true));
        InvalidInputException expected =
                assertThrows(InvalidInputException.class, () -> single(short_, "single-none", null));
        InvalidInputException found = assertThrows(
                InvalidInputException.class, () -> harvest(short_).partitions(3).write(folder("none")));
        assertEquals(expected.getMessage(), found.getMessage());
        assertFalse(Files.exists(temporary.resolve("none").resolve(ActivationStore.MANIFEST)));
    }

    @Test
    void oneContextIsOneShardForAnyNumberOfPartitions() throws IOException {
        List<Document> one = documents(1);
        int tokens;
        try (SourceModel model = SourceModel.open(RUN, RUN.hooks(), Device.cpu())) {
            tokens = model.tokenizer().encode(one.get(0).text()).length;
        }
        RunDescription run =
                RUN.withText(RUN.text().withContexts(tokens * 2 / 3, false).withHeldOutEvery(0));
        Map<String, String> expected = single(run, "single-one", new Named(TextSource.of(one), "one"));
        SparkHarvest.Result result = harvest(
                        run, SparkText.of(LocalSpark.context().parallelize(one, 7), "one", run.text()))
                .partitions(7)
                .write(folder("one"));
        assertEquals(expected, hashes("one"));
        assertEquals(1, result.shards());
        assertTrue(result.rows() <= tokens * 2 / 3, result::toString);
    }

    @Test
    void fullDiskLeavesNoManifestAndARerunCompletes() throws IOException {
        String place = "failing://" + temporary.resolve("full");
        var hadoop = LocalSpark.context().hadoopConfiguration();
        FailingFileSystem.configure(hadoop, "No space left on device", "000004.");
        IOException full =
                assertThrows(IOException.class, () -> harvest(RUN).partitions(2).write(place));
        assertTrue(
                full.getMessage().startsWith("failing:" + temporary.resolve("full") + "/_job/parts/000004."),
                full::getMessage);
        assertTrue(full.getMessage().endsWith("cannot be written: No space left on device"), full::getMessage);
        assertFalse(Files.exists(temporary.resolve("full").resolve(ActivationStore.MANIFEST)));

        // The driver fails after all units are finished.
        FailingFileSystem.configure(hadoop, "Permission denied", ActivationStore.MANIFEST);
        IOException refused =
                assertThrows(IOException.class, () -> harvest(RUN).partitions(3).write(place));
        assertEquals(
                "failing:" + temporary.resolve("full") + "/activations.json.new: cannot be written: Permission denied",
                refused.getMessage());
        assertFalse(Files.exists(temporary.resolve("full").resolve(ActivationStore.MANIFEST)));

        FailingFileSystem.configure(hadoop, "");
        SparkHarvest.Result completed = harvest(RUN).partitions(2).write(place);
        assertEquals(0, completed.written());
        assertEquals(single, hashes("full"));
    }

    @Test
    void abandonedJobIsCleanedAndStartsAgain() throws IOException {
        String place = "failing://" + temporary.resolve("abandoned");
        var hadoop = LocalSpark.context().hadoopConfiguration();
        FailingFileSystem.configure(hadoop, "No space left on device", ActivationStore.MANIFEST);
        assertThrows(IOException.class, () -> harvest(RUN).tokens(1_300).write(place));
        FailingFileSystem.configure(hadoop, "");
        SparkHarvest.clean(LocalSpark.context(), place);
        SparkHarvest.Result again = harvest(RUN).tokens(1_300).write(place);
        assertEquals(2, again.written());
    }

    @Test
    void progressIsInTheUserInterface() throws IOException {
        Map<String, String> values = new ConcurrentHashMap<>();
        List<String> descriptions = new CopyOnWriteArrayList<>();
        SparkListener listener = new SparkListener() {
            @Override
            public void onJobStart(SparkListenerJobStart job) {
                descriptions.add(String.valueOf(job.properties().getProperty("spark.job.description")));
            }

            @Override
            public void onStageCompleted(SparkListenerStageCompleted stage) {
                CollectionConverters.asJava(stage.stageInfo().accumulables())
                        .values()
                        .forEach(value -> values.put(
                                value.name().get(), value.value().get().toString()));
            }
        };
        LocalSpark.context().sc().addSparkListener(listener);
        harvest(RUN).tokens(1_300).write(folder("progress"));
        for (int i = 0; i < 600 && !values.containsKey("tokens"); i++) {
            LockSupport.parkNanos(50_000_000); // listeners are called by another thread
        }
        LocalSpark.context().sc().removeSparkListener(listener);
        assertTrue(Long.parseLong(values.get("tokens")) >= 1_300, values::toString);
        assertTrue(Double.parseDouble(values.get("tokens per second and task")) > 0, values::toString);
        assertTrue(descriptions.contains("assay harvest: count tokens"), descriptions::toString);
        assertTrue(descriptions.contains("assay harvest: 2 shards to " + folder("progress")), descriptions::toString);
    }

    @Test
    void anotherHarvestInTheFolderIsRefused() throws IOException {
        harvest(RUN).tokens(100).partitions(1).write(folder("taken"));
        InvalidInputException refused = assertThrows(
                InvalidInputException.class,
                () -> harvest(RUN).tokens(100).type(DataType.FLOAT32).write(folder("taken")));
        assertTrue(refused.getMessage().contains("type is \"F16\""), refused::getMessage);
    }

    private static List<Document> documents(int count) throws IOException {
        List<Document> documents = new ArrayList<>();
        try (DocumentReader reader = StoryCorpus.of(2, count).open()) {
            for (Document document = reader.next(); document != null; document = reader.next()) {
                documents.add(document);
            }
        }
        return documents;
    }

    private record Named(TextSource source, String description) implements TextSource {
        @Override
        public DocumentReader open() throws IOException {
            return source.open();
        }
    }
}
