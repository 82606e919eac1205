package dev.assay.spark;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * Runs the units of a job that have no record yet. Units are fixed; a task computes a group of consecutive units, and the number of groups
 * changes nothing in the result.
 */
final class UnitJob {
    /** The groups per slot: tasks of different speed even out. */
    private static final int GROUPS_PER_SLOT = 3;

    private final JavaSparkContext spark;
    private final JobFolder folder;
    private final SparkText text;
    private final int partitions;

    /**
     * Creates a runner.
     *
     * @param spark Spark
     * @param folder the folder of the job, which was begun
     * @param text the text of the units
     * @param partitions the number of groups; 0 for three per slot of the cluster
     */
    UnitJob(JavaSparkContext spark, JobFolder folder, SparkText text, int partitions) {
        this.spark = spark;
        this.folder = folder;
        this.text = text;
        this.partitions = partitions;
    }

    /**
     * Computes the missing units.
     *
     * @param units the number of units
     * @param documents the documents of each unit
     * @param work the work
     * @return the records of all units, in the order of the units
     * @throws IOException if a task fails; the records of finished units remain
     */
    List<UnitRecord> run(int units, IntFunction<DocumentRange> documents, UnitWork work) throws IOException {
        Map<Integer, UnitRecord> records = intact(folder.done());
        records.keySet().removeIf(unit -> unit >= units);
        List<Integer> missing = IntStream.range(0, units)
                .filter(unit -> !records.containsKey(unit))
                .boxed()
                .toList();
        List<List<Integer>> groups = groups(missing);
        List<DocumentRange> ranges = groups.stream()
                .map(group -> new DocumentRange(
                        documents.apply(group.get(0)).first(),
                        documents.apply(group.get(group.size() - 1)).last()))
                .toList();
        for (String record : text.run(spark, ranges, new Group(groups, folder, work))) {
            add(records, UnitRecord.read(UnitRecord.parse("a record", record)));
        }
        return List.copyOf(records.values());
    }

    private static void add(Map<Integer, UnitRecord> records, UnitRecord record) {
        records.put(record.unit(), record);
    }

    /** Reads the files of finished units on the executors and keeps the records whose hashes are right. */
    private Map<Integer, UnitRecord> intact(Map<Integer, UnitRecord> done) throws IOException {
        Map<Integer, UnitRecord> intact = new TreeMap<>();
        if (!done.isEmpty()) {
            List<UnitRecord> all = List.copyOf(done.values());
            List<String> json =
                    all.stream().map(record -> record.toJson().toString()).toList();
            JobFolder checked = folder;
            List<Boolean> right = SparkFailures.run(() -> spark.parallelize(json, Math.min(json.size(), slots()))
                    .map(record -> checked.isIntact(UnitRecord.read(UnitRecord.parse("a record", record))))
                    .collect());
            IntStream.range(0, all.size()).filter(right::get).forEach(i -> add(intact, all.get(i)));
        }
        return intact;
    }

    private int slots() {
        return Math.max(1, spark.defaultParallelism());
    }

    /** Splits units into groups of consecutive units of nearly equal size. */
    private List<List<Integer>> groups(List<Integer> missing) {
        int count = Math.min(missing.size(), partitions > 0 ? partitions : GROUPS_PER_SLOT * slots());
        List<List<Integer>> groups = new ArrayList<>();
        for (int group = 0; group < count; group++) {
            int from = (int) ((long) missing.size() * group / count);
            int to = (int) ((long) missing.size() * (group + 1) / count);
            runs(missing.subList(from, to)).forEach(run -> groups.add(new ArrayList<>(run)));
        }
        return groups;
    }

    /** Splits ascending numbers where one is missing. */
    private static List<List<Integer>> runs(List<Integer> units) {
        List<List<Integer>> runs = new ArrayList<>();
        int from = 0;
        for (int i = 1; i <= units.size(); i++) {
            if (i == units.size() || units.get(i) != units.get(i - 1) + 1) {
                runs.add(units.subList(from, i));
                from = i;
            }
        }
        return runs;
    }

    /** The work of a task: the units of its group that no earlier attempt has finished. */
    private record Group(List<List<Integer>> groups, JobFolder folder, UnitWork work) implements TaskWork {
        @Override
        public List<String> run(int task, TaskText text) throws IOException {
            NativeLibraries.start(TaskDevice.threads());
            List<UnitRecord> records = Collections.synchronizedList(new ArrayList<>());
            List<Integer> missing = new ArrayList<>();
            for (int unit : groups.get(task)) {
                Optional<UnitRecord> earlier = folder.done(unit);
                earlier.ifPresentOrElse(records::add, () -> missing.add(unit));
            }
            TaskAttempts attempts = folder.attempts();
            for (List<Integer> run : runs(missing)) {
                work.run(run, text, attempts, records::add);
            }
            return records.stream().map(record -> record.toJson().toString()).toList();
        }
    }
}
