package dev.assay.audit.run;

import dev.assay.audit.trace.SteeringCurve;
import dev.assay.audit.trace.TraceReport;
import dev.assay.feature.store.FeatureStore;
import dev.assay.text.dialogue.LabelledDialogue;
import java.util.List;

/**
 * The training documents of prompts.
 *
 * @param report one ranking per ranker, the dictionary first
 * @param training the training documents in the order of their rows
 * @param store the store of the training documents
 * @param numbers the number in the store of each training document
 * @param wanted the identifiers of the documents whose ranks are reported
 * @param steering the steering of the strongest features; empty without outcomes
 */
record TraceResults(
        TraceReport report,
        List<LabelledDialogue> training,
        FeatureStore store,
        List<Long> numbers,
        List<String> wanted,
        List<SteeringCurve> steering) {}
