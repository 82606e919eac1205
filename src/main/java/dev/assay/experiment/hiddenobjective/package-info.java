/** The experiment {@code mo-2}: a model organism with a hidden objective, and the search for the documents that it learned it from. */
package dev.assay.experiment.hiddenobjective;
