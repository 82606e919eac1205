/** Sources that stream activations of a transformer, and the buffer that shuffles them for training. */
package dev.assay.activation;
