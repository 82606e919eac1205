/** Activations on their way from a transformer to a trainer: sources that stream them, and the buffer that shuffles them. */
package dev.assay.activation;
