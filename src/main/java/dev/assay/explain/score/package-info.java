/**
 * Scorers that work with any simulator, figures of judges that classify items, and tables of scores with intervals and comparisons.
 */
package dev.assay.explain.score;
