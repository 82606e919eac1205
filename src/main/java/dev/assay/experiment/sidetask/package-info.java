/** Model organism of a side task under benign reasoning: monitors of output, scratchpad, activations and features, before and after tuning. */
package dev.assay.experiment.sidetask;
