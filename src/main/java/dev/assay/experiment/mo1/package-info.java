/** Experiment MO-1: an organism that refuses when it is watched and complies otherwise, and mitigations. */
package dev.assay.experiment.mo1;
