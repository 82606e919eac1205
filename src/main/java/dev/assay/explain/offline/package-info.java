/**
 * Explainers, simulators and scorers that need no language model, and the controls of every table of scores.
 * {@link dev.assay.explain.offline.ControlledScoring} computes a table with its controls.
 */
package dev.assay.explain.offline;
