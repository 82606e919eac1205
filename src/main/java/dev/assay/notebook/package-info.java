/**
 * Notebooks: what {@link dev.assay.view.Displayable} is becomes part of the page in the JJava kernel and in the rapaio kernel. Each kernel
 * finds its class here as a service; no other class of Assay needs a kernel, and none of these is loaded without its own.
 */
package dev.assay.notebook;
