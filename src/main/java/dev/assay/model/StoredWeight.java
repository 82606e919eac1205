package dev.assay.model;

/**
 * Where a parameter of the model lies in a checkpoint.
 *
 * @param parameter the model's name, see {@link Parameters}
 * @param name the name in the file
 * @param layout the order in the file
 */
record StoredWeight(String parameter, String name, Layout layout) {}
