/** The standard metrics of Cunningham et al. (arXiv 2309.08600), in float64 and counted per token. */
package dev.assay.evaluate.standard;
