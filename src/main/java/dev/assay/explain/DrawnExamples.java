package dev.assay.explain;

import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** The examples of a feature of a store. A part is drawn when it is first read. */
final class DrawnExamples implements FeatureExamples {
    private final int latent;
    private final double density;
    private final WindowGrid grid;
    private final LatentRow row;
    private final float[] maxima;
    private final SilentKinds kinds;
    private final ExampleOptions options;
    private final Map<Part, ExampleDraw> draws = new EnumMap<>(Part.class);

    DrawnExamples(
            int latent, double density, WindowGrid grid, LatentRow row, SilentKinds kinds, ExampleOptions options) {
        this.latent = latent;
        this.density = density;
        this.grid = grid;
        this.row = row;
        this.maxima = row.maxima(grid);
        this.kinds = kinds;
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
        return draws.computeIfAbsent(part, key -> {
            long seed = Mixing.of(options.seed(), latent, part.ordinal());
            return new ExampleDraw(grid, grid.documents(part), maxima, kinds, options, new SplittableRandom(seed));
        });
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
