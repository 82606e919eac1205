/** The command line: thin commands over the public interface of the library, one class each. */
package dev.assay.cli;
