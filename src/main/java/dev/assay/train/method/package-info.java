/**
 * The built-in training methods: for each method a record with its options and an objective with its loss, and
 * {@link dev.assay.train.method.TrainingMethods}, the registry of all methods by name. They use only the public types of
 * {@link dev.assay.train.spi}, like methods of other libraries.
 */
package dev.assay.train.method;
