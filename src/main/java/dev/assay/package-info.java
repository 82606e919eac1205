/** Assay: sparse autoencoders on transformer activations. Each package is one stage of the pipeline from text to features. */
package dev.assay;
