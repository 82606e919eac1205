package dev.assay.feature;

import dev.assay.InvalidInputException;
import dev.assay.model.HookedTransformer;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.text.Corpus;
import java.io.IOException;
import java.nio.file.Path;

/**
 * What one pass over a corpus found of every latent of a dictionary: how often it is active and how strongly, and its strongest
 * examples. Immutable.
 */
public final class FeatureStore {
    private final Provenance provenance;
    private final FeatureTables tables;

    FeatureStore(Provenance provenance, FeatureTables tables) {
        this.provenance = provenance;
        this.tables = tables;
    }

    /**
     * Reads a million tokens of a corpus and stores what the dictionary finds there. {@link FeatureCollector} has the options.
     *
     * @param model the model
     * @param sae a dictionary whose metadata name a hook point of the model
     * @param corpus the text
     * @param folder where the store goes: absent, empty, or a store, which is replaced
     * @return the store
     * @throws IOException if reading or writing fails
     * @throws InvalidInputException if the parts do not fit each other, or the folder holds something else
     */
    public static FeatureStore collect(HookedTransformer model, SparseAutoencoder sae, Corpus corpus, Path folder)
            throws IOException {
        return FeatureCollector.of(model, sae, corpus).collect(folder);
    }

    /**
     * Opens a store.
     *
     * @param folder where it was collected to
     * @return the store
     * @throws IOException if reading fails
     * @throws InvalidInputException if the folder holds no store, or a damaged one
     */
    public static FeatureStore open(Path folder) throws IOException {
        return StoreFiles.read(folder);
    }

    /**
     * Tells whether a folder holds a store, without a look at its content.
     *
     * @param folder any folder
     * @return true if one was collected there
     */
    public static boolean isStore(Path folder) {
        return StoreFiles.isStore(folder);
    }

    /**
     * Returns where the contents come from.
     *
     * @return model, dictionary, corpus
     */
    public Provenance provenance() {
        return provenance;
    }

    /**
     * Returns the number of latents.
     *
     * @return d_sae
     */
    public int latents() {
        return tables.latents();
    }

    /**
     * Returns how often a latent is active.
     *
     * @param latent from 0
     * @return the share of tokens on which it is above 0
     * @throws InvalidInputException if there is no such latent
     */
    public double density(int latent) {
        return tables.density(checked(latent));
    }

    /**
     * Returns how strong a latent gets.
     *
     * @param latent from 0
     * @return its largest activation, 0 where there is none
     * @throws InvalidInputException if there is no such latent
     */
    public double maxActivation(int latent) {
        return tables.maxima()[checked(latent)];
    }

    FeatureTables tables() {
        return tables;
    }

    int checked(int latent) {
        if (latent < 0 || latent >= latents()) {
            throw new InvalidInputException("there is no latent " + latent + ", expected 0 to " + (latents() - 1));
        }
        return latent;
    }
}
