/**
 * Scans of the parts of a feature store that need not be merged into one store: statistics, strongest examples and coactivating latents of
 * some latents, as partial results per part and an ordered merge.
 */
package dev.assay.feature.scan;
