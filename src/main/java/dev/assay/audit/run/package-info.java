/** Audits of a run folder on labelled documents: one pass, contrasts, monitors, controls and their report. */
package dev.assay.audit.run;
