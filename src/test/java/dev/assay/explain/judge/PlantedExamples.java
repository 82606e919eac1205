package dev.assay.explain.judge;

import dev.assay.explain.FeatureExamples;
import dev.assay.explain.Part;
import dev.assay.explain.Stratum;
import dev.assay.explain.TextWindow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Examples of a feature that is active on one word, with an activation that grows with the decile. Windows have six tokens; the word is at a
 * position that depends on the number of the window. Training and test documents have different texts.
 */
final class PlantedExamples implements FeatureExamples {
    static final int LENGTH = 6;

    private final String word;
    private final int perStratum;
    private final Map<Part, Integer> firstDocument =
            new EnumMap<>(Map.of(Part.TRAIN, 0, Part.CALIBRATION, 1000, Part.TEST, 2000));

    PlantedExamples(String word, int perStratum) {
        this.word = word;
        this.perStratum = perStratum;
    }

    @Override
    public int latent() {
        return 7;
    }

    @Override
    public double density() {
        return 0.01;
    }

    @Override
    public List<TextWindow> windows(Part part, Stratum stratum) {
        if (stratum == Stratum.NEGATIVE_SIMILAR) { // drawn with an option only
            return List.of();
        }
        List<TextWindow> windows = new ArrayList<>();
        for (int i = 0; i < perStratum; i++) {
            long document = firstDocument.get(part) + 50L * stratum.ordinal() + i;
            boolean active = stratum.group() == Stratum.Group.DECILES || stratum == Stratum.TOP;
            List<String> tokens = new ArrayList<>();
            float[] activations = new float[LENGTH];
            int at = i % LENGTH;
            for (int j = 0; j < LENGTH; j++) {
                tokens.add(active && j == at ? word : " w" + document + "x" + j);
            }
            activations[at] = active ? Math.max(1, stratum.decile()) + 0.5f : 0;
            int[] ids = new int[LENGTH];
            Arrays.fill(ids, 1);
            windows.add(new TextWindow(document, 100 * document, ids, tokens, activations, stratum, active ? 1 : 20));
        }
        return windows;
    }

    @Override
    public long size(Part part, Stratum stratum) {
        return stratum == Stratum.NEGATIVE_SIMILAR ? 0 : perStratum;
    }

    @Override
    public int activeDocuments(Part part) {
        return perStratum;
    }

    @Override
    public Iterable<TextWindow> whole(Part part) {
        return windows(part, List.of(Stratum.DECILE_1, Stratum.NEGATIVE_RANDOM));
    }
}
