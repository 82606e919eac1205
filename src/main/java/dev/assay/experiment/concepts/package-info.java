/** The experiment {@code concepts}: which known concepts of a text the latents of dictionaries represent. */
package dev.assay.experiment.concepts;
