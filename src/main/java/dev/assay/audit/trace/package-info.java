/**
 * From suspicious prompts to training documents: rankings of the documents by features, activations and text, the neighbours of features, and
 * the effect of steering.
 */
package dev.assay.audit.trace;
