/**
 * What people see of a dictionary: one pass over a corpus collects where every latent is active, and reports and a page show it.
 *
 * <p>{@link dev.assay.feature.store.FeatureStore#collect} makes the store, {@link dev.assay.feature.FeatureInspector} answers for one
 * latent, {@link dev.assay.feature.page.Dashboard} writes the page of all.
 */
package dev.assay.feature;
