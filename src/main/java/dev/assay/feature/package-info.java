/**
 * Inspection of the features of a dictionary, from the activations of all latents on a corpus.
 *
 * <p>{@link dev.assay.feature.store.FeatureStore#collect} records the activations in a store. {@link dev.assay.feature.FeatureInspector}
 * reports on features. {@link dev.assay.feature.page.Dashboard} writes an HTML page about all features.
 */
package dev.assay.feature;
