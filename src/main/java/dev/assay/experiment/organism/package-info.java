/**
 * Model organisms: small transformers with a known property, trained on dialogues from the story grammar. Experiments on audits share the
 * texts, the training and the dictionaries of this package.
 */
package dev.assay.experiment.organism;
