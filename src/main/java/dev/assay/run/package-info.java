/**
 * Run folders: what {@code assay train} writes, reopened as model, text, dictionary and feature store.
 *
 * <p>{@link dev.assay.run.Run} opens a folder, {@link dev.assay.run.RunWriter} writes one, {@link dev.assay.run.RunDescription} is the
 * content of its {@code run.json}, {@link dev.assay.run.RunLayout} names its files.
 */
package dev.assay.run;
