package dev.assay.feature.scan;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.feature.store.ActivationHistograms;
import dev.assay.feature.store.FeaturePart;
import dev.assay.feature.store.Histogram;
import dev.assay.io.Json;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * Statistics, strongest examples and coactivating latents of some latents on a range of contexts. Scans of consecutive ranges merge to the
 * scan of the whole range.
 *
 * <p>All numbers are counts, maxima and exact activations in a total order, so the result is the same for any ranges and any order of
 * merging. Counts, maxima and histograms are those of the merged {@link dev.assay.feature.store.FeatureStore}. Its examples can differ in
 * the order of activations that are equal as 16-bit codes.
 */
public final class FeatureScan {
    private static final long MOST_PAIRS = 1L << 28;
    private static final int FORMAT = 1;

    private final ScanOptions options;
    private final int[] latents; // scanned, ascending
    private final int contextLength;
    private long tokens;
    private final long[] active; // [all latents]
    private final float[] maxima; // [scanned latents]
    private final ActivationHistograms histograms; // of the scanned latents
    private final StrongestExamples[] examples; // [scanned latents]
    private final int[][] together; // [scanned latents, all latents]; empty without coactivation

    private FeatureScan(ScanOptions options, int all, int contextLength) {
        this.options = options;
        this.contextLength = contextLength;
        latents = options.latents().isEmpty()
                ? IntStream.range(0, all).toArray()
                : options.latents().stream().mapToInt(Integer::intValue).toArray();
        InvalidInputException.require(
                latents.length == 0 || latents[0] >= 0 && latents[latents.length - 1] < all,
                () -> "the latents of a scan are " + latents[0] + " to " + latents[latents.length - 1]
                        + ", expected 0 to " + (all - 1));
        InvalidInputException.require(
                !options.coactivation() || (long) latents.length * all <= MOST_PAIRS,
                () -> "a scan of the coactivations of " + latents.length + " latents with " + all
                        + " latents would count more than " + MOST_PAIRS + " pairs; scan fewer latents per job");
        active = new long[all];
        maxima = new float[latents.length];
        histograms = new ActivationHistograms(latents.length);
        examples = new StrongestExamples[latents.length];
        Arrays.setAll(examples, row -> new StrongestExamples(options.top(), options.onePerDocument()));
        together = new int[options.coactivation() ? latents.length : 0][all];
    }

    /**
     * Scans a part, up to the context in which the store reaches its number of tokens.
     *
     * @param part the part
     * @param tokensBefore the number of tokens in the statistics of all parts before this one
     * @param options the latents and results of the scan
     * @return the scan, without contexts if the store ends before this part
     * @throws InvalidInputException if a latent is out of range, or there are too many pairs of latents
     */
    public static FeatureScan of(FeaturePart part, long tokensBefore, ScanOptions options) {
        FeatureScan scan = new FeatureScan(options, part.latents(), part.contextLength());
        PartScan adding = new PartScan(scan, part.latents());
        part.contexts(context -> {
            if (tokensBefore + scan.tokens < part.limit()) {
                adding.add(context);
            }
        });
        return scan;
    }

    /**
     * Merges scans.
     *
     * @param scans at least one, of different ranges, with equal options
     * @return the scan of all ranges
     * @throws InvalidInputException if the scans have different options or latents
     */
    public static FeatureScan merge(List<FeatureScan> scans) {
        InvalidInputException.require(!scans.isEmpty(), "the list of scans is empty, expected at least one");
        FeatureScan first = scans.get(0);
        FeatureScan merged = new FeatureScan(first.options, first.active.length, first.contextLength);
        scans.forEach(merged::add);
        return merged;
    }

    private void add(FeatureScan other) {
        InvalidInputException.require(
                options.equals(other.options)
                        && active.length == other.active.length
                        && contextLength == other.contextLength,
                () -> "two scans have " + options + " of " + active.length + " latents and " + other.options + " of "
                        + other.active.length + " latents, expected scans of one kind");
        tokens += other.tokens;
        for (int latent = 0; latent < active.length; latent++) {
            active[latent] += other.active[latent];
        }
        histograms.add(other.histograms);
        for (int row = 0; row < latents.length; row++) {
            maxima[row] = Math.max(maxima[row], other.maxima[row]);
            examples[row].addAll(other.examples[row].list());
        }
        for (int row = 0; row < together.length; row++) {
            for (int latent = 0; latent < active.length; latent++) {
                together[row][latent] += other.together[row][latent];
            }
        }
    }

    void count(boolean counted) {
        tokens += counted ? 1 : 0;
    }

    void activate(int latent) {
        active[latent]++;
    }

    void add(int row, float value) {
        maxima[row] = Math.max(maxima[row], value);
        histograms.add(row, value);
    }

    void together(int row, int[] with, int from, int to) {
        for (int i = from; i < to; i++) {
            together[row][with[i]]++;
        }
    }

    StrongestExamples examples(int row) {
        return examples[row];
    }

    /** {@return the options} */
    public ScanOptions options() {
        return options;
    }

    /** {@return the scanned latents, ascending} */
    public int[] latents() {
        return latents.clone();
    }

    /** {@return the number of tokens in the statistics} */
    public long tokens() {
        return tokens;
    }

    private int row(int latent) {
        int row = Arrays.binarySearch(latents, latent);
        InvalidInputException.require(
                row >= 0,
                () -> "latent " + latent + " was not scanned, expected one of " + latents.length + " latents");
        return row;
    }

    /**
     * Returns the number of active tokens of a latent.
     *
     * @param latent a scanned latent
     * @return the number of tokens with an activation above 0
     */
    public long active(int latent) {
        return active[latents[row(latent)]];
    }

    /**
     * Returns the maximum activation of a latent.
     *
     * @param latent a scanned latent
     * @return the maximum; 0 for a dead latent
     */
    public float maximum(int latent) {
        return maxima[row(latent)];
    }

    /**
     * Returns the histogram of the activations of a latent.
     *
     * @param latent a scanned latent
     * @return as {@link dev.assay.feature.store.FeatureStore#histogram}
     */
    public Histogram histogram(int latent) {
        return histograms.histogram(row(latent), maxima[row(latent)]);
    }

    /**
     * Returns the strongest examples of a latent.
     *
     * @param latent a scanned latent
     * @return at most one per context, in {@link ScanExample#ORDER}
     */
    public List<ScanExample> top(int latent) {
        return examples[row(latent)].list();
    }

    /**
     * Returns the latents with the highest Jaccard index with a latent.
     *
     * @param latent a scanned latent
     * @param count the maximum number of latents
     * @return by descending Jaccard index, ties by index; only latents with a common active token
     * @throws InvalidInputException if the scan has no coactivations
     */
    public List<ScanCoactivation> coactivating(int latent, int count) {
        InvalidInputException.require(
                options.coactivation(), "the scan has no coactivations, expected the option coactivation");
        int[] both = together[row(latent)];
        return IntStream.range(0, active.length)
                .filter(other -> other != latent && both[other] > 0)
                .mapToObj(other -> pair(latent, other, both[other]))
                .sorted(Comparator.comparingDouble(ScanCoactivation::jaccard)
                        .reversed()
                        .thenComparingInt(ScanCoactivation::latent))
                .limit(count)
                .toList();
    }

    private ScanCoactivation pair(int latent, int other, int both) {
        double expected = (double) active[latent] * active[other] / tokens;
        return new ScanCoactivation(
                other, both, (double) both / (active[latent] + active[other] - both), both / expected);
    }

    /**
     * Returns the results of a latent as JSON, one line of a scan file.
     *
     * @param latent a scanned latent
     * @param coactivating the maximum number of coactivating latents; ignored if the scan has none
     * @return latent, tokens, active, maximum, histogram, top and, with coactivations, coactivating
     */
    public ObjectNode json(int latent, int coactivating) {
        Histogram histogram = histogram(latent);
        ObjectNode json = Json.mapper()
                .createObjectNode()
                .put("latent", latent)
                .put("tokens", tokens)
                .put("active", active(latent))
                .put("maximum", maximum(latent));
        ObjectNode bins = json.putObject("histogram").put("bin_width", histogram.binWidth());
        ArrayNode counts = bins.putArray("counts");
        histogram.counts().forEach(counts::add);
        ArrayNode top = json.putArray("top");
        for (ScanExample example : top(latent)) {
            ObjectNode one = top.addObject()
                    .put("value", example.value())
                    .put("document", example.document())
                    .put("context", example.position() / contextLength)
                    .put("token", example.position() % contextLength)
                    .put("peak", example.peak());
            one.set("ids", Json.mapper().valueToTree(example.ids()));
            one.set("values", Json.mapper().valueToTree(example.values()));
        }
        if (options.coactivation()) {
            ArrayNode pairs = json.putArray("coactivating");
            coactivating(latent, coactivating)
                    .forEach(pair -> pairs.addObject()
                            .put("latent", pair.latent())
                            .put("together", pair.together())
                            .put("jaccard", pair.jaccard())
                            .put("lift", pair.lift()));
        }
        return json;
    }

    /**
     * Writes the scan in binary form, for another process.
     *
     * @param out receives the scan
     * @throws IOException if writing fails
     */
    public void write(DataOutput out) throws IOException {
        out.writeInt(FORMAT);
        out.writeInt(active.length);
        out.writeInt(contextLength);
        out.writeLong(tokens);
        for (long count : active) {
            out.writeLong(count);
        }
        for (int row = 0; row < latents.length; row++) {
            out.writeFloat(maxima[row]);
            histograms.write(row, out);
            List<ScanExample> list = examples[row].list();
            out.writeInt(list.size());
            for (ScanExample example : list) {
                ScanFormat.write(example, out);
            }
        }
        for (int[] row : together) {
            ScanFormat.writeSparse(row, out);
        }
    }

    /**
     * Reads a scan.
     *
     * @param in the bytes of {@link #write}
     * @param options the options of the scan
     * @return the scan
     * @throws IOException if reading fails
     * @throws InvalidInputException if the bytes are not a scan of this format
     */
    public static FeatureScan read(DataInput in, ScanOptions options) throws IOException {
        int format = in.readInt();
        InvalidInputException.require(format == FORMAT, () -> "a scan has format " + format + ", expected " + FORMAT);
        FeatureScan scan = new FeatureScan(Objects.requireNonNull(options), in.readInt(), in.readInt());
        scan.tokens = in.readLong();
        for (int latent = 0; latent < scan.active.length; latent++) {
            scan.active[latent] = in.readLong();
        }
        for (int row = 0; row < scan.latents.length; row++) {
            scan.maxima[row] = in.readFloat();
            scan.histograms.read(row, in);
            List<ScanExample> list = new ArrayList<>();
            for (int left = in.readInt(); left > 0; left--) {
                list.add(ScanFormat.read(in));
            }
            scan.examples[row].addAll(list);
        }
        for (int[] row : scan.together) {
            ScanFormat.readSparse(row, in);
        }
        return scan;
    }
}
