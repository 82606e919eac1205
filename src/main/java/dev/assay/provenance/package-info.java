/** The origin of an artifact: one type that every file written by Assay carries, with its JSON form. */
package dev.assay.provenance;
