/** Explainers, simulators and scorers that use a language model. */
package dev.assay.explain.judge;
