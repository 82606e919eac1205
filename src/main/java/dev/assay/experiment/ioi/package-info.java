/** Experiment {@code ioi}: indirect object identification by feature patching. */
package dev.assay.experiment.ioi;
