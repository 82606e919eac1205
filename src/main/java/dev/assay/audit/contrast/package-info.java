/** Contrasts of two conditions: effect sizes of features with permutation tests. */
package dev.assay.audit.contrast;
