package dev.assay.explain.run;

/**
 * The place of a score: table, row and feature.
 *
 * @param table the name of the table
 * @param row the name of the row
 * @param latent the index of the latent
 */
record ScoreKey(String table, String row, int latent) {}
