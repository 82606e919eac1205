/** A local HTTP server for feature dashboards with a prompt box that runs the model. */
package dev.assay.serve;
