/** Sweeps described by a file, and the folders that they write. */
package dev.assay.run.sweep;
