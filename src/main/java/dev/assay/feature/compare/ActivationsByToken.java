package dev.assay.feature.compare;

import dev.assay.InvalidInputException;
import dev.assay.feature.store.FeatureActivations;
import dev.assay.feature.store.FeatureStore;
import dev.assay.feature.store.RowMoments;

/** The activations of a store by token: the latents that are active on each token. */
final class ActivationsByToken {
    private final int[] starts; // [tokens + 1]
    private final int[] latents;
    private final float[] values;
    private final RowMoments[] moments; // [latents]

    private ActivationsByToken(int tokens, int entries, int latents) {
        this.starts = new int[tokens + 1];
        this.latents = new int[entries];
        this.values = new float[entries];
        this.moments = new RowMoments[latents];
    }

    /** Reads a store, with its activations or with 1 in place of each. */
    static ActivationsByToken of(FeatureStore store, boolean counted) {
        long entries = store.activations();
        if (entries > Integer.MAX_VALUE - 8) {
            throw new InvalidInputException("the store has " + entries + " activations, expected at most "
                    + (Integer.MAX_VALUE - 8) + " to compare activations; collect features on fewer tokens");
        }
        ActivationsByToken rows = new ActivationsByToken((int) store.positions(), (int) entries, store.latents());
        rows.fill(store, counted);
        return rows;
    }

    private void fill(FeatureStore store, boolean counted) {
        for (int latent = 0; latent < moments.length; latent++) {
            FeatureActivations row = store.activations(latent);
            moments[latent] = new RowMoments();
            for (int i = 0; i < row.size(); i++) {
                starts[(int) row.position(i) + 1]++;
                moments[latent].add(counted ? 1 : row.value(i));
            }
        }
        for (int token = 1; token < starts.length; token++) {
            starts[token] += starts[token - 1];
        }
        int[] next = starts.clone();
        for (int latent = 0; latent < moments.length; latent++) {
            FeatureActivations row = store.activations(latent);
            for (int i = 0; i < row.size(); i++) {
                int place = next[(int) row.position(i)]++;
                latents[place] = latent;
                values[place] = counted ? 1 : row.value(i);
            }
        }
    }

    /** {@return the number of tokens} */
    int tokens() {
        return starts.length - 1;
    }

    /** {@return the number of latents} */
    int latents() {
        return moments.length;
    }

    /** Adds to the sum of each latent that is active on a token its activation times a value. */
    void addTo(int token, float value, double[] products) {
        for (int i = starts[token], end = starts[token + 1]; i < end; i++) {
            products[latents[i]] += (double) value * values[i];
        }
    }

    RowMoments moments(int latent) {
        return moments[latent];
    }
}
