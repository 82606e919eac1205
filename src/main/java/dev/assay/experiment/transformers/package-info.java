/** Dictionaries of small transformers that the experiment trains itself, compared between sizes. */
package dev.assay.experiment.transformers;
