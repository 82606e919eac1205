package dev.assay.feature;

import java.util.ArrayList;
import java.util.List;

/** Activations, attributions and ablation effect of one latent on a prompt; filled in stages. */
final class PromptActivity {
    private final int latent;
    private final float[] values;
    private final float[] attributions;
    private int peak;
    private double effect = Double.NaN;

    PromptActivity(int latent, int length) {
        this.latent = latent;
        this.values = new float[length];
        this.attributions = new float[length];
    }

    void add(int token, float value, float attribution) {
        values[token] = value;
        attributions[token] = attribution;
        peak = value > values[peak] ? token : peak;
    }

    void effect(double change) {
        effect = change;
    }

    int latent() {
        return latent;
    }

    int peak() {
        return peak;
    }

    float largest() {
        return values[peak];
    }

    float value(int token) {
        return values[token];
    }

    float attribution(int token) {
        return attributions[token];
    }

    /** Returns the sum of the attributions over the active tokens; NaN if none were computed. */
    double attribution() {
        double sum = 0;
        for (float attribution : attributions) {
            sum += attribution;
        }
        return sum;
    }

    double effect() {
        return effect;
    }

    List<Float> values() {
        List<Float> list = new ArrayList<>(values.length);
        for (float value : values) {
            list.add(value);
        }
        return list;
    }
}
