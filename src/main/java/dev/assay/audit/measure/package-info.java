/** Statistics of audits: matrices of documents, permutation tests, false-discovery control, operating points, calibration and intervals. */
package dev.assay.audit.measure;
