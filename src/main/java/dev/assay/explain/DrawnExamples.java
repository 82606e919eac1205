package dev.assay.explain;

import java.util.BitSet;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** The examples of a feature of a store. A part is drawn when it is first read. */
final class DrawnExamples implements FeatureExamples {
    /** The share of silent windows in {@link Stratum#NEGATIVE_SIMILAR}. */
    private static final double SIMILAR_SHARE = 0.01;

    private final int latent;
    private final double density;
    private final WindowGrid grid;
    private final LatentRow row;
    private final float[] maxima;
    private final SilentKinds kinds;
    private final Optional<SilentKinds.Texts> texts;
    private final ExampleOptions options;
    private final Map<Part, ExampleDraw> draws = new EnumMap<>(Part.class);

    DrawnExamples(
            int latent,
            double density,
            WindowGrid grid,
            LatentRow row,
            SilentKinds kinds,
            Optional<SilentKinds.Texts> texts,
            ExampleOptions options) {
        this.latent = latent;
        this.density = density;
        this.grid = grid;
        this.row = row;
        this.maxima = row.maxima(grid);
        this.kinds = kinds;
        this.texts = texts;
        this.options = options;
    }

    @Override
    public int latent() {
        return latent;
    }

    @Override
    public double density() {
        return density;
    }

    @Override
    public List<TextWindow> windows(Part part, Stratum stratum) {
        return draw(part).drawn(stratum).stream()
                .map(drawn -> grid.example(drawn.document(), drawn.window(), row, stratum, drawn.weight()))
                .toList();
    }

    @Override
    public long size(Part part, Stratum stratum) {
        return draw(part).size(stratum);
    }

    private synchronized ExampleDraw draw(Part part) {
        ExampleDraw known = draws.get(part);
        if (known == null) {
            known = draw(part, texts.isPresent() ? kinds.withSimilar(similar(texts.get(), part)) : kinds);
            draws.put(part, known);
        }
        return known;
    }

    private ExampleDraw draw(Part part, SilentKinds of) {
        long seed = Mixing.of(options.seed(), latent, part.ordinal());
        return new ExampleDraw(grid, grid.documents(part), maxima, of, options, new SplittableRandom(seed));
    }

    /** Returns the silent windows of a part that are most like the examples of the training deciles. */
    private BitSet similar(SilentKinds.Texts embedded, Part part) {
        ExampleDraw training = draw(Part.TRAIN, kinds);
        int[] active = Stratum.DECILES.stream()
                .flatMap(decile -> training.drawn(decile).stream())
                .mapToInt(ExampleDraw.Drawn::window)
                .toArray();
        int[] silent = IntStream.of(grid.documents(part))
                .flatMap(document -> IntStream.range(grid.firstWindow(document), grid.firstWindow(document + 1)))
                .filter(window -> !(maxima[window] > 0))
                .toArray();
        int count = Math.max((int) Math.ceil(SIMILAR_SHARE * silent.length), 2 * options.negatives());
        return embedded.nearest(active, silent, count);
    }

    @Override
    public int activeDocuments(Part part) {
        return activeDocuments(grid, maxima, part);
    }

    static int activeDocuments(WindowGrid grid, float[] maxima, Part part) {
        return (int) IntStream.of(grid.documents(part))
                .filter(document -> IntStream.range(grid.firstWindow(document), grid.firstWindow(document + 1))
                        .anyMatch(window -> maxima[window] > 0))
                .count();
    }

    @Override
    public Iterable<TextWindow> whole(Part part) {
        return () -> {
            Iterator<Integer> runs = IntStream.range(0, grid.runs())
                    .filter(run -> grid.runPart(run, options.seed()) == part)
                    .iterator();
            return new Iterator<>() {
                @Override
                public boolean hasNext() {
                    return runs.hasNext();
                }

                @Override
                public TextWindow next() {
                    return grid.run(runs.next(), row);
                }
            };
        };
    }
}
