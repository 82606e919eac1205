/**
 * Labelled documents with one row of numbers per document: the pass of model and dictionaries over the documents, pooling over tokens, and
 * TF-IDF.
 */
package dev.assay.audit.sample;
