/**
 * The extension point for training methods: what a method computes per step, and the types that it computes with. A method is a
 * {@link dev.assay.train.spi.TrainingMethod} found by a {@link dev.assay.train.spi.TrainingMethodProvider}; its loss is an
 * {@link dev.assay.train.spi.Objective}, which returns a {@link dev.assay.train.spi.StepLoss} per step. The built-in methods of
 * {@link dev.assay.train.method} are written against this package alone.
 */
package dev.assay.train.spi;
