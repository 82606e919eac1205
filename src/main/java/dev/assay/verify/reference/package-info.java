/**
 * Comparison with cases that were recorded from reference implementations: one {@link dev.assay.verify.reference.ReferenceGroup} per layout
 * of case folders.
 */
package dev.assay.verify.reference;
