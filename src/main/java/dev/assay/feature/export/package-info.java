/** Export of features in the formats of other programs. */
package dev.assay.feature.export;
