package dev.assay.audit.sample;

import dev.assay.model.hook.ActivationCache;
import dev.assay.model.hook.HookPoint;
import dev.assay.text.TokenBatch;
import java.io.IOException;
import java.util.List;

/** A reader of the activations of a pass that pools them per document. */
interface PassSource {
    /** Returns the sites that the source reads. */
    List<HookPoint> points();

    /** Adds the tokens of a batch. */
    void accept(PassBatch batch, TokenBatch contexts, ActivationCache cache) throws IOException;

    /** Returns a sample with the matrices of all documents. */
    AuditSample addTo(AuditSample sample);
}
