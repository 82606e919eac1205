/**
 * Display of {@link dev.assay.view.Displayable} results in the Jupyter kernels JJava and rapaio. Each kernel loads its class as a service.
 * No other package needs a kernel, and a class here is loaded only by its own kernel.
 */
package dev.assay.notebook;
