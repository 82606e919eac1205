/**
 * Explains and scores the features of a run, with files that survive a kill: {@link dev.assay.explain.run.ExplainRun} does the work and
 * {@link dev.assay.explain.run.ExplainLog} holds its results. Also reads and writes explanations of other programs.
 */
package dev.assay.explain.run;
