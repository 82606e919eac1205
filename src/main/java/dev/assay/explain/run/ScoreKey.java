package dev.assay.explain.run;

/**
 * The place of a score: table, row, judge and feature. Scores of two judges are never in one place.
 *
 * @param table the name of the table
 * @param row the name of the row
 * @param judge the title of the judge in a line of the table's scorer
 * @param latent the index of the latent
 */
record ScoreKey(String table, String row, String judge, int latent) {}
