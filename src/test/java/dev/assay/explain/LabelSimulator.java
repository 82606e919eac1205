package dev.assay.explain;

import java.util.List;

/** A judge that knows a label per latent and position, which a test corrupts. The latent is that of the explanation's text. */
public record LabelSimulator(Labels labels) implements Simulator {
    /** The labels. */
    @FunctionalInterface
    public interface Labels {
        /** Returns the simulated activation of a latent at a position. */
        float at(int latent, int position);
    }

    /** Returns an explanation that refers to the labels of a latent. */
    public static Explanation explanation(int latent) {
        return Explanation.of(latent, Integer.toString(latent), ExplainerDescription.offline("labels"));
    }

    @Override
    public String name() {
        return "labels";
    }

    @Override
    public List<Simulated> simulate(Explanation explanation, List<TextWindow> windows) {
        int latent = Integer.parseInt(explanation.text());
        return windows.stream()
                .<Simulated>map(window -> {
                    float[] simulated = new float[window.length()];
                    for (int i = 0; i < simulated.length; i++) {
                        simulated[i] = labels.at(latent, (int) window.start() + i);
                    }
                    return new Simulated.Values(simulated);
                })
                .toList();
    }
}
