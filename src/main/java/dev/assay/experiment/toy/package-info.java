/** The experiment on toy models of superposition. */
package dev.assay.experiment.toy;
