/** The erasure experiment: edits that remove a gender concept from the residual stream, and whether probes and the model still read it. */
package dev.assay.experiment.erasure;
