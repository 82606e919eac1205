/**
 * Display of {@link dev.assay.view.Displayable} results in the Jupyter kernels JJava, rapaio and IJava. JJava and rapaio load their classes
 * as services; a notebook of IJava calls {@link dev.assay.notebook.IJavaDisplay} once. No other package needs a kernel, and a class here is
 * loaded only by its own kernel.
 */
package dev.assay.notebook;
