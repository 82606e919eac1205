package dev.assay.spark;

import dev.assay.feature.store.WeightsHash;
import dev.assay.model.HookedTransformer;
import dev.assay.provenance.ParentArtifact;
import dev.assay.run.Run;
import dev.assay.run.RunDescription;
import dev.assay.sae.SparseAutoencoder;
import java.io.IOException;
import java.io.Serializable;
import java.util.Objects;

/**
 * A model and a dictionary, by their names and hashes.
 *
 * @param model the model
 * @param dictionary the dictionary
 * @param artifact the description and the hash of the dictionary on the driver
 */
record RunSubject(ModelReference model, DictionaryReference dictionary, ParentArtifact artifact)
        implements Serializable {
    RunSubject {
        Objects.requireNonNull(artifact);
    }

    /** Describes an opened run. */
    static RunSubject of(Run run, DictionaryReference dictionary, String modelHash) throws IOException {
        RunDescription description = run.description();
        return new RunSubject(
                new ModelReference(description, modelHash), dictionary, WeightsHash.artifact(run.dictionary()));
    }

    /** The model and the dictionary in a task. */
    record Opened(ModelLease<HookedTransformer> modelLease, ModelLease<SparseAutoencoder> dictionaryLease)
            implements AutoCloseable {
        HookedTransformer model() {
            return modelLease.model();
        }

        SparseAutoencoder dictionary() {
            return dictionaryLease.model();
        }

        @Override
        public void close() {
            dictionaryLease.close();
            modelLease.close();
        }
    }

    /**
     * Opens model and dictionary in a task.
     *
     * @throws dev.assay.InvalidInputException if one of them has another hash than on the driver
     */
    Opened open() throws IOException {
        ModelLease<HookedTransformer> loaded = model.whole();
        try {
            return new Opened(loaded, DictionaryHolder.ofProcess().use(dictionary, artifact.hash()));
        } catch (IOException | RuntimeException failure) {
            loaded.close();
            throw failure;
        }
    }
}
