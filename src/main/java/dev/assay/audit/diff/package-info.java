/** Comparison of a base and a tuned model in terms of the features of a dictionary. */
package dev.assay.audit.diff;
