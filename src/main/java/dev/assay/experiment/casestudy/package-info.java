/** Experiment {@code case-study}: single features with their tokens, their effect on logits, and their causes in earlier layers. */
package dev.assay.experiment.casestudy;
