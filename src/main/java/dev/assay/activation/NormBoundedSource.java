package dev.assay.activation;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.assay.InvalidInputException;
import dev.assay.provenance.LeftOutTokens;
import dev.assay.provenance.Provenance;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A source without the tokens whose activations have a very large norm. Language models have a few tokens, such as the first of a context,
 * whose activations are a hundred times as large as those of all others. A row of several sites is left out when it is above the bound of
 * any site.
 */
public final class NormBoundedSource implements ActivationSource {
    private static final int ROWS = 4096;
    /** Consecutive batches without any row to keep, after which the bound is refused. */
    private static final int EMPTY_BATCHES = 1000;

    private final ActivationSource source;
    private final Map<String, Double> largestNorms;

    private NormBoundedSource(ActivationSource source, Map<String, Double> largestNorms) {
        this.source = source;
        this.largestNorms = largestNorms;
    }

    /**
     * Bounds norms by a multiple of the median norm, which is measured on the first 4,096 rows of the source.
     *
     * @param source the activations; its first batches are read
     * @param ratio above 1, such as 10
     * @return the source without the rows above the bounds
     * @throws IOException when the activations cannot be read
     */
    public static NormBoundedSource ofRatio(ActivationSource source, double ratio) throws IOException {
        InvalidInputException.require(
                ratio > 1 && Double.isFinite(ratio),
                () -> "the largest norm is " + ratio + " times the median norm, expected a ratio above 1");
        List<String> sites = source.sites();
        List<List<Float>> norms =
                sites.stream().map(site -> (List<Float>) new ArrayList<Float>()).toList();
        try (ActivationStream stream = source.open(StreamPosition.START)) {
            while (norms.get(0).size() < ROWS && stream.position().epoch() == StreamPosition.START.epoch()) {
                try (Scope scope = Scope.open();
                        Autograd off = Autograd.off()) {
                    NDArray rows = stream.next().values();
                    for (int i = 0; i < sites.size(); i++) {
                        for (float norm : norms(source, rows, sites.get(i))) {
                            norms.get(i).add(norm);
                        }
                    }
                }
            }
        }
        Map<String, Double> bounds = new LinkedHashMap<>();
        for (int i = 0; i < sites.size(); i++) {
            List<Float> sorted = norms.get(i).stream().sorted().toList();
            bounds.put(sites.get(i), rounded(ratio * sorted.get(sorted.size() / 2)));
        }
        return new NormBoundedSource(source, bounds);
    }

    /**
     * Bounds norms.
     *
     * @param source the activations
     * @param largestNorms by the name of a site; sites without a bound are not restricted
     * @return the source without the rows above the bounds
     */
    public static ActivationSource of(ActivationSource source, Map<String, Double> largestNorms) {
        return largestNorms.isEmpty() ? source : new NormBoundedSource(source, Map.copyOf(largestNorms));
    }

    /** Rounds to four digits, so that rounding errors of another processor do not change the bound. */
    private static double rounded(double norm) {
        return new BigDecimal(norm).round(new MathContext(4)).doubleValue();
    }

    private static float[] norms(ActivationSource source, NDArray rows, String site) {
        NDArray x = source.sites().size() == 1 ? rows : SiteSelection.copy(source, rows, List.of(site));
        return Aten.rowNorms(x).toFloatArray();
    }

    @Override
    public List<String> sites() {
        return source.sites();
    }

    @Override
    public List<Integer> widths() {
        return source.widths();
    }

    @Override
    public Device device() {
        return source.device();
    }

    @Override
    public Provenance provenance() {
        Provenance from = source.provenance();
        LeftOutTokens leftOut = from.text().leftOut().withLargestNorms(largestNorms);
        return from.withText(from.text().withLeftOut(leftOut));
    }

    @Override
    public String modelHash() {
        return source.modelHash();
    }

    @Override
    public ActivationStream open(StreamPosition start) throws IOException {
        ActivationStream stream = source.open(start);
        return new ActivationStream() {
            @Override
            public StreamPosition position() {
                return stream.position();
            }

            @Override
            public ActivationRows next() throws IOException {
                for (int batch = 0; batch < EMPTY_BATCHES; batch++) {
                    ActivationRows rows = bounded(stream.next());
                    if (rows != null) {
                        return rows;
                    }
                }
                throw new InvalidInputException(
                        "no activation of " + provenance().summary() + " in " + EMPTY_BATCHES
                                + " batches has a norm below the bounds " + largestNorms);
            }

            @Override
            public void close() throws IOException {
                stream.close();
            }
        };
    }

    /** Returns the rows within the bounds; null if there are none. */
    private ActivationRows bounded(ActivationRows rows) {
        boolean[] within = new boolean[rows.tokens().length];
        Arrays.fill(within, true);
        try (Scope scope = Scope.open();
                Autograd off = Autograd.off()) {
            largestNorms.forEach((site, largest) -> {
                float[] norms = norms(source, rows.values(), site);
                for (int i = 0; i < norms.length; i++) {
                    within[i] &= !(norms[i] > largest); // NaN is kept: training reports it
                }
            });
            int[] kept =
                    IntStream.range(0, within.length).filter(i -> within[i]).toArray();
            if (kept.length == within.length) {
                return rows;
            }
            if (kept.length == 0) {
                rows.values().close();
                return null;
            }
            NDManager manager = rows.values().getManager();
            long[] index = Arrays.stream(kept).asLongStream().toArray();
            NDArray values = Aten.indexSelect(rows.values(), 0, manager.create(index));
            scope.keep(values);
            rows.values().close();
            return new ActivationRows(
                    values,
                    Arrays.stream(kept).mapToLong(i -> rows.tokens()[i]).toArray(),
                    Arrays.stream(kept).mapToLong(i -> rows.documents()[i]).toArray(),
                    Arrays.stream(kept).map(i -> rows.positions()[i]).toArray());
        }
    }
}
