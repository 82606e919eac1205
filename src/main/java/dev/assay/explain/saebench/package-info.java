/** The protocol of SAEBench's automatic interpretation: its windows and its accuracy. */
package dev.assay.explain.saebench;
