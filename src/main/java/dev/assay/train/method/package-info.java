/**
 * The built-in training methods: a record per method with its numbers, next to the loss that it stands for, and
 * {@link dev.assay.train.method.TrainingMethods}, the registry of all methods by name. They use only the public types of
 * {@link dev.assay.train.spi}, as methods from outside do.
 */
package dev.assay.train.method;
