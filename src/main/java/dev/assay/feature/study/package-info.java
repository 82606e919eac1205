/** Case studies of single features: tokens by activation, the logits that ablation moves, and causes in earlier layers. */
package dev.assay.feature.study;
