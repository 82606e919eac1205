/** Dictionaries of every layer of a language model, trained in one pass over the text. */
package dev.assay.experiment.layers;
