package dev.assay.experiment.hiddenobjective;

/**
 * The behaviour of the models of one seed.
 *
 * @param base the model before the tuning
 * @param organism the model after the tuning
 */
record OrganismMeasures(OrganismBehaviour base, OrganismBehaviour organism) {}
