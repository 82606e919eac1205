/** Monitors: classifiers of documents that are trained on one part of the documents and scored on another. */
package dev.assay.audit.monitor;
