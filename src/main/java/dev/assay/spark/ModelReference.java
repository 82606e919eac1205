package dev.assay.spark;

import dev.assay.model.HookedTransformer;
import dev.assay.run.RunDescription;
import dev.assay.run.SourceModel;
import java.io.IOException;
import java.io.Serializable;

/**
 * The name and the hash of a model, which tasks open through {@link ModelHolder}. Weights are never sent by Spark: every host reads the
 * model from its own files, a shared folder or the cache of the hub.
 *
 * @param run the model with its sites
 * @param hash the hash of the model on the driver
 */
record ModelReference(RunDescription run, String hash) implements Serializable {
    /** Uses the blocks up to the sites of the run. */
    ModelLease<SourceModel> source() throws IOException {
        return ModelHolder.ofProcess().source(run, hash);
    }

    /** Uses the whole model. */
    ModelLease<HookedTransformer> whole() throws IOException {
        return ModelHolder.ofProcess().whole(run, hash);
    }
}
