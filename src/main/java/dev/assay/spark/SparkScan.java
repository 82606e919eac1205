package dev.assay.spark;

import dev.assay.InvalidInputException;
import dev.assay.feature.scan.FeatureScan;
import dev.assay.feature.scan.ScanOptions;
import dev.assay.feature.store.FeaturePart;
import dev.assay.feature.store.StoredPart;
import dev.assay.io.JsonObject;
import dev.assay.spark.internal.file.HadoopFiles;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Scans the parts of a feature store with the executors of a Spark cluster: counts, histograms, strongest examples and coactivating latents.
 *
 * <pre>{@code
 * SparkFeatures.of(spark, dictionary, Run.loader()).tokens(10_000_000).writeParts("hdfs://namenode/parts");
 * FeatureScan scan = SparkScan.of(spark, "hdfs://namenode/parts").run();
 * scan.top(123);
 * }</pre>
 *
 * <p>All results are counts, maxima and exact activations in a total order, so they do not depend on the number of tasks. The driver holds
 * the scan of each task at the same time.
 */
public final class SparkScan {
    private static final int TASKS_PER_SLOT = 3;

    private final JavaSparkContext spark;
    private final String folder;
    private ScanOptions options = ScanOptions.DEFAULT;
    private int partitions;

    private SparkScan(JavaSparkContext spark, String folder) {
        this.spark = Objects.requireNonNull(spark, "spark");
        this.folder = Objects.requireNonNull(folder, "folder");
    }

    /**
     * Describes a scan of all latents with the default options.
     *
     * @param spark Spark
     * @param parts a folder that {@link SparkFeatures#writeParts} has written, on any Hadoop file system
     * @return the scan
     */
    public static SparkScan of(JavaSparkContext spark, String parts) {
        return new SparkScan(spark, parts);
    }

    /**
     * Sets the latents and the results of the scan.
     *
     * @param selected the options
     * @return this
     */
    public SparkScan options(ScanOptions selected) {
        options = Objects.requireNonNull(selected, "selected");
        return this;
    }

    /**
     * Sets the number of tasks. It changes nothing in the result. Default: three per slot of the cluster.
     *
     * @param count at least 1; there are never more tasks than parts
     * @return this
     */
    public SparkScan partitions(int count) {
        partitions = InvalidInputException.requireAtLeast(1, "the number of partitions", count);
        return this;
    }

    /**
     * Runs the scan.
     *
     * @return the scan of all parts, up to the number of tokens of the store
     * @throws InvalidInputException if the folder has no parts, or an option does not fit
     * @throws IOException if a part cannot be read
     */
    public FeatureScan run() throws IOException {
        return SparkFailures.run(this::scan);
    }

    private FeatureScan scan() throws IOException {
        SparkClassPath.check();
        List<Part> parts = parts();
        int count = Math.min(
                parts.size(), partitions > 0 ? partitions : TASKS_PER_SLOT * Math.max(1, spark.defaultParallelism()));
        ScanTask task = new ScanTask(folder, new SerializableConfiguration(spark.hadoopConfiguration()), options);
        List<byte[]> scanned;
        try (JobDescription running =
                JobDescription.set(spark, "assay scan: " + parts.size() + " parts of " + folder)) {
            scanned = spark.parallelize(parts, count)
                    .glom()
                    .filter(group -> !group.isEmpty())
                    .map(task::scan)
                    .collect();
        }
        List<FeatureScan> scans = new ArrayList<>();
        for (byte[] bytes : scanned) {
            scans.add(FeatureScan.read(new DataInputStream(new ByteArrayInputStream(bytes)), options));
        }
        return FeatureScan.merge(scans);
    }

    private List<Part> parts() throws IOException {
        HadoopFiles files = HadoopFiles.in(folder, spark.hadoopConfiguration());
        InvalidInputException.require(
                files.exists(SparkFeatures.PARTS),
                () -> folder + " has no " + SparkFeatures.PARTS + ", expected a folder of parts of a feature store");
        JsonObject manifest = UnitRecord.parse(files.name(SparkFeatures.PARTS), files.readText(SparkFeatures.PARTS));
        List<Part> parts = new ArrayList<>();
        long before = 0;
        for (JsonObject entry : manifest.objects("parts")) {
            StoredPart stored = StoredPart.read(entry);
            parts.add(new Part(entry.text("file"), stored, before));
            before += stored.tokens();
        }
        InvalidInputException.require(!parts.isEmpty(), () -> folder + " has an empty list of parts");
        return parts;
    }

    /**
     * A part to scan.
     *
     * @param file its name in the folder
     * @param stored its record
     * @param tokensBefore the number of tokens in the statistics of all parts before it
     */
    private record Part(String file, StoredPart stored, long tokensBefore) implements Serializable {}

    /** Scans the parts of one task. */
    private record ScanTask(String folder, SerializableConfiguration configuration, ScanOptions options)
            implements Serializable {
        byte[] scan(List<Part> parts) throws IOException {
            HadoopFiles files = HadoopFiles.in(folder, configuration.value());
            List<FeatureScan> scans = new ArrayList<>();
            for (Part part : parts) {
                scans.add(scan(files, part));
            }
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            FeatureScan.merge(scans).write(new DataOutputStream(bytes));
            return bytes.toByteArray();
        }

        private FeatureScan scan(HadoopFiles files, Part part) throws IOException {
            if (files.isLocal()) {
                return scan(files.local().resolve(part.file()), part);
            }
            Path copy = Files.createTempFile("assay-part", ".safetensors");
            try {
                files.download(part.file(), copy);
                return scan(copy, part);
            } finally {
                Files.deleteIfExists(copy);
            }
        }

        private FeatureScan scan(Path file, Part part) throws IOException {
            part.stored().verify(file);
            return FeatureScan.of(FeaturePart.open(file), part.tokensBefore(), options);
        }
    }
}
