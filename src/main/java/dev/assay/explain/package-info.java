/**
 * Explanations of features and their scores. {@link dev.assay.explain.ExampleSet} splits the documents of a feature store into train,
 * calibration and test documents and draws examples from each part. An {@link dev.assay.explain.Explainer} reads the training documents, a
 * {@link dev.assay.explain.Scorer} the others.
 */
package dev.assay.explain;
