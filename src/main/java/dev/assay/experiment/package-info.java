/** Experiments: options, cells that survive an interruption, result tables and figures, and the folder of results. */
package dev.assay.experiment;
